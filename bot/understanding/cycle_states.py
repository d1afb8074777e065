"""Read what a message tells of her cycle beside days: lengths, whether she still bleeds, an irregular cycle or none.

Nothing is read from what is asked ("when does the bleeding stop?") or supposed ("if I am still bleeding").
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BLOOD = r"(?:period|menses|menstruation|menstrual|bleeding|bleed|blood|flow|mc|af|aunt flo\w*|monthly)"
SPREAD_DAYS = 8  # cycles that differ by so much are irregular. Source: FIGO 2018, regularity
PERIOD_DAYS, CYCLE_DAYS = range(1, 31), range(10, 181)
RANGE = r"(?P<low>\d{1,3}) ?(?:-|to|or|until|/|and) ?(?P<high>\d{1,3})"
USUAL = (
    r"(?:is|was|are|were|of|lasts?|lasted|last|length|about|around|approximately|usually|always|normally|takes?"
    r"|took|only|typically|roughly|maybe|generally|for|been|it|comes?|my|the|normal|average|on|long|in|total|duration"
    r"|=|:|-|continued|continues|goes|go|going|exactly|i|have|has|had|just|run|runs|regular|regularly|and|very|flow"
    r"|did|like|almost)"
)
NOT_LENGTH = (
    r"(?! ?(?:ago|back|late|later|early|before|after|since|overdue|from|delayed?|delay|past|prior|in a row late))"
)
DAYS = r"(?:days?|d)\b"
PERIOD_LENGTH_WORDS = [
    rf"(?:{BLOOD}|bled|bleeds|lasts|lasted)(?: {USUAL}){{0,6}} (?P<n>\d{{1,2}}) {DAYS}{NOT_LENGTH}",
    rf"(?P<n>\d{{1,2}}) ?-? {DAYS} ?-? (?:long )?(?:of )?(?:heavy |normal |full )?{BLOOD}",
    rf"(?:^|(?:it|usually|always|normally|about|so|they) )(?:it )?(?:{USUAL} )*(?:lasts|lasted|for|takes) (?:{USUAL}"
    rf" )*(?P<n>\d{{1,2}}) {DAYS}{NOT_LENGTH}",
    rf"(?:i )?(?:usually|normally|always) (?:it is )?(?P<n>\d{{1,2}}) {DAYS}{NOT_LENGTH}",
    r"(?:period|bleeding|menses) length(?: is| was| of| =| :)* (?P<n>\d{1,2})\b",
    rf"(?:period|bleeding|menses|bled|bleed)(?: {USUAL}){{0,4}} (?:a|1) week\b(?P<week>){NOT_LENGTH}",
]
CYCLE_LENGTH_WORDS = [
    rf"cycle(?: {USUAL}){{0,6}} (?P<n>\d{{2,3}})(?: {DAYS})?(?! ?[-/.]){NOT_LENGTH}",
    rf"(?P<n>\d{{2,3}}) ?-? {DAYS} ?-? (?:long )?(?:regular )?cycle",
    rf"(?:{BLOOD}|it|comes?|regular|regularly|^)(?: {USUAL})* ?every (?P<n>\d{{2,3}}) {DAYS}",
    r"(?:period|it)(?: \w+){0,2} every (?P<n4>4|four) weeks",
]
CYCLE_RANGE_WORDS = [
    rf"cycle(?: {USUAL}| between| from| anywhere| vary| varies| range| ranges){{0,6}} {RANGE}",
    rf"{RANGE} ?-? {DAYS} cycle",
    rf"every {RANGE} {DAYS}",
    rf"(?:{BLOOD}|it) (?:comes?|between|varies|vary|is)(?: \w+){{0,3}} {RANGE} {DAYS}",
    rf"^(?:between |from )?{RANGE} {DAYS}$",
]
PERIOD_LENGTH = [re.compile(rf"(?<![^\s,.(]){words}") for words in PERIOD_LENGTH_WORDS]
CYCLE_LENGTH = [re.compile(rf"(?<![^\s,.(]){words}") for words in CYCLE_LENGTH_WORDS]
CYCLE_RANGES = [re.compile(rf"(?<!\S)(?:{words})") for words in CYCLE_RANGE_WORDS]
STILL = (
    r"(?:still|keep|keeps|kept) (?:\w+ )?(?:bleeding|bleed|spotting|spot|have (?:blood|bleeding|spotting|my period)|on"
    r" my period"
    r"|having (?:my period|bleeding|spotting)|menstruating|on period|flowing|seeing blood|see blood|some blood)"
    r"|(?:period|bleeding|it|spotting) (?:is |has |does |did |will )*(?:still )?(?:not )(?:yet )?(?:stop|stopped|ended"
    r"|finished|over|finish|end|done|gone|stopping|ending)(?! (?:until|bleeding until))"
    r"|not (?:over|finished|stopped|done bleeding|ended) yet|not yet (?:over|finished|stopped|ended|finish|done|stop)"
    r"|(?:period|bleeding|spotting|blood|flow) (?:is )?still (?:going|on|there|coming|here|heavy|not|continuing"
    r"|continues|has)"
    r"|bleeding (?:now|right now|today|at the moment|currently)|(?:am|currently) (?:bleeding|on my period|menstruating)"
    r"|have been bleeding for|have not (?:stopped|finished)(?: bleeding)?|(?:will|does|do) not stop bleeding|period"
    r" still on"
    r"|bleeding (?:has )?(?:continues|never stopped)"
)
STOPPED = (
    r"(?:no longer|not) (?:bleeding|bleed|spotting|menstruating)(?: anymore| any more| now| any longer)?"
    r"|no (?:more )?(?:bleeding|blood|spotting)(?: anymore| any more| now| today| left)?"
    r"|(?:it|period|bleeding|spotting|blood) (?:has |have |had |is |was )*(?:already |now |finally |just |completely "
    r"|fully |all )*"
    r"(?:stopped|ended|finished|over|gone|done|completed)"
    r"|(?:i )?(?:have |has |am )?(?:already |now |finally |just |completely )*(?:stopped bleeding|done bleeding"
    r"|finished bleeding"
    r"|finished my period|done with my period|finished with my period|over with my period|clean now|clean already"
    r"|clean today|stopped spotting)"
    r"|(?:i am|am|i got|got) (?:\w+ )?(?:clean|dry)|not bleed(?:ing)? any ?more"
)
IRREGULAR = (
    r"irregular\w*|all over the place|on and off|never regular|not (?:\w+ )?regular|unpredictable|never on time|random"
    r"|never (?:the )?same|(?:different|varies|vary|changes|change) (?:\w+ )?(?:every|each|a lot)(?: month| cycle|"
    r" time)?"
    r"|comes? and goes?|comes? (?:when|whenever) (?:it|they) (?:wants?|likes?)|no regular (?:period|cycle)"
)
NO_PERIOD = (
    r"(?:do|did|have|has|am|is|are) not (?:ever )?(?:get|getting|have|having|had|got|see|seen|menstruate|menstruating"
    r"|been getting)"
    r" ?(?:my |a |any |the |had )*(?:period|menses|menstruation|bleeding)(?! (?:pain|cramp|tracker|since \u0001|every"
    r"|regular|on time|this month|yet|again|when|\u0001))"
    r"|do not menstruate|never (?:get|got|have|had) (?:my |a |any )?(?:period|menses)"
    r"|no (?:period|menses|menstruation)(?: at all)?(?! (?:pain|cramp|since \u0001|problem|issue))"
    r"|amenorr?h?o?ea|stopped (?:having|getting) (?:my )?period|(?:period|menses) (?:is |are |has |have )*(?:been"
    r" )?(?:absent|missing|disappeared|stopped"
    r" (?:months|years|long)|not come|not coming|not came)"
    r" ?(?:for (?:months|years|\d+ (?:months|years)|a year|a long time))?|without (?:a )?period for|no longer (?:get"
    r"|have) (?:my )?period"
    r"|period has not come|missed (?:my )?(?:period for|\d+ period)"
)
SUPPOSING = re.compile(
    r"\b(?:if|when|once|unless|until|till|before|after|while|suppose|incase|in case|how long|why|whether|until my)\b"
)
ASKS = re.compile(
    r"^(?:and |so |hi |hello |but |doctor |please )*(?:can|could|may|might|must|should|shall|would|do|does|did|is|are"
    r"|will|has|what|when|how|which|why|am i)\b"
)
STATES = {
    "still_bleeding": re.compile(rf"\b(?:{STILL})\b"),
    "stopped": re.compile(rf"\b(?:{STOPPED})\b"),
    "irregular": re.compile(rf"\b(?:{IRREGULAR})\b"),
    "no_period": re.compile(rf"\b(?:{NO_PERIOD})\b"),
}
OTHERS = re.compile(r"\b(?:husband|partner|sister|friend|mother|daughter|his|her|she|he)\b")
CLAUSE = re.compile(
    r"[.;!?]+(?!\d)|,(?!\d)|\b(?:but|because|so|however)\b|(?= (?:if|when|that i|what if|how|what|can i|is it|should i"
    r"|do i"
    r"|will i|may i)\b)"
)
ONLY_NUMBER = re.compile(
    r"^(?:(?:about|around|approximately|roughly|usually|maybe|it is|it was|only|i think|like|for me|just|normally|mine"
    r" is|say)[ ,]*)*"
    r"(?P<n>\d{1,3})(?: ?(?:days?|d))?(?: ?(?:or so|i think|usually|normally|long|please|thanks|only|max|about|each"
    r" time))*[ .!]*$"
)
ONLY_FOR = re.compile(r"^for (?P<n>\d{1,3}) days?[ .!]*$")
COUNTED = re.compile(r"\d|\bweek\b")


@dataclass(frozen=True)
class Cycle:
    """What is told of her cycle beside days. Units: days."""

    period_length_days: int | None = None
    cycle_length_days: int | None = None
    still_bleeding: bool | None = None
    irregular: bool | None = None
    no_period: bool | None = None
    number: int | None = None


def read_cycle(masked: str) -> Cycle:
    """Return what a line of plain words tells, its days put as signs."""
    told = [clause for clause in _clauses(masked) if not OTHERS.search(clause)]
    counted = [clause for clause in told if COUNTED.search(clause)]
    ranges = list(_ranges(counted))
    irregular = any(_says("irregular", clause) for clause in told) or any(
        high - low >= SPREAD_DAYS for low, high in ranges if low > 14
    )
    still = _still(told)
    number = ONLY_NUMBER.match(masked.strip())
    return Cycle(
        period_length_days=_length(counted, PERIOD_LENGTH, PERIOD_DAYS, masked),
        cycle_length_days=None if ranges else _length(counted, CYCLE_LENGTH, CYCLE_DAYS, masked),
        still_bleeding=still,
        irregular=irregular or None,
        no_period=any(_says("no_period", clause) for clause in told) or None,
        number=int(number["n"]) if number else None,
    )


def _clauses(masked: str) -> Iterator[str]:
    start = 0
    for match in CLAUSE.finditer(masked):
        clause = masked[start : match.end()].strip()
        start = match.end()
        if clause.strip(" ,.;!?"):
            yield clause
    if masked[start:].strip():
        yield masked[start:].strip()


def _says(state: str, clause: str) -> bool:
    match = STATES[state].search(clause)
    return bool(match) and _is_told(clause, match.start() if match else 0)


def _is_told(clause: str, at: int) -> bool:
    return not ASKS.search(clause) and not SUPPOSING.search(clause[:at])


def _still(told: Iterable[str]) -> bool | None:
    """Return whether she still bleeds, as told last."""
    state = None
    for clause in told:
        if _says("still_bleeding", clause):
            state = True
        elif _says("stopped", clause) and not re.search(r"\bif\b", clause):
            state = False
    return state


def _ranges(told: Iterable[str]) -> Iterator[tuple[int, int]]:
    for clause in told:
        for words in CYCLE_RANGES:
            if match := words.search(clause.strip(" .,!?")):
                yield int(match["low"]), int(match["high"])


def _length(told: Iterable[str], patterns: Iterable[re.Pattern[str]], allowed: range, masked: str) -> int | None:
    if patterns is PERIOD_LENGTH and (only := ONLY_FOR.match(masked.strip())):
        return int(only["n"])
    found = None
    for clause in told:
        for words in patterns:
            match = words.search(clause)
            if match and not ASKS.search(clause) and not SUPPOSING.search(clause[: match.start()]):
                length = _days(match)
                if length in allowed:
                    found = length
                    break
    return found


def _days(match: re.Match[str]) -> int:
    found = match.groupdict()
    if found.get("n"):
        return int(found["n"])
    return 28 if found.get("n4") else 7
