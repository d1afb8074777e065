"""Replies made of what the table tells: text, source, buttons, and what is said when nothing is told."""

from datetime import date

import pytest
from made_up import Build, conflict, row, signed

from bot.answer import FIRST_TOPICS, Assistant
from bot.knowledge.look_up import told_row
from bot.knowledge.shapes import Row
from bot.question import Asked, Procedure, Question
from bot.reply import Button, Reply, SourceLine
from bot.settings import Clinic
from bot.wording import MissingSentence

HSG, HYSTEROSCOPY = Procedure.HSG, Procedure.HYSTEROSCOPY
KITES = Question("kites", HSG)
PERSON = Button(title="A person", message="A person")


def ask(message: str) -> Button:
    return Button(title=message, message=message)


def test_answer_holds_text_source_rules_and_next_buttons(build: Build) -> None:
    assistant = build([row("hsg-lanterns-clinic", short="A lantern.")])
    assert assistant.answer(Question("lanterns", HSG)) == Reply(
        text="A lantern.\n\nNot signed.",
        kind="answer",
        topic="lanterns",
        procedure=HSG,
        rules=("hsg-lanterns-clinic",),
        sources=(SourceLine(id="T1", title="Book of kites", section="Page of kites", url=None),),
        buttons=(ask("What about HSG kites?"),),
    )


def test_reference_after_a_house_rule_is_told_as_what_holds_in_general(build: Build) -> None:
    assistant = build([row("hsg-kites-reference", short="Paper."), row("hsg-kites-clinic", short="Silk.")])
    reply = assistant.answer(KITES)
    assert (reply.text, reply.more) == ("Silk.\n\nNot signed.", "In general: Paper.")


def test_reference_alone_is_told_as_it_stands(build: Build) -> None:
    assert build([row("hsg-kites-reference", short="Paper.")]).answer(KITES).text == "Paper.\n\nNot signed."


def test_conflicts_are_told_after_the_rows_each_with_what_decides(build: Build) -> None:
    rows = [row("hsg-kites-clinic", short="Silk."), row("hsg-kites-reference", short="Paper.")]
    differ = [
        conflict("X1", ["hsg-kites-clinic"], ["kites"], told="Silk or paper.", decides="You decide."),
        conflict("X2", ["hsg-kites-reference"], ["kites"], told="Red or blue.", decides="We decide."),
    ]
    reply = build(rows, differ).answer(KITES)
    assert reply.text == "Silk.\n\nThey differ: Silk or paper. You decide. Red or blue. We decide.\n\nNot signed."
    assert reply.more == "In general: Paper."


def test_who_decides_is_told_once_where_it_is_the_same(build: Build) -> None:
    rows = [row("hsg-kites-clinic", short="Silk.")]
    differ = [
        conflict(name, ["hsg-kites-clinic"], ["kites"], told=f"{name}.", decides="We decide.") for name in ("X1", "X2")
    ]
    assert build(rows, differ).answer(KITES).text == "Silk.\n\nThey differ: X1. X2. We decide.\n\nNot signed."


@pytest.mark.parametrize("kind", ["tension", "look_alike"])
def test_difference_that_is_none_at_heart_stands_behind_the_button(build: Build, kind: str) -> None:
    differ = [conflict("X1", ["hsg-kites-clinic"], ["kites"], kind=kind, told="Silk or paper.", decides="You decide.")]
    reply = build([row("hsg-kites-clinic", short="Silk.")], differ).answer(KITES)
    assert (reply.text, reply.more) == ("Silk.\n\nNot signed.", "They differ: Silk or paper. You decide.")


def test_more_holds_the_rest_of_the_house_rule_then_what_holds_in_general(build: Build) -> None:
    rows = [
        row("hsg-kites-clinic", short="Silk.", more="It is light."),
        row("hsg-kites-reference", short="Paper.", more="It is cheap."),
    ]
    reply = build(rows).answer(KITES)
    assert reply.text == "Silk.\n\nNot signed."
    assert reply.more == "It is light.\n\nIn general: Paper. It is cheap."


def test_what_holds_for_her_alone_is_told_at_once_by_whom_ever(build: Build) -> None:
    rows = [
        row("hsg-kites-clinic", short="Silk."),
        row("hsg-kites-windy-reference", short="Hold on tight.", conditions=["windy"]),
    ]
    reply = build(rows).answer(Question("kites", HSG, frozenset({"windy"})))
    assert reply.text == "Silk.\n\nIn general: Hold on tight.\n\nNot signed."


def test_that_nothing_is_known_is_no_answer_and_offers_a_person(build: Build) -> None:
    rows = [
        row("hsg-kites-clinic", kind="not_covered", sources=[], facts=["B26"], short="Nobody knows. Ask the clinic.")
    ]
    reply = build(rows).answer(KITES)
    assert (reply.kind, reply.rules) == ("not_covered", ("hsg-kites-clinic",))
    assert PERSON in reply.buttons


def test_that_nothing_is_known_of_her_case_is_told_beside_what_is(build: Build) -> None:
    rows = [
        row("hsg-kites-clinic", short="Silk."),
        row("hsg-kites-windy-clinic", conditions=["windy"], kind="not_covered", short="Nothing on wind."),
    ]
    reply = build(rows).answer(Question("kites", HSG, frozenset({"windy"})))
    assert (reply.kind, reply.text) == ("answer", "Nothing on wind.\n\nSilk.\n\nNot signed.")


def test_general_row_that_knows_nothing_is_not_told_beside_an_answer(build: Build) -> None:
    rows = [
        row("hsg-kites-clinic", kind="not_covered", short="Nobody knows."),
        row("hsg-kites-reference", short="Paper."),
    ]
    assert build(rows).answer(KITES).rules == ("hsg-kites-reference",)


@pytest.mark.parametrize(("today", "says"), [(date(2099, 1, 31), False), (date(2099, 2, 1), True)])
def test_row_past_its_review_is_told_and_says_so(build: Build, today: date, says: bool) -> None:
    text = build([row("hsg-kites-clinic", short="Silk.")]).answer(KITES, today).text
    assert text.startswith("Silk.")
    assert ("Overdue since Saturday 31 January 2099." in text) is says


def test_unsigned_row_is_not_quoted_where_the_clinic_demands_signatures(build: Build) -> None:
    rows = [row("hsg-kites-clinic", short="Silk."), signed(row("hsg-kites-reference", short="Paper."))]
    reply = build(rows, require_sign_off=True).answer(KITES)
    signature = "Signed by Dr Kite on Saturday 31 January 2026."
    assert (reply.text, reply.more, reply.rules) == (f"Paper.\n\n{signature}", None, ("hsg-kites-reference",))


def test_answer_all_of_whose_rows_are_signed_says_by_whom_and_when(build: Build) -> None:
    rows = [
        signed(row("hsg-kites-clinic", short="Silk.")),
        signed(row("hsg-kites-reference", short="Paper.")) | {"reviewer": "Dr Reed", "reviewed_on": "2026-02-02"},
    ]
    text = build(rows).answer(KITES).text
    assert text == (
        "Silk.\n\nSigned by Dr Kite on Saturday 31 January 2026. Signed by Dr Reed on Monday 2 February 2026."
    )


def test_answer_with_one_unsigned_row_says_unsigned(build: Build) -> None:
    rows = [signed(row("hsg-kites-clinic", short="Silk.")), row("hsg-kites-reference", short="Paper.")]
    assert build(rows).answer(KITES).text == "Silk.\n\nNot signed."


def test_row_that_is_tried_out_is_told_in_the_place_of_its_last_version(build: Build) -> None:
    assistant = build([row("hsg-kites-clinic", short="Silk."), row("hsg-kites-reference", short="Paper.")])
    known = assistant.wording.sources
    for name, short, expected in (
        ("hsg-kites-clinic", "Cotton.", ("Cotton.", "In general: Paper.")),
        ("hsg-kites-guideline", "Linen.", ("Silk.", "In general: Linen.\n\nIn general: Paper.")),
    ):
        tried = told_row(Row.model_validate(row(name, short=short)), known)
        reply = assistant.answer(KITES, instead=tried)
        assert (reply.text.partition("\n")[0], reply.more) == expected
    assert assistant.answer(KITES).text.startswith("Silk.")


def test_procedure_that_she_did_not_name_is_told_first(build: Build) -> None:
    reply = build([row("hsg-kites-clinic", short="Silk.")]).answer(Question("kites"))
    assert reply.text == "For HSG:\n\nSilk.\n\nNot signed."
    assert reply.procedure is HSG


def test_answer_for_both_names_no_procedure(build: Build) -> None:
    reply = build([row("both-kites-clinic", short="Silk.")]).answer(Question("kites"))
    assert reply.text == "Silk.\n\nNot signed."
    assert reply.procedure is None


def test_source_of_two_rows_is_named_once(build: Build) -> None:
    rows = [row("hsg-kites-windy-clinic", conditions=["windy"]), row("hsg-kites-rainy-clinic", conditions=["rainy"])]
    reply = build(rows).answer(Question("kites", HSG, frozenset({"windy", "rainy"})))
    assert reply.rules == ("hsg-kites-windy-clinic", "hsg-kites-rainy-clinic")
    assert [source.id for source in reply.sources] == ["T1"]


def test_other_procedure_is_offered_when_it_has_rows(build: Build) -> None:
    reply = build([row("hsg-kites-clinic"), row("hysteroscopy-kites-clinic")]).answer(KITES)
    assert reply.buttons == (ask("And hysteroscopy?"),)


def test_next_topics_are_asked_without_a_procedure_after_an_answer_for_both(build: Build) -> None:
    reply = build([row("both-lanterns-clinic")]).answer(Question("lanterns"))
    assert reply.buttons == (ask("What about test kites?"),)


def test_procedure_is_asked_for_with_a_button_each(build: Build) -> None:
    assistant = build([row("hsg-kites-clinic"), row("hysteroscopy-kites-clinic")])
    assert assistant.answer(Question("kites")) == Reply(
        text="Which procedure for the kites?",
        kind="ask",
        topic="kites",
        buttons=(ask("HSG"), ask("hysteroscopy")),
    )


def test_condition_is_asked_for_with_its_label_and_a_person(build: Build) -> None:
    assistant = build([row("hsg-kites-windy-clinic", conditions=["windy"])])
    assert assistant.answer(KITES) == Reply(
        text="Your case of the kites (HSG)?",
        kind="ask",
        topic="kites",
        procedure=HSG,
        buttons=(ask("It is windy"), PERSON),
    )


def test_what_is_not_covered_is_said_and_a_person_offered(build: Build) -> None:
    assert build([]).answer(Question("kites")) == Reply(
        text="Nothing on the kites.", kind="not_covered", topic="kites", buttons=(PERSON,)
    )


def test_what_is_not_covered_for_a_procedure_offers_the_other_first(build: Build) -> None:
    assert build([row("hysteroscopy-kites-clinic")]).answer(KITES) == Reply(
        text="Nothing on the kites of HSG.",
        kind="not_covered",
        topic="kites",
        procedure=HSG,
        buttons=(ask("And hysteroscopy?"), PERSON),
    )


def test_clinic_that_demands_sign_off_tells_signed_rows_alone(build: Build) -> None:
    rows = [row("hsg-kites-clinic", short="Silk."), signed(row("hsg-kites-reference", short="Paper."))]
    told = build(rows, require_sign_off=True).answer(KITES).text
    assert told == "Paper.\n\nSigned by Dr Kite on Saturday 31 January 2026."


def test_clinic_that_demands_sign_off_says_nothing_unsigned(build: Build) -> None:
    assert build([row("hsg-kites-clinic")], require_sign_off=True).answer(KITES).kind == "not_covered"


def test_small_talk_says_the_sentence_of_its_intent(build: Build) -> None:
    assert build([]).small_talk("greet") == Reply(text="Hello.", kind="smalltalk")


def test_small_talk_without_a_sentence_is_an_error(build: Build) -> None:
    with pytest.raises(MissingSentence, match="utter_juggle"):
        build([]).small_talk("juggle")


def test_likely_questions_are_offered_the_likeliest_first(build: Build) -> None:
    assert build([]).did_you_mean([KITES, Question("lanterns", HSG)]) == Reply(
        text="Which one?",
        kind="ask",
        topic="kites",
        procedure=HSG,
        buttons=(ask("What about HSG kites?"), ask("What about HSG lanterns?")),
    )


def test_message_that_stays_unclear_is_given_up_and_a_person_offered(build: Build) -> None:
    assert build([]).give_up() == Reply(text="I give up.", kind="not_covered", buttons=(PERSON,))


@pytest.mark.parametrize(
    ("topics", "labels"),
    [
        (["kites"], "the kites"),
        (["lanterns", "kites"], "the lanterns, the kites"),
        (["kites", "lanterns", "kites"], "the kites, the lanterns"),
    ],
    ids=["one", "in order", "each once"],
)
def test_message_that_asks_too_much_is_told_what_was_taken(build: Build, topics: list[str], labels: str) -> None:
    taken = [Asked((Question(topic, HSG),)) for topic in topics]
    assert build([]).too_many(taken) == Reply(text=f"I took {labels}.", kind="notice")


def test_message_about_something_else_is_declined(build: Build) -> None:
    assert build([]).reject() == Reply(text="Not my field.", kind="not_covered", buttons=(PERSON,))


def test_person_is_reached_by_the_clinics_phones(build: Build, clinic: Clinic) -> None:
    assert build([]).hand_off() == Reply(text=f"Ring {clinic.phone_line}.", kind="handoff")


@pytest.mark.parametrize(("procedure", "name"), [(HSG, "HSG"), (HYSTEROSCOPY, "hysteroscopy"), (None, "test")])
def test_patient_who_names_no_topic_is_offered_what_most_ask(
    assistant: Assistant, procedure: Procedure | None, name: str
) -> None:
    reply = assistant.ask_what_about(procedure)
    assert (reply.kind, reply.topic, reply.procedure) == ("ask", None, procedure)
    assert len(reply.buttons) == len(FIRST_TOPICS)
    assert [button.message for button in reply.buttons if name not in button.message] == []
