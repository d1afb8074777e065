"""Versions of rows, on SQLite and on PostgreSQL: drafts, approvals, publishing, races, reloads."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import conflict, row
from made_up import knowledge as made_up_knowledge
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.database import open_engine
from bot.knowledge.load import load, migrate
from bot.knowledge.look_up import Found, look_up
from bot.knowledge.revisions import BadRow, NotPossible, Revision, Revisions, Stale
from bot.knowledge.shapes import Row
from bot.knowledge.stored import (
    Filters,
    conflicts,
    content_of,
    due_rows,
    find_row,
    row_of,
    search,
    whole_table,
)
from bot.knowledge.tables import RowRecord
from bot.question import Procedure, Question

HSG, LATE = "hsg-kites-clinic", "hsg-kites-windy-clinic"
NOW, LATER = datetime(2026, 3, 1, 9), datetime(2026, 3, 2, 9)
DAY = date(2026, 3, 2)
TABLE = made_up_knowledge(
    [
        row(HSG, short="Silk."),
        row(LATE, short="Wait 3 days.", conditions=["windy"], values=[{"name": "wait", "value": 3, "unit": "day"}]),
        row("hysteroscopy-lanterns-reference", short="Paper, 50% of it.", facts=["T2-01"], values=[
            {"name": "share", "value": 50, "unit": "percent"}
        ]),
    ],
    [conflict("X1", [HSG, LATE], ["kites"])],
)  # fmt: skip


@pytest.fixture
def database(empty_database: str) -> Iterator[Engine]:
    """A database, on either server, with the made-up table in it."""
    engine = open_engine(empty_database)
    migrate(engine)
    load(engine, TABLE)
    yield engine
    engine.dispose()


@pytest.fixture
def revisions(database: Engine) -> Revisions:
    return Revisions(database, TABLE)


def shipped(name: str = HSG, **changes: Any) -> Row:
    (found,) = (one for one in TABLE.rows if one.id == name)
    return Row.model_validate(found.model_dump() | changes)


def told(engine: Engine) -> list[str]:
    outcome = look_up(engine, Question("kites", Procedure.HSG))
    assert isinstance(outcome, Found)
    return [one.short for one in outcome.rows]


def publish(revisions: Revisions, draft: Revision) -> Row:
    revisions.approve(draft.row_id, draft.number, "dora", LATER)
    return revisions.publish(draft.row_id, draft.number, "anna", LATER, reviewer="Dr Dora Lim", reviewed_on=DAY)


def states(revisions: Revisions, name: str = HSG) -> list[tuple[int, str, str]]:
    return [(one.number, one.state, one.author) for one in revisions.history(name)]


def test_row_that_nobody_edited_has_the_shipped_version(revisions: Revisions) -> None:
    assert states(revisions) == [(1, "published", "shipped")]
    assert revisions.history("no-such-row") == []


def test_draft_is_told_to_nobody(revisions: Revisions, database: Engine) -> None:
    draft = revisions.write(shipped(short="Paper."), 1, "anna", " better  words ", NOW)
    assert (draft.number, draft.state, draft.comment) == (2, "draft", "better words")
    assert states(revisions) == [(2, "draft", "anna"), (1, "published", "shipped")]
    assert told(database) == ["Silk."]
    assert [one.row.short for one in revisions.waiting(9)] == ["Paper."]
    listed = find_row(database, HSG)
    assert listed is not None
    assert (listed.origin, listed.open_state) == ("shipped", "draft")


def test_approved_version_is_told_when_it_is_published_signed_by_its_approver(
    revisions: Revisions, database: Engine
) -> None:
    draft = revisions.write(shipped(short="Paper."), 1, "anna", "", NOW)
    revisions.approve(HSG, 2, "dora", LATER)
    assert told(database) == ["Silk."]
    signed = revisions.publish(HSG, 2, "anna", LATER, reviewer="Dr Dora Lim", reviewed_on=DAY)
    assert (signed.status, signed.reviewer, signed.reviewed_on) == ("approved", "Dr Dora Lim", DAY)
    assert told(database) == ["Paper."]
    listed = find_row(database, HSG)
    assert listed is not None
    assert (listed.row, listed.origin, listed.open_state) == (signed, "clinic", None)
    newest = revisions.history(HSG)[0]
    assert (newest.approved_by, newest.approved_at, newest.published_by) == ("dora", LATER, "anna")
    assert newest.row == draft.row


def test_nobody_approves_her_own_version(revisions: Revisions) -> None:
    revisions.write(shipped(short="Paper."), 1, "dora", "", NOW)
    with pytest.raises(NotPossible, match="You wrote this version yourself"):
        revisions.approve(HSG, 2, "dora", LATER)
    assert states(revisions)[0] == (2, "draft", "dora")


@pytest.mark.parametrize("approved", [False, True])
def test_only_an_approved_version_is_published_and_only_once(
    revisions: Revisions, database: Engine, approved: bool
) -> None:
    draft = revisions.write(shipped(short="Paper."), 1, "anna", "", NOW)
    if approved:
        publish(revisions, draft)
    with pytest.raises(NotPossible, match="Only an approved one"):
        revisions.publish(HSG, 2, "anna", LATER, reviewer="Dr Dora Lim", reviewed_on=DAY)
    assert told(database) == (["Paper."] if approved else ["Silk."])


def test_version_that_is_not_there_cannot_be_moved_on(revisions: Revisions) -> None:
    for step in (
        lambda: revisions.approve(HSG, 9, "dora", NOW),
        lambda: revisions.withdraw(HSG, 9),
        lambda: revisions.publish("none", 1, "anna", NOW, reviewer="Dr Dora Lim", reviewed_on=DAY),
    ):
        with pytest.raises(NotPossible, match="no such version"):
            step()


def test_later_draft_takes_the_place_of_the_one_that_waits(revisions: Revisions) -> None:
    revisions.write(shipped(short="Paper."), 1, "anna", "", NOW)
    revisions.approve(HSG, 2, "dora", NOW)
    revisions.write(shipped(short="Cotton."), 2, "ben", "", LATER)
    assert states(revisions) == [(3, "draft", "ben"), (2, "withdrawn", "anna"), (1, "published", "shipped")]
    with pytest.raises(NotPossible, match="withdrawn"):
        revisions.approve(HSG, 2, "dora", LATER)


def test_who_saw_an_older_version_is_told_who_wrote_the_newer_one_and_when(revisions: Revisions) -> None:
    revisions.write(shipped(short="Paper."), 1, "anna", "", NOW)
    with pytest.raises(Stale) as caught:
        revisions.write(shipped(short="Cotton."), 1, "ben", "", LATER)
    newest = caught.value.newest
    assert (newest.author, newest.number, newest.written_at, newest.row.short) == ("anna", 2, NOW, "Paper.")
    assert states(revisions)[0] == (2, "draft", "anna")


def test_two_writers_at_once_lose_nothing(revisions: Revisions, empty_database: str) -> None:
    engines = [open_engine(empty_database) for _ in range(2)]
    barrier = Barrier(2)

    def write(at: int) -> str:
        barrier.wait()
        try:
            Revisions(engines[at], TABLE).write(shipped(short=f"Writer {'ab'[at]}."), 1, "ab"[at], "", NOW)
        except Stale as error:
            return f"stale: {error.newest.author}"
        return "written"

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(write, range(2)))
        winner = revisions.history(HSG)[0]
        assert sorted(outcomes) == [f"stale: {winner.author}", "written"]
        assert outcomes["ab".index(winner.author)] == "written"
        assert len(revisions.history(HSG)) == 2
        _forget_versions(engines[0])
    for engine in engines:
        engine.dispose()


def test_two_who_publish_at_once_publish_once(revisions: Revisions, empty_database: str) -> None:
    revisions.write(shipped(short="Paper."), 1, "anna", "", NOW)
    revisions.approve(HSG, 2, "dora", NOW)
    engines = [open_engine(empty_database) for _ in range(2)]
    barrier = Barrier(2)

    def step(at: int) -> str:
        barrier.wait()
        try:
            Revisions(engines[at], TABLE).publish(HSG, 2, "x", NOW, reviewer="Dr Dora Lim", reviewed_on=DAY)
        except NotPossible:
            return "refused"
        return "published"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(step, range(2))) == ["published", "refused"]
    for engine in engines:
        engine.dispose()


def test_published_row_is_told_at_once_by_every_process(revisions: Revisions, empty_database: str) -> None:
    other = open_engine(empty_database)
    assert told(other) == ["Silk."]
    publish(revisions, revisions.write(shipped(short="Paper."), 1, "anna", "", NOW))
    assert told(other) == ["Paper."]
    other.dispose()


def test_published_row_survives_a_reload_with_everything_it_is_in(revisions: Revisions, database: Engine) -> None:
    mine = shipped(LATE, short="Wait 4 days.", values=[{"name": "wait", "value": 4, "unit": "day"}])
    signed = publish(revisions, revisions.write(mine, 1, "anna", "", NOW))
    again = made_up_knowledge(
        [row(HSG, short="Linen."), row(LATE, short="Wait long.", conditions=["windy"])],
        [conflict("X2", [HSG, LATE], ["kites"])],
    )
    assert load(database, again) is True
    listed = find_row(database, LATE)
    assert listed is not None
    assert listed.row == signed
    assert [(one.id, one.rows) for one in conflicts(database, LATE)] == [("X2", (HSG, LATE))]
    load(database, made_up_knowledge([row(HSG, short="Linen.")]))
    assert find_row(database, LATE) is not None
    assert told(database) == ["Linen."]


def test_other_shipped_text_is_a_newer_version(revisions: Revisions, database: Engine) -> None:
    revisions.write(shipped(short="Paper."), 1, "anna", "", NOW)
    revisions.approve(HSG, 2, "dora", NOW)
    load(database, made_up_knowledge([row(HSG, short="Linen.")]))
    assert states(revisions)[0] == (3, "published", "shipped")
    with pytest.raises(Stale):
        revisions.write(shipped(short="Cotton."), 2, "ben", "", LATER)
    with pytest.raises(NotPossible, match="newer version, 3"):
        revisions.publish(HSG, 2, "anna", LATER, reviewer="Dr Dora Lim", reviewed_on=DAY)
    revisions.write(shipped(short="Cotton."), 3, "ben", "", LATER)
    assert [one[0] for one in states(revisions)] == [4, 3, 2, 1]


def test_old_version_is_restored_as_a_draft(revisions: Revisions, database: Engine) -> None:
    publish(revisions, revisions.write(shipped(short="Paper."), 1, "anna", "", NOW))
    old = revisions.history(HSG)[-1]
    publish(revisions, revisions.write(old.row, 2, "ben", "restored", LATER))
    assert told(database) == ["Silk."]
    assert [one[1] for one in states(revisions)] == ["published", "published", "published"]


def test_retired_row_is_told_no_more_and_can_come_back(revisions: Revisions, database: Engine) -> None:
    publish(revisions, revisions.write(shipped(LATE, status="retired"), 1, "anna", "", NOW))
    listed = find_row(database, LATE)
    assert listed is not None
    assert (listed.row.status, listed.row.reviewer) == ("retired", None)
    publish(revisions, revisions.write(shipped(LATE), 2, "anna", "", NOW))
    listed = find_row(database, LATE)
    assert listed is not None
    assert listed.row.status == "approved"


def test_new_row_is_added_behind_all_others(revisions: Revisions, database: Engine) -> None:
    new = Row.model_validate(row("hsg-lanterns-clinic", short="Oil.", facts=["C-desk"]))
    publish(revisions, revisions.write(new, 0, "anna", "", NOW))
    assert [one.row.id for one in search(database, Filters(origin="clinic"), 0, 9)[0]] == [new.id]
    assert whole_table(database, TABLE).rows[-1].id == new.id
    with pytest.raises(NotPossible, match="id hsg-lanterns-clinic already"):
        revisions.write(new, 0, "ben", "", NOW)


def test_shipped_row_is_signed_as_it_stands_by_one_clinician(revisions: Revisions, database: Engine) -> None:
    signed = revisions.sign(HSG, 1, "dora", NOW)
    assert states(revisions) == [(2, "approved", "shipped"), (1, "published", "shipped")]
    with pytest.raises(NotPossible, match="waits"):
        revisions.sign(HSG, 2, "dora", NOW)
    revisions.publish(HSG, signed.number, "dora", NOW, reviewer="Dr Dora Lim", reviewed_on=DAY)
    listed = find_row(database, HSG)
    assert listed is not None
    assert (listed.row.status, listed.row.reviewer, listed.row.short) == ("approved", "Dr Dora Lim", "Silk.")
    with pytest.raises(NotPossible, match="signed already"):
        revisions.sign(HSG, 2, "dora", NOW)


def test_only_what_was_shipped_is_signed_as_it_stands(revisions: Revisions) -> None:
    with pytest.raises(NotPossible, match="no such row"):
        revisions.sign("none", 0, "dora", NOW)
    revisions.write(shipped(short="Paper."), 1, "anna", "", NOW)
    with pytest.raises(Stale):
        revisions.sign(HSG, 1, "dora", NOW)
    revisions.approve(HSG, 2, "dora", NOW)
    revisions.publish(HSG, 2, "dora", NOW, reviewer="Dr Dora Lim", reviewed_on=DAY)
    with pytest.raises(NotPossible, match="Only what was shipped"):
        revisions.sign(HSG, 2, "dora", NOW)


def test_row_that_does_not_fit_any_more_is_not_published(revisions: Revisions, database: Engine) -> None:
    for name in ("hsg-lanterns-clinic", "hsg-lanterns-other-clinic"):
        new = Row.model_validate(row(name, topic="lanterns", short="Oil."))
        assert revisions.problems(new) == []
        revisions.write(new, 0, "anna", "", NOW)
        revisions.approve(name, 1, "dora", NOW)
    revisions.publish("hsg-lanterns-clinic", 1, "anna", NOW, reviewer="Dr Dora Lim", reviewed_on=DAY)
    with pytest.raises(BadRow, match="overlap"):
        revisions.publish("hsg-lanterns-other-clinic", 1, "anna", NOW, reviewer="Dr Dora Lim", reviewed_on=DAY)
    assert find_row(database, "hsg-lanterns-other-clinic") is None
    assert states(revisions, "hsg-lanterns-other-clinic")[0][1] == "approved"


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"short": "Wait 4 days."}, "values", "the text says 4"),
        ({"short": "Wait three days."}, "short", "with a digit"),
        ({"short": "One. Two. Three."}, "short", "3 sentences"),
        ({"sources": [{"id": "T9", "section": "1"}]}, "sources", "unknown source T9"),
        ({"conditions": ["sunny"]}, "conditions", "unknown condition sunny"),
        ({"conditions": ["windy"]}, "conditions", "overlap"),
        ({"facts": ["T2-01"]}, "facts", "not of its sources"),
    ],
)
def test_problems_are_those_of_make_validate_by_field(
    revisions: Revisions, changes: dict[str, Any], field: str, said: str
) -> None:
    assert revisions.problems(shipped()) == []
    problems = revisions.problems(shipped(**changes))
    assert [problem.field for problem in problems if said in problem.said] == [field]


def test_nothing_changed_is_no_version(revisions: Revisions) -> None:
    with pytest.raises(NotPossible, match="Nothing differs"):
        revisions.write(shipped(), 1, "anna", "", NOW)


def test_withdrawn_version_waits_no_more(revisions: Revisions) -> None:
    revisions.write(shipped(short="Paper."), 1, "anna", "", NOW)
    revisions.withdraw(HSG, 2)
    assert revisions.waiting(9) == []
    with pytest.raises(NotPossible, match="withdrawn"):
        revisions.withdraw(HSG, 2)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(), 3),
        (Filters(words="paper"), 1),
        (Filters(words="PAPER 50%"), 1),
        (Filters(words="paper silk"), 0),
        (Filters(words="%"), 1),
        (Filters(words="windy"), 1),
        (Filters(topic="kites"), 2),
        (Filters(procedure="hysteroscopy"), 1),
        (Filters(authority="clinic", status="draft", origin="shipped"), 2),
        (Filters(origin="clinic"), 0),
    ],
)
def test_rows_are_found_by_words_and_filters(database: Engine, filters: Filters, found: int) -> None:
    rows, count = search(database, filters, 0, 50)
    assert (len(rows), count) == (found, found)


def test_search_gives_one_page_and_the_count_of_all(database: Engine) -> None:
    rows, count = search(database, Filters(), 1, 1)
    assert ([one.row.id for one in rows], count) == ([LATE], 3)


def test_rows_to_be_checked_again_are_listed_oldest_first(database: Engine) -> None:
    again = [row(HSG, review_by="2026-02-01"), row(LATE, review_by="2026-01-01", conditions=["windy"])]
    load(database, made_up_knowledge(again))
    assert [one.row.id for one in due_rows(database, date(2026, 2, 1), 9)] == [LATE, HSG]
    assert [one.row.id for one in due_rows(database, date(2026, 1, 31), 9)] == [LATE]


def test_whole_table_is_what_was_loaded(database: Engine) -> None:
    read = whole_table(database, TABLE)
    assert [content_of(one) for one in read.rows] == [content_of(one) for one in TABLE.rows]
    assert read.conflicts == TABLE.conflicts


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=80)


@given(short=TEXT, more=TEXT, days=st.floats(0, 1e6, allow_nan=False), approx=st.booleans())
def test_any_row_comes_back_as_it_was_written(short: str, more: str, days: float, approx: bool) -> None:
    value = {"name": "wait", "value": days, "unit": "day", "approx": approx}
    mine = shipped(short=short, more=more, values=[value])
    assert Row.model_validate(mine.model_dump(mode="json")) == mine


def _forget_versions(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM row_revision")
    with Session(engine) as session:
        assert row_of(session.get_one(RowRecord, HSG)).short == "Silk."
