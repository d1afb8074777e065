"""The chat page in each language: the same keys, its own words, and the language that a reader wishes for."""

from typing import Any

import pytest
from stand_in import FULL_REPLY, OpenDoor, Rasa, sends
from starlette.testclient import TestClient

from bot.settings import Clinic
from bot.web.interface import SHOWN, read_interface


def shape(words: Any) -> Any:
    if isinstance(words, dict):
        return {key: shape(value) for key, value in words.items() if key != "errors"}
    return [shape(value) for value in words] if isinstance(words, list) else type(words).__name__


def test_every_language_has_the_same_words() -> None:
    assert len(SHOWN) == 2
    assert shape(dict(read_interface("zh").words)) == shape(dict(read_interface("en").words))


@pytest.mark.parametrize("language", SHOWN)
def test_page_is_in_the_language_of_its_address(door: TestClient, language: str) -> None:
    words = read_interface(language).words  # type: ignore[arg-type]
    text = door.get(f"/?lang={language}").text
    assert f'<html lang="{words["lang"]}">' in text
    assert f'data-language="{language}"' in text
    assert all(starter in text for starter in words["starters"])
    assert words["intro_title"] in text


@pytest.mark.parametrize(
    ("wished", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.5", "en"),
        ("fr,zh-TW", "zh"),
        ("fr", "en"),
        ("", "en"),
        ("*", "en"),
    ],
)
def test_page_is_in_the_language_that_the_browser_wishes_for(door: TestClient, wished: str, language: str) -> None:
    response = door.get("/", headers={"Accept-Language": wished})
    assert f'data-language="{language}"' in response.text
    assert response.headers["vary"] == "Accept-Language"


@pytest.mark.parametrize("odd", ["xx", "", "<script>", "zh-CN"])
def test_unknown_language_in_the_address_does_no_harm(door: TestClient, odd: str) -> None:
    assert 'data-language="en"' in door.get("/", params={"lang": odd}, headers={"Accept-Language": "en"}).text


def test_chinese_page_names_the_clinic_its_phones_and_its_days_in_chinese(door: TestClient, clinic: Clinic) -> None:
    text = door.get("/?lang=zh").text
    told = clinic.told_in("zh")
    assert told.name != clinic.name
    for shown in (told.name, told.hours_line, "星期一至星期五", *(phone.label for phone in told.phones)):
        assert shown in text
    assert all(phone.number in text for phone in clinic.phones)


def test_page_links_to_itself_in_the_other_language(door: TestClient) -> None:
    assert 'href="/?lang=zh"' in door.get("/?lang=en").text
    assert 'href="/?lang=en"' in door.get("/?lang=zh").text


def test_language_of_the_page_is_passed_on(door: TestClient, rasa: Rasa) -> None:
    door.post("/api/chat", json={"message": "HSG", "session": None, "language": "zh"})
    assert rasa.asked[-1]["metadata"]["language"] == "zh"


def test_language_that_is_not_known_is_refused(door: TestClient) -> None:
    response = door.post("/api/chat", json={"message": "HSG", "session": None, "language": "fr"})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_request"


def test_medical_words_of_an_english_reply_are_explained(open_door: OpenDoor, rasa: Rasa) -> None:
    rasa.answer = sends({"custom": FULL_REPLY | {"text": "The cervix is cleaned.", "more": "Then a speculum."}})
    (reply,) = open_door().post("/api/chat", json={"message": "steps", "session": None}).json()["replies"]
    assert [term["word"] for term in reply["terms"]] == ["cervix", "speculum"]
    assert all(term["means"] for term in reply["terms"])


def test_chinese_reply_is_not_explained_in_english(open_door: OpenDoor, rasa: Rasa) -> None:
    rasa.answer = sends({"custom": FULL_REPLY | {"text": "HSG 检查 cervix", "language": "zh"}})
    (reply,) = open_door().post("/api/chat", json={"message": "x", "session": None}).json()["replies"]
    assert reply["terms"] == []
