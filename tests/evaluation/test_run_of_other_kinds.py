"""`python -m bot.evaluation` on warning signs and on dates, against a stand-in for the assistant."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hand_made import ANSWER, reply

from bot.evaluation import kinds
from bot.evaluation.__main__ import main

SIGNS = [
    {"id": "s1", "text": "I cannot breathe", "urgent": True, "sign": "breathing"},
    {"id": "s2", "text": "wheezing all night", "urgent": True, "why": "C20"},
    {"id": "s3", "text": "my aunt could not breathe", "urgent": False, "sign": "breathing"},
]
DATES = [
    {"id": "d1", "today": "2026-03-05", "text": "ended today", "expect": {"window": ["2026-03-08", "2026-03-12"]}},
    {"id": "d2", "today": "2026-03-06", "text": "ended today", "expect": {"window": ["2026-03-09", "2026-03-13"]}},
]
ALARM = reply("urgent", level="emergency", text="Call an ambulance now.")


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Return an alarm to a breath, one window to what ended, an answer to anything else."""
    if "ended" in asked["message"]:
        return reply("dates", dates={"window": ["2026-03-08", "2026-03-12"]}, text=f"Today is {asked['today']}.")
    return ALARM if "breathe" in asked["message"] and "today" not in asked else ANSWER


class StandIn(BaseHTTPRequestHandler):
    """Answers like `answer`."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if asked["message"] == "refuse":
            self.send_response(400)
            self.end_headers()
            self.wfile.write(b"'today' is taken in tests only.")
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"session": "", "replies": [answer(asked) | {"buttons": []}]}).encode())

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    """The address of a stand-in for the assistant."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def no_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the check's cost be known."""
    figure = kinds.Figure(2.5, unit="milliseconds")
    monkeypatch.setattr(kinds, "check_cost", lambda *_: {"check: p95": figure})


def measure(folder: Path, address: str, lines: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> str:
    """Measure lines and return what is printed."""
    path = folder / "held_out.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert main([str(path), address], folder / "results") == 0
    return capsys.readouterr().out


def test_run_of_warning_signs_prints_and_keeps(
    tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = measure(tmp_path, address, SIGNS, capsys)
    lines = [line.split() for line in told.splitlines()]
    assert ["urgent:", "caught", "50.0%", "1", "of", "2"] in lines
    assert ["not", "urgent:", "false", "alarms", "100.0%", "1", "of", "1"] in lines
    assert ["caught:", "C20", "0.0%", "0", "of", "1"] in lines
    assert ["replies", "of", "level", "emergency", "2"] in lines
    assert ["check:", "p95", "2.5", "ms"] in lines
    assert told.splitlines()[-8:-3] == [
        "Worst errors, 2 of 2",
        "  s2: missed: got answer A answer.; right urgent, C20",
        "      wheezing all night",
        "  s3: false alarm: got urgent emergency Call an ambulance now.; right not urgent, breathing",
        "      my aunt could not breathe",
    ]
    assert "Accuracy per topic" not in told
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == [
        "evaluate-held_out-warning-signs.html",
        "evaluate-held_out-warning-signs.json",
        "history.jsonl",
    ]


def test_run_of_dates_sends_the_day_prints_and_keeps(
    tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = measure(tmp_path, address, DATES, capsys)
    assert ["dates:", "right", "50.0%", "1", "of", "2"] in [line.split() for line in told.splitlines()]
    assert (
        "  d2: wrong dates: got dates window 2026-03-08 to 2026-03-12 Today is 2026-03-06.; "
        "right window 2026-03-09 to 2026-03-13 on 2026-03-06"
    ) in told.splitlines()
    kept = json.loads((tmp_path / "results" / "evaluate-held_out-dates.json").read_text(encoding="utf-8"))
    assert kept["figures"]["window: right"] == 0.5
    assert kept["messages"][1]["replies"][0]["text"] == "Today is 2026-03-06."


@pytest.mark.parametrize(
    ("lines", "figure", "words"),
    [
        (SIGNS, "urgent: caught", ["false alarm", "Call an ambulance now.", "caught, false alarm"]),
        (DATES, "dates: right", ["wrong dates", "window 2026-03-09 to 2026-03-13 on 2026-03-06", "did you mean"]),
    ],
)
def test_second_run_is_compared_and_its_page_tells_all(
    tmp_path: Path,
    address: str,
    capsys: pytest.CaptureFixture[str],
    lines: list[dict[str, Any]],
    figure: str,
    words: list[str],
) -> None:
    measure(tmp_path, address, lines, capsys)
    assert "last column: change since" in measure(tmp_path, address, lines, capsys)
    (report,) = (tmp_path / "results").glob("*.html")
    page = report.read_text(encoding="utf-8")
    assert [word for word in ["Since the last run", figure, *words] if word not in page] == []
    assert [word for word in ("Accuracy per topic", "Confidence", "a right topic") if word in page] == []


def test_refused_day_is_told_with_the_reason(tmp_path: Path, address: str, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "dates.jsonl"
    path.write_text(json.dumps(DATES[0] | {"text": "refuse"}), encoding="utf-8")
    assert main([str(path), address], tmp_path / "results") == 1
    assert "d1: no replies from" in caplog.text
    assert "'today' is taken in tests only." in caplog.text


def test_mixed_file_ends_with_code_2(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text("\n".join(map(json.dumps, [*SIGNS, *DATES])), encoding="utf-8")
    assert main([str(path)], tmp_path / "results") == 2
    assert f"{path}: line 4: is of another kind than the lines before" in caplog.text
