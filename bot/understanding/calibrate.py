"""Choose the gate by cross-validation on the training sentences, and write it into `config.yml`.

Run by `make calibrate` after the training sentences have changed. Looks at no test set. What was measured goes to
`results/cross_validation.json`, from which `make evaluate` draws.
"""

import json
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ruamel.yaml import YAML
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from bot.files import ROOT
from bot.settings import read_settings
from bot.understanding.asked import load_asked, train_asked
from bot.understanding.classify import Floats, Scored, Seen, train_classifier
from bot.understanding.embed import load_encoder
from bot.understanding.examples import OUT_OF_SCOPE, TOPIC_PREFIX, read_examples, units_of
from bot.understanding.gate import SIGNALS, Gate, signals
from bot.understanding.understand import ASKED_FILE, SEVERAL, build_understanding, see_units

FOLDS = 4
IN_SCOPE_LOST = 0.04
RIGHT_WHERE_ANSWERED = 0.5
BINS = 15
TEMPERATURES = (0.2, 3.0)
RESULTS = ROOT / "results" / "cross_validation.json"
log = logging.getLogger("calibrate")


@dataclass(frozen=True)
class CrossValidated:
    """What classifiers that had not seen them say of the units.

    Shape: scored, intents, several (units,); `several` tells which are questions of a message with several.
    """

    classes: tuple[str, ...]
    scored: list[Scored]
    intents: npt.NDArray[np.str_]
    several: npt.NDArray[np.bool_]

    def inside(self) -> npt.NDArray[np.bool_]:
        """Return which units ask about a topic."""
        return np.char.startswith(self.intents, TOPIC_PREFIX)


def main(config: Path = ROOT / "config.yml") -> None:
    """Cross-validate, choose the gate, write it into the pipeline's configuration."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    measured = cross_validate()
    gate = choose_gate(measured)
    report = describe(measured, gate)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report))
    yaml = YAML()
    yaml.width = 120
    pipeline: dict[str, Any] = yaml.load(config)
    written = pipeline["pipeline"][0]["gate"]
    written["weights"] = {name: round(weight, 3) for name, weight in zip(SIGNALS, gate.weights, strict=True)}
    for name in ("bias", "least_in_scope", "least_topic", "temperature", "temperature_of_several"):
        written[name] = round(getattr(gate, name), 3)
    yaml.dump(pipeline, config)


def cross_validate() -> CrossValidated:
    """Return what cross-validation on the training sentences says; questions of one message are never parted."""
    examples = read_examples()
    units = units_of(examples)
    understanding = build_understanding(load_encoder(read_settings().encoder_folder, threads=2))
    with tempfile.TemporaryDirectory() as folder:
        train_asked(examples, Path(folder) / ASKED_FILE)
        seen = see_units(understanding, load_asked(Path(folder) / ASKED_FILE), units)
    intents = np.array([unit.intent for unit in units])
    several = np.array([examples[unit.message].intent == SEVERAL for unit in units])
    scored: list[Scored | None] = [None] * len(units)
    classes: tuple[str, ...] = ()
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for number, (known, held) in enumerate(folds.split(intents, intents, [unit.message for unit in units]), start=1):
        log.info("fold %d of %d", number, FOLDS)
        classifier = train_classifier(pick(seen, known), intents[known].tolist())
        classes = classifier.classes
        for mode in (False, True):
            chosen = held[several[held] == mode]
            for at, one in zip(chosen, classifier.score(pick(seen, chosen), several=mode), strict=True):
                scored[at] = one
    return CrossValidated(classes, [one for one in scored if one is not None], intents, several)


def pick(seen: Seen, chosen: npt.NDArray[np.intp]) -> Seen:
    """Return what the classifier sees of some of the messages."""
    return Seen(
        [seen.texts[at] for at in chosen],
        [seen.parts[at] for at in chosen],
        seen.vectors[chosen],
        seen.part_vectors[chosen],
    )


def choose_gate(measured: CrossValidated) -> Gate:
    """Return the gate that a cross-validation gives.

    `least_in_scope` loses `IN_SCOPE_LOST` of the topic sentences; from
    `least_topic` on an answer is right at least as often as `RIGHT_WHERE_ANSWERED` says.
    """
    inside = measured.inside()
    used = inside | (measured.intents == OUT_OF_SCOPE)
    found = np.array([signals(measured.classes, one) for one in measured.scored])
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000).fit(found[used], inside[used])
    chance = model.predict_proba(found)[:, 1]
    return Gate(
        weights=tuple(map(float, model.coef_[0])),
        bias=float(model.intercept_[0]),
        least_in_scope=float(np.quantile(chance[inside], IN_SCOPE_LOST)),
        least_topic=RIGHT_WHERE_ANSWERED,
        temperature=best_temperature(measured, inside & ~measured.several),
        temperature_of_several=best_temperature(measured, inside & measured.several),
    )


def best_temperature(measured: CrossValidated, chosen: npt.NDArray[np.bool_]) -> float:
    """Return the temperature at which the right topics of some units are least surprising."""
    names = [at for at, name in enumerate(measured.classes) if name.startswith(TOPIC_PREFIX)]
    ats = np.flatnonzero(chosen)
    logs = np.log(np.array([measured.scored[at].probabilities[names] for at in ats]) + 1e-6)
    right = np.array([names.index(measured.classes.index(measured.intents[at])) for at in ats])

    def surprise(temperature: float) -> float:
        scaled = logs / temperature
        scaled -= scaled.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - scaled[np.arange(len(right)), right]))

    return float(minimize_scalar(surprise, bounds=TEMPERATURES, method="bounded").x)


def describe(measured: CrossValidated, gate: Gate) -> dict[str, Any]:
    """Return what `make evaluate` draws from, and log the figures."""
    inside = measured.inside()
    chances = [gate.in_scope(measured.classes, one) for one in measured.scored]
    shares = [
        gate.shares(measured.classes, one, several=bool(several))[0]
        for one, several in zip(measured.scored, measured.several, strict=True)
    ]
    confidence = np.array([share for _, share in shares])
    right = np.array([name for name, _ in shares]) == measured.intents
    outside = measured.intents == OUT_OF_SCOPE
    kept = np.array(chances) >= gate.least_in_scope
    answered = inside & kept & (confidence >= gate.least_topic)
    error = calibration_error(confidence[inside], right[inside])
    log.info(
        "topic first %.3f (of one %.3f, of several %.3f); answered right %.3f, wrong %.3f; out of scope rejected %.3f; "
        "expected calibration error %.3f",
        right[inside].mean(),
        right[inside & ~measured.several].mean(),
        right[inside & measured.several].mean(),
        (answered & right).sum() / inside.sum(),
        (answered & ~right).sum() / inside.sum(),
        (outside & ~kept).sum() / outside.sum(),
        error,
    )
    used = inside | outside
    return {
        "confidence": [round(float(value), 4) for value in confidence[inside]],
        "right": [bool(value) for value in right[inside]],
        "in_scope_chance": [round(chance, 4) for chance, wanted in zip(chances, used, strict=True) if wanted],
        "in_scope": [bool(value) for value in inside[used]],
        "ece": round(error, 4),
    }


def calibration_error(confidence: Floats | Sequence[float], right: npt.NDArray[np.bool_]) -> float:
    """Return the expected calibration error: how far confidence and share of right ones lie apart, over equal bins."""
    values = np.asarray(confidence)
    bins = np.minimum((values * BINS).astype(int), BINS - 1)
    gaps = [
        abs(values[bins == number].mean() - right[bins == number].mean()) * np.sum(bins == number)
        for number in range(BINS)
        if np.any(bins == number)
    ]
    return float(sum(gaps) / len(values))


if __name__ == "__main__":
    main()
