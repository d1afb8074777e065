"""The tables of a result, written into `docs/performance.md` between two marks. Nothing is measured here."""

from collections.abc import Callable, Iterable, Sequence

from bot.bench.figures import CLIENTS, failures_of, middle, targets_of
from bot.bench.shapes import Cost, Footprint, Load, Result, Side
from bot.bench.stock import EPOCHS

BEGIN, END = "<!-- written by make bench -->", "<!-- end of what make bench writes -->"
TITLES: dict[Side, str] = {
    "stock": "Rasa as it is released",
    "stock_in_memory": "the same, conversations in memory",
    "door": "ours, messages never read before",
    "rasa": "ours without the door, never read before",
    "door_again": "ours, messages read before",
    "rasa_again": "ours without the door, read before",
}
ABSENT = "not measured"


class NoPlace(Exception):
    """A document without the two marks; the message says which are expected."""


def written_into(document: str, lines: Sequence[str]) -> str:
    """Return a document with other lines between its two marks.

    Raises:
        NoPlace: a mark is missing, or stands twice.
    """
    if document.count(BEGIN) != 1 or document.count(END) != 1 or document.index(END) < document.index(BEGIN):
        raise NoPlace(f"expected one line {BEGIN} and, after it, one line {END}")
    return document[: document.index(BEGIN)] + "\n".join([BEGIN, *lines, ""]) + document[document.index(END) :]


def lines_of(result: Result) -> list[str]:
    """Return a result as lines of Markdown."""
    return [
        *("", _where(result), "", *_targets(result)),
        *("", *_loads(result), "", *_systems(result), ""),
    ]


def _where(result: Result) -> str:
    machine = result.machine
    other = (
        ""
        if result.same_sentences
        else (" **The two were not trained from the same sentences: `make bench TRAIN=yes` trains both anew.**")
    )
    epochs = (
        ""
        if result.stock_epochs == EPOCHS
        else (
            f" Rasa as it is released was trained for {result.stock_epochs} of its {EPOCHS} epochs, which changes"
            " neither its size nor its speed; what its training takes is projected from what an epoch took."
        )
    )
    return (
        f"Measured on {result.at:%Y-%m-%d} at {result.commit[:7]}: {machine.processor}, {machine.cores} cores,"
        f" {machine.memory_bytes / 1e9:.0f} GB; {result.rounds} rounds of {result.seconds:.0f} s for each load;"
        f" {result.sentences} training sentences, {result.questions} different questions.{epochs}{other}"
    )


def _targets(result: Result) -> list[str]:
    rows = [
        (target.what, target.wanted, target.found, "yes" if target.is_met else "**no**")
        for target in targets_of(result)
    ]
    return _table(("ours, beside Rasa as it is released", "aimed at", "found", "reached"), rows)


def _loads(result: Result) -> list[str]:
    rows = [
        _load(result.loads, side, clients)
        for clients in CLIENTS
        for side in TITLES
        if any(one.side == side and one.clients == clients for one in result.loads)
    ]
    heads = ("clients", "side", "answers a second", "p50", "p95", "p99", "processor time an answer", "failed")
    return _table(heads, rows)


def _load(loads: Sequence[Load], side: Side, clients: int) -> tuple[str, ...]:
    here = [one for one in loads if one.side == side and one.clients == clients]

    def of(figure: Callable[[Load], float]) -> float:
        return middle(loads, side, clients, figure) or 0.0

    least, most = (choose(one.throughput for one in here) for choose in (min, max))
    failures = failures_of(loads, side, clients)
    sent = sum(one.answered for one in here) + failures.total()
    reasons = ", ".join(f"{count} {why}" for why, count in sorted(failures.items()))
    return (
        str(clients),
        TITLES[side],
        f"{of(lambda one: one.throughput):.1f} ({least:.1f} to {most:.1f})",
        *(f"{1000 * of(figure):.0f} ms" for figure in (lambda one: one.p50, lambda one: one.p95, lambda one: one.p99)),
        f"{1000 * of(lambda one: one.processor):.0f} ms",
        f"{failures.total()} of {sent}" + (f" ({reasons})" if reasons else ""),
    )


def _systems(result: Result) -> list[str]:
    stock, ours = result.systems["stock"], result.systems["ours"]

    def row(what: str, figure: Callable[[Footprint], float], unit: str, scale: float = 1.0) -> tuple[str, ...]:
        here, there = figure(stock), figure(ours)
        digits = 1 if min(here, there) / scale < 100 else 0
        return what, *(f"{one / scale:.{digits}f} {unit}" for one in (here, there)), f"{here / there:.2f}"

    rows = [
        *_costs("training", stock.training, ours.training),
        row("model", lambda one: one.model_bytes, "MB", 1e6),
        *_costs("start-up, until the first message is answered", stock.start_up, ours.start_up),
        row("memory after the load (PSS of all processes)", lambda one: one.memory_bytes, "MB", 1e6),
        row("installed packages, without compiled Python", lambda one: one.installed_bytes, "MB", 1e6),
    ]
    return _table(("", "Rasa as it is released", "ours", "the first divided by the second"), rows)


def _costs(what: str, stock: Cost | None, ours: Cost | None) -> Iterable[tuple[str, ...]]:
    figures: tuple[tuple[str, Callable[[Cost], float]], ...] = (
        ("by the clock", lambda one: one.wall),
        ("of processor", lambda one: one.processor),
    )
    for by, figure in figures:
        told = [ABSENT if one is None else f"{figure(one):.0f} s" for one in (stock, ours)]
        ratio = f"{figure(stock) / figure(ours):.2f}" if stock and ours else ""
        yield f"{what}, {by}", *told, ratio


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (heads, ["---"] * len(heads), *rows)]
