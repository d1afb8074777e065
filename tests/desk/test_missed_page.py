"""The page of missed questions: seen, handled once, by those who may."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from visits import ComesIn, send

from bot.records.audit import Audit
from bot.records.conversations import Conversations
from bot.records.missed import Example, Missed
from bot.records.users import ROLES

NOW = datetime(2026, 3, 10, 12)


@pytest.fixture
def missed(records: Engine) -> Missed:
    """Three questions that wait: two of one meaning."""
    for number, text in enumerate(("is there parking", "where can I park my car", "do you freeze eggs")):
        event: dict[str, Any] = {
            "event": "user",
            "text": text,
            "message_id": str(number),
            "timestamp": NOW.timestamp(),
            "parse_data": {"questions": [{"ranking": [{"name": "out_of_scope", "confidence": 0.9}]}]},
        }
        Conversations(records).add(str(number), [event], kept=0)
    return Missed(records)


def ids(missed: Missed, *words: str) -> list[str]:
    return [str(one.id) for one in missed.waiting(10) if any(word in one.text for word in words)]


@pytest.mark.parametrize("role", [None, *ROLES])
def test_page_is_for_those_who_may_teach(comes_in: ComesIn, missed: Missed, role: str | None) -> None:
    answer = comes_in(role).get("/desk/missed")
    assert missed.count_waiting() == 3
    assert answer.status_code == {None: 303, "clerk": 403}.get(role, 200)
    assert ("is there parking" in answer.text) is (answer.status_code == 200)


def test_questions_of_one_meaning_are_one_group(comes_in: ComesIn, missed: Missed) -> None:
    page = comes_in("editor").get("/desk/missed").text
    assert page.count('class="group"') == 2
    assert "3 questions wait in 2 groups" in page
    assert all(one.vector is not None for one in missed.waiting(10))


def test_group_becomes_examples_of_a_topic(comes_in: ComesIn, missed: Missed, records: Engine) -> None:
    browser = comes_in("editor")
    answer = send(browser, "/desk/missed/teach", topic="going_home", question=ids(missed, "park"))
    assert answer.status_code == 303
    assert missed.examples() == [
        Example("ask_going_home", "is there parking", is_new=True),
        Example("ask_going_home", "where can I park my car", is_new=True),
    ]
    assert [one.text for one in missed.waiting(10)] == ["do you freeze eggs"]
    (noted,) = Audit(records).latest(1)
    assert (noted.by, noted.subject, noted.details) == ("editor", "ask_going_home", {"questions": 2, "examples": 2})


def test_group_becomes_out_of_scope(comes_in: ComesIn, missed: Missed) -> None:
    send(comes_in("editor"), "/desk/missed/teach", scope="out", topic="pain", question=ids(missed, "eggs"))
    assert missed.examples() == [Example("out_of_scope", "do you freeze eggs", is_new=True)]


def test_group_becomes_a_new_row(comes_in: ComesIn, missed: Missed) -> None:
    form: dict[str, Any] = {"topic": "going_home", "procedure": "hsg", "question": ids(missed, "park")[-1:]}
    browser = comes_in("editor")
    place = send(browser, "/desk/missed/draft", **form).headers["location"]
    (number,) = form["question"]
    assert place == f"/desk/table/new?topic=going_home&procedure=hsg&text=is+there+parking&missed={number}"
    page = browser.get(place).text
    assert "is there parking" in page
    assert f'name="missed" value="{number}"' in page
    assert missed.count_waiting() == 3  # until the draft is kept


def test_group_is_put_aside(comes_in: ComesIn, missed: Missed) -> None:
    send(comes_in("admin"), "/desk/missed/close", question=ids(missed, "park", "eggs"))
    assert (missed.count_waiting(), missed.examples()) == (0, [])
    assert "Nothing waits." in comes_in("admin").get("/desk/missed").text


@pytest.mark.parametrize("action", ["teach", "draft", "close"])
def test_what_another_has_handled_is_said(comes_in: ComesIn, missed: Missed, action: str) -> None:
    numbers = ids(missed, "park")
    send(comes_in("editor"), "/desk/missed/close", question=numbers)
    answer = send(comes_in("admin"), f"/desk/missed/{action}", topic="pain", question=numbers)
    assert (answer.status_code, "Somebody else" in answer.text) == (409, True)


@pytest.mark.parametrize("action", ["teach", "draft", "close"])
@pytest.mark.parametrize("role", [None, "clerk"])
def test_others_change_nothing(comes_in: ComesIn, missed: Missed, action: str, role: str | None) -> None:
    answer = send(comes_in(role), f"/desk/missed/{action}", topic="pain", question=ids(missed, "park"))
    assert answer.status_code == (303 if role is None else 403)
    assert (missed.count_waiting(), missed.examples()) == (3, [])


@pytest.mark.parametrize(
    "form", [{"topic": "no_such_topic", "question": "1"}, {"topic": "pain"}, {"topic": "pain", "question": "one"}]
)
def test_bad_form_is_refused(comes_in: ComesIn, missed: Missed, form: dict[str, str]) -> None:
    assert send(comes_in("editor"), "/desk/missed/teach", **form).status_code == 400
    assert missed.count_waiting() == 3
