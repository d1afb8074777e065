"""Tell whether a message answers what the assistant asked: a day or a length for her dates, a tap in the checklist.

A message that is clearly a question of its own stays one, so that she may ask something else in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.told import Told
from bot.understanding.corrections import corrects
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
LEAST_WORDS_THAT_ASK = 4  # where a day is told, too


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
    clear = [question for question in read.questions if question.intent.startswith(TOPIC_PREFIX)]
    clear = [question for question in clear if not _is_too_short_to_ask(question, days)]
    if is_open.asked_for_day and (not clear or _tells_what(told) or not _asks(text)):
        return _as(read, FOLLOW_UP, clear)
    if clear:
        return replace(read, questions=[one for one in read.questions if not _only_tells(one, days)])
    if is_open.dates and (corrects(text) or not _only_number(told)):
        return _as(read, FOLLOW_UP)
    return _as(read, ASK_TIMING) if _tells_of_period(told) else read


def _only_tells(question: AskedQuestion, days: DayReader) -> bool:
    """Tell whether words that were taken for a question, and not understood, only tell a day."""
    if question.intent != UNCLEAR or _asks(question.text):
        return False
    return not days.read(question.text, ANY_DAY).is_empty


def _is_too_short_to_ask(question: AskedQuestion, days: DayReader) -> bool:
    """Tell whether words that were taken for a question are a day or a length and hardly more: "5 days"."""
    if _asks(question.text) or len(question.text.split()) >= LEAST_WORDS_THAT_ASK:
        return False
    return not days.read(question.text, ANY_DAY).is_empty


def _as(read: Read, intent: str, beside: Sequence[AskedQuestion] = ()) -> Read:
    """Return a message that is meant as an intent, and asks what is `beside` it."""
    first = read.questions[0]
    ranking = ((intent, 1.0), *(one for one in first.ranking if one[0] != intent))
    return replace(read, questions=[replace(first, ranking=ranking), *beside], too_many=False)


def _asks(text: str) -> bool:
    return "?" in text or not QUESTION_WORDS.isdisjoint(text.lower().split())


def _tells_of_period(told: Told) -> bool:
    return any((told.period_start, told.period_end, told.next_period, told.no_period))


def _only_number(told: Told) -> bool:
    return told == Told(number=told.number)


def _tells_what(told: Told) -> bool:
    """Tell whether more than a bare day or number is told."""
    return told.model_copy(update={"other_days": (), "number": None}) != Told()
