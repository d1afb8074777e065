"""In and out, and what keeps others out."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError
from visits import PASSWORD, ComesIn, send, token_of

from bot.records.audit import Audit
from bot.records.conversations import now_utc
from bot.records.users import IDLE, LOCKED_FOR, LONGEST, MOST_FAILURES, ROLES, BadUser, Locked, NoEntry, Users


@pytest.mark.parametrize("path", ["/desk/", "/desk/staff", "/desk/audit", "/desk/audit?before=5"])
def test_signed_out_goes_to_the_login_and_back(comes_in: ComesIn, path: str) -> None:
    browser = comes_in()
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/login?back={path}")
    back = browser.get(answer.headers["location"]).text.partition('name="back" value="')[2].partition('"')[0]
    assert back == path


def test_login_goes_back_within_the_desk_alone(comes_in: ComesIn) -> None:
    for back, goes in (("/desk/audit", "/desk/audit"), ("https://evil.example/desk/", "/desk/"), ("//evil", "/desk/")):
        form = {"name": "admin", "password": PASSWORD, "back": back}
        assert comes_in().post("/desk/login", data=form).headers["location"] == goes


def test_page_that_asks_by_itself_is_led_to_the_login(comes_in: ComesIn) -> None:
    answer = comes_in().get("/desk/staff", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/desk/login")


@pytest.mark.parametrize("name", ["admin", "nobody", "", "admin\x00", "a" * 500])
def test_wrong_password_and_unknown_name_are_told_alike(comes_in: ComesIn, name: str) -> None:
    answer = comes_in().post("/desk/login", data={"name": name, "password": "wrong"})
    assert answer.status_code == 403
    assert "The name or the password is not right." in answer.text


def test_cookie_is_out_of_reach_of_pages_and_other_sites(comes_in: ComesIn) -> None:
    cookie = comes_in().post("/desk/login", data={"name": "clerk", "password": PASSWORD}).headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/desk"))


def test_logged_out_is_out_for_good(comes_in: ComesIn) -> None:
    browser = comes_in("clerk")
    token = browser.cookies["desk"]
    assert send(browser, "/desk/logout").status_code == 303
    browser.cookies.set("desk", token, path="/desk")
    assert browser.get("/desk/").status_code == 303


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("path", "allowed"), [("/desk/staff", {"admin"}), ("/desk/audit", {"clinician", "admin"})])
def test_page_is_for_those_who_have_the_right(comes_in: ComesIn, role: str, path: str, allowed: set[str]) -> None:
    answer = comes_in(role).get(path)
    assert answer.status_code == (200 if role in allowed else 403)
    assert (f'href="{path}"' in comes_in(role).get("/desk/").text) is (role in allowed)


def test_form_without_its_token_or_with_a_wrong_one_changes_nothing(comes_in: ComesIn, users: Users) -> None:
    browser = comes_in("admin")
    form = {"name": "eve", "full_name": "Eve", "role": "admin", "password": PASSWORD}
    assert browser.post("/desk/staff", data=form).status_code == 403
    assert browser.post("/desk/staff", data=form | {"csrf": token_of(comes_in("clerk"))}).status_code == 403
    assert "eve" not in {user.name for user in users.all()}


def test_form_from_another_site_is_refused(comes_in: ComesIn) -> None:
    browser = comes_in("admin")
    headers = {"Origin": "https://evil.example", "X-CSRF-Token": token_of(browser)}
    assert browser.post("/desk/logout", headers=headers).status_code == 403
    form = {"name": "admin", "password": PASSWORD}
    assert browser.post("/desk/login", data=form, headers={"Origin": "https://evil.example"}).status_code == 403


def test_too_many_tries_of_an_address_are_refused(comes_in: ComesIn) -> None:
    browser = comes_in()
    codes = [browser.post("/desk/login", data={"name": f"n{at}", "password": "x"}).status_code for at in range(22)]
    assert codes[-1] == 429


def test_admin_adds_and_changes_staff_and_it_is_noted(comes_in: ComesIn, users: Users, records: Engine) -> None:
    browser = comes_in("admin")
    form = {"name": "Eve", "full_name": " Eve  Lim ", "role": "clerk", "password": PASSWORD}
    assert send(browser, "/desk/staff", **form).status_code == 303
    assert send(browser, "/desk/staff/eve", role="editor").status_code == 303
    assert send(browser, "/desk/staff/eve", disabled="true").status_code == 303
    assert [(user.full_name, user.role, user.is_disabled) for user in users.all() if user.name == "eve"] == [
        ("Eve Lim", "editor", True)
    ]
    noted = [(one.by, one.what, one.subject, one.details) for one in Audit(records).latest(3)]
    assert noted == [
        ("admin", "changed in the staff", "eve", {"disabled": True}),
        ("admin", "changed in the staff", "eve", {"role": "editor"}),
        ("admin", "added to the staff", "eve", {"role": "clerk"}),
    ]
    assert "changed in the staff" in browser.get("/desk/audit").text


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/desk/staff", {"name": "eve", "full_name": "Eve", "role": "admin", "password": "short"}, 400),
        ("/desk/staff", {"name": "clerk", "full_name": "Eve", "role": "admin", "password": PASSWORD}, 400),
        ("/desk/staff", {"name": "eve", "full_name": "Eve", "role": "boss", "password": PASSWORD}, 400),
        ("/desk/staff", {"name": "<b>", "full_name": "Eve", "role": "admin", "password": PASSWORD}, 400),
        ("/desk/staff", {"name": "eve", "full_name": " ", "role": "admin", "password": PASSWORD}, 400),
        ("/desk/staff/nobody", {"role": "admin"}, 404),
        ("/desk/staff/clerk", {"role": "boss"}, 400),
        ("/desk/staff/clerk", {"disabled": "perhaps"}, 400),
        ("/desk/staff/admin", {"role": "clerk"}, 409),
        ("/desk/staff/admin", {"disabled": "true"}, 409),
    ],
)
def test_staff_that_cannot_be_is_refused_with_a_reason(
    comes_in: ComesIn, path: str, form: dict[str, str], status: int
) -> None:
    answer = send(comes_in("admin"), path, **form)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text


def test_page_that_is_not_there_is_a_404(comes_in: ComesIn) -> None:
    assert comes_in("admin").get("/desk/nowhere").status_code == 404


# Names, passwords, logins


def test_five_wrong_passwords_lock_for_a_while(users: Users) -> None:
    now = now_utc()
    for _ in range(MOST_FAILURES):
        with pytest.raises(NoEntry):
            users.let_in("clerk", "wrong", now)
    with pytest.raises(Locked):
        users.let_in("clerk", PASSWORD, now + LOCKED_FOR - timedelta(seconds=1))
    assert users.let_in("clerk", PASSWORD, now + LOCKED_FOR)[1].name == "clerk"


def test_right_password_counts_the_wrong_ones_anew(users: Users) -> None:
    now = now_utc()
    for _ in range(3):
        for _ in range(MOST_FAILURES - 1):
            with pytest.raises(NoEntry):
                users.let_in("clerk", "wrong", now)
        users.let_in("clerk", PASSWORD, now)


def test_login_ends_when_nobody_asks_and_after_the_longest_time(users: Users) -> None:
    now = now_utc()
    token, _ = users.let_in("clerk", PASSWORD, now)
    assert users.login_of(token, now + IDLE - timedelta(seconds=1), is_active=False) is not None
    assert users.login_of(token, now + IDLE + timedelta(seconds=1)) is None
    token, _ = users.let_in("clerk", PASSWORD, now)
    step = IDLE - timedelta(minutes=1)
    moment = now
    while moment + step < now + LONGEST:
        moment += step
        assert users.login_of(token, moment) is not None
    assert users.login_of(token, now + LONGEST + timedelta(seconds=1)) is None


@pytest.mark.parametrize("change", [{"role": "editor"}, {"password": "another long password"}, {"disabled": True}])
def test_change_of_a_person_ends_her_logins(users: Users, change: dict[str, str]) -> None:
    token, _ = users.let_in("clerk", PASSWORD, now_utc())
    users.change("clerk", now_utc(), **change)  # type: ignore[arg-type]
    assert users.login_of(token, now_utc()) is None


def test_disabled_person_does_not_come_in(users: Users) -> None:
    users.change("clerk", now_utc(), disabled=True)
    with pytest.raises(NoEntry):
        users.let_in("clerk", PASSWORD, now_utc())


def test_no_password_and_no_token_lies_in_the_database(users: Users, records: Engine) -> None:
    token, _ = users.let_in("clerk", PASSWORD, now_utc())
    with records.connect() as connection:
        kept = str(connection.execute(text("SELECT * FROM desk_user")).all())
        kept += str(connection.execute(text("SELECT * FROM desk_session")).all())
    assert PASSWORD not in kept
    assert token not in kept
    assert "$argon2id$" in kept


@pytest.mark.parametrize("password", ["", "elevenchars", "x" * 257])
def test_password_of_a_bad_length_is_refused(users: Users, password: str) -> None:
    with pytest.raises(BadUser, match="password"):
        users.add("eve", "Eve", "clerk", password, now_utc())


@pytest.mark.parametrize("change", ["UPDATE desk_audit SET by = 'x'", "DELETE FROM desk_audit"])
def test_database_refuses_to_change_the_audit_log(records: Engine, change: str) -> None:
    Audit(records).note("anna", "did something")
    with pytest.raises(DatabaseError, match="append-only"), records.begin() as connection:
        connection.execute(text(change))
