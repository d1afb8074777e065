"""The clinic's own details at the desk: shown, changed, refused with a reason, restored; who may."""

import re
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient
from visits import ComesIn, send

from bot.knowledge.clinic_versions import ClinicVersions
from bot.records.audit import Audit
from bot.records.users import ROLES
from bot.settings import Clinic

CLINIC = "/desk/clinic"
MAY = {"editor", "admin"}
SELECT = re.compile(r'<select[^>]*?name="(\w+)"[^>]*>(.*?)</select>', re.S)


def filled(browser: TestClient) -> dict[str, Any]:
    """Return what the form of the page would send as it stands."""
    page = browser.get(CLINIC)
    assert page.status_code == 200
    return fields_of(page.text)


def fields_of(page: str) -> dict[str, Any]:
    form = page.partition('<form id="clinic"')[2].partition("</form>")[0]
    form = re.sub(r"<template>.*?</template>|<noscript>.*?</noscript>", "", form, flags=re.S)
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        assert name is not None
        if 'type="checkbox"' not in tag or " checked" in tag:
            found.setdefault(name[1], []).append(unescape(value[1] if value else ""))
    for name, options in SELECT.findall(form):
        chosen = re.search(r'value="([^"]*)" selected', options)
        assert chosen is not None, name
        found.setdefault(name, []).append(chosen[1])
    return found


@pytest.fixture
def latest(table: Engine, clinic: Clinic) -> ClinicVersions:
    return ClinicVersions(table, clinic)


@pytest.mark.parametrize("role", ROLES)
def test_page_is_for_those_who_have_the_right(comes_in: ComesIn, role: str, latest: ClinicVersions) -> None:
    assert comes_in(role).get(CLINIC).status_code == (200 if role in MAY else 403)
    for path in (CLINIC, f"{CLINIC}/restore/0"):
        assert (send(comes_in(role), path, name="X").status_code == 403) is (role not in MAY)
        assert comes_in(role).post(path, data={"name": "X"}).status_code == 403
    assert latest.number() == 0


def test_signed_out_goes_to_the_login(comes_in: ComesIn) -> None:
    assert comes_in().get(CLINIC).headers["location"] == f"/desk/login?back={CLINIC}"
    assert comes_in().post(CLINIC).status_code == 303


def test_version_that_is_not_there_is_a_404(comes_in: ComesIn) -> None:
    assert send(comes_in("admin"), f"{CLINIC}/restore/7").status_code == 404


def test_form_as_it_stands_changes_nothing(comes_in: ComesIn, latest: ClinicVersions) -> None:
    browser = comes_in("editor")
    answer = browser.post(CLINIC, data=filled(browser))
    assert answer.status_code == 409
    assert "Nothing differs." in answer.text
    assert latest.number() == 0


def test_change_is_a_version_with_what_differs_and_is_noted(
    comes_in: ComesIn, latest: ClinicVersions, clinic: Clinic, records: Engine
) -> None:
    browser = comes_in("editor")
    form = filled(browser)
    form |= {"opens_saturday": ["09:00"], "closes_saturday": ["12:00"], "closed_day": ["2026-12-24"]}
    form["phone_number"][0] = "+86 21 7777 0000"
    answer = browser.post(CLINIC, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{CLINIC}?saved=1")
    page = browser.get(answer.headers["location"]).text
    assert "Saved. It holds everywhere" in page
    assert "<ins>" in page
    assert "saved by Any Editor" in page
    now = latest.latest().clinic
    assert now.opening_hours["saturday"] == ("09:00", "12:00")
    assert now.phones[0].number == "+86 21 7777 0000"
    assert now == clinic.model_copy(
        update={"opening_hours": now.opening_hours, "phones": now.phones, "closed_days": now.closed_days}
    )
    (entry,) = Audit(records).latest(1)
    assert (entry.by, entry.what, entry.details) == (
        "editor",
        "changed the clinic",
        {"version": 1, "fields": "Phones, Opening hours, Closed days"},
    )


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"name": [""]}, "name", "Please fill this in."),
        ({"phone_number": ["call me", "+86 21 5550 0199"]}, "phones", "Line 1: Please write a number to ring"),
        ({"phone_label": [], "phone_number": [], "phone_hours": [], "phone_chinese": []}, "phones", "at least one"),
        ({"phone_hours": ["sometimes", "always"]}, "phones", "Please choose"),
        ({"emergency_number": ["help"]}, "emergency_number", "digits"),
        ({"opens_monday": ["18:00"]}, "opening_hours", "monday opens at 18:00 and closes at 17:00"),
        ({"closes_monday": [""]}, "opening_hours", "Monday: Please write times"),
        ({"closed_day": ["soon"]}, "closed_days", "Please give a day"),
        ({"holidays": ["XX"]}, "holidays", "no public holidays known"),
        ({"day_counting": ["backwards"]}, "day_counting", "Please choose"),
        ({"chinese_name": [""]}, "other_languages", "Please fill this in."),
    ],
)
def test_what_cannot_be_is_named_at_its_field_and_given_back(
    comes_in: ComesIn, latest: ClinicVersions, changes: dict[str, list[str]], field: str, said: str
) -> None:
    browser = comes_in("admin")
    answer = browser.post(CLINIC, data=filled(browser) | changes | {"address": ["2 Side Street"]})
    page = unescape(answer.text)
    assert answer.status_code == 400
    assert said in page.partition(f'id="wrong-{field}"')[2].partition("</small>")[0]
    assert 'value="2 Side Street"' in page
    assert latest.number() == 0


def test_two_who_change_it_at_once_lose_nothing(comes_in: ComesIn, latest: ClinicVersions) -> None:
    first, second = comes_in("editor"), comes_in("admin")
    late = filled(second) | {"address": ["2 Side Street"]}
    assert first.post(CLINIC, data=filled(first) | {"name": ["Other Clinic"]}).status_code == 303
    answer = second.post(CLINIC, data=late)
    page = unescape(answer.text)
    assert answer.status_code == 409
    assert "Any Editor saved version 1 on " in page
    assert 'value="2 Side Street"' in page
    assert second.post(CLINIC, data=fields_of(answer.text) | {"name": ["Other Clinic"]}).status_code == 303
    assert (latest.latest().clinic.name, latest.latest().clinic.address) == ("Other Clinic", "2 Side Street")


def test_old_version_is_restored_as_a_new_one(comes_in: ComesIn, latest: ClinicVersions, clinic: Clinic) -> None:
    browser = comes_in("editor")
    assert browser.post(CLINIC, data=filled(browser) | {"name": ["Other Clinic"]}).status_code == 303
    assert send(browser, f"{CLINIC}/restore/0").status_code == 303
    assert (latest.number(), latest.latest().clinic) == (2, clinic)
    assert send(browser, f"{CLINIC}/restore/0").status_code == 409


def test_sign_off_is_demanded_with_a_tick(comes_in: ComesIn, latest: ClinicVersions, desk: FastAPI) -> None:
    assert desk
    browser = comes_in("editor")
    assert "rows are not signed" in browser.get(CLINIC).text
    assert browser.post(CLINIC, data=filled(browser) | {"require_sign_off": ["yes"]}).status_code == 303
    assert latest.latest().clinic.require_sign_off is True
