"""The project of Rasa as it is released, as it is written; nothing of it is trained or started."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.bench.shapes import Cost
from bot.bench.stock import EPOCHS, Stock, stock_fingerprint, write_stock_project
from bot.bench.training import KEPT, Trained, seconds_of_an_epoch, trained_stock
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


@pytest.mark.parametrize("epochs", [1, EPOCHS])
def test_pipeline_and_policies_are_those_that_rasa_takes(tmp_path: Path, epochs: int) -> None:
    write_stock_project(tmp_path, epochs)
    config = read_yaml(tmp_path / "config.yml")
    assert [part["name"] for part in config["policies"]] == [
        *("MemoizationPolicy", "RulePolicy", "UnexpecTEDIntentPolicy", "TEDPolicy")
    ]
    parts = [*config["pipeline"], *config["policies"]]
    assert "DIETClassifier" in [part["name"] for part in parts]
    assert [part["epochs"] for part in parts if "epochs" in part] == [epochs] * 4


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


def test_whole_training_is_projected_from_the_epochs_that_were_trained() -> None:
    trained = Trained(of="these", cost=Cost(wall=100, processor=150), epochs=1, an_epoch=50)
    assert trained.whole == Cost(wall=100 + 99 * 50, processor=150 + 99 * 75)


def test_whole_training_that_was_measured_is_told_as_it_was() -> None:
    cost = Cost(wall=100, processor=150)
    assert Trained(of="these", cost=cost, epochs=100, an_epoch=50).whole == cost


def test_seconds_of_an_epoch_are_those_of_all_parts() -> None:
    log = (
        "Epochs:   0%|          | 0/1 [00:00<?, ?it/s]\r"
        "Epochs: 100%|##########| 1/1 [14:37<00:00, 877.28s/it, t_loss=5.98, i_acc=0.3]\n"
        "2026 INFO Starting to train component 'TEDPolicy'.\n"
        "Epochs: 100%|##########| 1/1 [00:00<00:00,  4.00it/s, t_loss=1.2, acc=0.5]\n"
    )
    assert seconds_of_an_epoch(log) == pytest.approx(877.53)
