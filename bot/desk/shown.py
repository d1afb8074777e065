"""What several pages of the table show: days and times as the clinic writes them, people by their full names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from bot.settings import Clinic

SHIPPED_NAME = "shipped with the assistant"


@dataclass(frozen=True)
class Shown:
    """The words of one page. `names` are the full names of the staff by their names."""

    clinic: Clinic
    names: Mapping[str, str]

    def when(self, moment: datetime) -> str:
        """Return a moment that is kept in UTC as it is at the clinic."""
        local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(self.clinic.time_zone))
        return str(format_datetime(local, "d MMM y, HH:mm", locale=self._locale))

    def day(self, day: date) -> str:
        """Return a day in words."""
        return str(format_date(day, "d MMMM y", locale=self._locale))

    def day_at_clinic(self, moment: datetime) -> date:
        """Return the day that it was at the clinic at a moment that is kept in UTC."""
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(self.clinic.time_zone)).date()

    def who(self, name: str | None) -> str:
        """Return what somebody is called in full; a name that nobody has any more stays as it is."""
        if name == "shipped":
            return SHIPPED_NAME
        return self.names.get(name or "", name or "")

    @property
    def _locale(self) -> str:
        return self.clinic.locale.replace("-", "_")
