"""The desk's sentences are learnt, measured, and published only when told to and nothing is lost."""

import io
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import bot.learn as learning
from bot.examples import is_fit, read_pairs, write_examples
from bot.learn import Outcome, compare, main
from bot.records.missed import Missed
from bot.records.tables import open_records
from bot.serve import fingerprint

NOW = datetime(2026, 3, 10, 12)


@pytest.mark.parametrize("text", ["", "x", "two\nlines", "I am [name], does it hurt", "a {slot}", "y" * 501])
def test_sentence_that_cannot_be_learnt_is_not_fit(text: str) -> None:
    assert not is_fit(text)


def test_examples_come_back_as_they_were_written(tmp_path: Path) -> None:
    pairs = {
        ("ask_pain", "Ouch: really?"),
        ("ask_pain", "- sore"),
        ("out_of_scope", "#1 & 'two' \"three\""),
        ("a", "é 痛"),
    }
    write_examples(tmp_path / "new" / "examples.yml", pairs)
    assert read_pairs(tmp_path / "new" / "examples.yml") == pairs
    assert read_pairs(tmp_path / "none.yml") == set()


def test_model_has_another_name_with_other_examples(tmp_path: Path) -> None:
    path = tmp_path / "examples.yml"
    without = fingerprint(path)
    write_examples(path, {("ask_pain", "ouch?")})
    assert fingerprint(path) != without


def outcome(urgent: tuple[str, ...] = (), **right: bool) -> Outcome:
    return Outcome(right, frozenset(urgent))


def test_what_is_gained_and_lost_is_told() -> None:
    found = compare(outcome(a=True, b=False, c=True), outcome(a=False, b=True, c=True))
    assert (found.gained, found.lost, found.may_be_published) == (("b",), ("a",), True)
    assert found.told().splitlines()[0] == "Right of 3 labelled questions: 2 before, 2 with the new sentences."
    assert "  + b" in found.told()
    assert "  - a" in found.told()


def test_lost_warning_sign_or_more_lost_than_gained_is_never_published() -> None:
    assert not compare(outcome(a=True), outcome(a=False)).may_be_published
    lost_sign = compare(outcome(a=True, b=False, c=False), outcome(("a",), a=False, b=True, c=True))
    assert not lost_sign.may_be_published
    assert "  ! a" in lost_sign.told()


@dataclass
class World:
    """Where the desk's sentences lie, and what stands in for minutes of training and measuring."""

    folder: Path
    missed: Missed
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    trained: list[str] = field(default_factory=list)

    def train(self, *_given: Any, examples: Path | None = None) -> Path:
        self.trained.append("candidate" if examples else "present")
        return Path(f"{self.trained[-1]}.tar.gz")

    def measure(self, model: Path, *_given: Any) -> Outcome:
        return self.outcomes[model.name.removesuffix(".tar.gz")]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """New sentences of the desk; the candidate gains one question."""
    world = World(tmp_path, Missed(open_records(f"sqlite:///{tmp_path / 'records.db'}")))
    world.outcomes = {"present": outcome(a=True, b=False), "candidate": outcome(a=True, b=True)}
    monkeypatch.setenv("BOT_RECORDS_URL", f"sqlite:///{tmp_path / 'records.db'}")
    for name in ("PUBLISHED", "CANDIDATE", "REGRESSION"):
        monkeypatch.setattr(learning, name, tmp_path / name.lower())
    monkeypatch.setattr(learning, "trained_model", world.train)
    monkeypatch.setattr(learning, "measure_model", world.measure)
    return world


def test_without_new_sentences_the_present_data_is_trained(world: World) -> None:
    assert main([]) == 0
    assert world.trained == ["present"]


def test_published_sentences_belong_to_the_data_from_then_on(world: World) -> None:
    world.missed.teach("ask_pain", ["ouch?", "I am [name]"], "anna", NOW)
    assert main(["--publish", "yes"]) == 0
    assert read_pairs(world.folder / "published") == {("ask_pain", "ouch?")}
    assert [(one.text, one.is_new) for one in world.missed.examples()] == [("I am [name]", True), ("ouch?", False)]
    assert "1 before, 2 with" in (world.folder / "regression").read_text(encoding="utf-8")
    assert main([]) == 0
    assert world.trained == ["present", "candidate", "present"]


@pytest.mark.parametrize("publish", ["no", "ask"])
def test_sentences_are_not_published_when_nobody_says_so(world: World, publish: str) -> None:
    world.missed.teach("ask_pain", ["ouch?"], "anna", NOW)
    assert main(["--publish", publish]) == 3
    assert not (world.folder / "published").exists()
    assert [one.is_new for one in world.missed.examples()] == [True]


def test_sentences_that_lose_more_are_not_published_even_when_told_to(world: World) -> None:
    world.outcomes["candidate"] = outcome(a=False, b=False)
    world.missed.teach("ask_pain", ["ouch?"], "anna", NOW)
    assert main(["--publish", "yes"]) == 3
    assert not (world.folder / "published").exists()


class Terminal(io.StringIO):
    """What somebody types who is asked."""

    def isatty(self) -> bool:
        """Say that somebody sits there."""
        return True


@pytest.mark.parametrize(("signs", "code"), [((), 0), (("a",), 3)])
def test_somebody_who_is_asked_may_publish_what_loses_more_but_never_what_loses_a_sign(
    world: World, monkeypatch: pytest.MonkeyPatch, signs: tuple[str, ...], code: int
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    world.outcomes["candidate"] = outcome(signs, a=False, b=False)
    world.missed.teach("ask_pain", ["ouch?"], "anna", NOW)
    assert main([]) == code


def test_file_of_questions_that_is_missing_is_named(world: World, tmp_path: Path) -> None:
    assert world
    assert main([str(tmp_path / "none.jsonl")]) in (0, 2)
