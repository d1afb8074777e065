"""The replies to everything that one message asks: in order, each once, one question back."""

from datetime import date

import pytest
from made_up import SENTENCES, Build, row

from bot.answer import Days
from bot.question import Asked, Procedure, Question
from bot.reply import Button, Reply

HSG, HYSTEROSCOPY = Procedure.HSG, Procedure.HYSTEROSCOPY
NOT_ADVICE = SENTENCES["utter_not_advice"]
KITES, LANTERNS = Question("kites", HSG), Question("lanterns", HSG)
SOME_DAY = Days(date(2026, 3, 10))
NO_KITES = "Nothing on the kites of HSG."
OF_BOTH = [row(f"{procedure}-{topic}-clinic") for topic in ("kites", "lanterns") for procedure in Procedure]


def clear(*questions: Question, follows: bool = False) -> list[Asked]:
    return [Asked((question,), follows=follows) for question in questions]


def unclear(*questions: Question) -> Asked:
    return Asked(questions, is_clear=False)


@pytest.mark.parametrize(
    "questions",
    [
        [KITES],
        [KITES, LANTERNS],
        [LANTERNS, KITES],
        [Question("kites", HYSTEROSCOPY), LANTERNS, KITES],
        [Question("kites", HYSTEROSCOPY), Question("lanterns", HYSTEROSCOPY), LANTERNS, KITES],
    ],
    ids=["one", "two", "the other way round", "one topic of both", "both topics of both"],
)
def test_each_question_of_a_message_has_its_reply_in_order(build: Build, questions: list[Question]) -> None:
    told = build(OF_BOTH).answer_all(clear(*questions), SOME_DAY, say_not_advice=False)
    assert [(reply.topic, reply.procedure) for reply, *_ in told] == [
        (question.topic, question.procedure) for question in questions
    ]
    assert [asked.question for _, asked, _ in told] == questions


def test_reply_is_told_with_what_it_replies_to(build: Build) -> None:
    asked = [Asked((KITES, LANTERNS), text="and kites", confidence=0.8), unclear(LANTERNS)]
    assert [one.asked for one in build([]).answer_all(asked, SOME_DAY, say_not_advice=False)] == asked


def test_question_that_is_asked_twice_is_answered_once(build: Build) -> None:
    told = build([row("hsg-kites-clinic")]).answer_all(clear(KITES, LANTERNS, KITES), SOME_DAY, say_not_advice=False)
    assert [reply.topic for reply, *_ in told] == ["kites", "lanterns"]


def test_what_both_procedures_share_is_told_once_and_of_neither_alone(build: Build) -> None:
    both = clear(KITES, Question("kites", HYSTEROSCOPY))
    (told,) = build([row("both-kites-clinic", short="Silk.")]).answer_all(both, SOME_DAY, say_not_advice=False)
    assert (told.reply.rules, told.reply.procedure) == (("both-kites-clinic",), None)


def test_no_question_has_no_reply(build: Build) -> None:
    assert build([]).answer_all([], SOME_DAY, say_not_advice=True) == []


# General information, not advice


def test_first_answer_says_that_it_is_no_advice(build: Build) -> None:
    assistant = build([row("hsg-kites-clinic"), row("hsg-lanterns-clinic")])
    asked = clear(Question("kites", HYSTEROSCOPY), KITES, LANTERNS)
    told = assistant.answer_all(asked, SOME_DAY, say_not_advice=True)
    assert [reply.kind for reply, *_ in told] == ["not_covered", "answer", "answer"]
    assert [reply.text.endswith(f" {NOT_ADVICE}") for reply, *_ in told] == [False, True, False]


def test_answer_does_not_repeat_that_it_is_no_advice(build: Build) -> None:
    (told,) = build([row("hsg-kites-clinic")]).answer_all(clear(KITES), SOME_DAY, say_not_advice=False)
    assert NOT_ADVICE not in told.reply.text


def test_reply_that_is_no_answer_does_not_say_that_it_is_no_advice(build: Build) -> None:
    (told,) = build([]).answer_all(clear(KITES), SOME_DAY, say_not_advice=True)
    assert NOT_ADVICE not in told.reply.text


# What is unclear


@pytest.mark.parametrize(
    ("asked", "may_ask_back", "texts"),
    [
        pytest.param([unclear(KITES)], True, ["Which one?"], id="one"),
        pytest.param([unclear(KITES), unclear(LANTERNS)], True, ["Which one?", "I give up."], id="two"),
        pytest.param(
            [unclear(KITES), unclear(LANTERNS), unclear(KITES, LANTERNS)],
            True,
            ["Which one?", "I give up."],
            id="three",
        ),
        pytest.param([unclear(KITES)], False, ["I give up."], id="after a question back"),
        pytest.param([unclear(KITES), unclear(LANTERNS)], False, ["I give up."], id="two after a question back"),
        pytest.param([*clear(KITES), unclear(LANTERNS)], True, [NO_KITES, "Which one?"], id="beside a clear one"),
        pytest.param([unclear(LANTERNS), *clear(KITES)], True, ["Which one?", NO_KITES], id="before a clear one"),
    ],
)
def test_one_question_of_a_message_is_asked_back(
    build: Build, asked: list[Asked], may_ask_back: bool, texts: list[str]
) -> None:
    told = build([]).answer_all(asked, SOME_DAY, say_not_advice=True, may_ask_back=may_ask_back)
    assert [reply.text for reply, *_ in told] == texts


# What waits for its procedure


def test_first_question_that_waits_has_the_buttons(build: Build) -> None:
    told = build(OF_BOTH).answer_all(clear(Question("kites"), Question("lanterns")), SOME_DAY, say_not_advice=True)
    names = tuple(Button(title=name, message=name) for name in ("HSG", "hysteroscopy"))
    assert [reply for reply, *_ in told] == [
        Reply(text="Which procedure for the kites?", kind="ask", topic="kites", buttons=names),
        Reply(text="And for the lanterns?", kind="ask", topic="lanterns"),
    ]


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(clear(Question("lanterns", HSG)), id="an answer"),
        pytest.param([unclear(Question("lanterns"))], id="an unclear question"),
    ],
)
def test_question_that_alone_waits_has_the_buttons(build: Build, before: list[Asked]) -> None:
    told = build(OF_BOTH).answer_all([*before, *clear(Question("kites"))], SOME_DAY, say_not_advice=True)
    assert told[-1].reply.text == "Which procedure for the kites?"
    assert len(told[-1].reply.buttons) == 2


# What follows the question before


def test_follow_up_leads_with_its_topic(build: Build) -> None:
    assistant = build([row("hsg-kites-clinic", short="Silk.")])
    (told,) = assistant.answer_all(clear(KITES, follows=True), SOME_DAY, say_not_advice=True)
    assert told.reply.text == f"On the kites:\n\nSilk.\n\nNot signed. {NOT_ADVICE}"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (LANTERNS, "Nothing on the lanterns of HSG."),
        (Question("kites"), "Which procedure for the kites?"),
    ],
    ids=["not covered", "procedure asked"],
)
def test_follow_up_without_an_answer_does_not_lead_with_its_topic(build: Build, question: Question, text: str) -> None:
    assistant = build([row("hsg-kites-clinic"), row("hysteroscopy-kites-clinic")])
    (told,) = assistant.answer_all(clear(question, follows=True), SOME_DAY, say_not_advice=True)
    assert told.reply.text == text
