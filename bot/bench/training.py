"""The models that are compared, trained when there is none, with what their training took kept beside them."""

import logging
import re
from pathlib import Path

from bot.bench.processes import cost_of
from bot.bench.shapes import Cost, Shape
from bot.bench.stock import EPOCHS, Stock, stock_fingerprint, write_stock_project
from bot.serve import fingerprint, trained_model

KEPT = "training.json"
BEGINS = "Starting to train component"
# The end of a part's bar: "100%|####| 2/2 [00:10<00:00,  5.01s/it" or, where it is fast, "2.00it/s".
BAR = re.compile(r"(?<=100%\|)[^|\r\n]*\| (?:\d+)/(?:\d+) \[[^,\]]*, +([\d.]+)(s/it|it/s), t_loss")
log = logging.getLogger("bench")


class Trained(Shape):
    """What a model was trained from, for how many epochs, and what that took.

    `an_epoch`: what one epoch of every part took together, in seconds by the clock; of ours there are none.
    """

    of: str
    cost: Cost
    epochs: int = EPOCHS
    an_epoch: float = 0.0

    @property
    def whole(self) -> Cost:
        """What training takes with all epochs: as measured, or projected from those that were trained."""
        share = 1 + (EPOCHS - self.epochs) * self.an_epoch / self.cost.wall
        return Cost(wall=self.cost.wall * share, processor=self.cost.processor * share)


def seconds_of_an_epoch(log: str) -> float:
    """Return what one epoch of every part took together, from the bars that a training's log draws. Units: seconds."""
    first = [BAR.search(part) for part in log.split(BEGINS)]  # a bar is drawn again and again
    return sum(float(bar[1]) if bar[2] == "s/it" else 1 / float(bar[1]) for bar in first if bar)


def trained_stock(stock: Stock, anew: bool) -> Trained:
    """Return what training Rasa as it is released took; it is trained when asked, or when there is no model.

    Raises:
        NoStock: the training failed.
    """
    kept = stock.folder / KEPT
    write_stock_project(stock.folder, stock.epochs)
    if stock.model.is_file() and kept.is_file() and not anew:
        trained = _read(kept)
        if trained.of != stock_fingerprint(stock.folder):
            log.warning("Rasa as it is released was trained from other sentences: `make bench TRAIN=yes` trains anew")
        return trained
    log.info("Training Rasa as it is released (an hour or more); its log: %s", stock.log)
    _, cost = cost_of(stock.train)
    an_epoch = seconds_of_an_epoch(stock.log.read_text(encoding="utf-8", errors="replace"))
    trained = Trained(of=stock_fingerprint(stock.folder), cost=cost, epochs=stock.epochs, an_epoch=an_epoch)
    return _keep(kept, trained)


def trained_ours(folder: Path, anew: bool) -> tuple[Path, Trained]:
    """Return our model for the present data in a folder, and what its training took.

    Raises:
        NotStarted: the training failed.
    """
    kept, model = folder / KEPT, folder / f"{fingerprint()}.tar.gz"
    if model.is_file() and kept.is_file() and _read(kept).of == fingerprint() and not anew:
        return trained_model(folder), _read(kept)
    model.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    model, cost = cost_of(lambda: trained_model(folder))
    return model, _keep(kept, Trained(of=fingerprint(), cost=cost))


def _read(kept: Path) -> Trained:
    return Trained.model_validate_json(kept.read_text(encoding="utf-8"))


def _keep(kept: Path, trained: Trained) -> Trained:
    kept.write_text(trained.model_dump_json(indent=1), encoding="utf-8")
    return trained
