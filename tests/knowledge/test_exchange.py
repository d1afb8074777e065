"""The table as files: out and back in the same, and what cannot be taken in."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from made_up import conflict, entries, row, signed, write
from made_up import knowledge as made_up_knowledge
from sqlalchemy import Engine

from bot.files import KNOWLEDGE
from bot.knowledge.check import check_knowledge
from bot.knowledge.exchange import MOST_BYTES, BadUpload, changes, packed_table, read_upload
from bot.knowledge.load import prepare_database
from bot.knowledge.revisions import Revisions
from bot.knowledge.shapes import Knowledge, Row
from bot.knowledge.stored import content_of, whole_table

HSG = "hsg-kites-clinic"
ROWS = [row(HSG, short="Silk: it's “light” & strong.", more="Yes.\tNo: #a"), row("hysteroscopy-kites-clinic")]
CONFLICTS = [conflict("X1", [HSG], ["kites"])]
GOOD = b"""topic: kites
entries:
  - id: hsg-kites-clinic
    procedure: hsg
    authority: clinic
    facts: [T1-01]
    sources: [{id: T1, section: Page of kites}]
    short: Cotton.
    review_by: 2099-01-31
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of knowledge."""
    return write(tmp_path / "shipped", entries(ROWS, CONFLICTS))


@pytest.fixture
def engine(tmp_path: Path, folder: Path) -> Engine:
    return prepare_database(f"sqlite:///{tmp_path / 'kites.db'}", check_knowledge(folder))


def unpacked(packed: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        files.extractall(folder)
    return folder / "knowledge"


def zipped(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as content:
        for name, data in files.items():
            content.writestr(name.replace("__", "/") + ".yml", data)
    return packed.getvalue()


def publish(engine: Engine, folder: Path, mine: Row, based_on: int) -> None:
    revisions = Revisions(engine, check_knowledge(folder))
    now = datetime(2026, 3, 1, 9)
    draft = revisions.write(mine, based_on, "anna", "", now)
    revisions.approve(mine.id, draft.number, "dora", now)
    revisions.publish(mine.id, draft.number, "anna", now, reviewer="Dr Dora Lim", reviewed_on=date(2026, 3, 1))


def test_table_in_which_nothing_changed_is_the_shipped_files(engine: Engine, folder: Path, tmp_path: Path) -> None:
    out = unpacked(packed_table(engine, folder), tmp_path / "out")
    for path in folder.rglob("*.yml"):
        assert (out / path.relative_to(folder)).read_bytes() == path.read_bytes()


def test_edited_table_loads_back_the_same(engine: Engine, folder: Path, tmp_path: Path) -> None:
    text = "Über 3.5 days: \"quoted\", 'too' - {braces} [and] # no comment, yes: no. " + "long words " * 30
    value = {"name": "wait", "value": 3.5, "unit": "day", "approx": True}
    publish(engine, folder, Row.model_validate(row(HSG, short="Cotton.", more=text, values=[value])), 1)
    own = row("hsg-lanterns-own-clinic", topic="lanterns", facts=["C-desk"], conditions=["rainy", "windy"])
    publish(engine, folder, Row.model_validate(own), 0)
    again = check_knowledge(unpacked(packed_table(engine, folder), tmp_path / "out"))
    other = prepare_database(f"sqlite:///{tmp_path / 'other.db'}", again)
    shipped = check_knowledge(folder)
    expected, found = whole_table(engine, shipped), whole_table(other, again)
    assert {one.id: one for one in found.rows} == {one.id: one for one in expected.rows}
    assert (found.conflicts, found.sources) == (expected.conflicts, expected.sources)
    assert {one.id: one.reviewer for one in again.rows}[HSG] == "Dr Dora Lim"
    other.dispose()


def test_shipped_table_comes_out_as_it_was_shipped(tmp_path: Path, knowledge: Knowledge) -> None:
    engine = prepare_database(f"sqlite:///{tmp_path / 'shipped.db'}", knowledge)
    out = unpacked(packed_table(engine), tmp_path / "out")
    engine.dispose()
    shipped = [path for path in KNOWLEDGE.rglob("*.yml") if path.is_file()]
    assert len(shipped) > 50
    assert [path for path in shipped if (out / path.relative_to(KNOWLEDGE)).read_bytes() != path.read_bytes()] == []


def test_translations_of_an_older_text_are_left_out(tmp_path: Path, knowledge: Knowledge) -> None:
    engine = prepare_database(f"sqlite:///{tmp_path / 'shipped.db'}", knowledge)
    told = next(one for one in knowledge.rows if one.id == knowledge.translations[0].rows[0].id)
    publish(engine, KNOWLEDGE, told.model_copy(update={"more": f"{told.more} Ask us."}), 1)
    again = check_knowledge(unpacked(packed_table(engine), tmp_path / "out"))
    engine.dispose()
    assert told.id not in {one.id for one in again.translations[0].rows}
    assert len(again.translations[0].rows) == len(knowledge.translations[0].rows) - 1


def test_rows_that_differ_are_found(engine: Engine) -> None:
    upload = read_upload("kites.yml", GOOD)
    (one,) = changes(engine, upload.rows)
    assert (one.old is not None, one.new.short) == (True, "Cotton.")
    (new,) = changes(engine, [Row.model_validate(row("hsg-lanterns-clinic"))])
    assert new.old is None


def test_signature_alone_is_no_difference(engine: Engine) -> None:
    assert changes(engine, [Row.model_validate(signed(ROWS[0]))]) == []


def test_zip_gives_its_rows_and_names_what_is_passed_over() -> None:
    packed = zipped(knowledge__rows__kites=GOOD, knowledge__topics=b"x", translations__zh__rows__kites=b"x")
    upload = read_upload("t.zip", packed)
    assert [one.id for one in upload.rows] == [HSG]
    assert upload.passed_over == ("knowledge/topics.yml", "translations/zh/rows/kites.yml")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("kites.txt", GOOD, "ends in .yml"),
        ("kites.yml", GOOD + b"  - id: [\n", "line 11"),
        ("kites.yml", GOOD.replace(b"short: Cotton.", b"short: a: b"), "line 8"),
        ("kites.yml", GOOD.replace(b"    short: Cotton.\n", b""), "hsg-kites-clinic: short"),
        ("kites.yml", GOOD + GOOD.partition(b"entries:\n")[2], "stands 2 times"),
        ("kites.yml", b"\xff\xfe", "cannot be read"),
        ("kites.yml", b"topic: kites\nentries: 5\n", "expected a list"),
        ("kites.yml", b"!!python/object/apply:os.system ['true']", "cannot be read"),
        ("t.zip", zipped(topics=b"x"), "no file of rows"),
        ("t.zip", zipped(rows__kites=GOOD)[:-30], "ends in .yml"),
        ("kites.yml", b"#" * (MOST_BYTES + 1), "larger than 5 MB"),
        ("t.zip", zipped(**{f"rows__a{at}": b"x" for at in range(501)}), "501 files"),
    ],
)
def test_file_that_cannot_be_taken_says_why(name: str, data: bytes, said: str) -> None:
    with pytest.raises(BadUpload) as caught:
        read_upload(name, data)
    assert said in str(caught.value)
    assert "/tmp" not in str(caught.value)


def test_zip_that_unpacks_to_very_much_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as content:
        content.writestr("rows/kites.yml", b"#" * 50_000_000)
    with pytest.raises(BadUpload, match="unpacks to more"):
        read_upload("t.zip", packed.getvalue())


def test_lists_of_lists_of_lists_take_no_time() -> None:
    laughs = b"a: &a [x, x, x, x, x, x, x, x, x]\n"
    for one, before in zip("bcdefghij", "abcdefghi", strict=True):
        laughs += f"{one}: &{one} [{', '.join([f'*{before}'] * 9)}]\n".encode()
    with pytest.raises(BadUpload, match="short"):
        read_upload("kites.yml", laughs + b"topic: kites\nentries:\n  - {id: x, conditions: *j}\n")


def test_content_is_the_same_whoever_signed_it() -> None:
    one, other = Row.model_validate(ROWS[0]), Row.model_validate(signed(ROWS[0]))
    assert content_of(one) == content_of(other)
    assert made_up_knowledge(ROWS).rows[0] == one
