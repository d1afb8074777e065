"""The tracker read into what is asked, what is remembered of it, and a reply sent to a channel."""

from pathlib import Path

import pytest
from rasa_sdk.executor import CollectingDispatcher
from turn import HSG, HYSTEROSCOPY, Entity, Found, Slots, several, tracker

from actions import shared
from actions.shared import assistant as build_assistant
from actions.shared import intent_of, named_procedure, read_asked, read_rejected, remember, send
from bot.answer import Answered, Assistant
from bot.dates.talk import DatesTalk
from bot.question import Asked, Procedure, Question
from bot.reply import Button, File, Kind, Reply, SourceLine
from bot.told import Told

P = Procedure
WINDY = ("condition", "windy")
NOTHING_TOLD = Told()

REPLY = Reply(
    text="Kites fly on windy days.",
    kind="answer",
    topic="kites",
    procedure=P.HSG,
    rules=("hsg-kites-clinic",),
    sources=(SourceLine(id="T1", title="Book of kites", section="Page 1", url=None),),
    buttons=(Button(title="Lanterns?", message="What about lanterns?"),),
    files=(File(title="My kite day", type="text/calendar", url="http://127.0.0.1/kite.ics"),),
)


def test_intent_is_that_of_the_latest_message() -> None:
    assert intent_of(tracker("ask_kites")) == "ask_kites"


@pytest.mark.parametrize(
    ("intent", "entities", "slots", "questions"),
    [
        pytest.param("ask_kites", [], {}, [Question("kites")], id="topic"),
        pytest.param("ask_kites", [HSG], {}, [Question("kites", P.HSG)], id="procedure"),
        pytest.param("ask_kites", [], {"procedure": "hsg"}, [Question("kites", P.HSG)], id="slot"),
        pytest.param(
            "ask_kites",
            [HSG, HYSTEROSCOPY, HSG],
            {},
            [Question("kites", P.HSG), Question("kites", P.HYSTEROSCOPY)],
            id="both, each once",
        ),
        pytest.param(
            "ask_kites", [WINDY], {}, [Question("kites", None, frozenset({"windy"}))], id="condition of the message"
        ),
        pytest.param(
            "ask_kites",
            [WINDY],
            {"conditions": ["rainy", "windy"]},
            [Question("kites", None, frozenset({"rainy", "windy"}))],
            id="conditions of message and slot",
        ),
        pytest.param(
            "follow_up",
            [HSG],
            {"topic": "kites", "conditions": ["rainy"]},
            [Question("kites", P.HSG, frozenset({"rainy"}))],
            id="follow-up",
        ),
        pytest.param("follow_up", [HSG], {}, [], id="follow-up to nothing"),
    ],
)
def test_message_is_read_into_questions(
    intent: str, entities: list[Entity], slots: Slots, questions: list[Question]
) -> None:
    asked = read_asked(tracker(intent, *entities, slots=slots), NOTHING_TOLD)
    assert [one.question for one in asked] == questions
    assert [one.is_clear for one in asked] == [True] * len(questions)


def test_message_without_entities_is_read() -> None:
    latest = tracker("ask_kites")
    del latest.latest_message["entities"]
    assert [asked.question for asked in read_asked(latest, NOTHING_TOLD)] == [Question("kites")]


def test_entity_of_another_kind_is_left_alone() -> None:
    assert [asked.question for asked in read_asked(tracker("ask_kites", ("colour", "red")), NOTHING_TOLD)] == [
        Question("kites")
    ]


def test_questions_of_a_message_are_read_in_order() -> None:
    latest = tracker("several_questions", questions=several("ask_kites", "nlu_fallback ask_a ask_b", "ask_lanterns"))
    assert [(asked.question.topic, asked.is_clear) for asked in read_asked(latest, NOTHING_TOLD)] == [
        ("kites", True),
        ("a", False),
        ("lanterns", True),
    ]


def test_question_is_read_with_its_words_how_sure_it_is_and_the_runners_up() -> None:
    found = Found("ask_kites", ("greet", "ask_lanterns", "ask_a", "ask_b"), follows=True)
    assert read_asked(tracker("ask_kites", HSG, questions=[found]), NOTHING_TOLD) == [
        Asked(
            likely=(Question("kites", P.HSG), Question("lanterns"), Question("a")),
            follows=True,
            text="asks ask_kites",
            confidence=0.9,
        )
    ]


def test_unclear_message_may_ask_the_likeliest_topics_of_the_procedure() -> None:
    latest = tracker("nlu_fallback", HSG, WINDY, ranking=("ask_kites", "greet", "ask_lanterns", "ask_a", "ask_b"))
    windy = frozenset({"windy"})
    assert read_asked(latest, NOTHING_TOLD) == [
        Asked(
            likely=tuple(Question(topic, P.HSG, windy) for topic in ("kites", "lanterns", "a")),
            is_clear=False,
            text="asks nlu_fallback",
            confidence=0.9,
        )
    ]


def test_unclear_message_that_names_both_procedures_means_neither_alone() -> None:
    (asked,) = read_asked(tracker("nlu_fallback", HSG, HYSTEROSCOPY, ranking=("ask_kites",)), NOTHING_TOLD)
    assert asked.likely == (Question("kites"),)


@pytest.mark.parametrize(
    ("slots", "topics"),
    [
        ({"topic": "kites", "waiting_topics": ["lanterns", "a"]}, ["lanterns", "a"]),
        ({"topic": "kites", "waiting_topics": []}, ["kites"]),
        ({"topic": "kites"}, ["kites"]),
        ({"waiting_topics": []}, []),
    ],
    ids=["what waits", "nothing waits", "nothing ever waited", "no topic before"],
)
def test_name_of_a_procedure_asks_what_waits_for_it_or_the_topic_before(slots: Slots, topics: list[str]) -> None:
    asked = read_asked(tracker("follow_up", HSG, slots=slots), NOTHING_TOLD)
    assert [one.question for one in asked] == [Question(topic, P.HSG) for topic in topics]


def test_rejected_message_is_read_as_what_it_came_nearest_to() -> None:
    latest = tracker("out_of_scope", ranking=("ask_kites", "greet", "ask_lanterns", "ask_a", "ask_b"))
    assert read_rejected(latest) == Asked(
        likely=(Question("kites"), Question("lanterns"), Question("a")),
        is_clear=False,
        text="asks out_of_scope",
        confidence=0.9,
    )


@pytest.mark.parametrize(
    ("entities", "procedure"),
    [([HSG], P.HSG), ([HSG, HSG], P.HSG), ([HSG, HYSTEROSCOPY], None), ([WINDY], None), ([], None)],
    ids=["one", "one twice", "both", "another entity", "none"],
)
def test_named_procedure_is_the_only_one_of_the_message(entities: list[Entity], procedure: Procedure | None) -> None:
    assert named_procedure(tracker("follow_up", *entities, slots={"procedure": "hysteroscopy"})) == procedure


def told(question: Question, kind: Kind) -> Answered:
    return Answered(Reply(text="Kites fly.", kind=kind, procedure=question.procedure), Asked((question,)))


def test_last_question_is_remembered_with_the_conditions_that_last_in_a_fixed_order() -> None:
    said = frozenset({"out_of_town", "still_bleeding", "iodine_allergy"})
    replies = [told(Question("a", P.HSG), "answer"), told(Question("b", P.HYSTEROSCOPY, said), "answer")]
    events = remember(tracker("ask_b"), replies, DatesTalk())
    assert [(event["name"], event["value"]) for event in events] == [
        ("topic", "b"),
        ("waiting_topics", []),
        ("conditions", ["iodine_allergy", "out_of_town"]),
        ("dates_talk", None),
        ("procedure", "hysteroscopy"),
    ]


def test_every_condition_is_remembered_while_a_question_back_is_open() -> None:
    said = frozenset({"still_bleeding", "iodine_allergy"})
    events = remember(tracker("ask_a"), [told(Question("a", None, said), "ask")], DatesTalk())
    assert [(event["name"], event["value"]) for event in events] == [
        ("topic", "a"),
        ("waiting_topics", ["a"]),
        ("conditions", ["iodine_allergy", "still_bleeding"]),
        ("dates_talk", None),
    ]


# Channels


def test_door_gets_the_whole_reply() -> None:
    dispatcher = CollectingDispatcher()
    send(dispatcher, tracker("ask_kites"), REPLY)
    (message,) = dispatcher.messages
    assert (Reply.model_validate(message["custom"]), message["text"]) == (REPLY, None)
    assert "level" not in message["custom"]  # what a reply does not have is not sent, kept and read again


@pytest.mark.parametrize("channel", ["telegram", "facebook", "twilio", "slack", "rest", "cmdline", "Door", ""])
def test_other_channels_get_plain_text_with_source_file_and_buttons(channel: str) -> None:
    dispatcher = CollectingDispatcher()
    send(dispatcher, tracker("ask_kites", channel=channel), REPLY)
    (message,) = dispatcher.messages
    assert message["text"].splitlines() == [
        "Kites fly on windy days.",
        "Source: Book of kites, Page 1",
        "My kite day: http://127.0.0.1/kite.ics",
    ]
    assert message["buttons"] == [{"title": "Lanterns?", "payload": "What about lanterns?"}]
    assert not message["custom"]


def test_other_channel_without_a_record_gets_none() -> None:
    dispatcher = CollectingDispatcher()
    send(dispatcher, tracker("ask_kites", channel="telegram"), REPLY)
    assert ["record" in message for message in dispatcher.messages] == [False]


@pytest.mark.parametrize("channel", ["door", "telegram"])
def test_replies_are_sent_in_their_order(channel: str) -> None:
    dispatcher = CollectingDispatcher()
    replies = [Reply(text=text, kind="notice") for text in ("one", "two", "three")]
    send(dispatcher, tracker("ask_kites", channel=channel), *replies)
    texts = [message["text"] or message["custom"]["text"] for message in dispatcher.messages]
    assert texts == ["one", "two", "three"]


# The assistant of the process


def test_assistant_is_built_once_with_its_table_filled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", f"sqlite:///{tmp_path / 'knowledge.db'}")
    monkeypatch.setattr(shared, "watch_clinic", lambda *_: None)  # its thread would outlive the test
    for built_once in (build_assistant, shared.settings):
        built_once.cache_clear()
    built: Assistant = build_assistant()
    try:
        assert build_assistant() is built
        assert built.answer(Question("timing", P.HSG)).kind == "answer"
    finally:
        built.engine.dispose()
        for built_once in (build_assistant, shared.settings):
            built_once.cache_clear()
