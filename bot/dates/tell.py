"""Put a plan of a patient's dates into words: what was understood, the rule, her days, what to bear in mind."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from bot.dates.ask import ask, day_in_words
from bot.dates.shapes import Computed, Event, NeedsDetail, Note, ReadBack
from bot.knowledge.look_up import ToldRow, source_lines
from bot.question import Procedure
from bot.reply import Dates, Reply
from bot.signing import sign_off
from bot.wording import Wording


def tell_plan(plan: Computed | NeedsDetail, wording: Wording, rows: Sequence[ToldRow], today: date) -> Reply:
    """Return the reply that tells a plan, or asks for the detail it needs; the row that was counted by is quoted."""
    if isinstance(plan, NeedsDetail):
        return ask(plan, wording, today)
    quoted = [row for row in rows if row.id == plan.counted.row]
    named = [*quoted, *(row for row in rows if row not in quoted and _rests_on(plan, row))]
    paragraphs = [
        _read_back(plan, wording, today),
        *(row.short for row in quoted),
        _days(plan, wording, today),
        *(_note(note, wording) for note in plan.notes if note.key != "window_is_past"),
    ]
    paragraphs += sign_off(named, wording)
    return Reply(
        text="\n\n".join(paragraph for paragraph in paragraphs if paragraph),
        kind="dates",
        topic=plan.question.topic,
        procedure=plan.question.procedure,
        rules=tuple(row.id for row in named),
        sources=source_lines(named),
        more="\n\n".join(row.more for row in quoted if row.more) or None,
        dates=_dates(plan, wording),
    )


def _rests_on(plan: Computed, row: ToldRow) -> bool:
    """Tell whether a note rests on a row: that days come late in the cycle, on a window that counts cycle days."""
    is_late = any(note.key == "past_cycle_day" for note in plan.notes)
    return is_late and any(value.anchor == "period_start" for value in row.values)


def event_title(event: Event, procedure: Procedure, wording: Wording) -> str:
    """Return what an event is called in her calendar."""
    name = wording.procedure_name(procedure)
    match event.name:
        case "come_to_clinic":
            return wording.say("utter_dates_event_come_to_clinic", procedure=name)
        case "no_sex_before":
            return wording.say("utter_dates_event_no_sex_before", procedure=name)
        case "prepare":
            return wording.say("utter_dates_event_prepare", procedure=name)
        case "window":
            return wording.say("utter_dates_event_window", procedure=name)
        case "no_sex_after":
            return wording.say("utter_dates_event_no_sex_after", procedure=name)
        case "no_bathing":
            return wording.say("utter_dates_event_no_bathing", procedure=name)
        case "report_ready":
            return wording.say("utter_dates_event_report_ready", procedure=name)
        case "second_film":
            return wording.say("utter_dates_event_second_film", procedure=name)


def _read_back(plan: Computed, words: Wording, today: date) -> str:
    return " ".join(_understood(part, plan, words, today) for part in plan.read_back)


def _understood(part: ReadBack, plan: Computed, words: Wording, today: date) -> str:
    day = day_in_words(part.day, words.clinic.locale)
    days = str(part.length_days)
    last = day_in_words(part.last_day, words.clinic.locale)
    name = words.procedure_name(plan.question.procedure)
    match part.role:
        case "period_end":
            return words.say("utter_dates_period_ended", day=day)
        case "period_start" if part.length_days:
            return words.say("utter_dates_period_began_and_lasts", day=day, days=days, last=last)
        case "period_start":
            return words.say("utter_dates_period_began", day=day)
        case "next_period" if part.length_days:
            return words.say("utter_dates_next_period_lasts", day=day, days=days, last=last)
        case "next_period":
            return words.say("utter_dates_next_period", day=day)
        case "procedure_day" if part.day > today:
            return words.say("utter_dates_procedure_is", procedure=name, day=day)
        case _:
            return words.say("utter_dates_procedure_was", procedure=name, day=day)


def _days(plan: Computed, words: Wording, today: date) -> str:
    """Return her days in sentences: a window that is over first, then the days that hold."""
    if plan.window is None:
        return _one_day(plan, words, today)
    over = [_note(note, words) for note in plan.notes if note.key == "window_is_past"]
    if plan.window[1] < today:
        return " ".join(over)
    first, last = (day_in_words(day, words.clinic.locale) for day in plan.window)
    if over:
        sentences = [*over, words.say("utter_dates_window_next", first=first, last=last)]
    else:
        sentences = [words.say("utter_dates_window", first=first, last=last)]
    if plan.open_days:
        days = "; ".join(day_in_words(day, words.clinic.locale) for day in plan.open_days)
        sentences.append(words.say("utter_dates_open_days", days=days))
    return " ".join(sentences)


def _one_day(plan: Computed, words: Wording, today: date) -> str:
    from_day = plan.free_from or plan.not_before
    if from_day is None:
        return ""
    day = day_in_words(from_day, words.clinic.locale)
    last = day_in_words(from_day - timedelta(days=1), words.clinic.locale)
    if plan.free_from and plan.free_from <= today:
        return words.say("utter_dates_wait_is_over", last=last, day=day)
    match plan.question.topic:
        case "timing":
            return words.say("utter_dates_not_before_once_stopped", day=day)
        case "bathing":
            return words.say("utter_dates_no_bathing_until", last=last, day=day)
        case "results":
            return words.say("utter_dates_report_from", day=day)
        case "imaging":
            return words.say("utter_dates_second_film_from", day=day)
        case _:
            return words.say("utter_dates_no_sex_until", last=last, day=day)


def _note(note: Note, words: Wording) -> str:
    days = [day_in_words(day, words.clinic.locale) for day in note.days]
    match note.key:
        case "bleeding_also_told":
            return words.say("utter_dates_note_bleeding_also_told")
        case "bleeding_end_unknown":
            return words.say("utter_dates_note_bleeding_end_unknown")
        case "booked_day_fits":
            return words.say("utter_dates_note_booked_day_fits", day=days[0])
        case "booked_day_outside":
            return words.say("utter_dates_note_booked_day_outside", day=days[0])
        case "counted_from_end":
            return words.say("utter_dates_note_counted_from_end")
        case "long_bleeding":
            return words.say("utter_dates_note_long_bleeding", first=days[0], last=days[1])
        case "counted_from_start":
            return words.say("utter_dates_note_counted_from_start")
        case "irregular":
            return words.say("utter_dates_note_irregular")
        case "next_cycle_after_procedure" if days:
            return words.say("utter_dates_note_next_cycle_after_procedure_expected", day=days[0])
        case "next_cycle_after_procedure":
            return words.say("utter_dates_note_next_cycle_after_procedure")
        case "no_open_day":
            return words.say("utter_dates_note_no_open_day")
        case "ovulation_limit":
            return words.say("utter_dates_note_ovulation_limit", day=days[0])
        case "past_cycle_day":
            return words.say("utter_dates_note_past_cycle_day", day=days[0])
        case "predicted_end":
            return words.say("utter_dates_note_predicted_end")
        case "provisional":
            return words.say("utter_dates_note_provisional")
        case "still_ask_bleeding_stopped":
            return words.say("utter_dates_note_still_ask_bleeding_stopped", day=days[0])
        case "window_is_past":
            return words.say("utter_dates_note_window_is_past", first=days[0], last=days[1])
        case "window_partly_past":
            return words.say("utter_dates_note_window_partly_past")


def _dates(plan: Computed, words: Wording) -> Dates:
    return Dates(
        not_before=_iso(plan.not_before),
        window=(plan.window[0].isoformat(), plan.window[1].isoformat()) if plan.window else None,
        open_days=_all_iso(plan.open_days) if plan.open_days is not None else None,
        free_from=_iso(plan.free_from),
        basis=_basis(plan, words),
    )


def _basis(plan: Computed, words: Wording) -> str:
    counted = plan.counted
    day, rule = counted.day.isoformat(), counted.row
    if counted.value is None:
        return words.say("utter_dates_basis_once_stopped", day=day, rule=rule)
    low, high = (f"{number:g}" for number in (min(counted.value.numbers), max(counted.value.numbers)))
    match counted.anchor:
        case "period_end":
            return words.say("utter_dates_basis_last_bleeding_day", day=day, low=low, high=high, rule=rule)
        case "period_start":
            return words.say("utter_dates_basis_first_bleeding_day", day=day, low=low, high=high, rule=rule)
        case "procedure_day":
            unit = counted.value.unit.replace("_", " ") + ("" if max(counted.value.numbers) == 1 else "s")
            return words.say("utter_dates_basis_procedure", day=day, number=high, unit=unit, rule=rule)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _all_iso(days: Iterable[date]) -> tuple[str, ...]:
    return tuple(day.isoformat() for day in days)
