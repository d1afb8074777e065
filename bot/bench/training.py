"""The models that are compared, trained when there is none, with what their training took kept beside them."""

import logging
from pathlib import Path

from bot.bench.processes import cost_of
from bot.bench.shapes import Cost, Shape
from bot.bench.stock import Stock, stock_fingerprint, write_stock_project
from bot.serve import fingerprint, trained_model

KEPT = "training.json"
log = logging.getLogger("bench")


class Trained(Shape):
    """What a model was trained from, and what that took."""

    of: str
    cost: Cost


def trained_stock(stock: Stock, anew: bool) -> Trained:
    """Return what training Rasa as it is released took; it is trained when asked, or when there is no model.

    Raises:
        NoStock: the training failed.
    """
    kept = stock.folder / KEPT
    write_stock_project(stock.folder)
    if stock.model.is_file() and kept.is_file() and not anew:
        trained = _read(kept)
        if trained.of != stock_fingerprint(stock.folder):
            log.warning("Rasa as it is released was trained from other sentences: `make bench TRAIN=yes` trains anew")
        return trained
    log.info("Training Rasa as it is released (an hour or more); its log: %s", stock.folder / "training.log")
    _, cost = cost_of(stock.train)
    return _keep(kept, Trained(of=stock_fingerprint(stock.folder), cost=cost))


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
