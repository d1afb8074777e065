"""A dialogue about a patient's own dates, turn by turn: asked, told, changed, left, come back to, cancelled."""

import json
from typing import Any

import pytest
from turn import (
    HSG,
    HYSTEROSCOPY,
    OWN_DATES,
    Entity,
    Slots,
    Turn,
    answer,
    answer_several,
    several,
    take_turn,
    tracker,
)

from actions.cancel import ActionCancel
from actions.reject_message import ActionRejectMessage
from bot.wording import Wording

TODAY = "2026-03-09"
FROM_3_MARCH_5_DAYS = ["2026-03-10", "2026-03-14"]
FROM_7_MARCH_ENDED = ["2026-03-10", "2026-03-14"]
FROM_6_MARCH_ENDED = ["2026-03-09", "2026-03-13"]


class Dialogue:
    """Says one thing after the other; the slots go from turn to turn."""

    def __init__(self) -> None:
        self.slots: Slots = {}

    def says(self, text: str, intent: str, *entities: Entity) -> Turn:
        return self._take(answer(intent, *entities, text=text, slots=self.slots, today=TODAY))

    def cancels(self) -> Turn:
        latest = tracker("cancel", text="never mind", slots=self.slots, today=TODAY)
        return self._take(take_turn(ActionCancel(), latest))

    def is_rejected(self) -> Turn:
        latest = tracker("out_of_scope", text="is it sunny", slots=self.slots, ranking=("ask_cost",))
        return self._take(take_turn(ActionRejectMessage(), latest))

    def wishes(self, *entities: Entity) -> Turn:
        return self.says("Work out my own dates please.", "ask_timing", OWN_DATES, *entities)

    @property
    def talk(self) -> dict[str, Any]:
        """What is kept of her dates."""
        kept: dict[str, Any] = json.loads(self.slots["dates_talk"] or "{}")
        return kept

    def _take(self, turn: Turn) -> Turn:
        self.slots = turn.slots
        return turn


@pytest.fixture
def dialogue() -> Dialogue:
    return Dialogue()


def window(turn: Turn) -> list[str]:
    assert turn.reply["kind"] == "dates", turn.reply["text"]
    found: list[str] = turn.reply["dates"]["window"]
    return [*found]


# Asked and told


def test_wish_for_dates_asks_for_her_period(dialogue: Dialogue) -> None:
    turn = dialogue.wishes(HSG)
    assert (turn.reply["kind"], turn.reply["topic"], turn.reply["procedure"]) == ("ask", "timing", "hsg")
    assert dialogue.talk == {"topic": "timing", "detail": "period_start_and_end"}


def test_answer_of_two_days_gives_her_days(dialogue: Dialogue) -> None:
    dialogue.wishes(HSG)
    turn = dialogue.says("it began on 3 March and ended on 7 March", "follow_up")
    assert window(turn) == FROM_7_MARCH_ENDED
    assert [file["type"] for file in turn.reply["files"]] == ["text/calendar", "application/pdf"]
    assert "detail" not in dialogue.talk


def test_days_are_asked_for_one_after_the_other(dialogue: Dialogue) -> None:
    dialogue.wishes(HSG)
    start = dialogue.says("my period started on 3 March", "follow_up")
    assert (start.reply["kind"], dialogue.talk["detail"]) == ("ask", "period_length")
    assert window(dialogue.says("5", "follow_up")) == FROM_3_MARCH_5_DAYS


def test_bare_day_answers_the_question_for_a_day(dialogue: Dialogue) -> None:
    dialogue.says("When can we have sex after the HSG? My own dates please.", "ask_sex_after", HSG, OWN_DATES)
    assert dialogue.talk["detail"] == "procedure_day"
    turn = dialogue.says("5 March", "follow_up")
    assert (turn.reply["topic"], turn.reply["dates"]["free_from"]) == ("sex_after", "2026-03-19")


def test_day_that_is_told_at_once_needs_no_question(dialogue: Dialogue) -> None:
    turn = dialogue.says("my period ended on 7 March, when can I have the HSG", "ask_timing", HSG)
    assert window(turn) == FROM_7_MARCH_ENDED


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("ask_booking", "my period ended on 7 March, when can I book my HSG"),
        ("ask_bleeding_on_day", "my period ended on 7 March, is that ok for the HSG"),
    ],
)
def test_patient_who_tells_of_her_period_gets_her_days(dialogue: Dialogue, intent: str, text: str) -> None:
    turn = dialogue.says(text, intent, HSG)
    assert (turn.reply["topic"], window(turn)) == ("timing", FROM_7_MARCH_ENDED)


def test_dates_are_no_advice_and_this_is_said_once(dialogue: Dialogue, wording: Wording) -> None:
    first = dialogue.says("my period ended on 7 March", "ask_timing", HSG)
    second = dialogue.says("it ended on 6 March", "follow_up")
    not_advice = wording.say("utter_not_advice")
    assert [not_advice in turn.reply["text"] for turn in (first, second)] == [True, False]


# Without a procedure


@pytest.mark.parametrize(("name", "last"), [(HSG, "2026-03-14"), (HYSTEROSCOPY, "2026-03-17")])
def test_days_told_before_the_procedure_are_used_once_it_is_named(dialogue: Dialogue, name: Entity, last: str) -> None:
    asked = dialogue.says("my period ended on 7 March, when can I come", "ask_timing")
    assert (asked.reply["kind"], asked.reply["procedure"]) == ("ask", None)
    assert window(dialogue.says(str(name[1]), "follow_up", name)) == ["2026-03-10", last]


def test_wish_for_dates_is_kept_until_the_procedure_is_named(dialogue: Dialogue) -> None:
    assert dialogue.wishes().reply["procedure"] is None
    turn = dialogue.says("HSG", "follow_up", HSG)
    assert (turn.reply["kind"], dialogue.talk.get("detail")) == ("ask", "period_start_and_end")


# Changed


def test_changed_day_gives_other_days(dialogue: Dialogue) -> None:
    assert window(dialogue.says("my period ended on 7 March", "ask_timing", HSG)) == FROM_7_MARCH_ENDED
    assert window(dialogue.says("sorry, it ended on 6 March", "follow_up")) == FROM_6_MARCH_ENDED


def test_other_procedure_has_days_of_the_same_period(dialogue: Dialogue) -> None:
    dialogue.says("my period ended on 7 March", "ask_timing", HSG)
    turn = dialogue.says("and for a hysteroscopy", "follow_up", HYSTEROSCOPY)
    assert (turn.reply["procedure"], window(turn)) == ("hysteroscopy", ["2026-03-10", "2026-03-17"])


@pytest.mark.parametrize("text", ["no, the 6th", "sorry, 6 March", "6 March"])
def test_bare_day_takes_the_place_of_the_day_told_last(dialogue: Dialogue, text: str) -> None:
    dialogue.says("my period ended on 7 March", "ask_timing", HSG)
    assert window(dialogue.says(text, "follow_up")) == FROM_6_MARCH_ENDED


def test_bare_day_in_another_question_takes_no_place(dialogue: Dialogue) -> None:
    dialogue.says("my period ended on 7 March", "ask_timing", HSG)
    told = dialogue.talk["told"]
    dialogue.says("what does it cost on 6 March", "ask_cost", HSG)
    assert dialogue.talk["told"] == told


def test_day_of_one_procedure_is_not_that_of_the_other(dialogue: Dialogue) -> None:
    dialogue.says("my HSG was on 5 March, when may we have sex", "ask_sex_after", HSG)
    assert dialogue.talk["procedure"] == "hsg"
    text = "my period ended on 7 March, when can I have the hysteroscopy"
    reply = dialogue.says(text, "ask_timing", HYSTEROSCOPY).reply
    assert (reply["kind"], "5 March" in reply["text"]) == ("dates", False)


@pytest.mark.parametrize("stored", ["not JSON", '{"rows": []}'])
def test_talk_of_another_shape_begins_anew(dialogue: Dialogue, stored: str) -> None:
    dialogue.slots = {"dates_talk": stored}
    assert window(dialogue.says("my period ended on 7 March", "ask_timing", HSG)) == FROM_7_MARCH_ENDED


def test_bare_day_answers_beside_a_clear_question(dialogue: Dialogue) -> None:
    dialogue.says("When can we have sex after the HSG? My own dates please.", "ask_sex_after", HSG, OWN_DATES)
    latest = {"text": "5 March. Tell me the cost", "slots": dialogue.slots, "today": TODAY}
    turn = answer_several(several("follow_up", "ask_cost"), **latest)
    assert [reply["kind"] for reply in turn.replies] == ["dates", "answer"]


def test_answer_that_is_also_a_question_for_her_days_keeps_its_procedure(dialogue: Dialogue) -> None:
    dialogue.wishes(HSG)
    latest = {"text": "it ended on 7 March", "slots": dialogue.slots, "today": TODAY}
    assert answer_several(several("follow_up", "ask_timing"), **latest).reply["procedure"] == "hsg"


# Something else in between


def test_question_in_between_is_answered_and_the_dates_wait(dialogue: Dialogue) -> None:
    dialogue.wishes(HSG)
    waiting = dialogue.slots["dates_talk"]
    between = dialogue.says("does it hurt?", "ask_pain", HSG)
    assert (between.reply["kind"], between.reply["topic"]) == ("answer", "pain")
    assert dialogue.slots["dates_talk"] == waiting


@pytest.mark.parametrize("between", ["pain", "cost"])
def test_day_after_another_question_comes_back_to_the_dates(dialogue: Dialogue, between: str) -> None:
    dialogue.wishes(HSG)
    dialogue.says("something else", f"ask_{between}", HSG)
    turn = dialogue.says("it began on 3 March and ended on 7 March", "follow_up")
    assert (turn.reply["topic"], window(turn)) == ("timing", FROM_7_MARCH_ENDED)


def test_rejected_message_leaves_the_dates_open(dialogue: Dialogue) -> None:
    dialogue.wishes(HSG)
    waiting = dialogue.slots["dates_talk"]
    dialogue.is_rejected()
    assert dialogue.slots["dates_talk"] == waiting


def test_question_after_her_dates_is_answered_plainly(dialogue: Dialogue) -> None:
    dialogue.says("my period ended on 7 March", "ask_timing", HSG)
    assert dialogue.says("what does it cost", "ask_cost", HSG).reply["kind"] == "answer"


# Cancelled


def test_cancelled_question_for_a_day_is_open_no_more(dialogue: Dialogue) -> None:
    dialogue.wishes(HSG)
    dialogue.cancels()
    assert dialogue.talk == {"topic": "timing"}
    assert dialogue.says("5 March", "follow_up").reply["kind"] != "dates"


def test_days_told_before_a_cancelled_question_are_kept(dialogue: Dialogue) -> None:
    dialogue.wishes(HSG)
    dialogue.says("my period started on 3 March", "follow_up")
    dialogue.cancels()
    assert "detail" not in dialogue.talk
    assert window(dialogue.says("it ended on 7 March", "follow_up")) == FROM_7_MARCH_ENDED


def test_cancelling_twice_says_that_nothing_is_open(dialogue: Dialogue) -> None:
    dialogue.wishes(HSG)
    first, second = dialogue.cancels(), dialogue.cancels()
    assert first.reply["text"] != second.reply["text"]


# The rest of the conversation


def test_slots_hold_what_rasa_can_store(dialogue: Dialogue) -> None:
    events = dialogue.says("my period ended on 03/02, started 27 February", "ask_timing", HSG).events
    assert json.loads(json.dumps(events)) == events


def test_conversation_without_dates_keeps_none(dialogue: Dialogue) -> None:
    dialogue.says("does it hurt", "ask_pain", HSG)
    assert dialogue.slots["dates_talk"] is None
