"""What a procedure's leaflet holds: the table's rows in their order, her days, the warning signs, the sources.

Every text is final here; no drawing. The sentences around the rows stand in `data/responses/leaflet.yml`.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import get_args

from babel.dates import format_date
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.checklist import entries_of
from bot.dates.ask import day_in_words
from bot.dates.shapes import Event
from bot.dates.tell import event_title
from bot.knowledge.load import SHIPPED
from bot.knowledge.look_up import Found, ToldRow, look_up
from bot.knowledge.shapes import ChecklistEntry, SourceOfRow, fingerprint_of
from bot.knowledge.tables import Load, RowRecord, SourceRecord
from bot.question import Procedure, Question, Topic
from bot.reply import Level, SourceLine
from bot.safety.shapes import Sign, WarningSigns
from bot.settings import Phone
from bot.wording import Wording

BEFORE: tuple[Topic, ...] = (
    "timing",
    "sex_before",
    "bleeding_on_day",
    "tests_before",
    "medicines",
    "preparation",
)
DAY: tuple[Topic, ...] = ("steps", "duration", "pain", "pain_relief", "anaesthesia", "going_home")
AFTER: tuple[Topic, ...] = ("normal_after", "sex_after", "bathing", "activity", "conceive_after", "results")
SIGNS: Topic = "warning_signs"
TOPICS = (*BEFORE, *DAY, *AFTER, SIGNS)
HOUSE = "clinic"
LENGTH_OF_VERSION = 8


@dataclass(frozen=True)
class Passage:
    """What one row tells. `label` says whose word it is, `marks` are the numbers of its sources, such as "[1, 4-6]".

    `more` stands below in small print; a house rule alone has it.
    """

    text: str
    more: str = ""
    label: str = ""
    marks: str = ""
    is_house_rule: bool = False


@dataclass(frozen=True)
class Part:
    """One topic: what the rows tell, where sources plainly differ, and what is said against the rows themselves."""

    title: str
    passages: tuple[Passage, ...]
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tick:
    """A thing that the clinic must know: the question to tick, and what to tell."""

    asks: str
    tell: str
    marks: str


@dataclass(frozen=True)
class Checks:
    """The things that the clinic must know."""

    title: str
    intro: str
    ticks: tuple[Tick, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Chapter:
    """Some topics under one heading."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class SignGroup:
    """The warning signs of one level: what to do, the names, and how to do it."""

    level: Level
    title: str
    names: tuple[str, ...]
    how: str
    marks: str


@dataclass(frozen=True)
class HerDay:
    """An event of hers, and its day or days in words."""

    title: str
    days: str


@dataclass(frozen=True)
class Line:
    """A line of contact, and what pressing it opens."""

    text: str
    link: str


@dataclass(frozen=True)
class SourceEntry:
    """A numbered source: what it is called, whose it is, which parts were used, where it stands, when it was read."""

    number: int
    title: str
    publisher: str
    sections: tuple[str, ...]
    url: str | None
    read_on: str


@dataclass(frozen=True)
class Leaflet:
    """Everything on the leaflet, in the order of its pages. `page` has the places {page} and {pages}."""

    procedure: Procedure
    heading: str
    subtitle: str
    clinic: str
    address: str
    contact_title: str
    phones: tuple[Line, ...]
    hours: str
    emergency_title: str
    emergency: Line
    dates_title: str
    dates: tuple[HerDay, ...]
    dates_note: str
    intro: tuple[str, ...]
    before: Chapter
    checks: Checks
    day: Chapter
    after: Chapter
    signs_title: str
    signs: tuple[SignGroup, ...]
    signs_note: str
    signs_rows: tuple[Part, ...]
    ask_title: str
    ask_intro: str
    ask: tuple[Passage, ...]
    about_title: str
    about: tuple[str, ...]
    sources_title: str
    sources: tuple[SourceEntry, ...]
    footer: str
    page: str


def leaflet_of(
    procedure: Procedure,
    engine: Engine,
    wording: Wording,
    signs: WarningSigns,
    checklist: Sequence[ChecklistEntry],
    today: date,
    events: Sequence[Event] = (),
) -> Leaflet:
    """Return the leaflet of a procedure, printed on a day; `events` are a patient's own days."""
    signed_only = wording.clinic.require_sign_off
    found = {
        topic: outcome
        for topic in TOPICS
        if isinstance(outcome := look_up(engine, Question(topic, procedure), signed_only=signed_only), Found)
    }
    rows = [row for one in found.values() for row in one.rows]
    entries = entries_of(checklist, procedure, signed_only=signed_only)
    writer = _Writer(procedure, wording, found, _signed(engine, rows), today)
    return writer.write(entries, signs, events, engine)


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers in their order, neighbours put together: "1, 4-6"."""
    spans = []
    for _, neighbours in groupby(enumerate(sorted(set(numbers))), key=lambda pair: pair[1] - pair[0]):
        first, *others = [number for _, number in neighbours]
        spans.append(f"{first}-{others[-1]}" if others else str(first))
    return ", ".join(spans)


def telephone(number: str) -> str:
    """Return the address that rings a number."""
    return f"tel:{''.join(sign for sign in number if sign in '+0123456789')}"


@dataclass
class _Numbers:
    """Numbers sources in the order in which they are first named, and keeps the parts that are named of each."""

    sections: dict[str, list[str]] = field(default_factory=dict)

    def marks(self, sources: Iterable[SourceLine | SourceOfRow]) -> str:
        """Return the numbers of some sources, to stand behind what they tell."""
        named = []
        for source in sources:
            sections = self.sections.setdefault(source.id, [])
            sections += [part for part in source.section.split("; ") if part not in sections]
            named.append([*self.sections].index(source.id) + 1)
        return f"[{ranges(named)}]" if named else ""


@dataclass(frozen=True)
class _Writer:
    """Writes one leaflet, from its first page to its last: sources are numbered as they come."""

    procedure: Procedure
    wording: Wording
    found: Mapping[Topic, Found]
    signed: Set[str]
    today: date
    numbers: _Numbers = field(default_factory=_Numbers)
    told: set[str] = field(default_factory=set)

    def write(
        self, entries: Sequence[ChecklistEntry], signs: WarningSigns, events: Sequence[Event], engine: Engine
    ) -> Leaflet:
        """Return the leaflet."""
        words, clinic = self.wording, self.wording.clinic
        name = words.procedure_name(self.procedure)
        rows = [row for one in self.found.values() for row in one.rows]
        version, printed = _version(engine, rows), day_in_words(self.today, clinic.locale)
        advice = tuple(self._advice(entries))
        return Leaflet(
            procedure=self.procedure,
            heading=words.say("utter_leaflet_heading", procedure=name),
            subtitle=words.say("utter_leaflet_subtitle"),
            clinic=clinic.name,
            address=clinic.address,
            contact_title=words.say("utter_leaflet_contact_title"),
            phones=tuple(Line(self._phone(phone), telephone(phone.number)) for phone in clinic.phones),
            hours=words.say("utter_leaflet_hours"),
            emergency_title=words.say("utter_leaflet_emergency_title"),
            emergency=Line(words.say("utter_leaflet_emergency"), telephone(clinic.emergency_number)),
            dates_title=words.say("utter_leaflet_dates_title"),
            dates=tuple(self._her_day(event) for event in events),
            dates_note=words.say("utter_leaflet_dates_note"),
            intro=(self._how_to_read(rows), words.say("utter_leaflet_voice"), *advice),
            before=Chapter(words.say("utter_leaflet_before", procedure=name), self._parts(BEFORE)),
            checks=self._checks(entries, name),
            day=Chapter(words.say("utter_leaflet_day"), self._parts(DAY)),
            after=Chapter(words.say("utter_leaflet_after"), self._parts(AFTER)),
            signs_title=words.say("utter_leaflet_signs"),
            signs=self._sign_groups(signs.signs, name),
            signs_note=f"{words.say('utter_leaflet_signs_note')} {words.say('utter_unsigned')}",
            signs_rows=self._parts((SIGNS,)),
            ask_title=words.say("utter_leaflet_ask"),
            ask_intro=words.say("utter_leaflet_ask_intro"),
            ask=tuple(self._ask()),
            about_title=words.say("utter_leaflet_about"),
            about=(words.say("utter_leaflet_made_of", version=version, day=printed), *advice),
            sources_title=words.say("utter_leaflet_sources"),
            sources=self._sources(engine),
            footer=words.say("utter_leaflet_footer", procedure=capital(name), version=version, day=printed),
            page=words.say("utter_leaflet_page", page="{page}", pages="{pages}"),
        )

    def _advice(self, entries: Sequence[ChecklistEntry]) -> Iterable[str]:
        yield self.wording.say("utter_not_advice")
        if self._nothing_signed(entries):
            yield self.wording.say("utter_unsigned")

    def _nothing_signed(self, entries: Sequence[ChecklistEntry]) -> bool:
        return not self.signed and not any(entry.status == "approved" for entry in entries)

    def _phone(self, phone: Phone) -> str:
        match phone.hours:
            case "clinic":
                return self.wording.say("utter_leaflet_phone_clinic", label=phone.label, number=phone.number)
            case "out_of_hours":
                return self.wording.say("utter_leaflet_phone_out_of_hours", label=phone.label, number=phone.number)
            case "always":
                return self.wording.say("utter_leaflet_phone_always", label=phone.label, number=phone.number)

    def _her_day(self, event: Event) -> HerDay:
        first, last = (day_in_words(day, self.wording.clinic.locale) for day in (event.first, event.last))
        days = first if first == last else self.wording.say("utter_leaflet_days", first=first, last=last)
        return HerDay(event_title(event, self.procedure, self.wording), days)

    def _how_to_read(self, rows: Iterable[ToldRow]) -> str:
        if any(row.authority == HOUSE for row in rows):
            return self.wording.say("utter_leaflet_house_rules_first")
        return self.wording.say("utter_leaflet_no_house_rules")

    def _parts(self, topics: Iterable[Topic]) -> tuple[Part, ...]:
        return tuple(
            self._part(topic, [row for row in self.found[topic].rows if row.is_answer])
            for topic in topics
            if topic in self.found and any(row.is_answer for row in self.found[topic].rows)
        )

    def _part(self, topic: Topic, rows: Sequence[ToldRow]) -> Part:
        """Return what the rows of a topic tell; that sources differ is told where it first comes up."""
        has_house_rule = any(row.authority == HOUSE for row in rows)
        passages = tuple(self._passage(row, labelled=has_house_rule) for row in rows)
        differ = [one for one in self.found[topic].differences if one.is_plain and one.id not in self.told]
        self.told.update(one.id for one in differ)
        return Part(
            title=capital(self.wording.topic_label(topic)),
            passages=passages,
            differences=tuple(
                self.wording.say("utter_sources_differ", told=f"{one.told} {one.decides}") for one in differ
            ),
            notes=tuple(self._notes(rows)),
        )

    def _passage(self, row: ToldRow, *, labelled: bool) -> Passage:
        marks = self.numbers.marks(row.sources)
        if row.authority == HOUSE:
            return Passage(row.short, row.more, self.wording.say("utter_leaflet_house_label"), marks, True)
        return Passage(row.short, "", self.wording.say("utter_leaflet_general_label") if labelled else "", marks)

    def _notes(self, rows: Sequence[ToldRow]) -> Iterable[str]:
        if overdue := [row.review_by for row in rows if row.review_by < self.today]:
            yield self.wording.say("utter_past_review", day=day_in_words(min(overdue), self.wording.clinic.locale))
        if self.signed and not all(row.id in self.signed for row in rows):
            yield self.wording.say("utter_unsigned")

    def _checks(self, entries: Sequence[ChecklistEntry], name: str) -> Checks:
        is_unsigned = any(entry.status != "approved" for entry in entries) and not self._nothing_signed(entries)
        return Checks(
            title=self.wording.say("utter_leaflet_tell"),
            intro=self.wording.say("utter_leaflet_tell_intro"),
            ticks=tuple(Tick(entry.asks, entry.tell, self.numbers.marks(entry.sources)) for entry in entries),
            notes=(
                self.wording.say("utter_leaflet_tell_decides", procedure=name),
                *([self.wording.say("utter_unsigned")] if is_unsigned else []),
            ),
        )

    def _sign_groups(self, signs: Sequence[Sign], name: str) -> tuple[SignGroup, ...]:
        return tuple(self._sign_group(level, signs, name) for level in get_args(Level))

    def _sign_group(self, level: Level, signs: Sequence[Sign], name: str) -> SignGroup:
        """Return the signs of a level; before the visit, those that count otherwise then, too."""
        mine = [sign for sign in signs if level in (sign.level, sign.level_before)]
        match level:
            case "emergency":
                title = self.wording.say("utter_leaflet_signs_emergency")
                how = self.wording.say("utter_leaflet_signs_emergency_how")
            case "clinic_now":
                title = self.wording.say("utter_leaflet_signs_clinic_now")
                how = self.wording.say("utter_leaflet_signs_clinic_now_how")
            case "before_visit":
                title = self.wording.say("utter_leaflet_signs_before_visit", procedure=name)
                how = self.wording.say("utter_leaflet_signs_before_visit_how")
        names = tuple(sign.name for sign in mine)
        return SignGroup(level, title, names, how, self.numbers.marks(one for sign in mine for one in sign.sources))

    def _ask(self) -> Iterable[Passage]:
        """Yield the topics without an answer, and what the table says of them."""
        for topic in TOPICS:
            rows = self.found[topic].rows if topic in self.found else ()
            if not any(row.is_answer for row in rows):
                text = " ".join(row.short for row in rows)
                marks = self.numbers.marks(one for row in rows for one in row.sources)
                yield Passage(text, label=capital(self.wording.topic_label(topic)), marks=marks)

    def _sources(self, engine: Engine) -> tuple[SourceEntry, ...]:
        locale = self.wording.clinic.locale.replace("-", "_")
        with Session(engine) as session:
            wanted = select(SourceRecord).where(SourceRecord.id.in_(self.numbers.sections))
            records = {record.id: record for record in session.scalars(wanted)}
        return tuple(
            SourceEntry(
                number=at,
                title=records[name].title,
                publisher=records[name].publisher,
                sections=tuple(sections),
                url=records[name].url,
                read_on=self.wording.say(
                    "utter_leaflet_source_read", day=format_date(records[name].read_on, "medium", locale=locale)
                ),
            )
            for at, (name, sections) in enumerate(self.numbers.sections.items(), start=1)
        )


def _signed(engine: Engine, rows: Iterable[ToldRow]) -> frozenset[str]:
    """Return the ids of those rows that a clinician has signed."""
    wanted = select(RowRecord.id).where(RowRecord.id.in_([row.id for row in rows]), RowRecord.status == "approved")
    with Session(engine) as session:
        return frozenset(session.scalars(wanted))


def _version(engine: Engine, rows: Iterable[ToldRow]) -> str:
    """Return the version of the table: of the shipped knowledge, or of the rows' texts where none was loaded."""
    with Session(engine) as session:
        loaded = session.get(Load, SHIPPED)
        whole = loaded.fingerprint if loaded else fingerprint_of(*(row.text for row in rows))
    return whole[:LENGTH_OF_VERSION]


def capital(text: str) -> str:
    """Return a text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]
