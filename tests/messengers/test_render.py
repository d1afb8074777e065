"""Rendering: plain text, links, buttons that fit or numbered choices, urgent replies first."""

from typing import Any

import pytest
from messenger_calls import NAMES, PUBLIC_URL, messenger

from bot.knowledge.shapes import Knowledge
from bot.messengers.render import Rendered, Renderer
from bot.messengers.shapes import Choice, Limits
from bot.reply import Button, File, Reply, SourceLine
from bot.settings import Clinic
from bot.wording import Wording, read_wording_in

WIDE = Limits(characters=4000, choices=10, title=40)
NO_BUTTONS = Limits(characters=1600, choices=0, title=0)
BUTTONS = (Button(title="And lanterns?", message="What about lanterns?"),)


@pytest.fixture(scope="module")
def renderer(knowledge: Knowledge, clinic: Clinic, wording: Wording) -> Renderer:
    """A renderer in both languages."""
    return Renderer({"en": wording, "zh": read_wording_in("zh", knowledge, clinic)}, PUBLIC_URL, retention_days=30)


def reply(**changes: Any) -> Reply:
    return Reply.model_validate({"text": "Kites fly on windy days.", "kind": "answer"} | changes)


def texts(rendered: Rendered) -> list[str]:
    return [part.text for part in rendered.parts]


def test_sources_are_lines(renderer: Renderer) -> None:
    sources = (SourceLine(id="T1", title="Book of kites", section="Page 1", url=None),)
    shown = renderer.render([reply(sources=sources)], WIDE, with_consent=False)
    assert texts(shown) == ["Kites fly on windy days.\nSource: Book of kites, Page 1"]


@pytest.mark.parametrize("url", ["/calendar/abc.ics", f"{PUBLIC_URL}/calendar/abc.ics"])
def test_files_are_links(renderer: Renderer, url: str) -> None:
    files = (File(title="My dates", type="text/calendar", url=url),)
    shown = renderer.render([reply(files=files)], WIDE, with_consent=False)
    assert texts(shown) == [f"Kites fly on windy days.\nMy dates: {PUBLIC_URL}/calendar/abc.ics"]


def test_buttons_that_fit_are_the_messengers_own(renderer: Renderer) -> None:
    shown = renderer.render([reply(buttons=BUTTONS)], WIDE, with_consent=False)
    assert texts(shown) == ["Kites fly on windy days."]
    assert shown.parts[-1].choices == (Choice("And lanterns?", "What about lanterns?"),)
    assert not shown.numbered


def test_more_is_a_choice_and_not_told_at_once(renderer: Renderer) -> None:
    shown = renderer.render([reply(more="They need a tail.")], WIDE, with_consent=False)
    assert texts(shown) == ["Kites fly on windy days."]
    assert shown.choices == (Choice("Tell me more", "Tell me more"),)


@pytest.mark.parametrize("limits", [NO_BUTTONS, Limits(characters=1600, choices=3, title=5)])
def test_buttons_that_do_not_fit_are_numbered(renderer: Renderer, limits: Limits) -> None:
    shown = renderer.render([reply(more="They need a tail.", buttons=BUTTONS)], limits, with_consent=False)
    expected = "Kites fly on windy days.\n\nReply with a number:\n1: Tell me more\n2: And lanterns?"
    assert texts(shown) == [expected]
    assert shown.numbered


def test_numbers_are_buttons_where_there_are_buttons(renderer: Renderer) -> None:
    limits = Limits(characters=1600, choices=3, title=5)
    shown = renderer.render([reply(more="x", buttons=BUTTONS)], limits, with_consent=False)
    assert shown.parts[-1].choices == (Choice("1", "Tell me more"), Choice("2", "What about lanterns?"))


def test_list_that_does_not_fit_beside_the_text_stands_alone(renderer: Renderer) -> None:
    shown = renderer.render([reply(text="k" * 95, buttons=BUTTONS)], Limits(100, 0, 0), with_consent=False)
    assert texts(shown) == ["k" * 95, "Reply with a number:\n1: And lanterns?"]


def test_choices_of_several_replies_stand_once_under_the_last(renderer: Renderer) -> None:
    shown = renderer.render(
        [reply(more="x", buttons=BUTTONS), reply(text="Tails.", more="y", buttons=BUTTONS)], WIDE, with_consent=False
    )
    assert [part.choices for part in shown.parts] == [(), shown.choices]
    assert [choice.title for choice in shown.choices] == ["Tell me more", "And lanterns?"]


def test_choices_that_are_called_the_same_are_told_apart(renderer: Renderer) -> None:
    buttons = (Button(title="And lanterns?", message="Do lanterns fly?"), *BUTTONS)
    shown = renderer.render([reply(buttons=buttons)], WIDE, with_consent=False)
    assert [choice.title for choice in shown.choices] == ["Do lanterns fly?", "What about lanterns?"]


def test_urgent_reply_comes_first_then_consent_then_the_rest(renderer: Renderer) -> None:
    urgent = reply(text="Call now.", kind="urgent", level="emergency")
    shown = renderer.render([reply(), urgent], WIDE, with_consent=True)
    assert texts(shown)[0] == "Call now."
    assert "30 days" in texts(shown)[1]
    assert texts(shown)[2:] == ["Kites fly on windy days."]


def test_consent_is_told_in_the_language_of_the_answer(renderer: Renderer) -> None:
    chinese = renderer.wordings["zh"].say("utter_messenger_consent", days="30")
    assert texts(renderer.render([reply(language="zh")], WIDE, with_consent=True))[0] == chinese


@pytest.mark.parametrize("name", NAMES)
def test_long_reply_is_split_at_the_limit_of_each_messenger(renderer: Renderer, name: str) -> None:
    limits = messenger(name).limits
    shown = renderer.render([reply(text="A kite flies. " * 700, buttons=BUTTONS)], limits, with_consent=False)
    assert len(shown.parts) > 2
    assert all(0 < len(part.text) <= limits.characters for part in shown.parts)
    assert all(part.text.startswith("A kite") for part in shown.parts)
    assert [bool(part.choices) for part in shown.parts[:-1]] == [False] * (len(shown.parts) - 1)


@pytest.mark.parametrize("limits", [WIDE, NO_BUTTONS])
def test_nothing_that_is_shown_looks_like_json(renderer: Renderer, limits: Limits) -> None:
    sources = (SourceLine(id="T1", title="Book", section="1", url=None),)
    shown = renderer.render([reply(more="x", buttons=BUTTONS, sources=sources)], limits, with_consent=True)
    assert not any(mark in text for text in texts(shown) for mark in ("{", "}", "['", "None", "**", "<"))
