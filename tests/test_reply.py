"""The reply: what the chat API promises of its shape, and its plain text for messengers."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.question import Procedure
from bot.reply import Button, Dates, File, Kind, Level, Reply, SourceLine

SOURCE = SourceLine(id="T1", title="Book of kites", section="Page 3", url=None)
SOURCE_SENTENCE = "Source: {text}"
CALENDAR = File(title="Your days", type="text/calendar", url="https://clinic.example/days.ics")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(Reply(text="A kite.", kind="answer"), "A kite.", id="text alone"),
        pytest.param(
            Reply(text="A kite.", kind="answer", sources=(SOURCE,)),
            "A kite.\nSource: Book of kites, Page 3",
            id="a source",
        ),
        pytest.param(
            Reply(text="A kite.", kind="dates", files=(CALENDAR,)),
            "A kite.\nYour days: https://clinic.example/days.ics",
            id="a file",
        ),
        pytest.param(
            Reply(text="A kite.", kind="dates", files=(CALENDAR.model_copy(update={"url": "/days.ics"}),)),
            "A kite.",
            id="a file without a full address is left out",
        ),
        pytest.param(
            Reply(text="A kite.", kind="dates", sources=(SOURCE, SOURCE), files=(CALENDAR,)),
            "A kite.\nSource: Book of kites, Page 3\nSource: Book of kites, Page 3\n"
            "Your days: https://clinic.example/days.ics",
            id="sources before files",
        ),
        pytest.param(
            Reply(text="Which kite?", kind="ask", buttons=(Button(title="Red", message="the red one"),)),
            "Which kite?",
            id="buttons are left to the channel",
        ),
    ],
)
def test_plain_text_holds_text_sources_and_files(reply: Reply, expected: str) -> None:
    assert reply.plain_text(SOURCE_SENTENCE) == expected


@given(text=st.text(min_size=1), titles=st.lists(st.text(min_size=1), max_size=3))
def test_plain_text_begins_with_the_text_and_names_each_source(text: str, titles: list[str]) -> None:
    sources = tuple(SourceLine(id="T1", title=title, section="here", url=None) for title in titles)
    plain = Reply(text=text, kind="answer", sources=sources).plain_text(SOURCE_SENTENCE)
    assert plain.startswith(text)
    assert [title for title in titles if f"Source: {title}, here" not in plain] == []


@pytest.mark.parametrize("kind", get_args(Kind))
def test_reply_of_every_kind_survives_the_way_through_json(kind: Kind) -> None:
    reply = Reply(
        text="A kite.",
        kind=kind,
        topic="kites",
        procedure=Procedure.HSG,
        level="clinic_now",
        rules=("hsg-kites-clinic",),
        sources=(SOURCE,),
        dates=Dates(window=("2026-03-10", "2026-03-14"), open_days=("2026-03-10",)),
        buttons=(Button(title="Red", message="the red one"),),
        files=(CALENDAR,),
    )
    assert Reply.model_validate(reply.model_dump(mode="json")) == reply


def test_reply_gives_the_keys_of_the_chat_api() -> None:
    assert Reply(text="A kite.", kind="smalltalk").model_dump(mode="json") == {
        "text": "A kite.",
        "more": None,
        "kind": "smalltalk",
        "language": "en",
        "topic": None,
        "procedure": None,
        "level": None,
        "rules": [],
        "sources": [],
        "dates": None,
        "buttons": [],
        "files": [],
        "terms": [],
    }


def test_kinds_are_those_of_the_chat_api() -> None:
    assert set(get_args(Kind)) == {
        "answer", "ask", "dates", "urgent", "not_covered", "handoff", "smalltalk", "notice",
    }  # fmt: skip


def test_levels_are_those_of_the_chat_api() -> None:
    assert set(get_args(Level)) == {"emergency", "clinic_now", "before_visit"}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        pytest.param({"text": "", "kind": "answer"}, "text", id="no text"),
        pytest.param({"text": "A kite.", "kind": "kite"}, "kind", id="unknown kind"),
        pytest.param({"text": "A kite.", "kind": "urgent", "level": "soon"}, "level", id="unknown level"),
        pytest.param({"text": "A kite.", "kind": "answer", "procedure": "both"}, "procedure", id="unknown procedure"),
        pytest.param({"text": "A kite.", "kind": "answer", "html": "<b>"}, "html", id="unknown key"),
    ],
)
def test_reply_outside_the_chat_api_is_refused(fields: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Reply.model_validate(fields)
    assert [error["loc"] for error in caught.value.errors()] == [(where,)]


def test_reply_cannot_be_changed() -> None:
    reply = Reply(text="A kite.", kind="answer")
    with pytest.raises(ValidationError, match="frozen"):
        reply.text = "A lantern."  # type: ignore[misc]


def test_equal_replies_are_one() -> None:
    assert len({Reply(text="A kite.", kind="answer", sources=(SOURCE,)) for _ in range(2)}) == 1
