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
from bot.knowledge.look_up import Found, ToldRow, look_up
from bot.knowledge.shapes import ChecklistEntry, SourceOfRow, fingerprint_of
from bot.knowledge.stored import CLINIC, SHIPPED
from bot.knowledge.tables import Load, RowRecord, SourceRecord
from bot.question import Procedure, Question, Topic
from bot.reply import Level, SourceLine
from bot.safety.shapes import Sign, WarningSigns
from bot.settings import Phone
from bot.signing import sign_off
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
    differ: Passage | None = None
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
    """A numbered source: what it is called, whose it is, which parts were used, where it stands, when it was read.

    `read_on` is empty where it was read when most of them were.
    """

    number: int
    title: str
    publisher: str
    section: str
    url: str | None
    read_on: str


@dataclass(frozen=True)
class Head:
    """What stands at the top of the first page."""

    title: str
    subtitle: str
    clinic: str
    address: str
    contact_title: str
    phones: tuple[Line, ...]
    hours: str
    emergency_title: str
    emergency: Line


@dataclass(frozen=True)
class HerDays:
    """A patient's own days, and what is said of them."""

    title: str
    days: tuple[HerDay, ...]
    note: str


@dataclass(frozen=True)
class Signs:
    """The warning signs by their level, what the rows tell of them, and how far they go."""

    title: str
    groups: tuple[SignGroup, ...]
    note: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Ask:
    """The topics without an answer, each as a label and what the table says of it."""

    title: str
    intro: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class About:
    """What the leaflet is, and its sources in the order of their numbers."""

    title: str
    texts: tuple[str, ...]
    sources: tuple[SourceEntry, ...]


@dataclass(frozen=True)
class Leaflet:
    """Everything on the leaflet, in the order of its pages. `page` has the places {page} and {pages}."""

    head: Head
    dates: HerDays
    intro: tuple[str, ...]
    before: Chapter
    checks: Checks
    day: Chapter
    after: Chapter
    signs: Signs
    ask: Ask
    about: About
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
    writer = _Writer(procedure, wording, found, _signed(engine, rows), today)
    return writer.write(entries_of(checklist, procedure, signed_only=signed_only), signs.signs, events, engine)


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
            named.append(self.of(source.id))
        return f"[{ranges(named)}]" if named else ""

    def of(self, name: str) -> int:
        """Return the number of a source that was named."""
        return [*self.sections].index(name) + 1


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

    @property
    def name(self) -> str:
        """What the procedure is called in a sentence."""
        return self.wording.procedure_name(self.procedure)

    @property
    def rows(self) -> list[ToldRow]:
        """Every row that was found."""
        return [row for found in self.found.values() for row in found.rows]

    def write(
        self, entries: Sequence[ChecklistEntry], signs: Sequence[Sign], events: Iterable[Event], engine: Engine
    ) -> Leaflet:
        """Return the leaflet."""
        words = self.wording
        version, printed = _version(engine, self.rows), day_in_words(self.today, words.clinic.locale)
        advice = " ".join(self._advice(entries))
        return Leaflet(
            head=self._head(),
            dates=self._dates(events),
            intro=(self._how_to_read(), words.say("utter_leaflet_voice"), advice),
            before=Chapter(words.say("utter_leaflet_before", procedure=self.name), self._parts(BEFORE)),
            checks=self._checks(entries),
            day=Chapter(words.say("utter_leaflet_day"), self._parts(DAY)),
            after=Chapter(words.say("utter_leaflet_after"), self._parts(AFTER)),
            signs=self._signs(signs),
            ask=self._ask(),
            about=self._about(words.say("utter_leaflet_made_of", version=version, day=printed), advice, engine),
            footer=words.say("utter_leaflet_footer", procedure=capital(self.name), version=version, day=printed),
            page=words.say("utter_leaflet_page", page="{page}", pages="{pages}"),
        )

    def _head(self) -> Head:
        words, clinic = self.wording, self.wording.clinic
        return Head(
            title=words.say("utter_leaflet_heading", procedure=self.name),
            subtitle=words.say("utter_leaflet_subtitle"),
            clinic=clinic.name,
            address=clinic.address,
            contact_title=words.say("utter_leaflet_contact_title"),
            phones=tuple(Line(self._phone(phone), telephone(phone.number)) for phone in clinic.phones),
            hours=words.say("utter_leaflet_hours"),
            emergency_title=words.say("utter_leaflet_emergency_title"),
            emergency=Line(words.say("utter_leaflet_emergency"), telephone(clinic.emergency_number)),
        )

    def _dates(self, events: Iterable[Event]) -> HerDays:
        days = tuple(self._her_day(event) for event in events)
        return HerDays(
            self.wording.say("utter_leaflet_dates_title"), days, self.wording.say("utter_leaflet_dates_note")
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

    def _how_to_read(self) -> str:
        if any(row.authority == HOUSE for row in self.rows):
            return self.wording.say("utter_leaflet_house_rules_first")
        return self.wording.say("utter_leaflet_no_house_rules")

    def _parts(self, topics: Iterable[Topic]) -> tuple[Part, ...]:
        return tuple(
            self._part(topic, [row for row in self.found[topic].rows if row.is_answer])
            for topic in topics
            if topic in self.found and any(row.is_answer for row in self.found[topic].rows)
        )

    def _part(self, topic: Topic, rows: Sequence[ToldRow]) -> Part:
        """Return what the rows of a topic tell; that sources differ is told where it first comes up.

        A difference tells what the others say beside the first authority: then their rows would tell it twice.
        """
        differ = [one for one in self.found[topic].differences if one.is_plain and one.id not in self.told]
        self.told.update(one.id for one in differ)
        first = [row for row in rows if row.authority == rows[0].authority]
        others = [row for row in rows if row not in first]
        passages = [self._passage(row) for row in first]
        if not differ:
            label = self.wording.say("utter_leaflet_general_label") if first[0].authority == HOUSE else ""
            passages += [self._passage(row, label if at == 0 else "") for at, row in enumerate(others)]
        marks = self.numbers.marks(one for row in rows for one in row.sources)
        told = " ".join(f"{one.told} {one.decides}" for one in differ)
        return Part(
            title=self._title(topic),
            passages=tuple(passages),
            differ=Passage(self.wording.say("utter_sources_differ", told=told), marks=marks) if differ else None,
            notes=tuple(self._notes(rows)),
        )

    def _title(self, topic: Topic) -> str:
        """Return what a topic is called; that of the warning signs stands below a heading that calls it so."""
        if topic == SIGNS and topic in self.found:
            return self.wording.say("utter_leaflet_signs_told")
        return capital(self.wording.topic_label(topic))

    def _passage(self, row: ToldRow, label: str = "") -> Passage:
        marks = self.numbers.marks(row.sources)
        if row.authority == HOUSE:
            return Passage(
                row.short, row.more, self.wording.say("utter_leaflet_house_label"), marks, is_house_rule=True
            )
        return Passage(row.short, label=label, marks=marks)

    def _notes(self, rows: Sequence[ToldRow]) -> Iterable[str]:
        if overdue := [row.review_by for row in rows if row.review_by < self.today]:
            yield self.wording.say("utter_past_review", day=day_in_words(min(overdue), self.wording.clinic.locale))
        if self.signed:
            yield from sign_off(rows, self.wording)

    def _checks(self, entries: Sequence[ChecklistEntry]) -> Checks:
        is_unsigned = any(entry.status != "approved" for entry in entries) and not self._nothing_signed(entries)
        return Checks(
            title=self.wording.say("utter_leaflet_tell"),
            intro=self.wording.say("utter_leaflet_tell_intro"),
            ticks=tuple(Tick(entry.asks, entry.tell, self.numbers.marks(entry.sources)) for entry in entries),
            notes=(
                self.wording.say("utter_leaflet_tell_decides", procedure=self.name),
                *([self.wording.say("utter_unsigned")] if is_unsigned else []),
            ),
        )

    def _signs(self, signs: Sequence[Sign]) -> Signs:
        words = self.wording
        return Signs(
            title=words.say("utter_leaflet_signs"),
            groups=tuple(group for level in get_args(Level) if (group := self._sign_group(level, signs)).names),
            note=f"{words.say('utter_leaflet_signs_note')} {words.say('utter_unsigned')}",
            parts=self._parts((SIGNS,)),
        )

    def _sign_group(self, level: Level, signs: Sequence[Sign]) -> SignGroup:
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
                title = self.wording.say("utter_leaflet_signs_before_visit", procedure=self.name)
                how = self.wording.say("utter_leaflet_signs_before_visit_how")
        names = tuple(sign.name for sign in mine)
        return SignGroup(level, title, names, how, self.numbers.marks(one for sign in mine for one in sign.sources))

    def _ask(self) -> Ask:
        passages = tuple(
            self._without_answer(topic, self.found[topic].rows if topic in self.found else ())
            for topic in TOPICS
            if topic not in self.found or not any(row.is_answer for row in self.found[topic].rows)
        )
        return Ask(self.wording.say("utter_leaflet_ask"), self.wording.say("utter_leaflet_ask_intro"), passages)

    def _without_answer(self, topic: Topic, rows: Sequence[ToldRow]) -> Passage:
        marks = self.numbers.marks(one for row in rows for one in row.sources)
        return Passage(" ".join(row.short for row in rows), label=self._title(topic), marks=marks)

    def _about(self, made_of: str, advice: str, engine: Engine) -> About:
        records = _records(engine, self.numbers.sections)
        days = [record.read_on for record in records]
        usual = max(days, key=days.count, default=self.today)
        read = self.wording.say("utter_leaflet_sources_read", day=self._long_day(usual))
        sources = tuple(self._sources(records, usual))
        return About(self.wording.say("utter_leaflet_about"), (made_of, advice, read), sources)

    def _sources(self, records: Sequence[SourceRecord], usual: date) -> Iterable[SourceEntry]:
        """Yield the sources in their order; the day of reading is named where it is not the usual one."""
        for record in records:
            yield SourceEntry(
                number=self.numbers.of(record.id),
                title=record.title,
                publisher=f"{record.publisher}.",
                section=self.wording.say(
                    "utter_leaflet_source_part", section="; ".join(self.numbers.sections[record.id])
                ),
                url=record.url,
                read_on="" if record.read_on == usual else self._read_on(record.read_on),
            )

    def _read_on(self, day: date) -> str:
        return self.wording.say("utter_leaflet_source_read", day=self._long_day(day))

    def _long_day(self, day: date) -> str:
        return str(format_date(day, "long", locale=self.wording.clinic.locale.replace("-", "_")))


def _records(engine: Engine, ids: Iterable[str]) -> list[SourceRecord]:
    """Return sources in the order of their ids."""
    wanted = [*ids]
    with Session(engine) as session:
        found = session.scalars(select(SourceRecord).where(SourceRecord.id.in_(wanted)))
        return sorted(found, key=lambda record: wanted.index(record.id))


def _signed(engine: Engine, rows: Iterable[ToldRow]) -> frozenset[str]:
    """Return the ids of those rows that a clinician has signed."""
    wanted = select(RowRecord.id).where(RowRecord.id.in_([row.id for row in rows]), RowRecord.status == "approved")
    with Session(engine) as session:
        return frozenset(session.scalars(wanted))


def _version(engine: Engine, rows: Iterable[ToldRow]) -> str:
    """Return the version of the table: of the shipped knowledge, or of the rows' texts where none was loaded.

    Rows that the clinic wrote itself count by their texts.
    """
    texts = {row.id: row.text for row in rows}
    with Session(engine) as session:
        loaded = session.get(Load, SHIPPED)
        whole = loaded.fingerprint if loaded else fingerprint_of(*texts.values())
        wanted = select(RowRecord.id).where(RowRecord.id.in_(texts), RowRecord.origin == CLINIC)
        if own := sorted(session.scalars(wanted)):
            whole = fingerprint_of(whole, *(texts[name] for name in own))
    return whole[:LENGTH_OF_VERSION]


def capital(text: str) -> str:
    """Return a text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]
