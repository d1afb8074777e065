"""The table at the desk: found, read, written, approved, published; who may not, and what is missing."""

import io
import re
import zipfile
from html import unescape

import httpx
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from visits import PASSWORD, ComesIn, send, token_of

from bot.knowledge.look_up import Found, look_up
from bot.knowledge.shapes import Knowledge
from bot.knowledge.stored import find_row
from bot.question import Procedure, Question
from bot.records.audit import Audit
from bot.records.conversations import now_utc
from bot.records.missed import Missed
from bot.records.tables import MissedRecord
from bot.records.users import ROLES, Users

TABLE = "/desk/table"
WRITERS = {"editor", "clinician", "admin"}


@pytest.fixture
def row_id(knowledge: Knowledge) -> str:
    """A shipped row for every patient, with numbers and sources."""
    return next(
        row.id
        for row in knowledge.rows
        if row.procedure == "hsg" and row.topic == "timing" and row.authority == "clinic" and not row.conditions
    )


def fields_of(page: str) -> dict[str, list[str]]:
    """Return what the form of a row would send as it stands."""
    form = page.partition('<form id="row"')[2].partition("</form>")[0]
    form = re.sub(r"<template>.*?</template>|<noscript>.*?</noscript>", "", form, flags=re.S)
    found: dict[str, list[str]] = {}
    for tag in re.finditer(
        r'<input[^>]*?name="(\w+)"[^>]*?value="([^"]*)"|<textarea[^>]*?name="(\w+)"[^>]*>(.*?)</textarea>'
        r'|<select[^>]*?name="(\w+)"[^>]*>(.*?)</select>',
        form,
        re.S,
    ):
        if tag[1]:
            found.setdefault(tag[1], []).append(unescape(tag[2]))
        elif tag[3]:
            found.setdefault(tag[3], []).append(unescape(tag[4]))
        else:
            options = re.findall(r'<option value="([^"]*)"( selected)?', tag[6])
            chosen = next((value for value, mark in options if mark), options[0][0])
            found.setdefault(tag[5], []).append(unescape(chosen))
    return found


def edit(browser: TestClient, row_id: str, **changes: str) -> dict[str, list[str]]:
    """Return the form of a row with some fields changed."""
    page = browser.get(f"{TABLE}/rows/{row_id}/edit")
    assert page.status_code == 200
    return fields_of(page.text) | {name: [value] for name, value in changes.items()}


def write(browser: TestClient, row_id: str, **changes: str) -> None:
    form = edit(browser, row_id, **changes)
    answer = browser.post(f"{TABLE}/rows/{row_id}", data=form)
    assert answer.status_code == 303, answer.text


def step(browser: TestClient, row_id: str, number: int, name: str) -> int:
    return send(browser, f"{TABLE}/rows/{row_id}/{number}/{name}").status_code


def told(engine: Engine) -> str:
    outcome = look_up(engine, Question("timing", Procedure.HSG))
    assert isinstance(outcome, Found)
    return outcome.rows[0].short


def shorter(engine: Engine, row_id: str) -> str:
    """Return the text of a row with one word more, and the same numbers."""
    listed = find_row(engine, row_id)
    assert listed is not None
    return listed.row.short.replace("At this clinic", "At our clinic")


# Who may


@pytest.mark.parametrize(
    "path",
    [
        TABLE,
        f"{TABLE}?q=pain&page=2",
        f"{TABLE}/rows/hsg-timing-clinic",
        f"{TABLE}/rows/hsg-timing-clinic/edit",
        f"{TABLE}/new",
        f"{TABLE}/open",
        f"{TABLE}/due",
        f"{TABLE}/conflicts",
        f"{TABLE}/files",
        f"{TABLE}/files/table.zip",
    ],
)
def test_signed_out_goes_to_the_login(comes_in: ComesIn, path: str) -> None:
    answer = comes_in().get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/login?back={path}")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (TABLE, set(ROLES)),
        (f"{TABLE}/rows/hsg-timing-clinic", set(ROLES)),
        (f"{TABLE}/open", set(ROLES)),
        (f"{TABLE}/due", set(ROLES)),
        (f"{TABLE}/conflicts", set(ROLES)),
        (f"{TABLE}/rows/hsg-timing-clinic/edit", WRITERS),
        (f"{TABLE}/new", WRITERS),
        (f"{TABLE}/files", WRITERS),
        (f"{TABLE}/files/table.zip", WRITERS),
    ],
)
def test_page_is_for_those_who_have_the_right(comes_in: ComesIn, role: str, path: str, allowed: set[str]) -> None:
    assert comes_in(role).get(path).status_code == (200 if role in allowed else 403)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (f"{TABLE}/preview", WRITERS),
        (f"{TABLE}/new", WRITERS),
        (f"{TABLE}/rows/hsg-timing-clinic", WRITERS),
        (f"{TABLE}/confirm", WRITERS),
        (f"{TABLE}/rows/hsg-timing-clinic/1/approve", {"clinician"}),
        (f"{TABLE}/rows/hsg-timing-clinic/1/sign", {"clinician"}),
        (f"{TABLE}/rows/hsg-timing-clinic/1/publish", WRITERS),
        (f"{TABLE}/rows/hsg-timing-clinic/1/withdraw", WRITERS),
        (f"{TABLE}/rows/hsg-timing-clinic/1/restore", WRITERS),
        (f"{TABLE}/rows/hsg-timing-clinic/1/retire", WRITERS),
        (f"{TABLE}/steps/approve", {"clinician"}),
        (f"{TABLE}/steps/publish", WRITERS),
        (f"{TABLE}/files/compare", WRITERS),
        (f"{TABLE}/files/import", WRITERS),
    ],
)
def test_step_is_for_those_who_have_the_right(comes_in: ComesIn, role: str, path: str, allowed: set[str]) -> None:
    answer = send(comes_in(role), path)
    assert (answer.status_code == 403) is (role not in allowed)
    assert comes_in(role).post(path).status_code == 403  # without the form's token


@pytest.mark.parametrize("path", ["rows/none", "rows/none/edit", "rows/a%00b", "nothing"])
def test_row_that_is_not_there_is_a_404(comes_in: ComesIn, path: str) -> None:
    assert comes_in("admin").get(f"{TABLE}/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["rows/none", "rows/none/1/approve", "rows/hsg-timing-clinic/1/burn", "steps/burn", "steps/retire"],
)
def test_step_with_what_is_not_there_is_a_404(comes_in: ComesIn, path: str) -> None:
    assert send(comes_in("clinician"), f"{TABLE}/{path}").status_code == 404


@pytest.mark.parametrize("number", ["2", "99"])
def test_version_that_is_not_there_is_told(comes_in: ComesIn, row_id: str, number: str) -> None:
    for name in ("approve", "publish", "withdraw", "restore"):
        answer = send(comes_in("clinician"), f"{TABLE}/rows/{row_id}/{number}/{name}")
        assert answer.status_code == 409
        assert 'role="alert"' in answer.text


# Found and read


def test_rows_are_found_by_words_and_filters(comes_in: ComesIn, knowledge: Knowledge) -> None:
    browser = comes_in("clerk")
    every = browser.get(TABLE).text
    assert f"{len(knowledge.rows)} rows, page 1 of" in every
    hsg = browser.get(TABLE, params={"topic": "pain", "procedure": "hsg", "authority": "clinic"}).text
    found = re.findall(r"<code>([a-z0-9-]+)</code>", hsg)
    assert sorted(found) == sorted(
        row.id
        for row in knowledge.rows
        if row.topic == "pain" and row.procedure in ("hsg", "both") and row.authority == "clinic"
    )
    assert "Nothing fits" in browser.get(TABLE, params={"q": "zyzzyva"}).text


def test_part_that_is_found_comes_without_the_page(comes_in: ComesIn) -> None:
    part = comes_in("clerk").get(TABLE, headers={"HX-Request": "true", "HX-Target": "found"}).text
    assert "<html" not in part
    assert "rows" in part


@pytest.mark.parametrize(
    "params", [{"page": "0"}, {"page": "x"}, {"q": "x" * 501}, {"topic": "'; --"}, {"q": "a\x00b"}]
)
def test_odd_search_is_no_error_of_ours(comes_in: ComesIn, params: dict[str, str]) -> None:
    assert comes_in("clerk").get(TABLE, params=params).status_code in (200, 400)


def test_row_is_shown_as_a_patient_sees_it(comes_in: ComesIn, row_id: str, table: Engine) -> None:
    page = unescape(comes_in("clerk").get(f"{TABLE}/rows/{row_id}").text)
    assert told(table) in page
    assert "Not yet signed off by a clinician." in page
    assert "as shipped with the assistant" in page
    assert "Where sources differ" in page
    assert f"{TABLE}/rows/{row_id}/edit" not in page


def test_conflicts_stand_side_by_side(comes_in: ComesIn, knowledge: Knowledge) -> None:
    page = unescape(comes_in("clerk").get(f"{TABLE}/conflicts", params={"topic": "timing"}).text)
    for conflict in (one for one in knowledge.conflicts if "timing" in one.told_in):
        assert conflict.question in page
        assert all(f'href="{TABLE}/rows/{name}"' in page for name in conflict.rows)


# From a draft to what patients are told


def test_edited_row_goes_from_draft_to_published_and_back(
    comes_in: ComesIn, row_id: str, table: Engine, records: Engine
) -> None:
    editor, clinician = comes_in("editor"), comes_in("clinician")
    before, after = told(table), shorter(table, row_id)
    write(editor, row_id, short=after, comment="Kinder words.")
    assert told(table) == before
    page = clinician.get(f"{TABLE}/open").text
    assert row_id in page
    assert "<del>this</del>" in page
    assert "<ins>our</ins>" in page
    assert step(clinician, row_id, 2, "approve") == 303
    assert told(table) == before
    assert step(editor, row_id, 2, "publish") == 303
    assert told(table) == after
    page = unescape(editor.get(f"{TABLE}/rows/{row_id}").text)
    assert "Signed by Any Clinician on " in page
    assert "written by Any Editor" in page
    assert "approved by Any Clinician" in page
    assert step(editor, row_id, 1, "restore") == 303
    assert step(clinician, row_id, 3, "approve") == 303
    assert step(clinician, row_id, 3, "publish") == 303
    assert told(table) == before
    noted = [(one.by, one.what, one.details) for one in Audit(records).latest(9, subject=row_id)]
    assert noted == [
        ("clinician", "published a version", {"version": 3}),
        ("clinician", "approved a version", {"version": 3}),
        ("editor", "wrote a draft", {"version": 3}),
        ("editor", "published a version", {"version": 2}),
        ("clinician", "approved a version", {"version": 2}),
        ("editor", "wrote a draft", {"version": 2}),
    ]


def test_author_cannot_approve_her_own_version(comes_in: ComesIn, row_id: str, table: Engine, users: Users) -> None:
    users.add("other", "Other Clinician", "clinician", PASSWORD, now_utc())
    author, other = comes_in("clinician"), comes_in("other")
    write(author, row_id, short=shorter(table, row_id))
    page = author.get(f"{TABLE}/rows/{row_id}").text
    assert "Another clinician has to approve it" in page
    assert f"/{row_id}/2/approve" not in page
    answer = send(author, f"{TABLE}/rows/{row_id}/2/approve")
    assert answer.status_code == 409
    assert "You wrote this version yourself" in answer.text
    assert send(author, f"{TABLE}/steps/approve", chosen=f"{row_id}:2").status_code == 409
    assert step(author, row_id, 2, "publish") == 409
    assert step(other, row_id, 2, "approve") == 303


def test_shipped_rows_are_approved_as_they_stand_and_published_together(
    comes_in: ComesIn, row_id: str, table: Engine
) -> None:
    clinician = comes_in("clinician")
    assert f'value="{row_id}:1"' in clinician.get(TABLE, params={"q": row_id}).text
    page = send(clinician, f"{TABLE}/steps/sign", chosen=f"{row_id}:1").text
    assert "Approved as they stand: 1." in page
    assert "Published: 1." in send(clinician, f"{TABLE}/steps/publish", chosen=f"{row_id}:2").text
    listed = find_row(table, row_id)
    assert listed is not None
    assert (listed.row.status, listed.row.reviewer) == ("approved", "Any Clinician")


def test_row_is_retired_and_told_no_more(comes_in: ComesIn, row_id: str, table: Engine) -> None:
    clinician, editor, before = comes_in("clinician"), comes_in("editor"), told(table)
    assert step(editor, row_id, 1, "retire") == 303
    assert step(clinician, row_id, 2, "approve") == 303
    assert step(editor, row_id, 2, "publish") == 303
    assert told(table) != before
    assert "No patient is told this: it is retired" in editor.get(f"{TABLE}/rows/{row_id}").text


def test_withdrawn_draft_is_gone_from_the_list(comes_in: ComesIn, row_id: str, table: Engine) -> None:
    editor = comes_in("editor")
    write(editor, row_id, short=shorter(table, row_id))
    assert step(editor, row_id, 2, "withdraw") == 303
    assert row_id not in editor.get(f"{TABLE}/open").text


# The form


def test_problems_stand_at_their_fields_and_nothing_is_lost(comes_in: ComesIn, row_id: str) -> None:
    editor = comes_in("editor")
    form = edit(editor, row_id, short="Come after 99 days & rest.", review_by="soon")
    answer = editor.post(f"{TABLE}/rows/{row_id}", data=form)
    assert answer.status_code == 400
    assert "Come after 99 days &amp; rest." in answer.text
    assert "Please give a day" in answer.text.partition('id="wrong-review_by"')[2].partition("</small>")[0]
    form = edit(editor, row_id, short="Come after 99 days & rest.")
    answer = editor.post(f"{TABLE}/rows/{row_id}", data=form)
    assert answer.status_code == 400
    assert "the text says 99" in answer.text.partition('id="wrong-values"')[2].partition("</small>")[0]
    assert "Nothing waits for an approval" in editor.get(f"{TABLE}/open").text


def test_preview_tells_what_a_patient_would_be_told(comes_in: ComesIn, row_id: str, table: Engine) -> None:
    editor, before = comes_in("editor"), told(table)
    form = edit(editor, row_id, short=shorter(table, row_id))
    page = unescape(editor.post(f"{TABLE}/preview", data=form).text)
    assert shorter(table, row_id) in page
    assert "Nothing is wrong." in page
    assert "Reading grade" in page
    assert "Not yet signed off" in page
    assert told(table) == before
    wrong = editor.post(f"{TABLE}/preview", data=form | {"short": "Come in 98 days."}).text
    at_field = wrong.partition('<small id="wrong-values" class="wrong" hx-swap-oob="true">')[2].partition("</small>")[0]
    assert "the text says 98" in at_field


def test_two_editors_at_once_lose_nothing(comes_in: ComesIn, row_id: str, table: Engine) -> None:
    first, second = comes_in("editor"), comes_in("admin")
    text = shorter(table, row_id)
    late = edit(second, row_id, short=text.replace("our clinic", "our own clinic"))
    write(first, row_id, short=text)
    answer = second.post(f"{TABLE}/rows/{row_id}", data=late)
    page = unescape(answer.text)
    assert answer.status_code == 409
    assert "Any Editor wrote version 2 on " in page
    assert "Nothing of yours is lost" in page
    assert "our own clinic" in page
    assert re.search(r"<ins>\s*own\s*</ins>", page)
    again = fields_of(answer.text)
    assert again["based_on"] == ["2"]
    assert second.post(f"{TABLE}/rows/{row_id}", data=again).status_code == 303
    history = second.get(f"{TABLE}/rows/{row_id}").text
    assert "Version 3" in history
    assert "Version 2" in history


def test_nothing_changed_is_said(comes_in: ComesIn, row_id: str) -> None:
    editor = comes_in("editor")
    answer = editor.post(f"{TABLE}/rows/{row_id}", data=edit(editor, row_id))
    assert answer.status_code == 409
    assert "Nothing differs" in answer.text


def test_missed_questions_are_handled_when_the_draft_that_answers_them_is_kept(
    comes_in: ComesIn, records: Engine
) -> None:
    numbers = []
    with Session(records) as session, session.begin():
        for text in ("May my sister book?", "Can mum book for me?"):
            record = MissedRecord(message_id=text, at=now_utc(), text=text, why="rejected")
            session.add(record)
            session.flush()
            numbers.append(str(record.id))
    editor, missed = comes_in("editor"), Missed(records)
    page = editor.get(f"{TABLE}/new", params={"topic": "booking", "procedure": "hsg", "missed": numbers})
    form = fields_of(page.text)
    assert form["missed"] == numbers
    answer = editor.post(f"{TABLE}/new", data=form | {"short": ["Yes."]})  # no source: given back
    assert (answer.status_code, fields_of(answer.text)["missed"], missed.count_waiting()) == (400, numbers, 2)
    form |= {"short": ["Somebody else may book for you."], "condition": ["endometriosis"]}
    form |= {"source_id": ["S002"], "source_section": ["Front desk"]}
    assert editor.post(f"{TABLE}/new", data=form).status_code == 303
    assert missed.count_waiting() == 0


def test_new_row_is_prefilled_written_and_published(comes_in: ComesIn, table: Engine) -> None:
    editor, clinician = comes_in("editor"), comes_in("clinician")
    page = editor.get(f"{TABLE}/new", params={"topic": "booking", "procedure": "hsg", "text": "Can my sister book?"})
    assert "Patients asked: “Can my sister book?”" in page.text
    form = fields_of(page.text)
    assert (form["topic"], form["procedure"], form["id"]) == (["booking"], ["hsg"], ["hsg-booking-own-clinic"])
    form |= {"short": ["Somebody else may book for you."], "condition": ["endometriosis"]}
    answer = editor.post(f"{TABLE}/new", data=form | {"source_id": ["S002"], "source_section": ["Front desk"]})
    assert answer.status_code == 303, answer.text.partition('class="problem">')[2][:900]
    assert answer.headers["location"] == f"{TABLE}/rows/hsg-booking-own-clinic"
    page = editor.get(answer.headers["location"]).text
    assert "Not published yet." in page
    taken = editor.post(f"{TABLE}/new", data=form | {"source_id": ["S002"], "source_section": ["Front desk"]})
    assert taken.status_code == 409
    assert "already" in taken.text
    assert step(clinician, "hsg-booking-own-clinic", 1, "approve") == 303
    assert step(clinician, "hsg-booking-own-clinic", 1, "publish") == 303
    outcome = look_up(table, Question("booking", Procedure.HSG, frozenset({"endometriosis"})))
    assert isinstance(outcome, Found)
    assert "hsg-booking-own-clinic" in [one.id for one in outcome.rows]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"id": "X Y", "topic": "nowhere", "procedure": "mri"},
        {"short": "\x00\ud800".encode("utf-8", "replace").decode(), "based_on": "-7", "value_name": "a"},
        {"value_number": "nan", "value_name": "a", "value_unit": "day"},
        {"condition": ["a"] * 100, "source_id": ["b"] * 100},
    ],
)
def test_odd_form_is_given_back(comes_in: ComesIn, form: dict[str, str]) -> None:
    answer = send(comes_in("editor"), f"{TABLE}/new", **form)
    assert answer.status_code == 400
    assert 'class="problem"' in answer.text


# Files


def upload(browser: TestClient, path: str, content: bytes, name: str = "timing.yml", **fields: str) -> httpx.Response:
    files = {"file": (name, content, "application/octet-stream")}
    answer: httpx.Response = browser.post(
        f"{TABLE}/files/{path}", data={"csrf": token_of(browser), **fields}, files=files
    )
    return answer


def test_import_writes_drafts_of_what_was_compared_and_publishes_nothing(
    comes_in: ComesIn, row_id: str, table: Engine, records: Engine
) -> None:
    editor, before = comes_in("editor"), told(table)
    packed = editor.get(f"{TABLE}/files/table.zip")
    assert packed.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(packed.content)) as files:
        timing = files.read("knowledge/rows/timing.yml")
    changed = timing.replace(b"At this clinic the HSG is usually", b"At our clinic the HSG is usually", 1)
    assert changed != timing
    page = upload(editor, "compare", changed).text
    assert "1 of the" in page
    assert "<ins>our</ins>" in page
    assert "Nothing waits for an approval" in editor.get(f"{TABLE}/open").text
    digest = re.findall(r'"digest": "([0-9a-f]+)"', page)[0]
    assert upload(editor, "import", changed, digest="0").status_code == 409
    assert "Nothing waits for an approval" in editor.get(f"{TABLE}/open").text
    assert "Drafts written: 1." in upload(editor, "import", changed, digest=digest).text
    assert row_id in editor.get(f"{TABLE}/open").text
    assert told(table) == before
    assert upload(editor, "import", changed, digest=digest).status_code == 409  # the table is another one by now
    assert "imported a file" in [one.what for one in Audit(records).latest(3)]


def test_file_that_cannot_be_read_is_named_with_its_line(comes_in: ComesIn) -> None:
    answer = upload(comes_in("editor"), "compare", b"topic: timing\nentries:\n  - {id: [}\n")
    assert answer.status_code == 400
    assert "timing.yml: cannot be read" in answer.text
    assert "line 3" in answer.text


def test_file_that_is_too_large_or_none_is_refused(comes_in: ComesIn) -> None:
    editor = comes_in("editor")
    assert upload(editor, "compare", b"#" * 6_000_000).status_code == 413
    assert send(editor, f"{TABLE}/files/compare").status_code == 400


# Due for a check


def test_row_that_still_holds_gets_a_later_day_through_the_same_way(
    comes_in: ComesIn, row_id: str, table: Engine
) -> None:
    editor, clinician = comes_in("editor"), comes_in("clinician")
    form = {"chosen": f"{row_id}:1", "review_by": "2099-01-31"}
    assert send(editor, f"{TABLE}/confirm", **form).headers["location"] == f"{TABLE}/open"
    assert send(editor, f"{TABLE}/confirm", **form).status_code == 409
    assert step(clinician, row_id, 2, "approve") == 303
    assert step(clinician, row_id, 2, "publish") == 303
    listed = find_row(table, row_id)
    assert listed is not None
    assert listed.row.review_by.isoformat() == "2099-01-31"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"review_by": "soon"}, 400),
        ({"review_by": "2001-01-01"}, 400),
        ({"review_by": "2099-01-01", "chosen": "x"}, 404),
    ],
)
def test_check_that_cannot_be_is_refused(comes_in: ComesIn, form: dict[str, str], status: int) -> None:
    assert send(comes_in("editor"), f"{TABLE}/confirm", **form).status_code == status
