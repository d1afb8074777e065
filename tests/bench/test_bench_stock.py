"""The project of Rasa as it is released, as it is written; nothing of it is trained or started."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.bench.shapes import Cost
from bot.bench.stock import CONFIG, Stock, stock_fingerprint, write_stock_project
from bot.bench.training import KEPT, Trained, trained_stock
from bot.files import read_yaml
from bot.understanding.examples import read_examples


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A written project."""
    folder = tmp_path_factory.mktemp("stock")
    write_stock_project(folder)
    return folder


def examples(project: Path) -> list[dict[str, Any]]:
    found = json.loads((project / "data" / "nlu.json").read_text(encoding="utf-8"))
    return list(found["rasa_nlu_data"]["common_examples"])


def test_every_training_sentence_is_in_the_project(project: Path) -> None:
    assert [one["text"] for one in examples(project)] == [one.text for one in read_examples()]


def test_pipeline_and_policies_are_left_to_rasa(project: Path) -> None:
    assert (project / "config.yml").read_text(encoding="utf-8") == CONFIG
    assert set(read_yaml(project / "config.yml")) == {"recipe", "assistant_id", "language"}


def test_every_rule_begins_with_an_intent_that_is_trained_or_a_fallback(project: Path) -> None:
    intents = {one["intent"] for one in examples(project)} | {"nlu_fallback"}
    rules = read_yaml(project / "data" / "rules.yml")["rules"]
    assert rules
    assert {rule["steps"][0]["intent"] for rule in rules} <= intents


def test_rasa_finds_the_rules(project: Path) -> None:
    assert any(line.startswith("rules:") for line in (project / "data" / "rules.yml").read_text().splitlines())


def test_every_action_of_a_rule_is_declared(project: Path) -> None:
    steps = [step for rule in read_yaml(project / "data" / "rules.yml")["rules"] for step in rule["steps"]]
    actions = {step["action"] for step in steps if "action" in step}
    assert actions <= set(read_yaml(project / "domain.yml")["actions"])


def test_action_and_its_table_lie_in_the_project(project: Path) -> None:
    table = json.loads((project / "table.json").read_text(encoding="utf-8"))
    assert (project / "actions.py").is_file()
    assert Path(table["database"]).is_file()


def test_writing_again_does_not_change_what_is_trained_from(project: Path) -> None:
    before = stock_fingerprint(project)
    write_stock_project(project)
    assert stock_fingerprint(project) == before


def test_model_that_is_there_is_not_trained_again(project: Path) -> None:
    stock = Stock(folder=project)
    stock.model.parent.mkdir()
    stock.model.write_bytes(b"a model")
    kept = Trained(of="other sentences", cost=Cost(wall=2, processor=3))
    (project / KEPT).write_text(kept.model_dump_json(), encoding="utf-8")
    assert trained_stock(stock, anew=False) == kept
