"""The clinic's own details at the desk: name, phones, hours, days and house rules; each change is a version.

What is saved holds in every process within seconds. What a clinic may be is checked by `bot.settings.Clinic`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from babel import Locale
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from holidays import list_supported_countries
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from bot.clinic_now import clinic_of_the_file, read_clinic_now
from bot.desk.access import Refused, Visitor, allowed
from bot.desk.differ import Difference, fields_that_differ
from bot.desk.row_form import lines_of, text_of
from bot.desk.shown import Shown
from bot.knowledge.clinic_versions import OF_THE_FILE, ClinicVersion, ClinicVersions, StaleClinic
from bot.knowledge.stored import Filters, search
from bot.question import Language
from bot.records.conversations import now_utc
from bot.settings import WEEKDAYS, Clinic

if TYPE_CHECKING:
    from bot.desk.app import Desk

PLACE = "/desk/clinic"
MOST_BYTES = 50_000
MOST_VERSIONS = 50
CHINESE: Language = "zh"
TEXTS = ("name", "address", "emergency_number", "holidays", "numeric_dates", "day_counting", "contrast")
HOURS = {"clinic": "in clinic hours", "out_of_hours": "out of hours", "always": "always"}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "numeric_dates": {
        "ask": "she is asked which of the two is the month",
        "day_first": "the day first: 3 April",
        "month_first": "the month first: 4 March",
    },
    "day_counting": {
        "first_clean_day": "from the first day without bleeding",
        "period_start": "from the first day of the period",
    },
    "contrast": {"water": "water", "oil": "oil"},
}
LABELS = {
    "name": "Name",
    "address": "Address",
    "phones": "Phones",
    "emergency_number": "Emergency number",
    "opening_hours": "Opening hours",
    "closed_days": "Closed days",
    "holidays": "Public holidays of",
    "numeric_dates": "How 03/04 is read",
    "day_counting": "How cycle days are counted",
    "contrast": "Contrast of the HSG",
    "require_sign_off": "Only signed rows are told",
    "other_languages": "In Chinese",
}
SAID = {
    "string_too_short": "Please fill this in.",
    "missing": "Please fill this in.",
    "too_short": "Please give at least one.",
    "literal_error": "Please choose one of the list.",
}
PATTERNS = {
    "number": "Please write a number to ring, such as +86 21 5550 0100.",
    "emergency_number": "Please write digits, such as 120.",
    "opening_hours": "Please write times such as 08:00.",
    "holidays": "Please choose a country.",
}


def clinic_router(desk: "Desk") -> APIRouter:
    """Return the page of the clinic's details."""
    router = APIRouter()
    versions = ClinicVersions(desk.engine, clinic_of_the_file(desk.settings.clinic))

    @router.get("/clinic")
    def show(request: Request, visitor: Annotated[Visitor, Depends(allowed("clinic"))]) -> Response:
        latest = versions.latest()
        return _page(desk, versions, request, visitor, form_of(latest.clinic), latest.number)

    @router.post("/clinic")
    async def change(request: Request, visitor: Annotated[Visitor, Depends(allowed("clinic"))]) -> Response:
        form = await request.form(max_part_size=MOST_BYTES)
        return await run_in_threadpool(_keep, desk, versions, request, visitor, form)

    @router.post("/clinic/restore/{number}")
    def restore(request: Request, visitor: Annotated[Visitor, Depends(allowed("clinic"))], number: int) -> Response:
        history = versions.history(10_000)
        old = next((one for one in history if one.number == number), None)
        if old is None:
            raise Refused(404, "There is no such version.")
        return _write(desk, versions, request, visitor, old.clinic, versions.number())

    return router


def form_of(clinic: Clinic) -> dict[str, Any]:
    """Return what the fields show of a clinic."""
    chinese = clinic.other_languages.get(CHINESE)
    labels = chinese.phones if chinese else ("",) * len(clinic.phones)
    return {
        **{name: str(getattr(clinic, name)) for name in TEXTS},
        "phones": [
            {"label": phone.label, "number": phone.number, "hours": phone.hours, "chinese": label}
            for phone, label in zip(clinic.phones, labels, strict=True)
        ],
        "opening_hours": {day: clinic.opening_hours.get(day, ("", "")) for day in WEEKDAYS},
        "closed_days": [{"day": day.isoformat()} for day in clinic.closed_days],
        "require_sign_off": clinic.require_sign_off,
        "chinese_name": chinese.name if chinese else "",
        "chinese_address": chinese.address if chinese else "",
    }


def read_clinic_form(form: FormData, shipped: Clinic) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the fields show and the clinic that they make, unchecked; what is the file's stays so."""
    shown: dict[str, Any] = {name: text_of(form.get(name)) for name in TEXTS}
    shown["phones"] = lines_of(form, "phone", ("label", "number", "hours", "chinese"))
    shown["closed_days"] = lines_of(form, "closed", ("day",))
    shown["opening_hours"] = {
        day: (text_of(form.get(f"opens_{day}")), text_of(form.get(f"closes_{day}"))) for day in WEEKDAYS
    }
    shown["require_sign_off"] = form.get("require_sign_off") == "yes"
    shown |= {name: text_of(form.get(name)) for name in ("chinese_name", "chinese_address")}
    body = {name: shown[name] for name in (*TEXTS, "require_sign_off")}
    body["phones"] = [{name: one[name] for name in ("label", "number", "hours")} for one in shown["phones"]]
    body["closed_days"] = sorted({one["day"] for one in shown["closed_days"]})
    body["opening_hours"] = {day: hours for day, hours in shown["opening_hours"].items() if any(hours)}
    body |= {name: getattr(shipped, name) for name in OF_THE_FILE}
    body["other_languages"] = dict(shipped.other_languages)
    if (chinese := shipped.other_languages.get(CHINESE)) is not None:
        body["other_languages"][CHINESE] = {
            "name": shown["chinese_name"],
            "address": shown["chinese_address"],
            "locale": chinese.locale,
            "phones": [one["chinese"] or one["label"] for one in shown["phones"]],
        }
    return shown, body


def fields_of_clinic(clinic: Clinic) -> dict[str, str]:
    """Return a clinic as texts by the labels of its fields."""
    chinese = clinic.other_languages.get(CHINESE)
    return {
        LABELS["name"]: clinic.name,
        LABELS["address"]: clinic.address,
        LABELS["phones"]: "\n".join(f"{one.label}: {one.number}, {HOURS[one.hours]}" for one in clinic.phones),
        LABELS["emergency_number"]: clinic.emergency_number,
        LABELS["opening_hours"]: "\n".join(
            f"{day}: {' to '.join(clinic.opening_hours[day])}" for day in WEEKDAYS if day in clinic.opening_hours
        ),
        LABELS["closed_days"]: "\n".join(day.isoformat() for day in clinic.closed_days),
        LABELS["holidays"]: clinic.holidays,
        **{LABELS[name]: CHOICES[name][getattr(clinic, name)] for name in CHOICES},
        LABELS["require_sign_off"]: "yes" if clinic.require_sign_off else "no",
        LABELS["other_languages"]: f"{chinese.name}\n{chinese.address}\n{', '.join(chinese.phones)}" if chinese else "",
    }


def _keep(desk: "Desk", versions: ClinicVersions, request: Request, visitor: Visitor, form: FormData) -> Response:
    shown, body = read_clinic_form(form, versions.shipped)
    number = text_of(form.get("based_on"))
    based_on = int(number[:9]) if number.isdecimal() else 0
    try:
        clinic = Clinic.model_validate(body)
    except ValidationError as error:
        problems = [_problem(one) for one in error.errors()]
        return _page(desk, versions, request, visitor, shown, based_on, 400, problems=problems)
    return _write(desk, versions, request, visitor, clinic, based_on, shown)


def _write(
    desk: "Desk",
    versions: ClinicVersions,
    request: Request,
    visitor: Visitor,
    clinic: Clinic,
    based_on: int,
    shown: dict[str, Any] | None = None,
) -> Response:
    before = versions.latest()
    shown = shown or form_of(clinic)
    differences = fields_that_differ(fields_of_clinic(before.clinic), fields_of_clinic(clinic))
    if not differences:
        return _page(desk, versions, request, visitor, shown, before.number, 409, refused="Nothing differs.")
    try:
        written = versions.write(clinic, based_on, visitor.user.name, now_utc())
    except StaleClinic as error:
        newest = error.newest
        words = _shown(desk)
        written_at = f" on {words.when(newest.written_at)}" if newest.written_at else ""
        stale = f"{words.who(newest.author)} saved version {newest.number}{written_at}, after you had opened the page."
        against = fields_that_differ(fields_of_clinic(newest.clinic), fields_of_clinic(clinic))
        details = {"stale": stale, "stale_differs": against}
        return _page(desk, versions, request, visitor, shown, newest.number, 409, **details)
    fields = ", ".join(one.label for one in differences)
    desk.audit.note(visitor.user.name, "changed the clinic", "clinic", version=written.number, fields=fields)
    read_clinic_now(desk.settings.clinic, desk.engine)
    return RedirectResponse(f"{PLACE}?saved={written.number}", status_code=303)


def _page(
    desk: "Desk",
    versions: ClinicVersions,
    request: Request,
    visitor: Visitor,
    form: Mapping[str, Any],
    based_on: int,
    status: int = 200,
    **seen: Any,
) -> Response:
    history = versions.history(MOST_VERSIONS)
    countries = Locale.parse("en").territories
    known = {code: str(countries.get(code, code)) for code in list_supported_countries()}
    unsigned = search(desk.engine, Filters(status="draft"), 0, 0)[1]
    context: dict[str, Any] = {
        "form": form,
        "based_on": based_on,
        "history": _with_differences(history),
        "countries": sorted(known.items(), key=lambda one: one[1]),
        "choices": CHOICES,
        "hours": HOURS,
        "labels": LABELS,
        "weekdays": WEEKDAYS,
        "has_chinese": CHINESE in versions.shipped.other_languages,
        "unsigned": unsigned,
        "problems": [],
        "shown": _shown(desk),
        "saved": status == 200 and request.query_params.get("saved", "") == str(based_on),
    }
    return desk.page(request, "clinic.html", visitor, status, **context | seen)


def _with_differences(history: Sequence[ClinicVersion]) -> list[tuple[ClinicVersion, tuple[Difference, ...] | None]]:
    """Return versions, the latest first, each with what differs from the one before it."""
    before = [*history[1:], None]
    return [
        (one, fields_that_differ(fields_of_clinic(older.clinic), fields_of_clinic(one.clinic)) if older else None)
        for one, older in zip(history, before, strict=True)
    ]


def _shown(desk: "Desk") -> Shown:
    return Shown(desk.settings.clinic, {user.name: user.full_name for user in desk.users.all()})


def _problem(error: Any) -> tuple[str, str]:
    """Return a field and what is wrong with it, in words."""
    place = [str(part) for part in error["loc"]]
    field = place[0] if place else "other_languages"
    kind = str(error["type"])
    if kind == "string_pattern_mismatch":
        said = next((PATTERNS[part] for part in reversed(place) if part in PATTERNS), "This cannot be used.")
    elif kind == "value_error":
        said = f"{str(error['ctx']['error'])[:200]}."
    elif kind.startswith("date"):
        said = "Please give a day, such as 2026-12-24."
    else:
        said = SAID.get(kind, "This cannot be used.")
    line = f"Line {int(place[1]) + 1}: " if len(place) > 1 and place[1].isdecimal() else ""
    day = f"{place[1].title()}: " if field == "opening_hours" and len(place) > 1 else ""
    return field, f"{line or day}{said}"
