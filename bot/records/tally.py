"""How often things happen, by day of the clinic: counts alone, nothing of anyone. They stay when conversations go.

Plain SQLAlchemy with the day passed in. Who counts often holds a `Counter` and writes it out now and then.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.database import insert_into
from bot.records.tables import TallyRecord

MESSAGES, REPLIES, TOPICS, REJECTED = "messages", "replies", "topics", "rejected"
URGENT, VOTES, UNANSWERED = "urgent", "votes", "unanswered"
HAND_OFFS, WAITING = "hand_offs", "waiting"
OPENED, TAKEN, CLOSED = "opened", "taken", "closed"  # keys of HAND_OFFS
SECONDS, TIMES = "seconds", "times"  # keys of WAITING: all seconds together, and how many waits they were
YES, NO = "yes", "no"  # keys of VOTES
MOST_OF_KEY = 64

Thing = tuple[date, str, str]  # the day, what happened, and of which kind it was


@dataclass(frozen=True)
class Count:
    """How often something of a kind happened on a day."""

    day: date
    what: str
    key: str
    count: int


@dataclass(frozen=True)
class Tally:
    """The counts in one database; doors and desks add to the same ones at once."""

    engine: Engine

    def add(self, day: date, what: str, key: str = "", count: int = 1) -> None:
        """Count something of a kind on a day of the clinic."""
        self.add_all({(day, what, key): count})

    def add_all(self, counts: Mapping[Thing, int]) -> None:
        """Add counts, all of them or, where that fails, none; in one order, so that no two wait for each other."""
        rows = [
            {"day": day, "what": what, "key": key[:MOST_OF_KEY], "count": count}
            for (day, what, key), count in sorted(counts.items())
            if count
        ]
        with Session(self.engine) as session, session.begin():
            for row in rows:
                new = insert_into(self.engine, TallyRecord).values(row)
                more = {"count": TallyRecord.count + new.excluded.count}
                session.execute(new.on_conflict_do_update(index_elements=["day", "what", "key"], set_=more))

    def between(self, first: date, last: date) -> list[Count]:
        """Return the counts of the days from the first to the last, both included."""
        wanted = (
            select(TallyRecord)
            .where(TallyRecord.day >= first, TallyRecord.day <= last)
            .order_by(TallyRecord.day, TallyRecord.what, TallyRecord.key)
        )
        with Session(self.engine) as session:
            return [Count(one.day, one.what, one.key, one.count) for one in session.scalars(wanted)]


class Pending:
    """Counts that wait to be written; for one thread."""

    def __init__(self) -> None:
        self._counts: Counter[Thing] = Counter()

    def add(self, day: date, what: str, key: str = "", count: int = 1) -> None:
        """Count something of a kind on a day of the clinic."""
        self._counts[day, what, key] += count

    def take(self) -> Mapping[Thing, int]:
        """Return what was counted since the last time; whoever takes it writes it or gives it back."""
        taken, self._counts = self._counts, Counter()
        return taken

    def give_back(self, counts: Mapping[Thing, int]) -> None:
        """Take counts back that could not be written."""
        self._counts.update(counts)
