"""Numbers: what was counted, by day; a table under each chart, and CSV of which no cell is run."""

import csv
import json
import re
from datetime import date, timedelta
from io import StringIO

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient
from visits import ComesIn

from bot.clock import moment_at
from bot.desk.numbers import Chart, Series, csv_of, csv_of_all, numbers_of
from bot.records.audit import Audit
from bot.records.tally import Count, Tally
from bot.records.users import ROLES
from bot.settings import Clinic

CHARTS = ["messages", "rejected", "urgent", "votes", "hand_offs", "waiting", "topics"]


@pytest.fixture
def table(engine: Engine) -> Engine:
    """The shipped knowledge, which numbers only read."""
    return engine


@pytest.fixture
def today(clinic: Clinic) -> date:
    """The day that it is at the clinic."""
    return moment_at(clinic).date()


@pytest.fixture
def clerk(comes_in: ComesIn) -> TestClient:
    """A clerk's browser."""
    return comes_in("clerk")


@pytest.fixture
def tally(records: Engine, today: date) -> Tally:
    """Counts of today, of a week ago and of 60 days ago."""
    tally, week_ago = Tally(records), today - timedelta(days=6)
    tally.add_all(
        {
            (today, "messages", "door"): 4,
            (today, "messages", "telegram"): 2,
            (week_ago, "messages", "door"): 3,
            (today - timedelta(days=60), "messages", "door"): 10,
            (today, "topics", "pain"): 5,
            (week_ago, "topics", "timing"): 2,
            (today, "rejected", ""): 1,
            (today, "rejected", "cost"): 2,
            (today, "unanswered", "door"): 1,
            (today, "urgent", "emergency"): 1,
            (today, "votes", "yes"): 3,
            (today, "votes", "no"): 1,
            (week_ago, "votes", "yes"): -1,
            (today, "hand_offs", "opened"): 2,
            (today, "hand_offs", "taken"): 1,
            (today, "waiting", "seconds"): 270,
            (today, "waiting", "times"): 2,
        }
    )
    return tally


def drawn(page: str) -> dict[str, dict[str, list[object]]]:
    """Return what the charts are drawn from: the numbers by chart and series."""
    data = json.loads(page.partition('id="numbers-data">')[2].partition("</script>")[0])
    return {one["id"]: {series["name"]: series["values"] for series in one["series"]} for one in data}


def figures(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))


def lines(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


# Who may look


@pytest.mark.parametrize("path", ["/desk/numbers", "/desk/numbers?days=7", "/desk/numbers.csv"])
def test_signed_out_goes_to_the_login(comes_in: ComesIn, path: str) -> None:
    answer = comes_in().get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/login?back={path}")


@pytest.mark.parametrize("role", ROLES)
def test_everybody_may_look(comes_in: ComesIn, role: str) -> None:
    assert comes_in(role).get("/desk/numbers").status_code == 200
    assert comes_in(role).get("/desk/numbers.csv").status_code == 200


@pytest.mark.parametrize("days", ["0", "8", "-7", "x", "1e3", "9" * 30])
def test_other_days_are_refused(clerk: TestClient, days: str) -> None:
    for path in ("/desk/numbers", "/desk/numbers.csv"):
        assert clerk.get(path, params={"days": days}).status_code == 400


def test_chart_that_is_not_there_is_a_404(clerk: TestClient) -> None:
    assert clerk.get("/desk/numbers.csv", params={"chart": "nothing"}).status_code == 404


# What is shown


@pytest.mark.usefixtures("tally")
def test_days_are_told_one_by_one_and_empty_ones_as_none(clerk: TestClient) -> None:
    found = drawn(clerk.get("/desk/numbers?days=7").text)
    assert found["messages"] == {"Website": [3, 0, 0, 0, 0, 0, 4], "Telegram": [0, 0, 0, 0, 0, 0, 2]}
    assert found["rejected"] == {"No row for it": [0] * 6 + [3], "Assistant away": [0] * 6 + [1]}
    assert found["votes"] == {"Helpful": [0] * 6 + [3], "Not helpful": [0] * 6 + [1]}
    assert found["hand_offs"]["Asked for a person"] == [0] * 6 + [2]
    assert found["waiting"] == {"Minutes": [None] * 6 + [2.2]}


@pytest.mark.usefixtures("tally")
@pytest.mark.parametrize(("days", "messages"), [(7, "9"), (30, "9"), (90, "19")])
def test_figures_are_of_the_days_that_are_chosen(clerk: TestClient, days: int, messages: str) -> None:
    page = clerk.get(f"/desk/numbers?days={days}").text
    assert figures(page)["messages"] == messages
    assert f'<a href="/desk/numbers?days={days}" aria-current="page">' in page


@pytest.mark.usefixtures("tally")
def test_topics_are_told_by_name_the_most_asked_first(clerk: TestClient) -> None:
    page = clerk.get("/desk/numbers").text
    data = json.loads(page.partition('id="numbers-data">')[2].partition("</script>")[0])
    (topics,) = [one for one in data if one["id"] == "topics"]
    assert topics["series"][0]["values"] == [5, 2]
    assert "timing" not in topics["labels"]


def test_only_the_fifteen_most_asked_topics_are_drawn(clerk: TestClient, records: Engine, today: date) -> None:
    Tally(records).add_all({(today, "topics", f"topic-{at}"): at for at in range(1, 21)})
    (values,) = drawn(clerk.get("/desk/numbers").text)["topics"].values()
    assert values == list(range(20, 5, -1))


@pytest.mark.usefixtures("tally")
def test_each_chart_has_a_table_with_the_same_numbers(clerk: TestClient) -> None:
    page = clerk.get("/desk/numbers?days=7").text
    assert re.findall(r'<canvas id="chart-(\w+)" role="img"', page) == CHARTS
    assert page.count("<details>") == len(CHARTS)
    assert "<td>4</td><td>2</td>" in page


def test_nothing_counted_is_said_and_nothing_is_drawn(clerk: TestClient) -> None:
    page = clerk.get("/desk/numbers").text
    assert "Nothing was counted in these days yet." in page
    assert page.count("None in these days.") == len(CHARTS) + 1  # the list of topics has no line either
    assert "<canvas" not in page


def test_what_is_counted_is_shown_as_text(clerk: TestClient, records: Engine, today: date) -> None:
    Tally(records).add(today, "topics", "</script><b>x")
    page = clerk.get("/desk/numbers").text
    assert "</script><b>" not in page.replace("</script>\n", "")
    assert "<b>x" not in page


# CSV


@pytest.mark.usefixtures("tally")
def test_chart_is_given_as_csv(clerk: TestClient, today: date) -> None:
    answer = clerk.get("/desk/numbers.csv?days=7&chart=messages")
    assert answer.headers["content-disposition"] == 'attachment; filename="numbers-messages-7-days.csv"'
    assert lines(answer.text)[0] == ["Day", "Website", "Telegram"]
    assert lines(answer.text)[-1] == [today.isoformat(), "4", "2"]
    assert len(lines(answer.text)) == 8


@pytest.mark.usefixtures("tally")
def test_all_charts_are_given_as_csv_and_that_is_noted(clerk: TestClient, records: Engine, today: date) -> None:
    found = lines(clerk.get("/desk/numbers.csv?days=7").text)
    assert ["Votes", today.isoformat(), "Helpful", "3"] in found
    assert ["Messages", (today - timedelta(days=1)).isoformat(), "Website", "0"] in found
    noted = Audit(records).latest(1)[0]
    assert (noted.by, noted.what, noted.subject, noted.details) == ("clerk", "exported numbers", "all", {"days": 7})


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(name: str) -> None:
    chart = Chart("topics", name, "", (name,), (Series(name, (1,)),), "bars", name)
    cells = [cell for text in (csv_of(chart), csv_of_all([chart])) for line in lines(text) for cell in line]
    assert cells.count(f"'{name}") == 6
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


def test_changed_votes_never_make_a_day_less_than_none() -> None:
    day = date(2026, 3, 9)
    assert numbers_of([Count(day, "votes", "no", -1)], day, day).by_day("votes", "no") == (0,)
