"""Read what a message tells of her cycle beside days: lengths, whether she still bleeds, an irregular cycle or none.

Nothing is read from what is asked ("when does the bleeding stop?") or supposed ("if I am still bleeding").
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.understanding.day_words import DAY

BLOOD = (
    r"(?:period|menses|menstruation|menstrual|bleeding|bleed|blood|flow|mc|af|aunt flo\w*"
    r"|monthly(?: visitor)?)(?!\w)"
)
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
    rf"(?:^|(?:it|usually|always|normally|about|so|they|and) )(?:it )?(?:{USUAL} ){{0,6}}"
    rf"(?:lasts?|lasted|for|takes?|hangs around|stays?) (?:{USUAL} ){{0,6}}(?P<n>\d{{1,2}}) {DAYS}{NOT_LENGTH}",
    rf"(?:i )?(?:usually|normally|always) (?:it is |have |has |get )?(?P<n>\d{{1,2}}) {DAYS}{NOT_LENGTH}",
    r"(?:period|bleeding|menses|bleed) (?:length|duration)(?: is| was| of| =| :)* (?P<n>\d{1,2})\b",
    rf"duration(?: of| was| is| about| approximately| =| :)* (?P<n>\d{{1,2}}) {DAYS}",
    rf"(?P<n>\d{{1,2}}) {DAYS} (?:long )?(?:every|each|per) (?:month|time|cycle|period|round)",
    rf"{BLOOD}[^\n]{{0,60}}?{DAY}(?: (?:and|then|it|she|is|will|for|usually|always|normally|about|around|stays?|stay"
    rf"|last"
    rf"|lasts|takes?|{USUAL})){{0,6}} (?P<n>\d{{1,2}}) {DAYS}{NOT_LENGTH}",
    rf"(?:it|she|{BLOOD}) (?:usually |always |normally |then |will )*(?:stays?|remains?|visits|hangs around)(?:"
    rf" {USUAL}){{0,6}}"
    rf" (?P<n>\d{{1,2}}) {DAYS}{NOT_LENGTH}",
    rf"(?:period|bleeding|menses|bled|bleed|it|and)(?: usually| always)? (?:lasts?|takes?|stays?)(?: {USUAL}){{0,6}}"
    rf" (?:a|1) week\b"
    rf"(?P<week2>){NOT_LENGTH}",
    rf"(?:period|bleeding|menses|bled|bleed)(?: {USUAL}){{0,4}} (?:a|1) week\b(?P<week>){NOT_LENGTH}",
]
CYCLE_LENGTH_WORDS = [
    rf"cycle(?: {USUAL}){{0,6}} (?P<n>\d{{2,3}})(?: {DAYS})?(?! ?[-/.]){NOT_LENGTH}",
    rf"(?P<n>\d{{2,3}}) ?-? {DAYS} ?-? (?:long )?(?:regular )?cycle",
    rf"(?:{BLOOD}|it|comes?|coming|regular|regularly|^)(?: {USUAL}){{0,6}} ?every (?P<n>\d{{2,3}}) {DAYS}",
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
LENGTH_BESIDE_DAY = re.compile(
    rf"^(?:and |about |usually |always |normally |it is |for |lasts |x )*(?P<n>\d{{1,2}}) {DAYS}"
    r"(?: long| each time| duration| usually| normally| bleeding)*[ .,!]*$"
)  # "LMP the 1st, 5 days"
DAY_OF_PERIOD = re.compile(rf"\b(?:{BLOOD}|lmp|started|began|came)\b[^.]*{DAY}")
CYCLE_LENGTH = [re.compile(rf"(?<![^\s,.(]){words}") for words in CYCLE_LENGTH_WORDS]
CYCLE_RANGES = [re.compile(rf"(?<!\S)(?:{words})") for words in CYCLE_RANGE_WORDS]
STILL = (
    r"(?:(?<!was )(?<!were )still|keep|keeps|kept) (?:\w+ )?(?:bleeding|bleed|spotting|spot|have (?:blood|bleeding"
    r"|spotting|my period)|on"
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
    r"|still on(?= ?[,.!]|$)|bleeding (?:has )?(?:continues|never stopped)"
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
    r"|(?:not|nothing|none)(?: more| any ?more| at all)? (?:ever )?since(?: then)?$"
)
IRREGULAR = (
    r"irregular\w*|all over the place|on and off|never regular|(?:not|no|non|isn't) (?:\w+ )?regular|unpredictable"
    r"|never on time|random"
    r"|never (?:the )?same|(?:different|varies|vary|changes|change) (?:\w+ )?(?:every|each|a lot)(?: month| cycle|"
    r" time)?"
    r"|comes? and goes?|comes? (?:when|whenever) (?:it|they) (?:wants?|likes?)|no regular (?:period|cycle)"
)
NO_PERIOD = (
    r"(?:do|did|have|has|am|is|are) not (?:ever )?(?:get|getting|have|having|had|got|see|seen|menstruate|menstruating"
    r"|been getting)"
    r" ?(?:my |a |any |the |had )*(?:period|menses|menstruation|bleeding)(?! (?:pain|cramp|tracker|since \u0001|every"
    r"|regular|on time|this month|yet|again|when|\u0001))"
    r"|no bleeding for (?:many |several |some )?(?:months|years)|do not menstruate|never (?:get|got|have|had) (?:my "
    r"|a |any )?(?:period|menses)"
    r"|no (?:period|menses|menstruation|af)(?: at all)?(?! (?:pain|cramp|since \u0001|problem|issue))"
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
OTHERS = re.compile(r"\b(?:husband|boyfriend|his|he)\b")
OTHER_WOMEN = re.compile(r"\b(?:sister|friend|mother|mum|mom|cousin|colleague|neighbou?r)s?\b")
SHE = re.compile(r"\b(?:her|she)\b")
OTHER_LENGTHS = re.compile(r"\b(?:pain|cramps?|headaches?|migraines?|antibiotics?|pills?|tablets?|sex|work)\b")
CLAUSE = re.compile(
    r"[.;!?]+(?!\d)|,(?!\d)|\b(?:but|because|so|however)\b|(?= (?:if|when|that i|what if|how|what|can i|is it|should i"
    r"|do i"
    r"|will i|may i)\b)"
)
ONLY_NUMBER = re.compile(
    r"^(?:(?:about|around|approximately|roughly|usually|maybe|it is|it was|only|i think|like|for me|just|normally|mine"
    r" is|say|no|sorry|oops|actually|i meant|between|from)[ ,]*)*"
    r"(?:\d{1,2} ?(?:-|to|or|and|until|/) ?)?(?:(?P<week>(?:a|1|one) week)|(?P<n>\d{1,3})(?: ?(?:days?|d))?)"
    r"(?: ?(?:or so|i think|usually|normally|long|please|thanks|only|max|about|each"
    r" time))*[ .!]*$"
)
ONLY_FOR = re.compile(r"^for (?P<n>\d{1,3}) days?[ .!]*$")
DAYS_A_WEEK = 7
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
    told = [clause for clause in _clauses(masked) if not _is_of_others(clause, masked)]
    counted = [clause for clause in told if COUNTED.search(clause) and not OTHER_LENGTHS.search(clause)]
    ranges = list(_ranges(counted))
    irregular = any(_says("irregular", clause) for clause in told) or any(
        high - low >= SPREAD_DAYS for low, high in ranges if low > 14
    )
    still = _still(told)
    number, only = ONLY_NUMBER.match(masked.strip()), ONLY_FOR.match(masked.strip())
    period_length = [*PERIOD_LENGTH, LENGTH_BESIDE_DAY] if DAY_OF_PERIOD.search(masked) else PERIOD_LENGTH
    return Cycle(
        period_length_days=int(only["n"]) if only else _length(counted, period_length, PERIOD_DAYS),
        cycle_length_days=None if ranges else _length(counted, CYCLE_LENGTH, CYCLE_DAYS),
        still_bleeding=still,
        irregular=irregular or None,
        no_period=any(_says("no_period", clause) for clause in told) or None,
        number=_bare(number) if number and not irregular else None,
    )


def _bare(number: re.Match[str]) -> int:
    """Return a bare number of days; of a range the higher, so that no day of bleeding is missed."""
    return DAYS_A_WEEK if number["week"] else int(number["n"])


def _clauses(masked: str) -> Iterator[str]:
    start = 0
    for match in CLAUSE.finditer(masked):
        clause = masked[start : match.end()].strip()
        start = match.end()
        if clause.strip(" ,.;!?"):
            yield clause
    if masked[start:].strip():
        yield masked[start:].strip()


def _is_of_others(clause: str, masked: str) -> bool:
    """Tell whether a clause is about someone else: "she" is the patient where no other woman is named."""
    if OTHERS.search(clause) or OTHER_WOMEN.search(clause):
        return True
    return bool(SHE.search(clause) and OTHER_WOMEN.search(masked))


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


def _length(told: Iterable[str], patterns: Iterable[re.Pattern[str]], allowed: range) -> int | None:
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
