"""Feast days by which patients tell a day, as patterns over plain words, and when they are in a year.

Kept small: days that have one date in every country, and those that are counted from Easter Sunday.
"""

from datetime import date, timedelta

from dateutil.easter import easter

YEAR_WORD = r"year(?: 's|s)?"
XMAS = r"(?:christmas|xmas|x - mas)"
FIXED: dict[tuple[int, int], str] = {
    (24, 12): rf"{XMAS} (?:eve|evening)",
    (26, 12): r"boxing day|(?:saint|st) ?\.? stephen 's day",
    (25, 12): rf"{XMAS}(?: day)?",
    (31, 12): rf"new {YEAR_WORD} (?:eve|evening)|nye|the last day of the year|silvester",
    (1, 1): rf"new {YEAR_WORD} day|(?:the )?first day of (?:the|this) (?:new )?year"
    rf"|(?:(?<=on )|(?<=since ))new {YEAR_WORD}",
    (6, 1): r"epiphany|three kings(?: day)?|3 kings(?: day)?",
    (14, 2): r"(?:(?:saint|st) ?\.? )?valentine(?: 's|s)?(?: day)?",
    (8, 3): r"(?:international )?wom[ae]n(?: 's|s)? day",
    (17, 3): r"(?:saint|st) ?\.? patrick(?: 's|s)?(?: day)?",
    (1, 4): r"april fools?(?: 's)?(?: day)?",
    (1, 5): r"labou?r day|may day|(?:international )?workers?(?: ')?(?: 's)? day",
    (31, 10): r"halloween",
    (1, 11): r"all saints?(?: ')?(?: 's)?(?: day)?",
    (6, 12): r"(?:saint|st) ?\.? nicholas(?: 's)?(?: day)?",
}
FROM_EASTER: dict[int, str] = {
    -46: r"ash wednesday",
    -7: r"palm sunday",
    -3: r"maundy thursday|holy thursday",
    -2: r"good friday|easter friday",
    -1: r"easter saturday|holy saturday",
    1: r"easter monday",
    39: r"ascension(?: day)?",
    49: r"whit sunday|pentecost(?: sunday)?",
    50: r"whit monday|pentecost monday",
    0: r"easter(?: sunday| day)?(?! (?:week|weekend|holidays?|break|time|egg))",
}
FIRST_WORDS = (
    "christmas xmas x boxing saint st new nye silvester epiphany three valentine valentines international women"
    " womens woman womans april labour"
    " labor workers worker halloween all ash palm maundy holy good easter ascension whit pentecost"
)
FIXED_NAMES = "|".join(f"(?P<feast{number}>{words})" for number, words in enumerate(FIXED.values()))
EASTER_NAMES = "|".join(f"(?P<easter{number}>{words})" for number, words in enumerate(FROM_EASTER.values()))
FEAST = (
    r"(?:(?:the )?(?:(?P<away_count>\d{1,2}|a) )?(?P<away_unit>day|days|week|weeks) (?P<away_side>before|after) "
    rf"|(?P<near>(?:just |shortly |right |some time )?(?:before|after|by) ))?(?:{FIXED_NAMES}|{EASTER_NAMES})(?!\S)"
)


def fixed_feast(number: int) -> tuple[int, int]:
    """Return the day and the month of the feast whose group in the pattern has this number."""
    return list(FIXED)[number]


def days_from_easter(number: int) -> int:
    """Return how far from Easter Sunday the feast is whose group in the pattern has this number."""
    return list(FROM_EASTER)[number]


def easter_day(year: int, away: int) -> date | None:
    """Return the day that lies so many days from Easter Sunday; null outside the years it is known for."""
    return easter(year) + timedelta(days=away) if 1583 <= year <= 4099 else None
