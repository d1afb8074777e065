"""Follow the recipe of `docs/adding-a-question.md` to the letter, in a copy of the data, with no Python."""

import re
import shutil
from pathlib import Path

import pytest

from bot.answer import Assistant
from bot.calendar_file import open_calendar_files
from bot.files import DATA, KNOWLEDGE, ROOT
from bot.knowledge.check import check_knowledge
from bot.knowledge.load import prepare_database
from bot.knowledge.read import BadKnowledge
from bot.opening import opening_of
from bot.question import Procedure, Question
from bot.settings import read_clinic
from bot.wording import read_wording

RECIPE = (ROOT / "docs" / "adding-a-question.md").read_text(encoding="utf-8")
SOURCE, ROW, QUESTION = re.findall(r"```yaml\n(.*?)```", RECIPE, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, copy)
    return copy


def append(path: Path, entry: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n\n" + entry, encoding="utf-8")


def test_a_row_added_by_the_recipe_is_told_with_its_source(folder: Path, tmp_path: Path) -> None:
    append(folder / "sources.yml", SOURCE)
    append(folder / "rows" / "going_home.yml", ROW)
    knowledge = check_knowledge(folder)
    engine = prepare_database(f"sqlite:///{tmp_path / 'knowledge.db'}", knowledge)
    clinic = read_clinic()
    files = open_calendar_files(tmp_path / "secret", "")
    assistant = Assistant(engine, read_wording(knowledge, clinic), opening_of(clinic), files)
    reply = assistant.answer(Question("going_home", Procedure.HYSTEROSCOPY))
    engine.dispose()
    assert (reply.kind, reply.rules[0]) == ("answer", "hysteroscopy-going-home-clinic")
    assert "24 hours" in reply.text
    assert reply.sources[0].url == "https://hospital.example/hysteroscopy"


def test_the_recipe_without_its_source_is_refused(folder: Path) -> None:
    append(folder / "rows" / "going_home.yml", ROW)
    with pytest.raises(BadKnowledge, match="unknown source S900"):
        check_knowledge(folder)


def test_the_recipes_question_names_its_row() -> None:
    assert "row: hysteroscopy-going-home-clinic" in QUESTION


def test_the_recipe_names_files_that_exist() -> None:
    named = set(re.findall(r"`((?:data|tests|bot)/[\w/.]+)`", RECIPE))
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]


def test_the_recipe_leaves_the_shipped_table_alone() -> None:
    assert "S900" not in (DATA / "knowledge" / "sources.yml").read_text(encoding="utf-8")
