"""Ask for the detail that a patient's dates still need, in the clinic's words."""

from datetime import date

from babel.dates import format_date

from bot.dates.shapes import NeedsDetail
from bot.reply import Button, Reply
from bot.wording import Wording

PERIOD_LENGTHS_OFFERED = range(3, 8)


def day_in_words(day: date, locale: str) -> str:
    """Return a day with weekday and month written out, such as "Tuesday 3 March 2026", in a locale's order."""
    return str(format_date(day, "full", locale=locale.replace("-", "_"))).replace(", ", " ", 1)


def ask(needs: NeedsDetail, wording: Wording, today: date) -> Reply:
    """Return the question back, with buttons where the likely answers are few."""
    return Reply(
        text=_question(needs, wording, today),
        kind="ask",
        topic=needs.question.topic,
        procedure=needs.question.procedure,
        buttons=_buttons(needs, wording),
    )


def _question(needs: NeedsDetail, words: Wording, today: date) -> str:
    locale = words.clinic.locale
    day = day_in_words(needs.day or today, locale)
    match needs.detail, needs.reason:
        case "period_start_and_end", "future":
            return words.say("utter_dates_ask_after_future_start", day=day)
        case "period_start_and_end", "too_old":
            return words.say("utter_dates_ask_after_too_old", day=day)
        case "period_start_and_end", "late":
            return words.say("utter_dates_ask_after_late", day=day)
        case "period_start_and_end", "no_period":
            return words.say("utter_dates_ask_without_period")
        case "period_start_and_end", "contradictory":
            return words.say("utter_dates_ask_after_contradiction")
        case "period_start_and_end", _:
            return words.say("utter_dates_ask_period_start_and_end")
        case "period_length", "impossible":
            return words.say("utter_dates_ask_after_odd_length", text=needs.text)
        case "period_length", _ if needs.role == "next_period":
            return words.say("utter_dates_ask_next_period_length")
        case "period_length", _:
            return words.say("utter_dates_ask_period_length")
        case "period_end", "future":
            return words.say("utter_dates_ask_after_future_end", day=day)
        case "period_end", _:
            return words.say("utter_dates_ask_period_end")
        case "bleeding_to_stop", _:
            return words.say("utter_dates_ask_bleeding_to_stop")
        case "procedure_day", _:
            name = words.procedure_name(needs.question.procedure)
            return words.say("utter_dates_ask_procedure_day", procedure=name)
        case "which_reading", _:
            return words.say("utter_dates_ask_which_reading", text=needs.text, days=_either(needs, words))
        case "real_day", "future":
            return words.say("utter_dates_ask_near_day", text=needs.text, day=day)
        case "real_day", _:
            return words.say("utter_dates_ask_real_day", text=needs.text)
        case _:
            return words.say("utter_dates_ask_exact_day", text=needs.text, example=day)


def _either(needs: NeedsDetail, words: Wording) -> str:
    days = [day_in_words(day, words.clinic.locale) for day in needs.choices]
    either = days[0]
    for day in days[1:]:
        either = words.say("utter_dates_or", first=either, second=day)
    return either


def _buttons(needs: NeedsDetail, words: Wording) -> tuple[Button, ...]:
    titles: list[str] = []
    if needs.detail == "which_reading":
        titles = [day_in_words(day, words.clinic.locale) for day in needs.choices]
    elif needs.detail == "period_length":
        titles = [words.say("utter_dates_length_button", days=str(days)) for days in PERIOD_LENGTHS_OFFERED]
    elif needs.reason in ("too_old", "late", "no_period", "still_bleeding"):
        titles = [words.say("utter_person_button")]
    return tuple(Button(title=title, message=title) for title in titles)
