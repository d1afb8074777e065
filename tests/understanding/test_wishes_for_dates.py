"""A wish for the days of her own calendar is told from a question about the rule."""

import pytest

from bot.knowledge.shapes import Knowledge
from bot.understanding.names import NameFinder, build_name_finder, conditions_of


@pytest.fixture(scope="module")
def finder(knowledge: Knowledge) -> NameFinder:
    return build_name_finder(knowledge)


WISHES = (
    "Please work out my HSG dates for me",
    "my hysteroscopy dates",
    "which dates for the dye test",
    "could u count the hysteroscopy for me",
    "tubes test dates?",
    "hsg dates?",
    "What are my HSG dates?",
    "can you work out my HSG",
    "pls calculate",
    "Please calculate it from my period",
    "calculate my hysteroscopy days",
    "give me my days",
    "which dates could I come",
    "what would be my hysteroscopy days",
    "Could you do the maths for me?",
    "count my days please",
    "when would my HSG fall",
    "when should my hysteroscopy be?",
    "tell me what that makes",
    "send me the dates",
    "I need concrete dates",
    "I'd like the actual dates, not the rule",
    "show me my days",
    "put it in my calendar",
    "figure out when I can come",
    "my HSG window please",
    "I want to know the dates for my hsg",
    "can you compute my window",
    "list the dates that apply to me",
    "work out which days I could come",
    "what would the dates for her HSG be",
    "kindly advise hysteroscopy dates",
    "name my days",
)
RULES = (
    "which days of the cycle is the HSG done?",
    "when in the cycle is it done",
    "which day is best",
    "which day is best for the hsg?",
    "when is the HSG done?",
    "on which cycle day is the hysteroscopy",
    "how many days after my period is the HSG?",
    "why must it be after the period?",
    "is day 9 too late",
    "can I have the HSG while bleeding?",
    "what is the best time for a hysteroscopy",
    "is it before or after ovulation?",
    "how do I book the HSG?",
    "can I change my HSG date?",
    "my HSG is on Friday, may I eat?",
    "how long does the HSG take",
    "when do I get the results?",
    "is the HSG possible on day 12?",
    "when after the period",
    "what happens if I miss the window?",
    "do you do the HSG at weekends?",
    "how many days does the bleeding last after the hysteroscopy",
    "which day of the period counts as day 1?",
    "do I count from the first day of bleeding?",
    "does spotting count?",
    "what are the opening days",
    "how many days of antibiotics",
    "should I take a day off work for the test?",
    "in which phase of the cycle is it done?",
    "when can I have sex after the HSG",
    "how late in the cycle can the HSG be done",
    "when should the hsg be done",
)


@pytest.mark.parametrize("text", WISHES)
def test_wish_for_her_own_days_is_seen(finder: NameFinder, text: str) -> None:
    assert "own_dates" in conditions_of(finder.find(text))


@pytest.mark.parametrize("text", RULES)
def test_question_about_the_rule_is_no_wish(finder: NameFinder, text: str) -> None:
    assert "own_dates" not in conditions_of(finder.find(text))
