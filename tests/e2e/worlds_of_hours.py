"""Clinics that are open, or closed, whenever a test runs."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from holidays import country_holidays
from ruamel.yaml import YAML

from bot.settings import CLINIC_FILE, WEEKDAYS

COUNTRIES = ("CN", "GB", "US", "DE")


def clinic_file(folder: Path, *, is_open: bool) -> Path:
    """Write the sample clinic with other hours: all day of every day, or an hour of the day after tomorrow alone."""
    yaml = YAML()
    found = yaml.load(CLINIC_FILE)
    clinic = found["clinic"]
    now = datetime.now(ZoneInfo(clinic["time_zone"]))
    days = {(now + timedelta(days=number)).date() for number in range(2)}
    clinic["holidays"] = next(one for one in COUNTRIES if not any(day in country_holidays(one) for day in days))
    hours = {day: ["00:00", "23:59"] for day in WEEKDAYS}
    if not is_open:
        hours = {WEEKDAYS[(now + timedelta(days=2)).weekday()]: ["08:00", "09:00"]}
    clinic["opening_hours"] = hours
    path = folder / f"clinic-{'open' if is_open else 'closed'}.yml"
    yaml.dump(found, path)
    return path
