"""What to do with a message, given what the classifier says of it: answer, ask which topic is meant, or decline.

Two decisions, each with one threshold. Is it about the two procedures at all? A logistic function of the signals
below. Then: is one topic
likely enough to be answered? The weights and thresholds come from cross-validation on the training sentences alone
(`make calibrate`, `bot.understanding.calibrate`) and stand in `config.yml`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.classify import Floats, Scored

OUT_OF_SCOPE = "out_of_scope"
UNCLEAR = "nlu_fallback"
TOPIC_PREFIX = "ask_"
SIGNALS = ("out_of_scope_chance", "topic_chance", "nearest_of_topic", "nearest_in_scope", "nearest_out_of_scope")
TINY = 1e-6


@dataclass(frozen=True)
class Gate:
    """The weights of the signals and the two thresholds."""

    weights: tuple[float, ...]
    bias: float
    least_in_scope: float
    least_topic: float

    def rank(self, classes: Sequence[str], scored: Scored) -> list[tuple[str, float]]:
        """Return the intents with their confidence, best first.

        The first is what is to be done: a topic, small talk, `nlu_fallback` where no topic stands out, `out_of_scope`
        where
        the message is about something else. The others are the runners-up.
        """
        order = np.argsort(-scored.probabilities)
        ranking = [(classes[at], float(scored.probabilities[at])) for at in order]
        best, chance = ranking[0]
        if not best.startswith(TOPIC_PREFIX) and best != OUT_OF_SCOPE and chance >= self.least_topic:
            return ranking
        topics = [(name, value) for name, value in ranking if name.startswith(TOPIC_PREFIX)]
        in_scope = self.in_scope(classes, scored)
        if in_scope < self.least_in_scope:
            return [(OUT_OF_SCOPE, 1.0 - in_scope), *topics]
        whole = sum(value for _, value in topics)
        shares = [(name, value / whole) for name, value in topics]
        if shares[0][1] < self.least_topic:
            return [(UNCLEAR, 1.0 - shares[0][1]), *shares]
        return shares

    def in_scope(self, classes: Sequence[str], scored: Scored) -> float:
        """Return the chance that a message is about the two procedures."""
        z = float(np.dot(self.weights, signals(classes, scored))) + self.bias
        return 1.0 / (1.0 + float(np.exp(-z)))


def signals(classes: Sequence[str], scored: Scored) -> Floats:
    """Return the signals of one message, in the order of `SIGNALS`.

    Shape: (signals,).
    """
    topic = np.array([name.startswith(TOPIC_PREFIX) for name in classes])
    outside = list(classes).index(OUT_OF_SCOPE)
    best = int(np.argmax(np.where(topic, scored.probabilities, -1.0)))
    return np.array(
        [
            np.log(scored.probabilities[outside] + TINY),
            np.log(scored.probabilities[best] + TINY),
            scored.nearest[best],
            np.sort(scored.nearest[topic])[-5:].mean(),
            scored.nearest[outside],
        ],
        dtype=np.float32,
    )
