"""The picture of a result: throughput and p95 of the sides at each number of clients, as an SVG file of its own."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.bench.figures import CLIENTS, middle
from bot.bench.shapes import Load, Result, Side
from bot.bench.table import TITLES
from bot.evaluation.canvas import LINE, NO_METADATA, SOFT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN: dict[Side, str] = {"stock": "#9aa5a6", "rasa": "#7fb3b8", "door": "#0f5259", "door_again": "#b4622a"}
BAR = 0.2
LOOKS: dict[Any, Any] = {"svg.hashsalt": "bench", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}


def draw(result: Result, path: Path) -> None:
    """Draw a result into a file."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(LOOKS):
        figure = Figure(figsize=(8, 4), layout="constrained", facecolor="white")
        left, right = figure.subplots(1, 2)
        _bars(left, result, lambda one: one.throughput, "answers a second (more is better)", "{:.0f}")
        _bars(right, result, lambda one: one.p95, "p95 in seconds (less is better)", "{:.2f}")
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata=NO_METADATA)


def _bars(axes: "Axes", result: Result, figure: Callable[[Load], float], title: str, told: str) -> None:
    for number, (side, colour) in enumerate(SHOWN.items()):
        found = [middle(result.loads, side, clients, figure) or 0.0 for clients in CLIENTS]
        places = [place + (number - (len(SHOWN) - 1) / 2) * BAR for place in range(len(CLIENTS))]
        bars = axes.bar(places, found, BAR * 0.92, color=colour, label=TITLES[side])
        axes.bar_label(bars, [told.format(value) for value in found], fontsize=6.5, color=SOFT, padding=1)
    axes.set_title(title, fontsize=9, loc="left")
    axes.set_xticks(range(len(CLIENTS)), [str(clients) for clients in CLIENTS])
    axes.set_xlabel("clients at a time")
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=LINE)
