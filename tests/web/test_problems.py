"""The one shape of every problem of the door."""

import asyncio
import json
from typing import Any

import pytest
from starlette.requests import Request

from bot.web.problems import PhoneLine, Problem, show_problem

REQUEST = Request({"type": "http", "method": "GET", "path": "/", "headers": []})
KITES = Problem(429, "too_many_kites", "Too many kites.")


def body_of(problem: Exception) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(bytes(asyncio.run(show_problem(REQUEST, problem)).body))
    return body


@pytest.mark.parametrize(
    ("problem", "body"),
    [
        (KITES, {"error": {"code": "too_many_kites", "message": "Too many kites."}}),
        (
            Problem(503, "away", "Gone flying.", phones=[PhoneLine(label="Desk", number="12 34")]),
            {"error": {"code": "away", "message": "Gone flying.", "phones": [{"label": "Desk", "number": "12 34"}]}},
        ),
        (RuntimeError("a kite broke"), {"error": {"code": "error", "message": "Something went wrong."}}),
    ],
    ids=["plain", "with phones", "unforeseen"],
)
def test_problem_is_shown_as_code_and_sentence(problem: Exception, body: dict[str, Any]) -> None:
    assert body_of(problem) == body


@pytest.mark.parametrize(("problem", "status"), [(KITES, 429), (RuntimeError("a kite broke"), 500)])
def test_problem_sets_the_status(problem: Exception, status: int) -> None:
    assert asyncio.run(show_problem(REQUEST, problem)).status_code == status


@pytest.mark.parametrize(("seconds", "header"), [(5, "5"), (None, None)])
def test_problem_tells_when_to_come_back(seconds: int | None, header: str | None) -> None:
    problem = Problem(503, "away", "Gone flying.", retry_after_seconds=seconds)
    assert asyncio.run(show_problem(REQUEST, problem)).headers.get("retry-after") == header
