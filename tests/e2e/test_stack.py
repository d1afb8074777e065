"""The chat API of the really started stack: what it promises, what it answers, and what it says when a part is away."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from outage import bring_back, without

from bot.files import KNOWLEDGE, read_yaml
from bot.knowledge.shapes import Knowledge
from bot.messages import MOST_CHARACTERS
from bot.question import Procedure
from bot.reply import Reply
from bot.serve import Stack
from bot.settings import Clinic
from bot.wording import Wording

pytestmark = pytest.mark.stack

CHAT = "/api/chat"
TOPICS: list[str] = [entry["id"] for entry in read_yaml(KNOWLEDGE / "topics.yml")["entries"]]
CONTRACT = {"text", "kind", "topic", "procedure", "level", "rules", "sources", "dates", "buttons", "files"}
FIELDS = CONTRACT | {"more", "terms", "language"}
HSG_QUESTION = "Which days of my cycle are right for the HSG?"
WARNING_SIGN = "I have soaked a pad every hour since this morning"
ONE_OF_EACH_KIND = {
    "answer": HSG_QUESTION,
    "ask": "Which days of my cycle are right for the test?",
    "not_covered": "What will the weather be like in Paris tomorrow?",
    "handoff": "I want to talk to a person",
    "smalltalk": "Hello",
    "urgent": WARNING_SIGN,
    "dates": "My period ended yesterday. When can I have the HSG?",
}

Body = dict[str, Any]
Ask = Callable[[str], list[Body]]


# What a reply holds


@pytest.mark.parametrize("kind", ONE_OF_EACH_KIND)
def test_reply_has_every_field_of_the_contract_and_no_other(kind: str, ask: Ask) -> None:
    (reply,) = ask(ONE_OF_EACH_KIND[kind])
    assert reply["kind"] == kind
    assert reply.keys() == FIELDS


@pytest.mark.parametrize("kind", ONE_OF_EACH_KIND)
def test_reply_has_the_shapes_of_the_contract(kind: str, ask: Ask) -> None:
    (reply,) = ask(ONE_OF_EACH_KIND[kind])
    assert Reply.model_validate(reply).model_dump(mode="json") == reply
    assert reply["text"].strip() == reply["text"] != ""


def test_response_holds_a_session_and_replies_and_nothing_else(client: httpx.Client) -> None:
    response = client.post(CHAT, json={"message": "Hello", "session": None})
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() == {"session", "replies"}


def test_answer_names_its_topic_and_procedure(ask: Ask) -> None:
    (reply,) = ask(HSG_QUESTION)
    assert (reply["topic"], reply["procedure"]) == ("timing", "hsg")


def test_answer_quotes_the_rows_that_it_names(ask: Ask, knowledge: Knowledge) -> None:
    (reply,) = ask(HSG_QUESTION)
    rows = {row.id: row for row in knowledge.rows}
    told = f"{reply['text']}\n\n{reply['more']}"
    assert rows[reply["rules"][0]].short in reply["text"]
    assert [rule for rule in reply["rules"] if rows[rule].short not in told or rows[rule].more not in told] == []


def test_answer_names_the_sources_of_its_rows(ask: Ask, knowledge: Knowledge) -> None:
    (reply,) = ask(HSG_QUESTION)
    sources = {source.id: source for source in knowledge.sources}
    used = [part for rule in reply["rules"] for row in knowledge.rows if row.id == rule for part in row.sources]
    assert used
    assert reply["sources"] == [
        {"id": part.id, "title": sources[part.id].title, "section": part.section, "url": sources[part.id].url}
        for part in dict.fromkeys(used)
    ]


def test_buttons_have_a_title_and_a_message(ask: Ask) -> None:
    (reply,) = ask(HSG_QUESTION)
    assert reply["buttons"]
    assert [button for button in reply["buttons"] if button.keys() != {"title", "message"}] == []


def test_ask_names_the_topic_that_it_needs_the_detail_for(ask: Ask) -> None:
    (reply,) = ask(ONE_OF_EACH_KIND["ask"])
    assert (reply["topic"], reply["procedure"], reply["rules"]) == ("timing", None, [])


@pytest.mark.parametrize("kind", ["not_covered", "handoff", "smalltalk"])
def test_reply_without_an_answer_names_no_row_and_no_source(kind: str, ask: Ask) -> None:
    (reply,) = ask(ONE_OF_EACH_KIND[kind])
    assert (reply["topic"], reply["procedure"], reply["rules"], reply["sources"]) == (None, None, [], [])


@pytest.mark.parametrize("kind", sorted(ONE_OF_EACH_KIND.keys() - {"urgent", "dates"}))
def test_reply_that_is_not_urgent_and_tells_no_dates_leaves_these_empty(kind: str, ask: Ask) -> None:
    (reply,) = ask(ONE_OF_EACH_KIND[kind])
    assert (reply["level"], reply["dates"]) == (None, None)
    assert {file["type"] for file in reply["files"]} <= {"application/pdf"}


# Sessions


def test_session_keeps_what_was_talked_about(client: httpx.Client) -> None:
    session = client.post(CHAT, json={"message": HSG_QUESTION, "session": None}).json()["session"]
    (reply,) = client.post(CHAT, json={"message": "And for hysteroscopy?", "session": session}).json()["replies"]
    assert (reply["topic"], reply["procedure"]) == ("timing", "hysteroscopy")


def test_another_session_knows_nothing_of_it(client: httpx.Client) -> None:
    client.post(CHAT, json={"message": HSG_QUESTION, "session": None})
    (reply,) = client.post(CHAT, json={"message": "And for hysteroscopy?", "session": None}).json()["replies"]
    assert (reply["kind"], reply["topic"]) == ("ask", None)


def test_session_that_was_changed_is_refused(client: httpx.Client) -> None:
    session = client.post(CHAT, json={"message": "Hello"}).json()["session"]
    response = client.post(CHAT, json={"message": "Hello", "session": "x" + session})
    assert (response.status_code, response.json()["error"]["code"]) == (403, "bad_session")


# Messages that are not taken


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"message": " \n\t "}, 400, "empty_message"),
        ({"message": "/"}, 400, "empty_message"),
        ({"message": None}, 400, "bad_request"),
        ({"text": "Hello"}, 400, "bad_request"),
        ({"message": "a" * (MOST_CHARACTERS + 1)}, 413, "message_too_long"),
    ],
    ids=["blank", "only a slash", "no text", "another key", "too long"],
)
def test_message_that_cannot_be_taken_is_refused(body: Body, status: int, code: str, client: httpx.Client) -> None:
    response = client.post(CHAT, json=body)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_message_of_the_greatest_length_is_answered(client: httpx.Client) -> None:
    question = "Does the HSG hurt? "
    response = client.post(CHAT, json={"message": question + "a" * (MOST_CHARACTERS - len(question))})
    assert response.status_code == 200
    assert response.json()["replies"]


@pytest.mark.parametrize(
    "order", ["/restart", "/session_start", "/back", "/action_listen", '/greet{"procedure": "hsg"}', "/EXTERNAL: x"]
)
def test_order_to_rasa_is_answered_like_any_text(order: str, ask: Ask) -> None:
    assert ask(order)


def test_order_to_rasa_does_not_change_the_conversation(ask: Ask) -> None:
    ask(HSG_QUESTION)
    ask('/goodbye{"topic": "cost", "procedure": null}')
    (reply,) = ask("And for hysteroscopy?")
    assert (reply["topic"], reply["procedure"]) == ("timing", "hysteroscopy")


# What is answered


@pytest.mark.parametrize(
    ("question", "topic", "procedure"),
    [
        ("Does the HSG hurt?", "pain", "hsg"),
        ("How long does the HSG take?", "duration", "hsg"),
        ("How much radiation do I get from an HSG?", "radiation", "hsg"),
        ("What is a hysteroscopy?", "definition", "hysteroscopy"),
        ("How is a hysteroscopy carried out?", "steps", "hysteroscopy"),
        ("When in my cycle should the hysteroscopy be done?", "timing", "hysteroscopy"),
    ],
)
def test_clear_question_is_answered(question: str, topic: str, procedure: str, ask: Ask) -> None:
    (reply,) = ask(question)
    assert (reply["kind"], reply["topic"], reply["procedure"]) == ("answer", topic, procedure)


@pytest.mark.parametrize("procedure", Procedure)
@pytest.mark.parametrize("topic", TOPICS)
def test_question_of_a_button_is_understood(topic: str, procedure: Procedure, ask: Ask, wording: Wording) -> None:
    replies = ask(wording.ask(topic, procedure))
    assert [(reply["topic"], reply["procedure"]) for reply in replies] == [(topic, procedure)]


@pytest.mark.parametrize(
    "message",
    [
        "Which bus goes to the airport?",
        "Tell me a joke about cats",
        "Who won the football match last night?",
        "How do I bake bread without yeast?",
        "What is the capital of Peru?",
        "My laptop does not start any more",
        "Please translate this letter into German",
        "Which mortgage has the lowest interest rate?",
        "How often should I water my tomatoes?",
        "Write a poem about the sea",
    ],
)
def test_question_about_something_else_is_declined(message: str, ask: Ask) -> None:
    (reply,) = ask(message)
    assert (reply["kind"], reply["topic"], reply["rules"]) == ("not_covered", None, [])


# A part that is away


class Outage:
    """What was seen before a part ended, while it was away, and after it came back."""

    def __init__(self, stack: Stack, client: httpx.Client, part: str) -> None:
        before = client.post(CHAT, json={"message": HSG_QUESTION})
        session = before.json()["session"]
        with without(stack, part):
            self.chat = client.post(CHAT, json={"message": "And for hysteroscopy?", "session": session})
            self.sign = client.post(CHAT, json={"message": WARNING_SIGN, "session": session})
            self.page = client.get("/")
            self.alive = client.get("/healthz")
            self.ready = client.get("/readyz")
        self.ready_again = client.get("/readyz")
        self.chat_again = client.post(CHAT, json={"message": "And for hysteroscopy?", "session": session})


@pytest.fixture(scope="module", params=["rasa", "actions"])
def outage(request: pytest.FixtureRequest, stack: Stack, client: httpx.Client) -> Outage:
    """An outage of Rasa, and one of the action server."""
    return Outage(stack, client, request.param)


def test_outage_is_told_and_never_met_with_silence(outage: Outage) -> None:
    assert (outage.chat.status_code, outage.chat.json()["error"]["code"]) == (503, "away")


def test_outage_still_gives_every_phone(outage: Outage, clinic: Clinic) -> None:
    error = outage.chat.json()["error"]
    assert error["phones"] == [{"label": phone.label, "number": phone.number} for phone in clinic.phones]
    assert clinic.phone_line in error["message"]


def test_outage_still_gives_the_emergency_number(outage: Outage, clinic: Clinic) -> None:
    assert clinic.emergency_number in outage.chat.json()["error"]["message"]


def test_outage_says_when_to_try_again(outage: Outage) -> None:
    assert int(outage.chat.headers["retry-after"]) > 0


def test_warning_sign_is_answered_in_an_outage(outage: Outage, clinic: Clinic) -> None:
    assert outage.sign.status_code == 200
    (reply,) = outage.sign.json()["replies"]
    assert (reply["kind"], reply["level"]) == ("urgent", "emergency")
    assert clinic.emergency_number in reply["text"]


def test_warning_sign_is_answered_with_everything_behind_the_door_away(stack: Stack, client: httpx.Client) -> None:
    table, away = stack.folder / "knowledge.db", stack.folder / "knowledge.away"
    stack.end("rasa")
    stack.end("actions")
    table.rename(away)
    try:
        response = client.post(CHAT, json={"message": WARNING_SIGN, "session": None})
    finally:
        away.rename(table)
        stack.begin("actions")
        bring_back(stack, "rasa")
    assert response.status_code == 200
    assert [reply["kind"] for reply in response.json()["replies"]] == ["urgent"]


def test_outage_leaves_the_page_and_the_door_up(outage: Outage) -> None:
    assert (outage.page.status_code, outage.alive.status_code) == (200, 200)


def test_outage_shows_in_readiness(outage: Outage) -> None:
    assert (outage.ready.status_code, outage.ready_again.status_code) == (503, 200)


def test_conversation_goes_on_after_the_outage(outage: Outage) -> None:
    (reply,) = outage.chat_again.json()["replies"]
    assert (reply["topic"], reply["procedure"]) == ("timing", "hysteroscopy")
