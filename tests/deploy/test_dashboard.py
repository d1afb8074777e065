"""The Grafana dashboard asks for figures that the parts really give."""

import json
import re
from typing import Any

import pytest
from prometheus_client import REGISTRY

import actions.server
import bot.messengers.metrics
import bot.web.metrics
from bot.files import ROOT

DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
MADE_BY = (bot.web.metrics, bot.messengers.metrics, actions.server)
METRIC = re.compile(r"\bbot_[a-z_]+")
SUFFIX = re.compile(r"_(total|bucket|count|sum)$")


def given() -> set[str]:
    return {metric.name for metric in REGISTRY.collect() if metric.name.startswith("bot_")}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_panel_asks_for_a_figure_that_is_given(expression: str) -> None:
    asked = {SUFFIX.sub("", name) for name in METRIC.findall(expression)}
    assert asked
    assert asked <= given()


def test_every_figure_is_on_a_panel() -> None:
    asked = {SUFFIX.sub("", name) for expression in EXPRESSIONS for name in METRIC.findall(expression)}
    assert MADE_BY
    assert given() - asked - {"bot_courier_faults"} == set()
