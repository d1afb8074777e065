"""The ways in which patients name a day, as patterns over plain words; each named part is read by `day_finder`."""

import re

from bot.understanding import feast_days
from bot.understanding.day_words import DAY, MONTHS, WEEKDAYS

WD = rf"(?:{'|'.join(WEEKDAYS)})"
MO = rf"(?:{'|'.join(MONTHS)})"
YEAR = r"(?:(?:19|20)\d\d|' ?[23]\d|[23]\d(?! (?:days?|weeks?|years?|times|hours?|and|to|-)))"
ORD = r"\d{1,2}(?:st|nd|rd|th)"
NUM = r"(?:\d{1,3}|a|an)"
PART = r"(?:morning|afternoon|evening|night|noon|lunchtime)"
VAGUE_PART = (
    r"(?:some ?time|some time|some day|someday|one day|the end|end|the beginning|beginning|the start|start|early|late"
    r"|mid|the middle|middle|first half|second half|the first|during|earlier|later)"
)
NOT_DAYS = (
    r"(?:days?|time|times|week|weeks|cycles?|test|tests|child|baby|month|months|hsg|one|ivf|round|appointment|floor"
    r"|trimester|degree|try|attempt|iui|visit|scan|dose|pregnancy|grade|year|years|line|procedure|opinion|tube)"
)
UNITS = (
    r"(?:days?|weeks?|months?|years?|hours?|hrs?|minutes?|mins?|times?|tablets?|pills?|cm|mm|mg|ml|kg|degrees?|c|f"
    r"|%|euros?|dollars?|pounds?|cycles?|percent|kids?|children|people|tubes?|embryos?|o'clock|am|pm|of|doses?|cups?)"
)
PATTERNS = {
    "feast": feast_days.FEAST,
    "month_end": rf"(?:on |at )?(?:the |my )?(?:(?P<me>last)|(?P<mb>first|1st)) (?:day )?(?:of|in) "
    rf"(?:(?P<mew>the|this|last|the last) month|(?P<mem>{MO})(?! \d{{1,2}}\b)(?: ,? ?(?P<mey>{YEAR}))?)",
    "rule": rf"(?:the )?(?:{ORD}|\d{{1,2}}) (?:to|-|until|and|or) (?:the )?{ORD} days?(?! (?:march|april))"
    rf"|(?:the )?{ORD} (?:and|or|to|-) {ORD} {NOT_DAYS}",
    "range": rf"(?:from )?(?:the )?(?P<r1>\d{{1,2}})(?:st|nd|rd|th)? (?P<rj>to|-|until|and) (?:the )?(?P<r2>\d{{1,2}})"
    rf"(?:st|nd|rd|th)? (?:of )?(?P<rm>{MO})(?: ,? ?(?P<ry>{YEAR}))?",
    "range_us": rf"(?P<um>{MO}) (?P<u1>\d{{1,2}})(?:st|nd|rd|th)? (?P<uj>to|-|until) (?P<u2>\d{{1,2}})"
    rf"(?:st|nd|rd|th)?(?: ,? ?(?P<uy>{YEAR}))?(?! {UNITS}\b)(?! {MO})",
    "cycle_day": r"(?:on |in )?(?:(?:cycle |period )?day (?:number |no |nr )?|cd ?|c d )(?P<cd>\d{1,3}|one)\b"
    rf"(?! (?:of )?{MO}\b|[/.]\d)"
    r"(?P<of>(?: (?:of|in|into|on))?(?: (?:my|the|her))?(?: (?:period|cycle|bleeding|menses|menstruation|flow|mc))+)?"
    r"|(?:the |my )?(?P<cd2>\d{1,2})(?:st|nd|rd|th)? day (?:of|in) (?:my |the |her )?(?P<of2>period|cycle|bleeding"
    r"|menses)"
    r"|(?P<cd3>\d{1,2}) days? into (?:my |the |her )?(?P<of3>period|cycle|bleeding|menses)",
    "dm": rf"(?:(?P<dw>{WD}) ?,? )?(?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?:day )?(?:of )?(?:the )?(?P<m>{MO})"
    rf"(?! i\b)\b\.?(?: ,? ?(?:of )?(?P<y>{YEAR}))?",
    "md": rf"(?:(?P<mw>{WD}) ?,? )?(?P<mm>{MO}) (?:the )?(?P<md>\d{{1,2}})(?:st|nd|rd|th)?\b(?! {UNITS}\b)"
    rf"(?! ?[-/.]? ?\d* days)(?: ,? ?(?P<my>{YEAR}))?",
    "three_of_four": r"(?:the )?(?P<n1>\d{1,2})(?:st|nd|rd|th)? (?:of|/) (?:the )?(?P<n2>\d{1,2})(?:st|nd|rd|th)?\b"
    rf"(?! {UNITS}\b)",
    "iso": r"(?P<iso>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})(?!\S)",
    "dated": r"(?P<dated>\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?!\S)",
    "halves": rf"(?P<halves>\d{{1,2}}[/.]\d{{1,2}}\.?)(?!\S)(?! {UNITS}\b)",
    "dashed": r"(?:(?<=on )|(?<=since )|(?<=started )|(?<=ended )|(?<=finished )|(?<=was )|^)"
    rf"(?P<dashed>\d{{1,2}} - \d{{1,2}})(?! [-/]| {UNITS}\b|\S| {MO})",
    "vague_date": rf"(?:in|early|mid|late|sometime in|{VAGUE_PART}(?: in| of)?) (?:{MO})(?! \d)(?: {YEAR})?",
    "vague_week": rf"(?:(?:at |on |in )?{VAGUE_PART} (?:of |in |on |during )?(?:(?:the|this|last|next) )?"
    rf"(?:week ?end|week|month)|some ?time ago|some days ago|the other {WD}|the other day"
    rf"|(?:a )?(?:couple|few)(?: of)?(?: days| weeks| months)? (?:ago|back|before)"
    rf"|(?:several|some|many|few) (?:days|weeks|months) (?:ago|back)"
    rf"|(?:{NUM}|couple) (?:or|to|-) (?:\d{{1,2}}|so) (?:days|weeks) (?:ago|back)"
    rf"|(?:{NUM}) (?:days?|weeks?) or so (?:ago|back)"
    rf"|(?:{NUM}) (?:months?|years?) (?:ago|back)|(?:days|weeks|months) ago)",
    "before_last": rf"(?:the )?(?P<bl>{WD}) before last|last last (?P<bl2>{WD})",
    "week_day": rf"(?:on )?(?P<wd1>{WD}) (?:of )?(?P<which1>last|this|next|the last|the next) week"
    rf"|(?P<which2>last|this|next) weeks? (?:'s )?(?:on )?(?P<wd2>{WD})",
    "ago_weekday": rf"(?:(?P<aw>\d|a|one) weeks? ago (?:on |this |last )?(?P<awd>{WD}))|(?P<awd2>{WD}) (?P<aw2>\d|a) "
    r"weeks? ago",
    "ago": r"(?:since )?(?P<an>\d{1,3}|a|an|one)(?P<unit> days?| d| weeks?| w| fortnights?) (?:ago|back|earlier"
    r"|befor?e?"
    r" today)"
    rf"(?: exactly)?(?: (?P<from>today|yesterday)\b| {PART})?|(?P<from2>today|yesterday) (?P<an2>\d{{1,3}}|a)"
    rf"(?P<unit6> days?| weeks?) (?:ago|back)|fortnight ago(?: today)?|(?P<week>week) ago(?: today)?"
    rf"|(?P<in_>\d{{1,3}}|a)(?P<unit2> days?| weeks?)"
    rf" (?P<since>since)(?= my| the| i| it)"
    r"|since (?P<sn>\d{1,3}|a)(?P<unit3> days?| weeks?)"
    r"|before (?P<bn>\d{1,2}|a)(?P<unit7> days?| weeks?)(?= ?[,.!?;)]|$| when\b| can\b)"
    r"|(?:(?<=stop )|(?<=stopped )|(?<=finish )|(?<=finished )|(?<=over )|(?<=ended )|(?<=end )|(?<=gone ))already"
    r" (?P<al>\d{1,2}|a)(?P<unit8> days?| weeks?)",
    "past": r"(?:(?<=i am )|(?<=she is )|(?<=now )|(?<=already ))(?P<pn>\d{1,2}|a)(?P<unit11> days?| weeks?)"
    r" (?:past|after|since|from|beyond)(?= (?:the|my|her) (?:start|beginning|first|end|last)\b)",
    "dry_days": r"(?:(?<=no bleeding )|(?<=no blood )|(?<=no spotting )|(?<=not bled )|(?<=clean )|(?<=dry )"
    r"|(?<=without blood )|(?<=anymore ))for (?P<dry>\d{1,2}|a)(?P<unit9> days?| weeks?)"
    r"|(?:(?:for|it makes|it is|it has been|been) )?(?P<dry2>\d{1,2}|a)(?P<unit10> days?| weeks?)(?: now)?(?: that)?"
    r"(?= (?:i )?(?:do |did |am |have |has )?(?:not (?:bleed|bled|bleeding)|no (?:more )?(?:blood|bleeding)"
    r"|without (?:any )?(?:blood|bleeding)|clean\b|dry\b))",
    "ahead": r"(?:in|after) (?P<fn>\d{1,3}|a|an)(?P<unit4> days?| weeks?)(?: 's?)?(?: time)?(?! (?:after|before|of"
    r"|from))"
    r"|(?P<fn2>\d{1,3}|a)(?P<unit5> days?| weeks?) from (?:now|today)",
    "before_yesterday": r"(?:the )?(?:day )?before yesterday|(?:the )?day befor yesterday|ereyesterday",
    "after_tomorrow": r"(?:the )?(?:day )?after tomorrow",
    "today": rf"(?:(?:as of |since |just |only |early |earlier |late )*)(?:today|tonight|this {PART})(?: {PART})?"
    rf"|just now|right now(?= started)",
    "yesterday": rf"(?:since )?yesterday(?: {PART})?|last night",
    "tomorrow": rf"tomorrow(?: {PART})?",
    "weekday": rf"(?P<lead>(?:this past|this coming|this last|the last|the next|the past|the coming|last|next|this|past"
    rf"|coming) )?(?:{PART} )?(?P<wd>{WD})\b(?! (?:'s )?(?:clinic|hours|opening))(?: {PART})?",
    "vague_only": r"(?:the )?(?:last|this|next|past) (?:few days|weekend|week end|week|month|couple of days)"
    r"|the weekend|recently|at the weekend|on the weekend",
    "ordinal": rf"(?:on )?(?:the )?(?P<ord>{ORD})(?! {NOT_DAYS}\b)(?! (?:of )?{MO})(?: of (?:this|the) month| this"
    rf" month)?",
    "last_month_day": rf"(?:on )?(?:the )?(?P<lord>{ORD}) (?:of )?(?:the )?last month",
    "bare": r"(?:on |since )(?:the )?(?P<bare>\d{1,2})(?=$| [.,!;)]| and\b| it\b| my\b| to\b| until\b| i\b)"
    r"|(?<!\S)the (?P<bare2>[1-9]|[12]\d|3[01])(?=$| [.,!;)]| and\b| to\b)",
}
ORDER = [
    "rule",
    "feast",
    "month_end",
    "range",
    "range_us",
    "cycle_day",
    "dm",
    "md",
    "three_of_four",
    "iso",
    "dated",
    "halves",
    "dashed",
    "vague_date",
    "before_last",
    "week_day",
    "ago_weekday",
    "ago",
    "dry_days",
    "past",
    "vague_week",
    "ahead",
    "before_yesterday",
    "after_tomorrow",
    "today",
    "yesterday",
    "tomorrow",
    "weekday",
    "vague_only",
    "last_month_day",
    "ordinal",
    "bare",
]
FIRST_WORDS = (
    "the on in my cycle period day cd c some sometime someday one end beginning start early late mid middle first"
    " second"
    " during earlier later at a an several many few couple days weeks months week for it been already from last this"
    " next"
    " fortnight since after"
    " before ereyesterday today tonight as just only right yesterday tomorrow past coming morning afternoon evening"
    f" night noon lunchtime recently {feast_days.FIRST_WORDS}"
)  # with which a day may begin; looked for first, since most words begin none
HEDGE = re.compile(
    r"\b(?:about|around|approximately|approx|roughly|maybe|perhaps|possibly|circa|nearly|almost|somewhere|abt)"
    r"(?: on| the| like)*$"
)
HEDGED_AFTER = re.compile(
    r"^(?:or so|or something|ish|- ?ish|approximately|approx|roughly|i guess|or thereabouts|about)\b"
)
LATER_LEADS = frozenset(["next", "this coming", "the next", "coming", "the coming"])
EARLIER_LEADS = frozenset(["last", "past", "the last", "the past", "this past", "this last"])
DIGITS = re.compile(r"\d+")
RULE = "\u00b7"  # stands for days that are a rule or no days at all
IS = (
    r"[ ,:=(-]*(?:(?:was|is|were|on|of|it|am|i|at|already|only|my|cycle|period|and|to|will be"
    r"|the)[ ,:=(-]*)*"
)
BESIDE = re.compile(rf"{DAY}(?P<between> ?(?:,|\(|-)? ?(?:on |the )*| (?:or|maybe|or maybe|or on) (?:the )?|{IS}){DAY}")
