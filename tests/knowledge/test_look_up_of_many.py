"""Looking up reads only what may hold for her; it finds what reading every row of the topic would find."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations

import pytest
from made_up import Entry, entries, row, signed
from sqlalchemy import Engine, event

from bot.knowledge.load import prepare_database
from bot.knowledge.look_up import (
    Found,
    NeedsCondition,
    NeedsProcedure,
    NotCovered,
    Outcome,
    ToldRow,
    choose,
    look_up,
    told_row,
)
from bot.knowledge.shapes import Knowledge, Row, fingerprint_of
from bot.question import Language, Procedure, Question

WEATHER = ("foggy", "rainy", "snowy", "windy")
CONDITIONS = [frozenset(some) for some in chain(*(combinations(WEATHER, many) for many in range(4)))]
PROCEDURES: tuple[Procedure | None, ...] = (None, *Procedure)
TOPICS = [f"kites{number}" for number in range(40)]


def made(chance: random.Random) -> Iterator[Entry]:
    """Yield rows of every kind on every topic, a few on each."""
    for topic in TOPICS:
        for number in range(chance.randrange(7)):
            name = f"{chance.choice(('hsg', 'hysteroscopy', 'both'))}-{topic}-{number}"
            entry = row(f"{name}-{chance.choice(('clinic', 'guideline', 'reference'))}")
            entry["conditions"] = chance.sample(WEATHER, chance.choice((0, 0, 1, 1, 2, 3)))
            entry["kind"] = chance.choice(("answer", "answer", "not_covered"))
            entry["audience"] = chance.choice(("patient", "patient", "patient", "staff"))
            entry["status"] = chance.choice(("draft", "draft", "retired"))
            yield signed(entry) if chance.random() < 0.5 else entry


def translated(entry: Entry, chance: random.Random) -> Entry:
    """Return a row's translation; every third is of an older text."""
    old = chance.random() < 0.3
    of = fingerprint_of("What it told.", "") if old else fingerprint_of(entry["short"], "")
    return {"id": entry["id"], "of": of, "short": "A kite.", "more": ""}


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    """A table with every kind of row, half of them translated."""
    chance = random.Random(7)
    rows = list(made(chance))
    told = [translated(entry, chance) for entry in rows if chance.random() < 0.6]
    return Knowledge.model_validate(entries(rows) | {"translations": [{"language": "zh", "rows": told}]})


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The table in a database."""
    engine = prepare_database(f"sqlite:///{tmp_path_factory.mktemp('many') / 'kites.db'}", knowledge)
    yield engine
    engine.dispose()


def all_rows(table: Knowledge, topic: str, signed_only: bool, language: Language) -> list[ToldRow]:
    """Return every row on a topic that may be told, in the order of the table."""
    sources = {source.id: source for source in table.sources}
    translations = {one.id: one for told in table.translations for one in told.rows}
    found = []
    for one in table.rows:
        statuses = ("approved",) if signed_only else ("draft", "approved")
        if one.topic != topic or one.audience != "patient" or one.status not in statuses:
            continue
        if language == "zh":
            there = translations.get(one.id)
            if there is None or there.of != fingerprint_of(one.short, one.more):
                continue
            one = one.model_copy(update={"short": there.short, "more": there.more})
        found.append(told_row(one, sources))
    return found


def expected(rows: list[ToldRow], question: Question) -> Outcome:
    """Return what a look-up over every row of the topic finds; there are no differences in this table."""
    with_rows = {procedure for row in rows for procedure in row.procedures}
    procedure = question.procedure
    if procedure is None:
        common = [row for row in rows if len(row.procedures) == len(Procedure)]
        hers = [row for row in rows if row.conditions <= question.conditions]
        special = [row for row in hers if row.conditions]
        if special and all(row in common for row in special):
            hers = common = special
        told = choose(common, question.conditions) if all(row in common for row in hers) else ()
        if told:
            return Found(None, told, (), False)
        if len(with_rows) > 1:
            return NeedsProcedure()
        if not with_rows:
            return NotCovered(None, False)
        (procedure,) = with_rows
    candidates = [row for row in rows if procedure in row.procedures]
    told = choose(candidates, question.conditions)
    if told:
        return Found(procedure, told, (), procedure.other in with_rows)
    if candidates:
        names = [condition for row in candidates for condition in sorted(row.conditions)]
        return NeedsCondition(procedure, tuple(dict.fromkeys(names)))
    return NotCovered(procedure, procedure.other in with_rows)


def questions(topic: str) -> Iterator[Question]:
    for procedure in PROCEDURES:
        for conditions in CONDITIONS:
            yield Question(topic, procedure, conditions)


@pytest.mark.parametrize("signed_only", [False, True])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_finds_what_reading_every_row_finds(
    engine: Engine, knowledge: Knowledge, language: Language, signed_only: bool
) -> None:
    kinds = set()
    for topic in TOPICS[::5]:
        rows = all_rows(knowledge, topic, signed_only, language)
        for question in questions(topic):
            outcome = look_up(engine, question, signed_only=signed_only, language=language)
            assert outcome == expected(rows, question), question
            kinds.add(type(outcome))
    assert kinds == {Found, NeedsProcedure, NeedsCondition, NotCovered}


def test_row_that_is_tried_out_takes_its_place_among_all_rows(engine: Engine, knowledge: Knowledge) -> None:
    sources = {source.id: source for source in knowledge.sources}
    for topic in TOPICS[1::10]:
        rows = all_rows(knowledge, topic, False, "en")
        new = told_row(Row.model_validate(row(f"hsg-{topic}-new-clinic", conditions=["windy"])), sources)
        for tried in [new, *(replace(one, conditions=frozenset({"rainy"})) for one in rows)]:
            there = [tried if one.id == tried.id else one for one in rows]
            there = there if tried in there else [*there, tried]
            for question in questions(topic):
                assert look_up(engine, question, instead=tried) == expected(there, question), (tried.id, question)


def test_rows_under_conditions_that_she_did_not_tell_are_not_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is read, and by how many queries, is the same beside two rows under other conditions and beside 200."""
    read = {}
    for many in (2, 200):
        others = [row(f"hsg-kites-{number}-guideline", conditions=["rainy", "windy"]) for number in range(many)]
        table = Knowledge.model_validate(entries([row("hsg-kites-clinic"), row("hysteroscopy-kites-clinic"), *others]))
        engine = prepare_database(f"sqlite:///{tmp_path_factory.mktemp('rows') / 'kites.db'}", table)
        loaded: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda *call, to=loaded: to.append(f"{call[2]} {call[3]}"))
        for conditions in (frozenset(), frozenset({"windy"})):
            assert isinstance(look_up(engine, Question("kites", Procedure.HSG, conditions)), Found)
        read[many] = loaded
        engine.dispose()
    assert read[2] == read[200] != []
