"""The plots of the report, each with what it shows in words; `bot.evaluation.canvas` gets them into a page."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from bot.evaluation import figures as words
from bot.evaluation import show
from bot.evaluation.canvas import ALERT, BRAND, CARD, INK, LINE, ON_BRAND, SOFT, WARM, Plot, draw
from bot.evaluation.cross_validation import CrossValidation
from bot.evaluation.figures import Figure, Pair, TopicScore, most_confused
from bot.question import Topic

if TYPE_CHECKING:
    from matplotlib.axes import Axes

OTHER_ROWS = (words.NOT_ASKED, words.OUT_OF_SCOPE, words.URGENT)
OTHER_COLUMNS = (words.ASKED_BACK, words.REJECTED, words.CALLED_URGENT, words.LEFT_OUT)
ALWAYS_SHOWN = (words.ASKED_BACK, words.REJECTED)
BINS = 10
LIGHTEST, DARK = 0.15, 0.68
RIGHT_WITHOUT_TOPIC = {(words.OUT_OF_SCOPE, words.REJECTED), (words.URGENT, words.CALLED_URGENT)}
WORST_NAMED = 3


def confusion_map(counted: Counter[Pair], order: Sequence[Topic]) -> Plot:
    """Return the heat map of right topics against what they met; `order` is that of the topics."""
    rows = _names({right for right, _ in counted}, order, OTHER_ROWS)
    columns = _names(
        {met for _, met in counted} | set(ALWAYS_SHOWN) | set(rows) - set(OTHER_ROWS), order, OTHER_COLUMNS
    )
    whole = Counter[str]()
    for (right, _), times in counted.items():
        whole[right] += times

    def paint(axes: "Axes") -> None:
        from matplotlib.patches import Rectangle

        for (right, met), times in counted.items():
            x, y, part = columns.index(met), rows.index(right), times / whole[right]
            colour = BRAND if _is_right((right, met)) else WARM if met in OTHER_COLUMNS else ALERT
            alpha = LIGHTEST + (1 - LIGHTEST) * part
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=colour, alpha=alpha, linewidth=0))
            axes.text(x, y, str(times), ha="center", va="center", fontsize=8, color=ON_BRAND if alpha > DARK else INK)
        axes.set(
            xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5), xlabel="what came", ylabel="what is right"
        )
        axes.set_xticks(range(len(columns)), columns, rotation=90, fontsize=8)
        axes.set_yticks(range(len(rows)), rows, fontsize=8)
        axes.xaxis.set_ticks_position("top")
        axes.xaxis.set_label_position("top")
        axes.tick_params(length=0)
        axes.grid(linewidth=0.4)
        axes.spines[:].set_visible(False)

    good = sum(times for pair, times in counted.items() if _is_right(pair))
    confused = [f"{pair[0]} told as {pair[1]} {times} times" for pair, times in most_confused(counted, WORST_NAMED)]
    label = (
        f"Heat map of {len(rows)} rows, what is right, by {len(columns)} columns, what it met. {good} of "
        f"{counted.total()} met what is right. Most frequently confused: {'; '.join(confused) or 'none'}."
    )
    return draw("confusion", label, (2.2 + 0.215 * len(columns), 2.0 + 0.2 * len(rows)), paint)


def topic_bars(topics: Mapping[Topic, TopicScore], before: Mapping[Topic, float]) -> Plot:
    """Return the bars of accuracy per topic; a mark stands where the last run was."""
    names = [*topics]

    def paint(axes: "Axes") -> None:
        told = [score.told / score.asked for score in topics.values()]
        asked_back = [score.accuracy - part for score, part in zip(topics.values(), told, strict=True)]
        places = np.arange(len(names))
        axes.barh(places, told, height=0.7, color=BRAND, label="told at once")
        axes.barh(places, asked_back, left=told, height=0.7, color=BRAND, alpha=0.35, label="asked back under it first")
        marked = [(before[name], at) for at, name in enumerate(names) if name in before]
        if marked:
            axes.plot(*zip(*marked, strict=True), "|", color=WARM, ms=12, mew=2.6, label="last run")
        for at, score in enumerate(topics.values()):
            axes.text(1.02, at, f"{score.replied} of {score.asked}", va="center", fontsize=8, color=SOFT)
        axes.set_yticks(places, names, fontsize=9)
        axes.set(xlim=(0, 1.1), ylim=(len(names) - 0.4, -0.6))
        _percent(axes, "x")
        axes.grid(visible=False, axis="y")
        axes.tick_params(length=0)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)

    worst = [f"{name} {show.share(topics[name].accuracy)}" for name in names[:WORST_NAMED]]
    label = f"Bars of the accuracy of {len(names)} topics, the worst first: {', '.join(worst)}."
    return draw("topics", label, (11.0, 0.9 + 0.22 * len(names)), paint)


def confidence_histogram(found: CrossValidation) -> Plot:
    """Return how often each chance of being in scope was given to sentences in scope and out of scope."""
    chance, inside = np.array(found.in_scope_chance), np.array(found.in_scope)

    def paint(axes: "Axes") -> None:
        edges = np.linspace(0, 1, 2 * BINS + 1).tolist()
        for name, chosen, colour in (("in scope", inside, BRAND), ("out of scope", ~inside, WARM)):
            shares = np.full(chosen.sum(), 1 / max(1, chosen.sum()))
            label = f"{name} ({chosen.sum()})"
            axes.hist(chance[chosen], edges, weights=shares, color=colour, alpha=0.6, label=label)
        axes.set(xlabel="chance of being in scope", ylabel="share of the sentences", xlim=(0, 1))
        _percent(axes, "x")
        _percent(axes, "y")
        axes.tick_params(length=0)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)

    over = [_half(chance[chosen]) for chosen in (inside, ~inside)]
    label = (
        f"Histogram of the chance of being in scope. One half or more is given to {over[0]} of the sentences "
        f"in scope and to {over[1]} of those out of scope."
    )
    return draw("confidence", label, (5.4, 3.8), paint)


def reliability(found: CrossValidation) -> Plot:
    """Return how often the topic was right at each confidence, beside the line on which confidence is honest."""
    confidence, right = np.array(found.confidence), np.array(found.right)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    kept = counts > 0
    stated = np.bincount(bins, confidence, BINS)[kept] / counts[kept]
    was_right = np.bincount(bins, right, BINS)[kept] / counts[kept]

    def paint(axes: "Axes") -> None:
        centres = (np.arange(BINS) + 0.5) / BINS
        axes.bar(centres, counts / counts.sum(), 0.94 / BINS, color=LINE, label="share of the sentences")
        axes.plot([0, 1], [0, 1], "--", color=SOFT, lw=1, label="honest")
        axes.plot(stated, was_right, "o-", color=BRAND, lw=2, ms=6, label="measured")
        axes.set(xlabel="confidence", ylabel="the topic was right", xlim=(0, 1), ylim=(0, 1.02))
        _percent(axes, "x")
        _percent(axes, "y")
        axes.tick_params(length=0)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)

    points = [f"{show.share(x)} was right {show.share(y)}" for x, y in zip(stated, was_right, strict=True)]
    error = show.share(found.ece)
    label = f"Reliability diagram. Expected calibration error {error}. Confidence of {'; of '.join(points)}."
    return draw("reliability", label, (5.4, 3.8), paint)


def comparison(figures: Mapping[str, Figure], before: Mapping[str, float]) -> Plot:
    """Return each share of this run beside that of the last run."""
    names = [name for name, figure in figures.items() if figure.unit == "share" and name in before]

    def paint(axes: "Axes") -> None:
        for at, name in enumerate(names):
            axes.plot([before[name], figures[name].value], [at, at], color=_tone(figures[name], before[name]), lw=3)
        places = range(len(names))
        axes.plot([before[name] for name in names], places, "o", mfc=CARD, mec=SOFT, mew=1.6, ms=8, label="last run")
        axes.plot([figures[name].value for name in names], places, "o", color=INK, ms=6, label="this run")
        axes.set_yticks(places, names, fontsize=9)
        axes.set(xlim=(-0.02, 1.02), ylim=(len(names) - 0.4, -0.6))
        _percent(axes, "x")
        axes.tick_params(length=0)
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)

    told = [f"{name} {show.share(before[name])}, now {show.share(figures[name].value)}" for name in names]
    return draw("comparison", f"The last run and this one. {'; '.join(told)}.", (11.0, 1.0 + 0.27 * len(names)), paint)


def _tone(figure: Figure, before: float) -> str:
    return {"better": BRAND, "worse": ALERT, "": SOFT}[show.verdict(figure, before)]


def _is_right(pair: Pair) -> bool:
    return pair[0] == pair[1] or pair in RIGHT_WITHOUT_TOPIC


def _names(found: Iterable[str], order: Sequence[Topic], others: Sequence[str]) -> list[str]:
    """Return names in the order of the topics, unknown topics next, the words that are no topic last."""
    known = set(found)
    topics = [topic for topic in order if topic in known]
    return [*topics, *sorted(known - {*order, *others}), *(other for other in others if other in known)]


def _half(chances: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> str:
    return show.share(float((chances >= 0.5).mean())) if len(chances) else "none"


def _percent(axes: "Axes", which: str) -> None:
    from matplotlib.ticker import PercentFormatter

    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(PercentFormatter(1, decimals=0))
