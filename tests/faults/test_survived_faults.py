"""What is promised to patients while something breaks and after it, for every fault of `breakdowns.py`.

Each fault happens once: two conversations begin before it, messages of four patients are sent together during it, and
the conversations go on after it. `pytest -m faults` runs these alone and prints the figures.
"""

import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from breakdowns import FAULTS, Fault
from patients import (
    FOLLOW_UP,
    PAIN_OF_HSG,
    TIMING_OF_HYSTEROSCOPY,
    UNRELATED,
    WARNING_SIGN,
    Sending,
    Told,
    begin,
    send,
    send_together,
)
from worlds import REPLY_SECONDS, World

from bot.settings import Clinic

pytestmark = [pytest.mark.stack, pytest.mark.faults]

MOST_SECONDS = 5.0 + 1.0  # what is promised, and what a busy machine of two cores may add
BACK_WITHIN_SECONDS = 60.0  # or, where the whole stack took longer to start on this machine, within that time
GIVE_UP_SECONDS = 300.0
LONGEST_TEXT = 10_000
NOT_FOR_PATIENTS = re.compile(r"\bNone\b|[{}]|Traceback|\bError\b")


@dataclass(frozen=True)
class Course:
    """What happened around one fault: what was told, what was kept, and when answers came again. Units: seconds."""

    fault: Fault
    during: list[Told]
    warned: Told
    back_after: float
    back_within: float
    kept: Counter[str]
    remembered: Told
    again: list[Told]
    kept_in_the_end: Counter[str]

    @property
    def all_during(self) -> list[Told]:
        return [*self.during, self.warned]

    @property
    def answered(self) -> list[Told]:
        return [told for told in self.during if told.status == 200]

    @property
    def refused(self) -> list[Told]:
        return [told for told in self.during if told.status != 200]


@pytest.fixture(scope="module", params=FAULTS, ids=lambda fault: str(fault.id))
def course(request: pytest.FixtureRequest, tell: Callable[[str], None]) -> Course:
    """Let a fault happen, and note what patients are told before, during and after it."""
    fault: Fault = request.param
    world: World = request.getfixturevalue(fault.world)
    if fault.needs_disk and world.disk is None:
        pytest.skip("no small disk to fill: mount -t tmpfs needs root")
    course = run(fault, world)
    longest = max(told.seconds for told in course.all_during)
    tell(
        f"{fault.id}: {Counter(told.status for told in course.all_during)}, longest {longest:.2f} s, "
        f"back after {course.back_after:.1f} s"
    )
    return course


def run(fault: Fault, world: World) -> Course:
    url = world.stack.url
    remembering, asking = begin(url), begin(url)
    sendings = [Sending(FOLLOW_UP, asking), Sending(UNRELATED), Sending(UNRELATED)]
    began = time.monotonic()
    with fault.happens(world):
        *during, warned = send_together(url, [*sendings, Sending(WARNING_SIGN)])
        told_at = time.monotonic()
    back_after = wait_for_answers(url, began)
    if any(told.status != 200 for told in during):
        time.sleep(max(0.0, told_at + REPLY_SECONDS - time.monotonic()))  # by then a late answer would be kept
    kept = world.kept()
    remembered = send(url, Sending(FOLLOW_UP, remembering))
    again = [send(url, sending) for sending, told in zip(sendings, during, strict=True) if told.status != 200]
    back_within = max(BACK_WITHIN_SECONDS, world.started_after)
    return Course(fault, during, warned, back_after, back_within, kept, remembered, again, world.kept())


def wait_for_answers(url: str, since: float) -> float:
    """Return how long it took until a new patient was answered as ever."""
    while send(url, Sending(UNRELATED)).answers != PAIN_OF_HSG:
        assert time.monotonic() - since < GIVE_UP_SECONDS, "no answer came any more"
        time.sleep(0.3)
    return time.monotonic() - since


def test_fault_shows_where_it_must_and_nowhere_else(course: Course) -> None:
    assert bool(course.refused) is course.fault.bites


def test_every_message_is_answered_or_refused_with_every_phone(course: Course, clinic: Clinic) -> None:
    numbers = [phone.number for phone in clinic.phones]
    refusals = [(told.status, [phone["number"] for phone in told.body["error"]["phones"]]) for told in course.refused]
    assert refusals == [(503, numbers)] * len(course.refused)
    assert all(text.strip() for told in course.all_during for text in told.texts or [""])


def test_no_message_waits_longer_than_promised(course: Course) -> None:
    assert max(told.seconds for told in course.all_during) < MOST_SECONDS


def test_warning_sign_is_answered_as_urgent(course: Course) -> None:
    assert course.warned.status == 200
    assert [reply["kind"] for reply in course.warned.replies][:1] == ["urgent"]


def test_nothing_of_the_machine_is_shown(course: Course) -> None:
    texts = [text for told in course.all_during for text in told.texts]
    assert [text[:200] for text in texts if NOT_FOR_PATIENTS.search(text) or len(text) > LONGEST_TEXT] == []


def test_answers_come_again_without_a_hand(course: Course) -> None:
    assert course.back_after < course.back_within


def test_conversation_from_before_is_remembered(course: Course) -> None:
    assert course.remembered.answers == TIMING_OF_HYSTEROSCOPY


def test_answered_message_is_kept_once(course: Course) -> None:
    assert [course.kept[told.id] for told in course.answered] == [1] * len(course.answered)


def test_refused_message_is_not_answered_later(course: Course) -> None:
    assert [told.id for told in course.refused if course.kept[told.id]] == []


def test_refused_message_sent_again_is_answered_and_kept_once(course: Course) -> None:
    expected = [TIMING_OF_HYSTEROSCOPY, PAIN_OF_HSG, PAIN_OF_HSG]
    wanted = [one for one, told in zip(expected, course.during, strict=True) if told.status != 200]
    assert [told.answers for told in course.again] == wanted
    assert [course.kept_in_the_end[told.id] for told in course.again] == [1] * len(wanted)
