"""Write a message in plain words before its days are read: small letters, digits, no short forms or misspelt days.

Only the words in which days and her cycle are told are corrected here; finding what they say is `day_finder`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA


def split_words(words: str) -> tuple[str, ...]:
    """Return words that are written in one line."""
    return tuple(words.split())


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = split_words("january february march april may june july august september october november december")
DAY, PROCEDURE = "\u0001", "\u0002"  # stand for a day and for a procedure in a line of words; no patient types them

TOKEN = re.compile(
    r"""(?P<iso>(?<![\d./-])\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?![\d/-]))
      | (?P<dated>(?<![\d./])\d{1,2}\ ?(?P<sep>[-/.])\ ?\d{1,2}\ ?(?P=sep)\ ?(?:\d{4}|\d{2})(?![\d/]))
      | (?P<clock>\d{1,2}(?:[:.]\d{2})?\ ?(?:am|pm|a\.m\.?|p\.m\.?|o'?\ ?clock)(?!\w)|\d{1,2}:\d{2})
      | (?P<thousand>\d{1,3}(?:[.,]\d{3})+(?!\d))
      | (?P<halves>(?<![\d./])\d{1,2}(?:/|\.)\d{1,2}\.?(?![\d/]))
      | (?P<ordinal>\d{1,2}\ ?(?:st|nd|rd|th)(?:(?![^\W\d_])|(?=jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))
      | (?P<number>\d+)
      | (?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)
      | (?P<line>\n+)
      | (?P<other>[^\s])""",
    re.VERBOSE,
)
FOLDED = str.maketrans({"\u2019": "'", "\u2018": "'", "`": "'", "\u2013": "-", "\u2014": "-", DAY: " ", PROCEDURE: " "})
NUMBERS = {
    word: str(value)
    for value, word in enumerate(
        split_words(
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
            " eighteen nineteen twenty"
        ),
        1,
    )
} | {"thirty": "30"}
ORDINALS = {
    word: f"{value}th"
    for value, word in enumerate(
        split_words(
            "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
            " sixteenth"
            " seventeenth eighteenth nineteenth twentieth"
        ),
        3,
    )
} | {"thirtieth": "30th"}
UNITS = {"first": 1, "second": 2, "1st": 1, "2nd": 2} | {
    name: value for value, name in enumerate(split_words("third fourth fifth sixth seventh eighth ninth"), 3)
}
RIGHT = {
    "mon": "monday", "tue": "tuesday", "tues": "tuesday", "teusday": "tuesday", "tuseday": "tuesday",
    "weds": "wednesday", "wed": "wednesday", "wensday": "wednesday", "wendsday": "wednesday",
    "wensdays": "wednesday", "wedsday": "wednesday", "thu": "thursday", "thur": "thursday", "thurs": "thursday",
    "thirsday": "thursday", "fri": "friday", "sat": "saturday", "satday": "saturday", "sun": "sunday",
    "jan": "january", "feb": "february", "febuary": "february", "febr": "february", "mar": "march", "mrch": "march",
    "marh": "march", "apr": "april", "arpil": "april", "jun": "june", "jul": "july", "aug": "august",
    "sep": "september", "sept": "september", "oct": "october", "nov": "november", "dec": "december",
    "yest": "yesterday", "ystrday": "yesterday", "yday": "yesterday", "yesturday": "yesterday", "tmrw": "tomorrow",
    "tmr": "tomorrow", "tomoro": "tomorrow", "tomorow": "tomorrow", "tmw": "tomorrow", "2day": "today",
    "2moro": "tomorrow", "todays": "today", "tody": "today", "mense": "menses", "mens": "menses", "perid": "period",
    "pireod": "period", "priod": "period", "peroid": "period", "strated": "started",
    "startd": "started", "startet": "started", "begun": "began", "finshd": "finished", "finsh": "finish",
    "wk": "week", "wks": "weeks", "dys": "days", "lenght": "length", "lengh": "length", "cicle": "cycle",
    "cylce": "cycle", "cyle": "cycle", "mnth": "month", "til": "until", "till": "until", "untill": "until",
    "stoped": "stopped", "stopd": "stopped", "endd": "ended", "finishd": "finished",
    "stopt": "stopped", "fortnite": "fortnight", "laast": "last", "lst": "last",
    "im": "i am", "i'm": "i am", "ive": "i have", "i've": "i have", "its": "it is", "it's": "it is",
    "thats": "that is", "that's": "that is", "cannot": "can not", "cant": "can not", "can't": "can not",
    "wont": "will not", "won't": "will not", "i'll": "i will", "it'll": "it will", "gonna": "going to",
    "wanna": "want to", "period's": "period is", "periods": "period", "cycles": "cycle", "mestruation": "menstruation",
    "menstration": "menstruation", "menstral": "menstrual", "menses'": "menses", "bleedin": "bleeding",
    "bleding": "bleeding", "l.m.p": "lmp",
}  # fmt: skip
NOT_ENDINGS = re.compile(r"(has|have|had|is|was|are|were|did|does|do|should|would|could)n'?t")
SHORT_DAYS = frozenset(split_words("mon wed fri sat sun mar may dec jan"))
IN_CONTEXT = SHORT_DAYS | frozenset(ORDINALS) | {"first", "second", "twenty", "thirty"}
LEADS = frozenset(
    split_words(
        "on last next this since from to until past coming was is started ended finished stopped began came start"
        " finish"
        " end stop over or not the and before after by , ( - . / :"
    )
)
FUZZY = frozenset(
    (
        *WEEKDAYS,
        *(month for month in MONTHS if len(month) > 5),
        *split_words(
            "yesterday tomorrow period started finished ended stopped bleeding irregular spotting menstruation"
        ),
        *split_words(
            "menstrual fortnight christmas appointment expected procedure hysteroscopy finish cycle morning supposed"
        ),
    )
)
FUZZY_LETTERS = 5
REAL = frozenset(
    split_words(
        "perio starter starters stated stared starved startled spotted spooning starting shopped stepped stooped"
        " chopped"
        " dropped bleedings breeding pleading blending beading finishes finisher finnish famished furnished"
        " recycle mourning warning horning moaning sundry friary mended sended tended vended bended fended rended"
        " rented"
        " excepted respected inspected suspected unexpected regular appointments appointed disappointment procedures"
        " proceed"
        " monday's midday someday noonday sunday's fridays mondays tuesdays wednesdays thursdays saturdays sundays"
        " yesterdays tomorrows stoppered swapped stropped strapped stripped cycled cycles cyclic cycler supposes"
        " support"
        " supported opposed disposed proposed exposed composed supposedly menstruating menstruated bicycle periodic"
        " spitting shooting spouting sporting sorting smarted charted darted"
        " planned ranged hunted christian christians christine christina"
    )
)


@dataclass(frozen=True)
class Line:
    """The plain words of a text with one space between them, and where in the text each stands. Units: characters."""

    text: str
    words: str
    places: tuple[tuple[int, int, int], ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text the words stand that begin and end there in the line."""
        low, high = bisect_left(self.places, (start, 0, 0)), bisect_left(self.places, (end, 0, 0))
        return (self.places[low][1], self.places[high - 1][2]) if low < high else (0, 0)


def plain_line(text: str) -> Line:
    """Return the plain words of a text."""
    tokens = [(match.lastgroup or "", match) for match in TOKEN.finditer(text.translate(FOLDED).lower()[: len(text)])]
    raw = [match.group().strip() for _, match in tokens]
    words: list[str] = []
    places: list[tuple[int, int, int]] = []
    length = 0
    for at, (kind, match) in enumerate(tokens):
        for word in _plain(raw, at, kind).split():
            places.append((length, match.start(), match.end()))
            words.append(word)
            length += len(word) + 1
    return Line(text, " ".join(words), tuple(places))


def _plain(raw: list[str], at: int, kind: str) -> str:
    word = raw[at]
    if kind in ("iso", "dated", "ordinal"):
        return word.replace(" ", "")
    if kind == "line":
        return "."
    if kind == "clock":
        return "o'clock"
    if kind != "word":
        return word
    if word not in IN_CONTEXT:
        return _right(word)
    if word in SHORT_DAYS and not _may_be_day(word, _next(raw, at, -1), _next(raw, at, 1)):
        return word
    return _ordinal(raw, at) or _right(word)


def _next(raw: list[str], at: int, step: int) -> str:
    return raw[at + step] if 0 <= at + step < len(raw) else ""


def _ordinal(raw: list[str], at: int) -> str | None:
    """Return an ordinal in digits, joined to the tens before it; "first" and "second" only where a day is meant."""
    word, before, after = raw[at], _next(raw, at, -1), _next(raw, at, 1)
    tens = {"twenty": 20, "thirty": 30}
    skip = 2 if after == "-" else 1
    follows = _next(raw, at, skip)
    if word in tens and follows in UNITS:
        raw[at + skip] = ""
        if skip == 2:
            raw[at + 1] = ""
        return f"{tens[word] + UNITS[follows]}th"
    if word in ("first", "second"):
        month = {before[:3], after[:3], _next(raw, at, 2)[:3] if after == "of" else ""} & {m[:3] for m in MONTHS}
        alone = before == "the" and after in ("", ".", ",", "!", "and", "to", "until", "it", "my")
        nth_day = word == "second" and after == "day" and _next(raw, at, 2) == "of"
        return f"{UNITS[word]}th" if month or alone or nth_day else None
    return ORDINALS.get(word)


@lru_cache(maxsize=4096)
def _right(word: str) -> str:
    if word in NUMBERS:
        return NUMBERS[word]
    if word in RIGHT:
        return RIGHT[word]
    if match := NOT_ENDINGS.fullmatch(word):
        return f"{match[1]} not"
    if word.endswith("'s"):
        return f"{_nearest(word[:-2])} 's"
    return _nearest(word)


def _may_be_day(word: str, before: str, after: str) -> bool:
    if before == "the" and word in ("sun", "sat"):
        return False
    digits = before[:1].isdigit() or after[:1].isdigit()
    return not before or digits or before in LEADS or (not after and before not in ("the", "i", "he", "she"))


def _nearest(word: str) -> str:
    """Return the word of days or of her cycle that a word is misspelt from, or the word itself."""
    if len(word) < FUZZY_LETTERS or word in FUZZY or word in REAL or not word.isascii():
        return word
    near = 2 if len(word) >= 8 else 1
    found = sorted(_distances(word, near))
    return found[0][1] if found else word


def _distances(word: str, near: int) -> Iterator[tuple[int, str]]:
    for right in FUZZY:
        if right[0] == word[0] and len(right) > 4:
            distance = OSA.distance(word, right, score_cutoff=near)
            if distance <= near and not (len(right) < 7 and distance > 1):
                yield distance, right
