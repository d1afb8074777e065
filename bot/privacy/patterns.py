r"""Recognisers of what has a form: mails, phones, numbers of records, postal addresses, birth dates.

Each pattern matches the detail alone: what stands before `\K` is its cue. A date without a birth cue, an amount and a
short number must never match: the dialogue needs them.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from presidio_analyzer import Pattern, PatternRecognizer, RecognizerResult

from bot.privacy.addresses import ADDRESSES

EMAIL, PHONE, NUMBER, ADDRESS, BIRTH = "EMAIL", "PHONE", "NUMBER", "ADDRESS", "BIRTH_DATE"
FLAGS = re.IGNORECASE | re.MULTILINE
EXACT = re.MULTILINE
TELLING = re.compile(r"[\d@]")

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
DAY = r"(?:the[ \t]+)?(?:[0-3]?\d)(?:st|nd|rd|th)?(?:[ \t]+of)?"
YEAR = r"(?:19|20)?\d{2}(?!\d)"
DATE = (
    rf"(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[ \t]?[-/.][ \t]?\d{{1,2}}[ \t]?[-/.][ \t]?{YEAR}"
    rf"|\d{{1,2}}[ \t]\d{{1,2}}[ \t]{YEAR}|{DAY}[ \t,-]*{MONTH}(?:[ \t,-]*['\u2019]?{YEAR})?"
    rf"|{MONTH}[ \t]*{DAY}(?:[ \t,]+{YEAR})?|\d{{4}}年\d{{1,2}}月(?:\d{{1,2}}[日号])?|\d{{8}}|{MONTH}[ \t,]+{YEAR}"
    r"|(?:19|20)\d\d)(?!\d)"
)
BIRTH_CUE = (
    r"(?<!\w)(?:d\.?[ \t]?o\.?[ \t]?b\.?|date[ \t]+of[ \t]+birth|birth[ \t-]?dates?"
    r"|year[ \t]+of[ \t]+birth"
    r"|geburtsdatum|fecha[ \t]+de[ \t]+nacimiento|data[ \t]+urodzenia|date[ \t]+de[ \t]+naissance)(?!\w)"
    r"(?:['\u2019]s)?[ \t]*(?:is|was|on|=|:|-|\uff1a|\(|,|of|the|my|[ \t])*"
)
# "My period ended on my birthday 6 March" must keep its day: beside "birthday" only a date with its year is masked.
BIRTHDAY = r"(?<!\w)(?:birthdays?|b-?day)(?!\w)[ \t]*(?:is|was|on|=|:|-|\(|,|the|[ \t])*"
CHINESE_BIRTH = r"(?:出生(?:日期|年月日?|于)?|生日|生于)[ \t]*(?:是|为|:|\uff1a)?[ \t]*"
# A patient was born at least 16 years ago; a later date after "born" is a child's, which the dialogue needs.
LONG_AGO = r"(?=[^\n]{4,24}?(?:(?:19\d\d|200\d|2010)(?!\d)|['\u2019/.\- ](?:[4-9]\d|0\d)(?!\d))|(?:19\d\d|200\d)[-/.])"
BORN = r"(?<!\w)(?:born|née|geboren|urodzona|nacida)[ \t]*(?:on|:|in|am|the|[ \t])*"
AFTER_NAME = r"\[name\][ \t]*[,(]?[ \t]*"

NO = r"(?:[ \t]*(?:numbers?|num|no\.?|nr\.?|n[o°º]\.?|#|id|code|card|is|says|are|reads|it's|=|:|\uff1a|-)(?![a-z]))"
NUMBER_WORD = r"(?:numbers?|num|no\.?|nr\.?|n[o°º]\.?|#|id|code)(?![a-z])"
CODE = (
    r"(?=[A-Za-z0-9\-/ \t]{{4}})(?=(?:[A-Z\-/ \t]*\d){{{least}}})[A-Z0-9]+"
    r"(?:[-/ \t]?(?=[A-Z]{{0,6}}\d|[A-Z]{{1,2}}(?![A-Z]))[A-Z0-9]+)*"
)
# Words that name a number of hers by themselves, and words that do so only with "number", "no", "id" and the like.
PAPERS = (
    r"mrn|nhs|ssn|passport|aadhaa?r|pesel|dni|nie|curp|nin|bvn|nric|cnic|medicare|iban|bsn|cpf|emirates[ \t]+id"
    r"|social[ \t]+security|national[ \t]+insurance|ni|national[ \t]+id|health[ \t]+card|hospital[ \t]+card|insurance"
    r"|(?:my|patient|member|hospital|insurance|health)[ \t]+id|ohip|ahv|steuer-?id|hkid|ehic|ic|folio|ref|my[ \t]+card"
    r"|[a-z]+[ \t]+card[ \t]+is|id[ \t]+card|\w*nummer|hospital[ \t]+file|(?:hospital|patient)[ \t]+id|card[ \t]+says"
)
FILES = (
    r"patient|hospital|hosp|record|records|client|op|case|file|chart|unit|ref|reference|policy"
    r"|booking(?:[ \t]+ref(?:erence)?)?"
    r"|member|membership|account|acct|card|bank|id|identity|personal|insurance|registration|reg|invoice|receipt|order"
    r"|folder|health|medical(?:[ \t]+record)?|identification|licen[cs]e|document|tax|voter"
)
CHINESE_PAPERS = (
    r"(?:身份证|病历|住院|门诊|就诊卡?|医保卡?|社保卡?|护照|诊疗卡|登记|档案|银行卡|卡|病案|条形码|预约)"
    r"(?:号码|号|编号)?[ \t]*(?:是|为|:|\uff1a|\uff0c)?[ \t]*"
)
NOT_AN_AMOUNT = (
    r"(?![ \t]*(?:[.,]\d|units?|iu|i\.u|miu|mg|mcg|ug|ml|kg|g(?!\w)|rupees?|rs|naira|usd|dollars?|euros?|pounds?|rmb"
    r"|yuan"
    r"|inr|ngn|pln|zł|zloty|million|mln|sperm|steps|元|块|单位|万|%))"
)
NOT_A_DATE = (
    r"(?!(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d"
    r"|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)\d\d(?!\d)|(?:19|20)\d\d[01]\d[0-3]\d(?![\d\-]))"
)
FREE = r"(?<![A-Za-z0-9_.,/+\-])(?<!\d[.,:]\d?)"
PHONE_CUE = (
    r"(?<!\w)(?:phone|tel|telephone|mobile|mob|cell|cellphone|whats?app|viber|call|ring|text|sms|reach|contact|hp|fax"
    r"|telefon|teléfono|my[ \t]+(?:no|num|number|nr)|(?:new|phone)[ \t]+(?:no|number)|number[ \t]+is)"
    r"(?!\w)[^\n\d+]{0,24}?"
)
GAP = r"[ \t.\-\u2013/]?"
PHONES = (
    r"\+(?=(?:[^\d\n]{0,3}\d){7,15}(?!\d))\d{1,3}(?:[ \t.\-]{0,2}\(?\d{1,5}\)?){2,6}(?!\d)",
    r"(?:00)(?=(?:[^\d\n]{0,3}\d){8,13}(?!\d))\d{1,3}(?:[ \t.\-]?\(?\d{1,8}\)?){1,5}(?!\d)",
    r"\(\d{1,5}\)[ \t.\-]?\d{2,5}(?:[ \t.\-]?\d{2,5}){1,3}(?!\d)",
    r"(?:1[ .\-])?\d{3}[ .\-]\d{3}[ .\-]\d{4}(?!\d)",
    rf"0(?=(?:{GAP}\d){{8,10}}(?![\d])(?!{GAP}\d))\d{{1,4}}(?:{GAP}\d{{2,6}}){{1,4}}(?!\d)",
    r"1[3-9]\d(?:[ \t\-]?\d{4}){2}(?!\d)",
    r"[6-9]\d{4}[ \t]?\d{5}(?!\d)",
    r"0\d{9,10}(?!\d)",
)
NUMBERS = (
    r"\d{17}[\dX](?!\w)",
    r"\d{6}[ \t]?\d{8}[ \t]?\d{3}[\dX](?!\w)",
    r"(?:\d{4}[ \t\-]){3}\d{2,4}(?!\d)",
    r"\d{2}-\d{4}-\d{4}-\d{4}(?!\d)",
    r"(?=[A-Z0-9]{10,20}(?!\w))(?=(?:[A-Z]*\d){4})(?=\d*[A-Z])[A-Z0-9]+",
    r"\d{4}[ \t\-]\d{6}[ \t\-]\d{5}(?!\d)",
    r"\d{3}-\d{2}-\d{4}(?!\d)",
    r"\d{5}-\d{7}-\d(?!\d)",
    r"\d{6,8}-\d{4}(?!\d)",
    r"[A-Z]{2}\d{2}(?:[ \t]?[A-Z0-9]{4}){3,7}(?:[ \t]?[A-Z0-9]{1,3})?(?!\w)",
    r"[A-Z]{1,3}-?\d{6,}[A-Z]?(?!\w)",
    r"\d{7,9}[A-Z](?!\w)",
    r"\d{9,}(?!\w)" + NOT_AN_AMOUNT,
    r"\d{7,8}(?!\w)" + NOT_AN_AMOUNT,
    r"[A-Z]{2}[ \t]?\d{2}[ \t]?\d{2}[ \t]?\d{2}[ \t]?[A-D](?!\w)",
)


class _Recognizer(PatternRecognizer):
    """Presidio's recogniser; what holds neither a digit nor an @ is not looked through, since no pattern does without.

    (`tests/privacy/test_patterns.py` sees to that.)
    """

    def analyze(self, text: str, *details: Any, **named: Any) -> list[RecognizerResult]:
        """Return what is found."""
        return super().analyze(text, *details, **named) if TELLING.search(text) else []


def _of(entity: str, name: str, patterns: Sequence[str], flags: int) -> PatternRecognizer:
    numbered = [Pattern(f"{name} {number}", pattern, 1.0) for number, pattern in enumerate(patterns, 1)]
    return _Recognizer(entity, name=name, patterns=numbered, global_regex_flags=flags)


def pattern_recognizers() -> Iterator[PatternRecognizer]:
    """Yield presidio's recognisers of all that has a form."""
    yield _of(
        EMAIL,
        "mail",
        (r"(?<![A-Za-z0-9.+%'_-])[A-Za-z0-9\u00c0-\u024f.+%'_-]+@[\w\-]+(?:\.[\w\-]+)*\.\p{L}{2,}",),
        FLAGS,
    )
    birth = (
        BIRTH_CUE + r"\K" + DATE,
        CHINESE_BIRTH + r"\K" + DATE,
        BIRTHDAY + r"\K" + LONG_AGO + DATE,
        BORN + r"\K" + LONG_AGO + DATE,
        AFTER_NAME + r"\K" + LONG_AGO + DATE,
        r"(?<![\d/.\-])" + DATE + r"(?=[ \t]*(?:is|=)[ \t]+my[ \t]+(?:dob|date of birth|birthday|birth date))",
    )
    yield _of(BIRTH, "birth", birth, FLAGS)
    cued_phone = rf"{PHONE_CUE}\K(?=(?:{GAP}[()]?\d){{6,15}}){NOT_A_DATE}\+?\(?\d+\)?(?:[ \t.\-]?\(?\d+\)?)*"
    yield _of(PHONE, "phone", (*(FREE + NOT_A_DATE + phone for phone in PHONES), cued_phone), FLAGS)
    paper = rf"(?i:(?<!\w)(?:{PAPERS})(?!\w){NO}{{0,4}})[ \t]*\K{NOT_A_DATE}" + CODE.format(least=4) + r"(?!\w)"
    in_file = (
        rf"(?i:(?<!\w)(?:{FILES})[ \t]*{NUMBER_WORD}{NO}{{0,3}})[ \t]*\K{NOT_A_DATE}" + CODE.format(least=2) + r"(?!\w)"
    )
    yield _of(NUMBER, "paper", (paper, in_file, CHINESE_PAPERS + r"\K[A-Z]?\d{5,}[\dX]?"), EXACT)
    yield _of(NUMBER, "number", [FREE + NOT_A_DATE + number for number in NUMBERS], EXACT)
    yield _of(ADDRESS, "address", ADDRESSES, EXACT)
