"""Tell whether a message answers what the assistant asked: a day or a length for her dates, a tap in the checklist.

A message that is clearly a question of its own stays one, so that she may ask something else in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.told import Told
from bot.understanding.days import DayReader
from bot.understanding.examples import TOPIC_PREFIX
from bot.understanding.gate import UNCLEAR
from bot.understanding.stated import QUESTION_WORDS
from bot.understanding.understand import FOLLOW_UP, AskedQuestion, Read

CHECKLIST_ANSWERS = frozenset(("affirm", "deny", "unsure", "cancel"))
PERSON = "request_human"
ANSWER_CHECKLIST = "answer_checklist"
ASK_TIMING = f"{TOPIC_PREFIX}timing"
ANY_DAY = date(2024, 1, 15)


@dataclass(frozen=True)
class Open:
    """What is open between the assistant and her: the checklist; dates that were told or asked for; a question back."""

    checklist: bool = False
    dates: bool = False
    asked_for_day: bool = False


def take_turn(read: Read, text: str, is_open: Open, days: DayReader) -> Read:
    """Return a message as it is meant in the conversation: its first question may answer what is open.

    Words beside a clear question that tell of her days, and ask nothing that is understood, are taken as the telling.
    """
    if not read.questions:
        return read
    first = read.questions[0]
    is_name = first.intent == FOLLOW_UP and read.vector is None
    if is_open.checklist and (is_name or first.intent in CHECKLIST_ANSWERS):
        return _as(read, ANSWER_CHECKLIST)
    told = days.read(text, ANY_DAY)
    if told.is_empty or any(question.intent == PERSON for question in read.questions):
        return read
    clear = any(question.intent.startswith(TOPIC_PREFIX) for question in read.questions)
    if is_open.asked_for_day and not (clear and _asks(text)):
        return _as(read, FOLLOW_UP)
    if clear:
        return replace(read, questions=[one for one in read.questions if one.intent != UNCLEAR])
    if is_open.dates and not _only_number(told):
        return _as(read, FOLLOW_UP)
    return _as(read, ASK_TIMING) if _tells_of_period(told) else read


def _as(read: Read, intent: str) -> Read:
    first = read.questions[0]
    ranking = ((intent, 1.0), *(one for one in first.ranking if one[0] != intent))
    whole: Sequence[AskedQuestion] = [replace(first, ranking=ranking)]
    return replace(read, questions=list(whole), too_many=False)


def _asks(text: str) -> bool:
    return "?" in text or not QUESTION_WORDS.isdisjoint(text.lower().split())


def _tells_of_period(told: Told) -> bool:
    return any((told.period_start, told.period_end, told.next_period, told.no_period))


def _only_number(told: Told) -> bool:
    return told == Told(number=told.number)
