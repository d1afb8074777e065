"""One message, several questions: each answered once and in order, of the procedure that it means."""

import pytest
from turn import ABNORMAL_HSG, HSG, HYSTEROSCOPY, OUT_OF_TOWN, Entity, Found, Slots, answer, answer_several, several

from bot.answer import Assistant
from bot.wording import Wording

FIRST, SECOND, THIRD, FOURTH = 12, 22, 32, 42  # places inside the first questions of `several`
BEFORE_BOTH, AFTER_BOTH = 2, 32  # places that lie in neither of two
Answered = list[tuple[str, str | None]]


def at(entity: Entity, place: int) -> Entity:
    return (*entity, place)


# In order, each once


@pytest.mark.parametrize(
    ("questions", "told"),
    [
        pytest.param(["ask_timing", "ask_cost"], [("answer", "timing"), ("answer", "cost")], id="two"),
        pytest.param(["ask_cost", "ask_timing"], [("answer", "cost"), ("answer", "timing")], id="the other way round"),
        pytest.param(
            ["ask_pain", "ask_period_after", "ask_steps"],
            [("answer", "pain"), ("not_covered", "period_after"), ("answer", "steps")],
            id="answered, not covered, answered",
        ),
        pytest.param(["ask_pain", "ask_cost", "ask_pain"], [("answer", "pain"), ("answer", "cost")], id="one twice"),
        pytest.param(
            ["ask_pain", "ask_cost", "ask_timing", "ask_steps"],
            [("answer", "pain"), ("answer", "cost"), ("answer", "timing"), ("answer", "steps")],
            id="four",
        ),
    ],
)
def test_questions_of_a_message_are_answered_in_order_and_once(questions: list[str], told: Answered) -> None:
    replies = answer_several(several(*questions), HSG).replies
    assert [(reply["kind"], reply["topic"]) for reply in replies] == told


@pytest.mark.usefixtures("gaps")
def test_questions_that_are_answered_not_covered_and_asked_back_keep_their_order() -> None:
    questions = several("ask_kites", "ask_kites", "ask_lanterns", "ask_kites")
    replies = answer_several(
        questions, at(HSG, FIRST), at(HYSTEROSCOPY, SECOND), at(HSG, THIRD), at(HSG, FOURTH)
    ).replies
    assert [(reply["kind"], reply["topic"], reply["procedure"]) for reply in replies] == [
        ("answer", "kites", "hsg"),
        ("not_covered", "kites", "hysteroscopy"),
        ("ask", "lanterns", "hsg"),
    ]


def test_general_information_is_said_with_the_first_answer_alone(wording: Wording) -> None:
    replies = answer_several(several("ask_period_after", "ask_pain", "ask_cost"), HSG).replies
    assert [reply["kind"] for reply in replies] == ["not_covered", "answer", "answer"]
    assert [wording.say("utter_not_advice") in reply["text"] for reply in replies] == [False, True, False]


def test_what_is_said_of_her_holds_for_every_question() -> None:
    replies = answer_several(several("ask_cost", "ask_timing"), HSG, OUT_OF_TOWN).replies
    assert replies[1]["rules"][0] == "hsg-timing-out-of-town-clinic"


# Which procedure is meant


@pytest.mark.parametrize(
    ("entities", "slots", "procedures"),
    [
        pytest.param(
            [at(HSG, FIRST), at(HYSTEROSCOPY, SECOND)], {}, ["hsg", "hysteroscopy"], id="each question its own"
        ),
        pytest.param(
            [at(HSG, BEFORE_BOTH), at(HYSTEROSCOPY, SECOND)], {}, ["hsg", "hysteroscopy"], id="own beats the told one"
        ),
        pytest.param(
            [at(HYSTEROSCOPY, FIRST), at(HSG, AFTER_BOTH)],
            {},
            ["hysteroscopy", "hsg"],
            id="own beats the one told after it",
        ),
        pytest.param([at(HSG, BEFORE_BOTH)], {}, ["hsg", "hsg"], id="told before holds for all"),
        pytest.param([at(HYSTEROSCOPY, AFTER_BOTH)], {}, ["hysteroscopy"] * 2, id="told after holds for all"),
        pytest.param(
            [at(HSG, BEFORE_BOTH), at(HYSTEROSCOPY, AFTER_BOTH)],
            {},
            ["hsg", "hysteroscopy", "hsg", "hysteroscopy"],
            id="both told, both answered",
        ),
        pytest.param(
            [at(HSG, FIRST), at(HYSTEROSCOPY, FIRST)],
            {},
            ["hsg", "hysteroscopy", "hysteroscopy"],
            id="both in the first, the second goes on with the last",
        ),
        pytest.param([at(HSG, FIRST)], {}, ["hsg", "hsg"], id="the second goes on with that of the first"),
        pytest.param([], {"procedure": "hysteroscopy"}, ["hysteroscopy"] * 2, id="named in an earlier message"),
        pytest.param(
            [at(HSG, BEFORE_BOTH)], {"procedure": "hysteroscopy"}, ["hsg", "hsg"], id="told beats an earlier message"
        ),
        pytest.param(
            [at(HSG, SECOND)], {"procedure": "hysteroscopy"}, ["hysteroscopy", "hsg"], id="own beats an earlier message"
        ),
    ],
)
def test_question_is_answered_for_the_procedure_it_means(
    entities: list[Entity], slots: Slots, procedures: list[str]
) -> None:
    replies = answer_several(several("ask_timing", "ask_steps"), *entities, slots=slots).replies
    assert [reply["procedure"] for reply in replies] == procedures
    assert {reply["kind"] for reply in replies} == {"answer"}


@pytest.mark.parametrize(("place", "procedure"), [(9, "hsg"), (10, "hysteroscopy"), (19, "hysteroscopy"), (20, "hsg")])
def test_question_holds_a_name_from_its_first_character_to_its_last(place: int, procedure: str) -> None:
    (question,) = several("ask_timing")
    turn = answer("ask_timing", at(HSG, 2), at(HYSTEROSCOPY, place), questions=[question])
    assert turn.replies[-1]["procedure"] == "hysteroscopy"
    assert turn.replies[0]["procedure"] == procedure


# Two that wait for the procedure


def test_second_question_that_waits_says_that_it_waits_and_has_no_buttons(wording: Wording) -> None:
    first, second = answer_several(several("ask_timing", "ask_steps")).replies
    assert [reply["kind"] for reply in (first, second)] == ["ask", "ask"]
    assert first["text"] == wording.say("utter_ask_procedure", topic=wording.topic_label("timing"))
    assert second["text"] == wording.say("utter_ask_procedure_also", topic=wording.topic_label("steps"))
    assert len(first["buttons"]) == 2
    assert second["buttons"] == []


@pytest.mark.parametrize(("name", "procedure"), [(HSG, "hsg"), (HYSTEROSCOPY, "hysteroscopy")])
def test_name_of_the_procedure_answers_both_questions_that_wait(name: Entity, procedure: str) -> None:
    asked = answer_several(several("ask_timing", "ask_steps"))
    told = answer("follow_up", name, slots=asked.slots).replies
    assert [(reply["kind"], reply["topic"], reply["procedure"]) for reply in told] == [
        ("answer", "timing", procedure),
        ("answer", "steps", procedure),
    ]


def test_name_of_the_procedure_answers_the_one_that_waits_beside_one_that_was_answered() -> None:
    asked = answer_several(several("ask_timing", "ask_comparison"), ABNORMAL_HSG)
    assert [reply["kind"] for reply in asked.replies] == ["ask", "answer"]
    assert [reply["topic"] for reply in answer("follow_up", HSG, slots=asked.slots).replies] == ["timing"]


def test_question_that_waits_beside_an_unclear_one_has_its_buttons(wording: Wording) -> None:
    unclear, waiting = answer_several(several("nlu_fallback ask_pain ask_cost", "ask_timing")).replies
    assert unclear["text"] == wording.say("utter_did_you_mean")
    assert waiting["text"] == wording.say("utter_ask_procedure", topic=wording.topic_label("timing"))
    assert len(waiting["buttons"]) == 2


# What follows the question before


def test_follow_up_leads_with_the_topic_it_was_understood_as(wording: Wording) -> None:
    reply = answer("ask_pain", HSG, questions=[Found("ask_pain", follows=True)]).reply
    lead = wording.say("utter_on_topic", topic=wording.topic_label("pain"))
    assert reply["text"].startswith(f"{lead}\n\n")
    assert reply["text"].count(lead) == 1


@pytest.mark.parametrize(
    ("intent", "procedure", "follows", "kind"),
    [
        pytest.param("ask_kites", HSG, False, "answer", id="its own question"),
        pytest.param("ask_kites", HYSTEROSCOPY, True, "not_covered", id="not covered"),
        pytest.param("ask_lanterns", HYSTEROSCOPY, True, "not_covered", id="not covered, as a row says"),
        pytest.param("ask_lanterns", HSG, True, "ask", id="asked back"),
    ],
)
def test_nothing_else_leads_with_the_topic(
    gaps: Assistant, intent: str, procedure: Entity, follows: bool, kind: str
) -> None:
    reply = answer(intent, procedure, questions=[Found(intent, follows=follows)]).reply
    label = gaps.wording.topic_label(intent.removeprefix("ask_"))
    assert reply["kind"] == kind
    assert not reply["text"].startswith(gaps.wording.say("utter_on_topic", topic=label))


# More than can be answered at once


def test_message_that_asks_too_much_ends_with_what_was_taken(wording: Wording) -> None:
    taken = ["pain", "cost", "timing", "steps"]
    *answers, notice = answer_several(several(*(f"ask_{topic}" for topic in taken)), HSG, too_many=True).replies
    assert [reply["topic"] for reply in answers] == taken
    labels = ", ".join(wording.topic_label(topic) for topic in taken)
    assert notice["kind"] == "notice"
    assert notice["text"] == wording.say("utter_too_many", topics=labels)
    assert notice["buttons"] == []


def test_topic_that_was_taken_twice_is_named_once(wording: Wording) -> None:
    questions = several("ask_pain", "ask_cost", "ask_pain")
    notice = answer_several(questions, HSG, HYSTEROSCOPY, too_many=True).replies[-1]
    assert notice["text"] == wording.say(
        "utter_too_many", topics=", ".join(wording.topic_label(topic) for topic in ("pain", "cost"))
    )


def test_message_that_does_not_ask_too_much_has_no_notice() -> None:
    replies = answer_several(several("ask_pain", "ask_cost"), HSG).replies
    assert [reply["kind"] for reply in replies] == ["answer", "answer"]
