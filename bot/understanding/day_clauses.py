"""Cut the plain words of a message into clauses, and tell which of them ask or suppose; patients leave out commas."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.understanding.day_cues import BLOOD, BOOKABLE
from bot.understanding.day_words import DAY, MONTHS, split_words

ASKING = (
    r"(?:(?:can|could|may|might|must|should|shall|would|does|is|are|am|was|will|has) (?:i|we|you|it|they|the|my|there"
    r"|this"
    r"|that|he|she|a|an|me|someone|anyone|\u0002|day|sex|bathing|period)|(?:do|did|have) (?:i|we|you|it|they|there"
    r"|he|she))(?!\w)"
)
QUESTIONS = r"(?:what|when|how|which|where|why|who|whether|wat|wen)\b"
SUBJECT = (
    rf"(?:(?:i|we) (?:have |had |just |only |already |finally |am |was )*(?:started|finished|ended|stopped|began|got"
    rf"|had|bled|came|on)\b"
    rf"|my (?:last |next |previous )?(?:{BLOOD}|lmp|{BOOKABLE})\b)"
)
BEFORE_SUBJECT = frozenset(
    split_words(
        "since when after before if of on did does is has was until and that from to do with for in are once because as"
        " about between during said see because think than how long not \u0001 over expecting expect get got had have"
        " finished finish started start ended end stopped stop began done did getting having wait waiting"
    )
)
ASKED_NOT_AFTER = frozenset(split_words("my the that since day and i we you it they he she to not if"))
BREAK = re.compile(
    r"[,;()]|(?<!\S)-(?!\S)|(?<!\S)(?:and|but|because|so|then|while|also|plus|cause|coz|if|when|once|after that"
    r"|however)(?!\S)"
)
SENTENCE = re.compile(r"(?<!\S)[.!?]+(?!\S)|(?<=\S)[.!?]+(?=\s|$)")
FILLER = re.compile(
    r"\b(?:it|was|is|on|the|since|i|think|yes|no|sorry|meant|mean|ok|hi|hello|doctor|dr|that|this|in|at|of|my|and|so"
    r"|well"
    r"|actually|not|oh|please|just|exactly|yeah|am|sure|a|an|to|for|from|about|around|maybe|approximately|dear|thanks"
    r"|thank|you|or|would|be|say|have|must|been|long|only|be|which|date|day|roughly|guess|probably|today)\b"
    r"|[^\w\u0001\u0002]"
)
ASKED_HERE = re.compile(rf"(?<!\S)(?:{QUESTIONS}|{ASKING})")
SUBJECT_HERE = re.compile(rf"(?<!\S){SUBJECT}")
TELLS_OF_DAY = re.compile(r"(?:was|were)\b|(?:is|are) (?:also )?(?:my |the )?(?:first|last|day|\d)")
LONGEST_WORD = 40


@dataclass(frozen=True)
class Clause:
    """A stretch of the masked line, the sentence it is in and whether it asks. Units: characters."""

    start: int
    end: int
    sentence: int
    asks: bool
    supposes: bool


def clauses_of(masked: str) -> Iterator[Clause]:
    """Return the clauses of a line of words: they end at punctuation, at some words, and where a question begins."""
    start = 0
    for number, end in enumerate([*(match.end() for match in SENTENCE.finditer(masked)), len(masked)]):
        question = masked[start:end].rstrip().endswith("?")
        cuts = sorted({start, *(start + cut for cut in _cuts(masked[start:end])), end})
        for first, last in pairwise(cuts):
            words = masked[first:last].strip(" ,;()-")
            words = re.sub(r"^(?:and|but|so|then|also|hi|hello|doctor|dr|please|pls|ok|yes|no)\b[ ,]*", "", words)
            supposes = bool(re.match(r"(?:if|when|once|in case|suppose)\b", words)) or words.startswith("what if")
            asks = bool(re.match(rf"(?:{ASKING}|{QUESTIONS}|(?:is|are|can|could|would|will|does) {DAY} ?\w)", words))
            asks = asks or (
                question
                and last == end
                and not re.search(r"\b(?:started|ended|finished|was|had|began|stopped|came|late)\b", words)
            )
            yield Clause(first, last, number, asks and not supposes, supposes)
        start = end


def _cuts(sentence: str) -> Iterator[int]:
    yield from (match.start() for match in BREAK.finditer(sentence))
    for match in ASKED_HERE.finditer(sentence):
        before = _word_before(sentence, match.start())
        if before == DAY and (_is_first(sentence, match.start()) or TELLS_OF_DAY.match(sentence, match.start())):
            continue
        if before and before not in ASKED_NOT_AFTER and before not in MONTHS:
            yield match.start()
    for match in SUBJECT_HERE.finditer(sentence):
        before = _word_before(sentence, match.start())
        if before and (before not in BEFORE_SUBJECT or before == DAY):
            yield match.start()


def _is_first(sentence: str, at: int) -> bool:
    """Tell whether nothing but a day stands before a place."""
    return sentence[:at].strip(" ,.") == DAY


def _word_before(sentence: str, at: int) -> str:
    words = sentence[max(0, at - LONGEST_WORD) : at].split()
    return words[-1] if words else ""
