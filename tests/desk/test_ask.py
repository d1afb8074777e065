"""Ask: what the clerk types reaches the assistant as hers alone, and the answer is read from one page."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient
from visits import ComesIn, token_of

from bot.clock import moment_at
from bot.desk.talks import PREFIX, open_talks
from bot.records.conversations import Conversations, now_utc
from bot.records.users import ROLES
from bot.settings import Settings

ANSWER: dict[str, Any] = {
    "text": "Most women feel cramps.\n\nThey go within a day.",
    "more": "The <dye> opens the tubes.",
    "kind": "answer",
    "topic": "pain",
    "procedure": "hsg",
    "rules": ["hsg-pain-clinic"],
    "sources": [{"id": "S1", "title": "A leaflet", "section": "page 2", "url": "https://clinic.example/leaflet"}],
    "buttons": [
        {"title": "Talk to a person", "message": "Talk to a person"},
        {"title": "How long does it take?", "message": "How long does the HSG take?"},
    ],
}
URGENT = {"text": "Come at once.", "kind": "urgent", "level": "emergency", "procedure": "hsg"}
PERIOD = {"text": "How many days?", "kind": "ask", "topic": "timing", "procedure": "hsg"} | {
    "buttons": [{"title": f"{days} days", "message": f"{days} days"} for days in range(3, 8)]
}
WHICH = {"text": "Which test?", "kind": "ask", "topic": "pain"} | {
    "buttons": [{"title": name, "message": name} for name in ("HSG", "hysteroscopy")]
}


@dataclass
class Assistant:
    """Stands in for Rasa: keeps what it was asked, says `replies`, and writes the conversation down as Rasa does."""

    records: Engine
    replies: list[dict[str, Any]] = field(default_factory=lambda: [ANSWER])
    asked: list[dict[str, Any]] = field(default_factory=list)
    read: dict[str, Any] = field(default_factory=dict)
    slots: dict[str, Any] = field(default_factory=dict)
    is_away: bool = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if self.is_away:
            return httpx.Response(500)
        sent = json.loads(request.content)
        self.asked.append(sent)
        at = datetime.now(UTC).timestamp()
        user = {"event": "user", "text": sent["message"], "message_id": sent["message_id"], "parse_data": self.read}
        events = [user, *({"event": "slot", "name": name, "value": value} for name, value in self.slots.items())]
        Conversations(self.records).add(sent["sender"], [event | {"timestamp": at} for event in events], kept=0)
        return httpx.Response(200, json=[{"custom": reply} for reply in self.replies])


@pytest.fixture
def table(engine: Engine) -> Engine:
    """The shipped knowledge, which asking only reads."""
    return engine


@pytest.fixture
def behind(records: Engine) -> Assistant:
    """The assistant behind the desk."""
    return Assistant(records)


Asks = Callable[..., httpx.Response]


@pytest.fixture
def clerk(comes_in: ComesIn) -> TestClient:
    """A clerk's browser."""
    return comes_in("clerk")


def talk_in(page: str) -> str:
    return page.partition('name="talk" value="')[2].partition('"')[0]


def ask(browser: TestClient, text: str = "Does it hurt?", talk: str | None = None, **fields: Any) -> httpx.Response:
    """Ask as the page does."""
    page = browser.get("/desk/ask").text
    form = {"text": text, "talk": talk if talk is not None else talk_in(page)} | fields
    headers = {"HX-Request": "true", "X-CSRF-Token": token_of(browser)}
    answer: httpx.Response = browser.post("/desk/ask", data=form, headers=headers)
    return answer


def words_of(answer: httpx.Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


# Who may ask


@pytest.mark.parametrize("path", ["/desk/", "/desk/ask", "/desk/ask?for=7"])
def test_signed_out_goes_to_the_login(comes_in: ComesIn, path: str) -> None:
    answer = comes_in().get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/login?back={path}")


def test_signed_out_asks_nothing(comes_in: ComesIn, behind: Assistant) -> None:
    answer = comes_in().post("/desk/ask", data={"text": "Does it hurt?"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert behind.asked == []


@pytest.mark.parametrize("role", ROLES)
def test_everybody_may_ask(comes_in: ComesIn, role: str) -> None:
    assert ask(comes_in(role)).status_code == 200


def test_without_the_form_s_token_nothing_is_asked(clerk: TestClient, behind: Assistant) -> None:
    talk = talk_in(clerk.get("/desk/ask").text)
    assert clerk.post("/desk/ask", data={"text": "Does it hurt?", "talk": talk}).status_code == 403
    assert behind.asked == []


@pytest.mark.parametrize("path", ["/desk/", "/desk/ask"])
def test_it_is_the_first_page_with_the_box_in_focus(clerk: TestClient, path: str) -> None:
    page = clerk.get(path).text
    assert re.search(r'<textarea id="text"[^>]* autofocus>', page)
    assert '<a href="/desk/ask" aria-current="page">Ask</a>' in page


# What is asked


def test_question_reaches_the_assistant_under_an_id_of_the_desk(clerk: TestClient, behind: Assistant) -> None:
    assert ask(clerk, " /Does it\x00 hurt? ").status_code == 200
    (sent,) = behind.asked
    assert (sent["message"], sent["channel"]) == ("Does it hurt?", "desk")
    assert re.fullmatch(rf"{PREFIX}[A-Za-z0-9_-]{{22}}", sent["sender"])


def test_questions_of_one_page_are_one_talk_and_a_new_page_is_a_new_caller(
    clerk: TestClient, behind: Assistant
) -> None:
    talk = talk_in(clerk.get("/desk/ask").text)
    for _ in range(2):
        ask(clerk, talk=talk)
    ask(clerk)
    first, second, third = (sent["sender"] for sent in behind.asked)
    assert first == second != third


def test_talk_of_somebody_else_is_refused(comes_in: ComesIn, clerk: TestClient, behind: Assistant) -> None:
    hers = talk_in(comes_in("editor").get("/desk/ask").text)
    assert ask(clerk, talk=hers).status_code == 403
    assert behind.asked == []


@pytest.mark.parametrize("talk", ["", "desk-abcdefghijklmnopqrstuv", "x.y.z", "a" * 500])
def test_id_that_is_not_signed_is_refused(clerk: TestClient, behind: Assistant, talk: str) -> None:
    answer = ask(clerk, talk=talk)
    assert (answer.status_code, answer.headers["hx-retarget"]) == (403, "#problem")
    assert "Start again" in answer.text
    assert behind.asked == []


def test_id_of_a_patient_is_no_talk_even_if_signed(settings: Settings, clerk: TestClient) -> None:
    talks = open_talks(settings.secret_file)
    assert ask(clerk, talk=str(talks.serializer.dumps(["a-patients-conversation", "clerk"]))).status_code == 403


@pytest.mark.parametrize("text", ["", "  \n", "\u200b", "x" * 2001])
def test_text_that_cannot_be_asked_is_told_beside_the_box(clerk: TestClient, behind: Assistant, text: str) -> None:
    answer = ask(clerk, text)
    assert (answer.status_code, answer.headers["hx-retarget"]) == (400, "#problem")
    assert behind.asked == []


def test_choice_is_asked_in_place_of_the_text(clerk: TestClient, behind: Assistant) -> None:
    ask(clerk, "half a sentence", choice="HSG")
    assert behind.asked[0]["message"] == "HSG"


def test_names_and_numbers_are_masked_before_they_go_on(
    clerk: TestClient, behind: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = clerk.app.routes[-1].app.state.desk  # type: ignore[attr-defined]
    monkeypatch.setitem(desk.__dict__, "mask", lambda text: text.replace("Anna", "<name>"))
    ask(clerk, "Anna asks: does it hurt?")
    assert behind.asked[0]["message"] == "<name> asks: does it hurt?"


def test_assistant_away_gives_the_phones_and_keeps_the_text(
    clerk: TestClient, behind: Assistant, settings: Settings
) -> None:
    behind.is_away = True
    answer = ask(clerk)
    assert (answer.status_code, answer.headers["hx-retarget"]) == (503, "#problem")
    assert "What you typed is kept" in answer.text
    assert all(phone.number in answer.text for phone in settings.clinic.phones)
    assert settings.clinic.emergency_number in answer.text


def test_without_script_the_page_works_as_a_form(clerk: TestClient, behind: Assistant) -> None:
    talk = talk_in(clerk.get("/desk/ask").text)
    form = {"text": "Does it <b>hurt</b>?", "talk": talk, "csrf": token_of(clerk)}
    page = clerk.post("/desk/ask", data=form).text
    assert "Most women feel cramps." in page
    assert talk_in(page) == talk
    behind.is_away = True
    page = clerk.post("/desk/ask", data=form).text
    assert ">Does it &lt;b&gt;hurt&lt;/b&gt;?</textarea>" in page


# What is shown


def test_answer_shows_the_short_form_more_the_sources_and_what_comes_next(clerk: TestClient) -> None:
    answer = ask(clerk)
    assert "<p>Most women feel cramps.</p><p>They go within a day.</p>" in answer.text
    assert "<p>The &lt;dye&gt; opens the tubes.</p>" in answer.text
    assert (
        '<a href="https://clinic.example/leaflet" target="_blank" rel="noopener noreferrer">A leaflet</a>, page 2'
        in (answer.text)
    )
    assert 'name="choice" value="How long does the HSG take?"' in answer.text
    assert "Talk to a person" not in answer.text


def test_what_is_copied_is_the_text_with_its_sources(clerk: TestClient) -> None:
    plain = ask(clerk).text.partition('class="plain"')[2].partition(">")[2].partition("</textarea>")[0]
    assert unescape(plain) == f"{ANSWER['text']}\nSource: A leaflet, page 2"


def test_leaflet_is_that_of_the_reply_else_of_its_procedure(clerk: TestClient, behind: Assistant) -> None:
    assert 'href="/leaflets/hsg.pdf"' in ask(clerk).text
    behind.replies = [ANSWER | {"files": [{"title": "Hers", "type": "application/pdf", "url": "/leaflets/x.pdf"}]}]
    assert 'href="/leaflets/x.pdf"' in ask(clerk).text
    behind.replies = [ANSWER | {"procedure": None}]
    assert "/leaflets/" not in ask(clerk).text


def test_several_replies_stand_one_after_the_other_and_what_is_urgent_first(
    clerk: TestClient, behind: Assistant, settings: Settings
) -> None:
    behind.replies = [ANSWER, URGENT, WHICH]
    answer = ask(clerk)
    assert re.findall(r'data-kind="(\w+)"', answer.text) == ["urgent", "answer", "ask"]
    assert f'<a href="tel:{settings.clinic.emergency_number}">' in answer.text.partition('data-kind="answer"')[0]


@pytest.mark.parametrize(
    ("reply", "keys"),
    [
        pytest.param(WHICH, ["1", "2"], id="in order"),
        pytest.param(PERIOD, ["3", "4", "5", "6", "7"], id="the digit they begin with"),
        pytest.param(ANSWER, [], id="an answer has none"),
    ],
)
def test_what_is_asked_back_has_choices_of_one_key(
    clerk: TestClient, behind: Assistant, reply: dict[str, Any], keys: list[str]
) -> None:
    behind.replies = [reply]
    assert re.findall(r'data-key="(\w)"', ask(clerk).text) == keys


def test_answer_can_be_sent_to_the_chat_of_a_conversation_that_was_taken(clerk: TestClient) -> None:
    assert "/desk/people/" not in ask(clerk).text
    answer = ask(clerk, **{"for": "7"})
    form = answer.text.partition('<form class="say"')[2].partition("</form>")[0]
    assert 'hx-post="/desk/people/7/say"' in form
    assert ">Most women feel cramps." in form


def test_what_is_too_long_for_the_chat_is_sent_without_its_sources(clerk: TestClient, behind: Assistant) -> None:
    many = [{"id": f"S{at}", "title": "A leaflet", "section": "page 2", "url": None} for at in range(200)]
    behind.replies = [ANSWER | {"sources": many}]
    sent = ask(clerk, **{"for": "7"}).text.partition('aria-label="What is sent">')[2].partition("</textarea>")[0]
    assert unescape(sent) == ANSWER["text"]


@pytest.mark.parametrize("odd", ["0", "-1", "x", "7/../staff", "9" * 30])
def test_conversation_that_cannot_be_is_refused(clerk: TestClient, odd: str) -> None:
    assert clerk.get("/desk/ask", params={"for": odd}).status_code == 400
    assert ask(clerk, **{"for": odd}).status_code == 400


def test_her_dates_are_drawn_as_a_calendar(clerk: TestClient, behind: Assistant, settings: Settings) -> None:
    today = moment_at(settings.clinic).date()
    first, last = today + timedelta(days=2), today + timedelta(days=6)
    behind.replies = [
        {"text": "Your days.", "kind": "dates", "topic": "timing", "procedure": "hsg"}
        | {"dates": {"window": [first.isoformat(), last.isoformat()], "open_days": [first.isoformat()]}}
    ]
    day = {"text": "yesterday", "on": (today - timedelta(days=1)).isoformat()}
    behind.slots = {"dates_talk": json.dumps({"told": {"period_end": day}}), "conditions": None}
    answer = ask(clerk)
    cells = dict(re.findall(r'<td class="day ?([^"]*)"><time datetime="([^"]+)">', answer.text))
    marks = {day: marks for marks, day in cells.items() if marks}
    assert marks[first.isoformat()] == "window open"
    assert marks[day["on"]] == "bleeding"
    assert "Of these, days on which we are open" in answer.text
    assert "last day of bleeding: yesterday" in words_of(answer)


# Why


READ = {
    "language": "en",
    "signs": [],
    "entities": [{"entity": "procedure", "value": "hsg"}, {"entity": "condition", "value": "iodine_allergy"}],
    "questions": [
        {
            "text": "does it hurt",
            "ranking": [
                {"name": "ask_pain", "confidence": 0.8731},
                {"name": "ask_duration", "confidence": 0.05},
                {"name": "tell_more", "confidence": 0.01},
            ],
        }
    ],
}


def test_why_tells_what_was_understood_how_surely_and_from_which_rows(clerk: TestClient, behind: Assistant) -> None:
    behind.read = READ
    answer = ask(clerk)
    why = words_of(answer).partition("Why this answer")[2]
    for told in ("does it hurt", "87%", "5%", "tell more 1%", "English", "iodine"):
        assert told in why
    assert '<a href="/desk/table/rows/hsg-pain-clinic">hsg-pain-clinic</a>' in answer.text


def test_why_names_the_warning_signs_that_were_heard(clerk: TestClient, behind: Assistant) -> None:
    behind.replies, behind.read = [URGENT], READ | {"signs": ["fever"]}
    assert "Warning signs heard: " in words_of(ask(clerk))


def test_answer_is_given_without_its_reasons_where_the_records_are_away(
    clerk: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Conversations, "latest_events", _away)
    answer = ask(clerk)
    assert answer.status_code == 200
    assert "Most women feel cramps." in answer.text
    assert "Why this answer" not in answer.text


def _away(*_: object) -> None:
    raise OperationalError("select", {}, Exception("away"))


# What is kept


def test_what_was_asked_is_deleted_with_time_as_any_conversation(
    clerk: TestClient, behind: Assistant, records: Engine
) -> None:
    ask(clerk)
    conversations, sender = Conversations(records), behind.asked[0]["sender"]
    assert conversations.export(sender) != []
    conversations.forget_older_than(now_utc() + timedelta(minutes=1))
    assert conversations.export(sender) == []
