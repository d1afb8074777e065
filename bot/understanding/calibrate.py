"""Choose the gate by cross-validation on the training sentences, and write it into `config.yml`.

Run by `make calibrate` after the training sentences have changed. Looks at no test set. What was measured goes to
`results/cross_validation.json`, from which `make evaluate` draws.
"""

import json
import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ruamel.yaml import YAML
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.files import ROOT
from bot.settings import read_settings
from bot.understanding.asked import AskedFinder, load_asked, train_asked
from bot.understanding.classify import TINY, Floats, Scored, train_classifier
from bot.understanding.embed import load_encoder
from bot.understanding.examples import OUT_OF_SCOPE, TOPIC_PREFIX, Example, read_examples, units_of
from bot.understanding.gate import SIGNALS, Gate, log_odds, signals
from bot.understanding.understand import ASKED_FILE, Reader, build_understanding, see_units

FOLDS = 4
IN_SCOPE_LOST = 0.06
RIGHT_WHERE_ANSWERED = 0.58
BINS = 15
TEMPERATURES = (0.2, 3.0)
OPEN = Gate((0.0,) * len(SIGNALS), 0.0, 0.0, 0.0)
RESULTS = ROOT / "results" / "cross_validation.json"
log = logging.getLogger("calibrate")


@dataclass(frozen=True)
class CrossValidated:
    """What readers that had not seen them say of the messages and of the questions found in them.

    Shape: scored, wanted, several (readings,); `wanted` holds the intents that are right, `several` tells which
    readings are of one question among several.
    """

    classes: tuple[str, ...]
    scored: list[Scored]
    wanted: list[frozenset[str]]
    several: npt.NDArray[np.bool_]

    def are(self, prefix: str) -> npt.NDArray[np.bool_]:
        """Return which readings have a right intent that begins like this."""
        return np.array([any(intent.startswith(prefix) for intent in wanted) for wanted in self.wanted])


def main(config: Path = ROOT / "config.yml") -> None:
    """Cross-validate, choose the gate, write it into the pipeline's configuration."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    measured = cross_validate()
    gate = choose_gate(measured)
    report = describe(measured, gate)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report))
    yaml = YAML()
    yaml.width = 120  # type: ignore[assignment]
    pipeline: dict[str, Any] = yaml.load(config)
    written = pipeline["pipeline"][0]["gate"]
    written["weights"] = {name: round(weight, 3) for name, weight in zip(SIGNALS, gate.weights, strict=True)}
    for name in ("bias", "least_in_scope", "least_topic", "temperature", "temperature_of_several", "scale", "offset"):
        written[name] = round(getattr(gate, name), 3)
    yaml.dump(pipeline, config)


def cross_validate() -> CrossValidated:
    """Return what cross-validation on the training sentences says; questions of one message are never parted."""
    examples = read_examples()
    units = units_of(examples)
    understanding = build_understanding(load_encoder(read_settings().encoder_folder, threads=2))
    with tempfile.TemporaryDirectory() as folder:
        seen = see_units(understanding, learn_asked(examples, folder), units)
        scored: list[Scored] = []
        wanted: list[frozenset[str]] = []
        several: list[bool] = []
        classes: tuple[str, ...] = ()
        message = np.array([unit.message for unit in units])
        intents = [example.intent for example in examples]
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        for number, (known, held) in enumerate(folds.split(intents, intents), start=1):
            log.info("fold %d of %d", number, FOLDS)
            chosen = np.flatnonzero(np.isin(message, known))
            classifier = train_classifier(seen.only(chosen), [units[at].intent for at in chosen])
            classes = classifier.classes
            reader = Reader(understanding, learn_asked([examples[at] for at in known], folder), classifier, OPEN)
            for at, looked in zip(held, reader.look([examples[at].text for at in held]), strict=True):
                scored += [looked.whole, *looked.parts]
                several += [False, *(True for _ in looked.parts)]
                wanted.append(wanted_of(examples[at], None))
                wanted += [wanted_of(examples[at], span) for span, _ in zip(looked.spans, looked.parts, strict=False)]
    return CrossValidated(classes, scored, wanted, np.array(several))


def learn_asked(examples: Sequence[Example], folder: str) -> AskedFinder:
    """Return a finder of what is asked, learnt from examples."""
    path = Path(folder) / ASKED_FILE
    train_asked(examples, path)
    return load_asked(path)


def wanted_of(example: Example, span: tuple[int, int] | None) -> frozenset[str]:
    """Return the intents that are right for a stretch of an example, or for the whole of it."""
    inside = [asked for asked in example.asked if span is None or (asked.start < span[1] and asked.end > span[0])]
    if example.asked:
        return frozenset(TOPIC_PREFIX + asked.topic for asked in inside)
    return frozenset({example.intent})


def choose_gate(measured: CrossValidated) -> Gate:
    """Return the gate that a cross-validation gives.

    `least_in_scope` loses `IN_SCOPE_LOST` of what is asked about a topic; an answer is given where it is right at
    least as often as `RIGHT_WHERE_ANSWERED` says.
    """
    inside = measured.are(TOPIC_PREFIX)
    used = inside | measured.are(OUT_OF_SCOPE)
    found = np.array([signals(measured.classes, one) for one in measured.scored])
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000).fit(found[used], inside[used])
    chance = model.predict_proba(found)[:, 1]
    gate = Gate(
        weights=tuple(map(float, model.coef_[0])),
        bias=float(model.intercept_[0]),
        least_in_scope=float(np.quantile(chance[inside & ~measured.several], IN_SCOPE_LOST)),
        least_topic=RIGHT_WHERE_ANSWERED,
        temperature=best_temperature(measured, inside & ~measured.several),
        temperature_of_several=best_temperature(measured, inside & measured.several),
    )
    sure, right = likeliest(measured, gate)
    scale, offset = brought_to_scale(sure[inside], right[inside])
    return replace(gate, scale=scale, offset=offset)


def likeliest(measured: CrossValidated, gate: Gate) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return how sure the gate is of the likeliest topic of each reading, and whether that is right.

    Shape: (readings,) twice.
    """
    found = [
        gate.shares(measured.classes, one, several=bool(several))[0]
        for one, several in zip(measured.scored, measured.several, strict=True)
    ]
    right = np.array([name in wanted for (name, _), wanted in zip(found, measured.wanted, strict=True)])
    return np.array([value for _, value in found], dtype=np.float32), right


def brought_to_scale(sure: Floats, right: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return the scale and the offset of the log-odds at which how sure the gate is tells how often it is right."""
    model = LogisticRegression(C=np.inf).fit(log_odds(np.clip(sure, TINY, 1.0 - TINY))[:, None], right)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def best_temperature(measured: CrossValidated, chosen: npt.NDArray[np.bool_]) -> float:
    """Return the temperature at which how sure the gate is of some readings tells best whether they are right."""
    topics = [at for at, name in enumerate(measured.classes) if name.startswith(TOPIC_PREFIX)]
    ats = np.flatnonzero(chosen)
    logs = np.log(np.array([measured.scored[at].probabilities[topics] for at in ats]) + TINY)
    familiar = np.array([measured.scored[at].familiar[topics] for at in ats])
    right = np.array([[measured.classes[topic] in measured.wanted[at] for topic in topics] for at in ats])

    def surprise(temperature: float) -> float:
        chances = np.exp((logs - logs.max(axis=1, keepdims=True)) / temperature)
        values = familiar * chances / chances.sum(axis=1, keepdims=True)
        best = values.argmax(axis=1)
        sure = np.clip(values[np.arange(len(ats)), best], TINY, 1.0 - TINY)
        return float(-np.mean(np.where(right[np.arange(len(ats)), best], np.log(sure), np.log(1.0 - sure))))

    return float(minimize_scalar(surprise, bounds=TEMPERATURES, method="bounded").x)


def describe(measured: CrossValidated, gate: Gate) -> dict[str, Any]:
    """Return what `make evaluate` draws from, and log the figures."""
    inside, outside = measured.are(TOPIC_PREFIX), measured.are(OUT_OF_SCOPE)
    chances = np.array([gate.in_scope(measured.classes, one) for one in measured.scored])
    confidence, right = likeliest(measured, gate)
    kept = chances >= gate.least_in_scope
    answered = inside & kept & (confidence >= gate.least_topic)
    error = calibration_error(confidence[inside], right[inside])
    for name, chosen in (("whole messages", ~measured.several), ("questions of several", measured.several)):
        log.info(
            "%s: topic first %.3f; answered right %.3f, wrong %.3f; out of scope rejected %.3f",
            name,
            right[inside & chosen].mean(),
            (answered & right & chosen).sum() / (inside & chosen).sum(),
            (answered & ~right & chosen).sum() / (inside & chosen).sum(),
            (outside & ~kept & chosen).sum() / (outside & chosen).sum(),
        )
    log.info("expected calibration error %.3f", error)
    used = inside | outside
    return {
        "confidence": [round(float(value), 4) for value in confidence[inside]],
        "right": [bool(value) for value in right[inside]],
        "in_scope_chance": [round(float(chance), 4) for chance in chances[used]],
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
