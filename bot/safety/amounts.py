"""Find amounts that decide whether something is a warning sign: temperatures, pads over time, pain scores, long times.

Each amount found has a kind that patterns may name, such as `{temperature_high}`. The thresholds are data.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "a": 1, "an": 1, "another": 1, "every": 1, "half a": 0.5, "half an": 0.5, "half": 0.5,
    "a couple of": 2, "couple of": 2, "a few": 3, "few": 3, "several": 3, "a dozen": 12, "first": 1, "second": 2,
    "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "sixth": 6, "6th": 6, "seventh": 7,
    "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "9th": 9, "tenth": 10, "10th": 10, "twenty": 20, "thirty": 30,
}  # fmt: skip
TENTHS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
WHOLE_DEGREES = {"thirty seven": 37, "thirty eight": 38, "thirty nine": 39, "forty": 40, "forty one": 41}
FAHRENHEIT_OVER_100 = {"": 100, "one": 101, "two": 102, "three": 103, "four": 104, "five": 105}
COUNT = rf"(?:\d{{1,3}}(?:[.,]\d+)?(?!\d)|(?:{'|'.join(sorted(NUMBERS, key=len, reverse=True))})(?![a-z]))"
PAD = (
    r"(?:pad+s?|(?:sanitary )?towels?|tampons?|napp(?:y|ies)|diapers?|(?:sanitary )?napkins?|maxi ?pads?|maxis?|"
    r"stayfrees?|kotex|incontinence pants)"
)
MINUTES_IN_WORDS = {
    "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "thirty five": 35, "forty": 40, "forty five": 45, "fifty": 50,
    "sixty": 60, "ninety": 90,
}  # fmt: skip
IN_WORDS_ALL: dict[str, float] = {**NUMBERS, **MINUTES_IN_WORDS, "one and a half": 1.5}
UP_TO_THREE_WORDS = r"(?:(?!hours?\b|hrs?\b|minutes?\b|mins?\b|days?\b)[\w'-]+ ){0,3}?"
HOUR = r"(?:hours?|hrs?|h)\b"
MINUTE = r"(?:minutes?|mins?)\b"
TIME_UNIT = rf"(?P<unit>{HOUR}|{MINUTE})"
OTHER_UNIT = re.compile(
    r"\s*(?:-|\s)?(?:years?|yrs?|yo\b|y/o|y\.o|weeks?|wks?|w\b|days?|months?|hours?|hrs?|minutes?|mins?|mm\b|cm\b|kg\b|"
    r"kilos?|lbs?|pounds?|euros?|eur\b|dollars?|usd|gbp|rmb|yuan|quid|bucks|%|percent|€|\$|£|am\b|pm\b|pads?|o'?clock|"
    r"mg\b|ml\b|miles|km\b|people|patients|women|st\b|nd\b|rd\b|th\b|days?-|\d|[/:]\s?\d|\+\s?\d|(?:january|february|"
    r"march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\b)"
)
BEFORE_A_NUMBER_THAT_IS_NONE = re.compile(
    r"(?:[€$£#]|\bday|\bcd|\broom|\bage|\baged|\bpage|\bbmi|\bweek|\bward|\bextension|\bext|\bno\.?|\bnumber|\bsize|"
    r"\bevery|\bgravida|\d[/:-])\s?$"
)
BEFORE_AN_AGE = re.compile(r"\b(?:i'?m|i am|she'?s|she is|turned|turning)\s?$")
WARM_WORDS = re.compile(
    r"\b(?:temp\w*|tmp|fever\w*|fver|feaver|thermom\w*|termom\w*|febrile|feverish|degrees?|celsius|fahrenheit|reading|"
    r"measured|hot|burning|shiver\w*|chills?|paracetamol|ibuprofen|tylenol|gone up to|went up to|up to|back at|back on|"
    r"still at|brings it|brought it|feaver|fevr|ear|forehead|armpit)\b"
)
RIGHT_BEFORE_A_TEMPERATURE = re.compile(
    r"\b(?:temp\w*|tmp|fever\w*|fevr|feaver|thermometer)\s?(?:is|was|at|of|now|says|said|shows|showed|reads|went up to|"
    r"up to|hit|still|=|:|\s)*$"
)
WARM_WITHIN_CHARACTERS = 45
BEFORE_CHARACTERS = 24
CELSIUS = re.compile(
    r"(?<![\d.,:/£$€#-])(?P<whole>3[4-9]|4[0-3])"
    r"(?:\s?(?:[.,'·]|point|dot)\s?(?P<part>\d{1,2})|(?P<half>(?: and a| and|,)? half))?(?![\d])"
    r"(?P<unit>\s?(?:°|º|degrees?|deg\b|celsius|celcius|centigrade|c\b)+)?"
)
FAHRENHEIT = re.compile(
    r"(?<![\d.,:/£$€#-])(?P<whole>9[4-9]|10[0-8])(?:\s?(?:[.,]|point)\s?(?P<part>\d{1,2}))?(?![\d])"
    r"(?P<unit>\s?(?:°|º|degrees?|deg\b|fahrenheit|f\b)+)?"
)
IN_WORDS = re.compile(
    r"\b(?:(?P<celsius>thirty[- ](?:seven|eight|nine)|forty(?:[- ]one)?)|(?P<below>ninety[- ]nine)|"
    r"(?:an?|one)?\s?hundred(?: and)?(?P<over> (?:one|two|three|four|five))?)"
    r"(?:\s(?:point |dot |comma )?(?P<tenth>\d|one|two|three|four|five|six|seven|eight|nine)|"
    r"(?P<half>(?: and)? a half))?\b"
)
TIME = rf"(?:{'|'.join(sorted(MINUTES_IN_WORDS, key=len, reverse=True))}|one and a half|{COUNT})"
ABOUT = r"(?:just |only |about |around |roughly |barely |like |maybe |the last |the past |under |less than )*"
EACH_HOUR = (
    r"(?:hourly|half[- ]hourly|(?:every|each|every single|per|an) (?:hour|hr)|within (?:the|an) hour|"
    r"in (?:under|less than) an hour|by the hour)"
)
PADS_EVERY = [
    re.compile(
        rf"\b(?P<count>{COUNT})\s?{UP_TO_THREE_WORDS}{PAD}(?: \w+){{0,2}}? ?(?:an|a|per|each|every|/|in an|in one|"
        rf"in under an|in less than an|within an|in the last|in the past|every single)\s?(?:1 )?(?P<unit>{HOUR})"
    ),
    re.compile(rf"\b(?P<pad>{PAD})\s(?:[\w'-]+ ){{0,4}}?{EACH_HOUR}\b"),
    re.compile(rf"\b{EACH_HOUR}\s(?:[\w'-]+ ){{0,5}}?(?P<pad>{PAD})\b"),
]
PADS_IN = re.compile(
    rf"\b(?P<count>{COUNT})\s?{UP_TO_THREE_WORDS}{PAD}(?: [\w'-]+){{0,3}}? (?:in|within|over|for|during|the last|"
    rf"the past)\s{ABOUT}(?P<time>{TIME})\s?{TIME_UNIT}"
)
TIME_PADS = re.compile(
    rf"\b(?:in|within|over|last|past)\s{ABOUT}(?P<time>{TIME})\s?{TIME_UNIT}\s(?:[\w',-]+ ){{0,5}}?"
    rf"(?P<count>{COUNT})\s?{UP_TO_THREE_WORDS}{PAD}\b"
)
PAD_INTERVAL = [
    re.compile(
        rf"\b{PAD}\s(?:[\w'-]+ ){{0,5}}?(?:every|each|after|within|in|lasts|lasting|last)\s{ABOUT}"
        rf"(?P<time>{TIME})\s?{TIME_UNIT}"
    ),
    re.compile(rf"\bevery\s{ABOUT}(?P<time>{TIME})\s?{TIME_UNIT}\s(?:[\w',-]+ ){{0,6}}?{PAD}\b"),
]
CLOCK = r"(?P<{0}>\d{{1,2}})(?:[:.]\d\d)?\s?(?:am|pm|o'?clock)?"
PADS_SINCE = re.compile(
    rf"\b(?P<count>{COUNT})\s?{UP_TO_THREE_WORDS}{PAD}(?: [\w'-]+){{0,3}}? since {CLOCK.format('since')}\b"
    rf".{{0,40}}?\b(?:now|it'?s|its|already|is)\s(?:now |only |already |just |about )*{CLOCK.format('now')}\b"
)
PADS_SO_FAR = re.compile(rf"\b(?P<count>{COUNT})\s?{UP_TO_THREE_WORDS}{PAD}\b")
SCORES_IN_WORDS = {**TENTHS, "ten": 10, "eleven": 11}
PAIN_SCORE = re.compile(
    rf"(?<![\d/.,])\b(?P<score>\d{{1,2}}|{'|'.join(SCORES_IN_WORDS)})(?:[.,]\d)?\s?(?:/|out of|of|over|on)\s?"
    rf"(?:10|ten)\b(?![/-]\d)"
)
MOST_PAIN = 20
LONG_TIME = re.compile(
    rf"\b(?P<count>{COUNT})\s?(?:full |whole |solid |straight )?(?P<unit>days?|weeks?|wks?|months?|fortnights?)\b"
)
DAYS = {"d": 1, "w": 7, "m": 30, "f": 14}
KINDS = frozenset((
    "temperature_high", "temperature_raised", "temperature_normal", "pads_hourly", "pads_frequent", "pads_many",
    "pain_high", "pain_low", "long_time",
))  # fmt: skip


@dataclass(frozen=True)
class Thresholds:
    """From where on an amount counts. Units: degrees Celsius; pads an hour; points of 10; days."""

    temperature_high: float
    temperature_raised: float
    pads_hourly: float
    pads_frequent: float
    pads_many: float
    pain_high: float
    long_time: float


class Amount(NamedTuple):
    """An amount found: its kind, and where it stands. Units: characters."""

    kind: str
    start: int
    end: int


def find_amounts(text: str, least: Thresholds) -> list[Amount]:
    """Return the amounts in a text in small letters; several spaces count as one."""
    kept = [at for at, letter in enumerate(text) if not (letter == " " and text[at - 1 : at] == " ")]
    if len(kept) < len(text):
        single = find_amounts("".join(text[at] for at in kept), least)
        return [Amount(one.kind, kept[one.start], kept[one.end - 1] + 1) for one in single]
    found = [*_temperatures(text, least), *_pads(text, least)]
    for match in PAIN_SCORE.finditer(text):
        score = SCORES_IN_WORDS[match["score"]] if match["score"] in SCORES_IN_WORDS else int(match["score"])
        kind = "pain_high" if least.pain_high <= score <= MOST_PAIN else "pain_low"
        found.append(Amount(kind, *match.span()))
    for match in LONG_TIME.finditer(text):
        if _number(match["count"]) * DAYS[match["unit"][0]] >= least.long_time:
            found.append(Amount("long_time", *match.span()))
    return found


def _temperatures(text: str, least: Thresholds) -> Iterator[Amount]:
    for match in CELSIUS.finditer(text):
        degrees = float(match["whole"]) + (0.5 if match["half"] else _decimals(match["part"]))
        if _is_a_temperature(text, match):
            yield _temperature(degrees, match, least)
    for match in FAHRENHEIT.finditer(text):
        degrees = float(match["whole"]) + _decimals(match["part"])
        if _is_a_temperature(text, match):
            yield _temperature((degrees - 32) / 1.8, match, least)
    for match in IN_WORDS.finditer(text):
        sure = match["celsius"] and (match["tenth"] or match["half"])
        if (sure or _is_near_warm_words(text, match)) and not OTHER_UNIT.match(text, match.end()):
            yield _temperature(_degrees_in_words(match), match, least)


def _temperature(degrees: float, match: re.Match[str], least: Thresholds) -> Amount:
    degrees = round(degrees, 2)
    if degrees >= least.temperature_high:
        return Amount("temperature_high", *match.span())
    kind = "temperature_raised" if degrees >= least.temperature_raised else "temperature_normal"
    return Amount(kind, *match.span())


def _is_a_temperature(text: str, match: re.Match[str]) -> bool:
    """Tell whether a number of the right size is one: by its unit, words before or near it, or decimals."""
    has_part = match["part"] is not None or bool(match.groupdict().get("half"))
    has_other_unit = OTHER_UNIT.match(text, match.end()) is not None
    if _stands_after(RIGHT_BEFORE_A_TEMPERATURE, text, match) and (has_part or not has_other_unit):
        return True
    if match["unit"]:
        return not (match["unit"].strip() == "c" and text[match.end() : match.end() + 1].isalpha())
    if has_other_unit or _stands_after(BEFORE_A_NUMBER_THAT_IS_NONE, text, match):
        return False
    if has_part and len(match["part"] or "") <= 1:
        return True
    return _is_near_warm_words(text, match) and (has_part or not _stands_after(BEFORE_AN_AGE, text, match))


def _stands_after(words: re.Pattern[str], text: str, match: re.Match[str]) -> bool:
    return words.search(text, max(0, match.start() - BEFORE_CHARACTERS), match.start()) is not None


def _is_near_warm_words(text: str, match: re.Match[str]) -> bool:
    start, end = max(0, match.start() - WARM_WITHIN_CHARACTERS), match.end() + WARM_WITHIN_CHARACTERS
    return WARM_WORDS.search(text, start, end) is not None


def _degrees_in_words(match: re.Match[str]) -> float:
    tenth = match["tenth"]
    part = 0.5 if match["half"] else (int(tenth) if tenth.isdecimal() else TENTHS[tenth]) / 10 if tenth else 0.0
    if match["celsius"]:
        return WHOLE_DEGREES[match["celsius"].replace("-", " ")] + part
    whole = 99 if match["below"] else FAHRENHEIT_OVER_100[(match["over"] or "").strip()]
    return (whole + part - 32) / 1.8


def _decimals(part: str | None) -> float:
    return float(f"0.{part}") if part else 0.0


def _pads(text: str, least: Thresholds) -> Iterator[Amount]:
    for pattern in PADS_EVERY:
        for match in pattern.finditer(text):
            count = match.groupdict().get("count")
            yield from _rate((_number(count) if count else 1) / 1, match, least)
    for pattern in (PADS_IN, TIME_PADS):
        for match in pattern.finditer(text):
            if hours := _hours(match["time"], match["unit"]):
                yield from _rate(_number(match["count"]) / hours, match, least)
    for pattern in PAD_INTERVAL:
        for match in pattern.finditer(text):
            if hours := _hours(match["time"], match["unit"]):
                yield from _rate(1 / hours, match, least)
    for match in PADS_SINCE.finditer(text):
        if hours := (int(match["now"]) - int(match["since"])) % 12:
            yield from _rate(_number(match["count"]) / hours, match, least)
    for match in PADS_SO_FAR.finditer(text):
        if _number(match["count"]) >= least.pads_many:
            yield Amount("pads_many", *match.span())


def _rate(pads_an_hour: float, match: re.Match[str], least: Thresholds) -> Iterator[Amount]:
    if pads_an_hour >= least.pads_hourly:
        yield Amount("pads_hourly", *match.span())
    elif pads_an_hour >= least.pads_frequent:
        yield Amount("pads_frequent", *match.span())


def _hours(time: str, unit: str) -> float:
    return _number(time) / (60 if unit.startswith("m") else 1)


def _number(word: str) -> float:
    known = IN_WORDS_ALL.get(word)
    return float(word.replace(",", ".")) if known is None else known
