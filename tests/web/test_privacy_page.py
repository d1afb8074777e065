"""The page that says what is kept of a chat, in each language."""

from html import unescape

import pytest
from stand_in import OpenDoor
from starlette.testclient import TestClient

from bot.web.interface import read_interface

LANGUAGES = ["en", "zh"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_point_stands_on_the_page(open_door: OpenDoor, language: str) -> None:
    text = unescape(open_door(retention_days=77).get(f"/privacy?lang={language}").text)
    points = [point.replace("{days}", "77") for point in read_interface(language).words["privacy_points"]]
    assert len(points) > 2
    assert [point for point in points if point not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_says_its_language_and_title(door: TestClient, language: str) -> None:
    text = door.get(f"/privacy?lang={language}").text
    words = read_interface(language).words
    assert f'<html lang="{words["lang"]}"' in text
    assert text.count(words["privacy_title"]) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_says_how_to_see_it_and_how_to_have_it_deleted(door: TestClient, language: str) -> None:
    wanted = {"en": ("what do you know about me", "forget me"), "zh": ("你知道我什么", "忘了我")}[language]
    text = door.get(f"/privacy?lang={language}").text.lower()
    assert [words for words in wanted if words not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_chat_names_the_page(door: TestClient, language: str) -> None:
    text = door.get(f"/?lang={language}").text
    assert 'href="/privacy' in text
    assert read_interface(language).words["privacy"] in text
