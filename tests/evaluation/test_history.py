"""Every run is kept, and the last run of the same content is found."""

import json
from pathlib import Path

import pytest
from hand_made import run_of

from bot.evaluation.history import append_run, changes, commit_of, last_run
from bot.files import ROOT


def test_last_run_of_the_same_content_is_found(tmp_path: Path) -> None:
    history = tmp_path / "results" / "history.jsonl"
    for run in (run_of(tmp_path, "kites", a=0.1), run_of(tmp_path, "kites", a=0.2), run_of(tmp_path, "lamps", a=0.3)):
        append_run(history, run)
    now = run_of(tmp_path, "kites", name="renamed.jsonl", a=0.4)
    before = last_run(history, now.sha256)
    assert before is not None
    assert before.figures == {"a": 0.2}


@pytest.mark.parametrize("content", ["lanterns", "Kites"])
def test_other_content_has_no_last_run(tmp_path: Path, content: str) -> None:
    history = tmp_path / "history.jsonl"
    append_run(history, run_of(tmp_path, "kites"))
    assert last_run(history, run_of(tmp_path, content).sha256) is None


def test_there_is_no_last_run_before_the_first(tmp_path: Path) -> None:
    assert last_run(tmp_path / "history.jsonl", "0") is None


def test_line_that_is_no_run_is_told_and_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    history = tmp_path / "history.jsonl"
    run = run_of(tmp_path, "kites")
    history.write_text('{"half": \n', encoding="utf-8")
    append_run(history, run)
    assert last_run(history, run.sha256) == run
    assert "line 1 is no run" in caplog.text


def test_line_of_the_history_is_json_with_numbers(tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    append_run(history, run_of(tmp_path, "kites", a=0.25))
    kept = json.loads(history.read_text(encoding="utf-8"))
    assert kept.keys() == {"file", "sha256", "at", "commit", "model", "figures", "topics"}
    assert (kept["file"], len(kept["sha256"]), kept["model"]) == ("questions.jsonl", 64, None)
    assert (kept["figures"], kept["topics"]) == ({"a": 0.25}, {"kites": 0.5})


@pytest.mark.parametrize(
    ("now", "before", "changed"),
    [
        ({"a": 0.5}, {"a": 0.25}, {"a": 0.25}),
        ({"a": 0.5, "new": 1.0}, {"a": 0.5, "gone": 1.0}, {"a": 0.0}),
        ({"a": 0.5}, {}, {}),
    ],
)
def test_changes_are_those_of_what_both_runs_have(
    now: dict[str, float], before: dict[str, float], changed: dict[str, float]
) -> None:
    assert changes(now, before) == changed


def test_commit_outside_git_is_unknown(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == "unknown"


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone: there is no commit to name")
def test_commit_of_a_clone_is_its_hash() -> None:
    assert len(commit_of(ROOT).removesuffix("-dirty")) == 40
