"""Choose the gate by cross-validation on the training sentences, and write it into `config.yml`.

Run by `make calibrate` after the training sentences have changed. Looks at no test set.
"""

import logging
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.files import ROOT
from bot.settings import read_settings
from bot.understanding.classify import train_classifier
from bot.understanding.embed import load_encoder
from bot.understanding.examples import read_examples
from bot.understanding.gate import OUT_OF_SCOPE, SIGNALS, TOPIC_PREFIX, Gate, signals
from bot.understanding.understand import build_understanding

FOLDS = 5
IN_SCOPE_LOST = 0.06
RIGHT_WHERE_ANSWERED = 0.5
log = logging.getLogger("calibrate")


def main(config: Path = ROOT / "config.yml") -> None:
    """Cross-validate, choose the gate, write it into the pipeline's configuration."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    gate = choose_gate()
    yaml = YAML()
    pipeline: dict[str, Any] = yaml.load(config)
    pipeline["pipeline"][0]["gate"] = {
        "weights": {name: round(weight, 3) for name, weight in zip(SIGNALS, gate.weights, strict=True)},
        "bias": round(gate.bias, 3),
        "least_in_scope": round(gate.least_in_scope, 3),
        "least_topic": round(gate.least_topic, 3),
    }
    yaml.dump(pipeline, config)


def choose_gate() -> Gate:
    """Return the gate that cross-validation on the training sentences gives.

    `least_in_scope` loses `IN_SCOPE_LOST` of the topic sentences; from
    `least_topic` on an answer is right at least as often as `RIGHT_WHERE_ANSWERED` says.
    """
    texts, intents = read_examples()
    understanding = build_understanding(load_encoder(read_settings().encoder_folder, threads=2))
    texts = understanding.standardise(texts)
    vectors, asked = understanding.vectors(texts)
    wanted = np.array(intents)
    found = np.zeros((len(texts), len(SIGNALS)))
    share = np.zeros(len(texts))
    right = np.zeros(len(texts), dtype=bool)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    for number, (known, held) in enumerate(folds.split(vectors, wanted), start=1):
        log.info("fold %d of %d", number, FOLDS)
        classifier = train_classifier([texts[at] for at in known], vectors[known], asked[known], wanted[known].tolist())
        topic = np.array([name.startswith(TOPIC_PREFIX) for name in classifier.classes])
        scores = classifier.score([texts[at] for at in held], vectors[held], asked[held])
        for at, scored in zip(held, scores, strict=True):
            chances = np.where(topic, scored.probabilities, 0.0)
            found[at] = signals(classifier.classes, scored)
            share[at] = chances.max() / chances.sum()
            right[at] = classifier.classes[int(chances.argmax())] == wanted[at]
    inside = np.char.startswith(wanted, TOPIC_PREFIX)
    used = inside | (wanted == OUT_OF_SCOPE)
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000).fit(found[used], inside[used])
    chance = model.predict_proba(found)[:, 1]
    least_in_scope = float(np.quantile(chance[inside], IN_SCOPE_LOST))
    kept = inside & (chance >= least_in_scope)
    chance_right = IsotonicRegression(out_of_bounds="clip").fit(share[kept], right[kept])
    shares = np.linspace(0.0, 1.0, 1001)
    least_topic = float(shares[np.argmax(chance_right.predict(shares) >= RIGHT_WHERE_ANSWERED)])
    rejected = (wanted == OUT_OF_SCOPE) & (chance < least_in_scope)
    answered = kept & (share >= least_topic)
    log.info(
        "topic first %.3f; out of scope rejected %.3f; answered right %.3f, wrong %.3f",
        right[inside].mean(),
        rejected.sum() / (wanted == OUT_OF_SCOPE).sum(),
        (answered & right).sum() / inside.sum(),
        (answered & ~right).sum() / inside.sum(),
    )
    return Gate(tuple(map(float, model.coef_[0])), float(model.intercept_[0]), least_in_scope, least_topic)


if __name__ == "__main__":
    main()
