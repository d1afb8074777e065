"""What a patient is told of warning signs: how urgent, whom to call at this hour, and never that a sign is harmless."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from told_days import calendar

from bot.files import DATA, read_yaml
from bot.knowledge.read import read_entries_of_checklist
from bot.knowledge.shapes import Knowledge, SourceOfRow
from bot.opening import opening_of
from bot.question import Phase, Procedure
from bot.reply import Level
from bot.safety.shapes import Sign, WarningSigns
from bot.safety.urgent import Alarm, UrgentTeller, alarm_of
from bot.settings import Clinic
from bot.wording import Wording, read_sentences

SHANGHAI = ZoneInfo("Asia/Shanghai")
TUESDAY_MORNING = datetime(2026, 3, 10, 10, tzinfo=SHANGHAI)
TUESDAY_EVENING = TUESDAY_MORNING.replace(hour=20)
SUNDAY_MORNING = TUESDAY_MORNING.replace(day=8)
SPRING_FESTIVAL = TUESDAY_MORNING.replace(month=2, day=17)
FRONT_DESK, NURSE = "Front desk +86 21 5550 0100", "Nurse on call +86 21 5550 0199"
LEVELS: list[Level] = ["emergency", "clinic_now", "before_visit"]
SOOTHING = re.compile(
    r"harmless|normal|nothing to worry|not worry|no need to worry|no cause for|not dangerous|not serious|not urgent|"
    r"usual|common|expected|passes|goes away|wait and see|\bfine\b|\bsafe\b",
    re.IGNORECASE,
)


def sign(name: str, level: Level, level_before: Level | None = None) -> Sign:
    source = SourceOfRow(id="HSG-BOOK", section="Page of kites")
    return Sign(
        id=name, name=f"a {name}", level=level, level_before=level_before, facts=("C01",), sources=(source,),
        patterns=(name,),
    )  # fmt: skip


MADE_UP = WarningSigns(
    thresholds=(),
    words=(),
    cues=(),
    signs=(
        sign("tear", "before_visit"),
        sign("knot", "clinic_now", "before_visit"),
        sign("spark", "clinic_now"),
        sign("fire", "emergency"),
    ),
)


def alarm(names: list[str], phase: Phase | None = None) -> Alarm:
    found = alarm_of(names, MADE_UP, phase)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def teller(signs: WarningSigns, wording: Wording, clinic: Clinic) -> UrgentTeller:
    return UrgentTeller(signs, wording, opening_of(clinic))


def of_level(signs: WarningSigns, level: Level) -> Alarm:
    """Return an alarm of one shipped sign of a level."""
    name = next(sign.id for sign in signs.signs if sign.level == level)
    found = alarm_of([name], signs)
    assert found is not None
    return found


# How urgent


@pytest.mark.parametrize(
    ("names", "phase", "level", "order"),
    [
        pytest.param(["fire"], None, "emergency", ["fire"], id="one"),
        pytest.param(["knot"], None, "clinic_now", ["knot"], id="phase not known"),
        pytest.param(["knot"], Phase.AFTER, "clinic_now", ["knot"], id="after"),
        pytest.param(["knot"], Phase.DAY, "clinic_now", ["knot"], id="on the day"),
        pytest.param(["knot"], Phase.BEFORE, "before_visit", ["knot"], id="before"),
        pytest.param(["spark"], Phase.BEFORE, "clinic_now", ["spark"], id="before changes not every sign"),
        pytest.param(["fire"], Phase.BEFORE, "emergency", ["fire"], id="before changes no emergency"),
        pytest.param(["tear", "fire"], None, "emergency", ["fire", "tear"], id="most urgent first"),
        pytest.param(["fire", "tear"], None, "emergency", ["fire", "tear"], id="whatever was seen first"),
        pytest.param(["knot", "spark"], None, "clinic_now", ["knot", "spark"], id="equals in the order of the data"),
        pytest.param(["knot", "spark"], Phase.BEFORE, "clinic_now", ["spark", "knot"], id="order of the phase"),
        pytest.param(["tear", "tear"], None, "before_visit", ["tear"], id="one twice"),
        pytest.param(["moon", "tear"], None, "before_visit", ["tear"], id="unknown names are passed over"),
    ],
)
def test_alarm_has_the_level_of_its_most_urgent_sign(
    names: list[str], phase: Phase | None, level: Level, order: list[str]
) -> None:
    found = alarm(names, phase)
    assert (found.level, [one.id for one in found.signs]) == (level, order)


@pytest.mark.parametrize(
    ("names", "phase", "may_wait"),
    [(["tear"], None, True), (["knot"], Phase.BEFORE, True), (["knot"], None, False), (["tear", "fire"], None, False)],
)
def test_alarm_may_wait_where_no_sign_must_be_told_today(names: list[str], phase: Phase | None, may_wait: bool) -> None:
    assert alarm(names, phase).may_wait is may_wait


def test_alarm_says_what_its_signs_say_of_her() -> None:
    signs = tuple(sign("tear", "clinic_now").model_copy(update={"condition": name}) for name in ("torn", None, "wet"))
    assert Alarm("clinic_now", signs).conditions == {"torn", "wet"}


def test_conditions_of_the_shipped_signs_are_known_and_asked_by_the_checklist(
    signs: WarningSigns, knowledge: Knowledge
) -> None:
    named = {one.condition for one in signs.signs if one.condition}
    asked = {name for entry in read_entries_of_checklist() for name in entry.revealed_by}
    assert named
    assert named <= asked & {condition.id for condition in knowledge.conditions}


@pytest.mark.parametrize("names", [[], ["moon"]], ids=["nothing", "no sign"])
def test_nothing_gives_no_alarm(names: list[str]) -> None:
    assert alarm_of(names, MADE_UP) is None


# What is told


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("now", "answering", "silent", "hours"),
    [
        pytest.param(TUESDAY_MORNING, FRONT_DESK, NURSE, "utter_urgent_open", id="in hours"),
        pytest.param(TUESDAY_EVENING, NURSE, FRONT_DESK, "utter_urgent_closed", id="out of hours"),
        pytest.param(SUNDAY_MORNING, NURSE, FRONT_DESK, "utter_urgent_closed", id="Sunday"),
        pytest.param(SPRING_FESTIVAL, NURSE, FRONT_DESK, "utter_urgent_closed", id="public holiday"),
    ],
)
def test_phone_that_answers_at_this_hour_is_told_and_no_other(
    teller: UrgentTeller, level: Level, now: datetime, answering: str, silent: str, hours: str
) -> None:
    text = teller.tell(of_level(teller.signs, level), now).text
    assert answering in text
    assert silent not in text
    assert teller.wording.say(hours) in text


def test_hour_is_that_of_the_clinic(teller: UrgentTeller) -> None:
    evening_in_london = datetime(2026, 3, 10, 1, tzinfo=ZoneInfo("Europe/London"))
    assert FRONT_DESK in teller.tell(of_level(teller.signs, "clinic_now"), evening_in_london).text


def test_every_phone_is_told_where_none_answers_at_this_hour(
    signs: WarningSigns, wording: Wording, clinic: Clinic
) -> None:
    day_only = calendar(clinic, phones=[clinic.phones[0].model_dump()])
    told = UrgentTeller(signs, wording, day_only).tell(of_level(signs, "clinic_now"), TUESDAY_EVENING)
    assert clinic.phone_line in told.text


@pytest.mark.parametrize("phase", [None, *Phase])
def test_every_sign_is_named_with_its_level_and_the_numbers(
    teller: UrgentTeller, clinic: Clinic, phase: Phase | None
) -> None:
    told = {one.id: (one, alarm_of([one.id], teller.signs, phase)) for one in teller.signs.signs}
    assert told
    for name, (one, found) in told.items():
        assert found is not None
        reply = teller.tell(found, TUESDAY_MORNING)
        missing = [part for part in (one.name, clinic.emergency_number, FRONT_DESK) if part not in reply.text]
        assert (name, missing) == (name, [])
        assert reply.rules == (f"warning-sign-{name.replace('_', '-')}",)


def test_emergency_comes_before_the_clinic(teller: UrgentTeller, clinic: Clinic) -> None:
    text = teller.tell(of_level(teller.signs, "emergency"), TUESDAY_MORNING).text
    assert text.index(f"Call {clinic.emergency_number}") < text.index(FRONT_DESK)


def test_several_signs_are_named_in_one_sentence(teller: UrgentTeller) -> None:
    found = alarm_of([one.id for one in teller.signs.signs[:3]], teller.signs)
    assert found is not None
    first, second, third = (one.name for one in found.signs)
    reply = teller.tell(found, TUESDAY_MORNING)
    assert f"{first}, {second} and {third}" in reply.text
    assert len(reply.rules) == 3


@pytest.mark.parametrize("level", LEVELS)
def test_reply_is_urgent_and_has_the_level(teller: UrgentTeller, level: Level) -> None:
    reply = teller.tell(of_level(teller.signs, level), TUESDAY_MORNING, Procedure.HSG)
    assert (reply.kind, reply.level, reply.procedure, reply.topic) == ("urgent", level, Procedure.HSG, None)


@pytest.mark.parametrize(("level", "offered"), [("emergency", 0), ("clinic_now", 1), ("before_visit", 1)])
def test_person_is_offered_unless_it_is_an_emergency(teller: UrgentTeller, level: Level, offered: int) -> None:
    title = teller.wording.say("utter_person_button")
    reply = teller.tell(of_level(teller.signs, level), TUESDAY_MORNING)
    assert [button.title for button in reply.buttons] == [title] * offered


def test_sources_of_every_sign_are_shown_once(teller: UrgentTeller) -> None:
    everything = alarm_of([one.id for one in teller.signs.signs], teller.signs)
    assert everything is not None
    shown = teller.tell(everything, TUESDAY_MORNING).sources
    wanted = {(source.id, source.section) for one in teller.signs.signs for source in one.sources}
    assert {(line.id, line.section) for line in shown} == wanted
    assert len(shown) == len(wanted)
    assert {line.title for line in shown} == {teller.wording.sources[line.id].title for line in shown}


# What is never said


@pytest.mark.parametrize("name", sorted(read_yaml(DATA / "responses" / "urgent.yml")["responses"]))
def test_no_sentence_makes_light_of_a_sign(name: str) -> None:
    assert SOOTHING.search(read_sentences()[name]) is None


def test_no_name_of_a_sign_makes_light_of_it(signs: WarningSigns) -> None:
    assert [one.name for one in signs.signs if SOOTHING.search(one.name)] == []


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_says_to_call_and_that_nobody_signed_it_off(teller: UrgentTeller, level: Level) -> None:
    text = teller.tell(of_level(teller.signs, level), TUESDAY_MORNING).text
    assert teller.wording.say("utter_urgent_guidance") in text
    assert "call" in text.lower()
