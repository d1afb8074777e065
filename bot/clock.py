"""What time it is at the clinic. The only reader of the clock for what a patient is told."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.settings import Clinic

Moment = datetime


def moment_at(clinic: Clinic, today: date | None = None) -> Moment:
    """Return the present moment at a clinic; `today`, in tests, is the day to take instead of the present one."""
    now = datetime.now(ZoneInfo(clinic.time_zone))
    return datetime.combine(today, now.timetz()) if today else now


def read_day(written: str | None) -> date | None:
    """Return the day that is written as in ISO 8601; null where none is."""
    return date.fromisoformat(written) if written else None
