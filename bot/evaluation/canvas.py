"""Draw a plot with matplotlib into SVG that stands inside an HTML page: its text is text, its colours are the page's.

No pyplot and no figure that outlives its drawing. matplotlib is loaded at the first drawing, since it then writes its
list of fonts into the home folder.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, SOFT, LINE, CARD, ON_BRAND = "#1c2b2d", "#4b5c5f", "#d5d9d6", "#fefefe", "#fffffe"
BRAND, WARM, ALERT = "#0f5259", "#b4622a", "#b3261e"
PAGE_COLOURS = {
    INK: "ink",
    SOFT: "ink-soft",
    LINE: "line",
    CARD: "card",
    ON_BRAND: "on-brand",
    BRAND: "brand",
    WARM: "warm",
    ALERT: "alert",
}
LOOKS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "evaluation",
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": LINE,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "legend.frameon": False,
}
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


@dataclass(frozen=True)
class Plot:
    """A drawing, and what it shows in words for who cannot see it."""

    svg: Markup
    label: str


def draw(name: str, label: str, inches: tuple[float, float], paint: "Callable[[Axes], None]") -> Plot:
    """Return a plot that `paint` draws into its axes; its name keeps its ids apart from those of other plots."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context(LOOKS):
        figure = Figure(figsize=inches, layout="constrained")
        paint(figure.subplots())
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", transparent=True, metadata=NO_METADATA)
    return Plot(Markup(_for_page(drawn.getvalue(), name, label)), label)


def _for_page(svg: str, name: str, label: str) -> str:
    """Return a drawing as an element of a page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1; font-family: inherit", svg)
    for colour, variable in PAGE_COLOURS.items():
        svg = svg.replace(colour, f"var(--{variable})")
    width, height = re.findall(r'(?:width|height)="([\d.]+)pt"', svg)[:2]
    size = f'style="max-width: {width}pt" viewBox="0 0 {width} {height}"'
    return f'<svg role="img" aria-label="{escape(label)}" {size}>' + svg[svg.index(">") + 1 :]
