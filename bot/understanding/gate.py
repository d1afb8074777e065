"""What to do with a question, given what the classifier says of it: answer, ask which topic is meant, or decline.

Two decisions, each with one threshold. Is it about the two procedures at all? A logistic function of the signals
below. Then: is one topic likely enough to be answered? Its chance among the topics, at a temperature, times how
familiar the question is beside the topic's training sentences, brought to the scale of how often that is right.
Weights, temperatures, scale and thresholds come from cross-validation on the training sentences alone
(`make calibrate`, `bot.understanding.calibrate`) and stand in `config.yml`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.understanding.classify import TINY, Floats, Scored
from bot.understanding.examples import OUT_OF_SCOPE, TOPIC_PREFIX

UNCLEAR = "nlu_fallback"
REQUEST_HUMAN = "request_human"
SIGNALS = ("out_of_scope_chance", "in_scope_odds", "nearest_of_topic", "nearest_in_scope", "nearest_out_of_scope")
NEAREST = 5


@dataclass(frozen=True)
class Gate:
    """The weights of the signals, the two thresholds, and how a topic's chance becomes how sure the gate is.

    There is a temperature of one question and one of several; `scale` and `offset` act on the log-odds.
    """

    weights: tuple[float, ...]
    bias: float
    least_in_scope: float
    least_topic: float
    temperature: float = 1.0
    temperature_of_several: float = 1.0
    scale: float = 1.0
    offset: float = 0.0

    def rank(self, classes: Sequence[str], scored: Scored) -> list[tuple[str, float]]:
        """Return the intents of a message with one question, with their confidence, best first.

        The first is what is to be done: a topic, small talk, `nlu_fallback` where no topic stands out, `out_of_scope`
        where the question is about something else. The others are the runners-up.
        """
        best = int(np.argmax(scored.probabilities))
        chance = float(scored.probabilities[best])
        topics = self.shares(classes, scored, several=False)
        if not classes[best].startswith(TOPIC_PREFIX) and classes[best] != OUT_OF_SCOPE and chance >= self.least_topic:
            return [(classes[best], chance), *topics]
        if not self.is_in_scope(classes, scored):
            return [(OUT_OF_SCOPE, 1.0 - self.in_scope(classes, scored)), *topics]
        return self._clear_or_not(topics)

    def rank_part(self, classes: Sequence[str], scored: Scored) -> list[tuple[str, float]]:
        """Return the intents of one of several questions of a message that is in scope, best first.

        The first is a topic, `request_human`, or `nlu_fallback` where no topic stands out.
        """
        best = int(np.argmax(scored.probabilities))
        if classes[best] == REQUEST_HUMAN and scored.probabilities[best] >= self.least_topic:
            return [(REQUEST_HUMAN, float(scored.probabilities[best])), *self.shares(classes, scored, several=True)]
        return self._clear_or_not(self.shares(classes, scored, several=True))

    def _clear_or_not(self, shares: list[tuple[str, float]]) -> list[tuple[str, float]]:
        return shares if shares[0][1] >= self.least_topic else [(UNCLEAR, 1.0 - shares[0][1]), *shares]

    def is_in_scope(self, classes: Sequence[str], scored: Scored) -> bool:
        """Tell whether a message is likely enough to be about the two procedures."""
        return self.in_scope(classes, scored) >= self.least_in_scope

    def in_scope(self, classes: Sequence[str], scored: Scored) -> float:
        """Return the chance that a question is about the two procedures."""
        z = float(np.dot(self.weights, signals(classes, scored))) + self.bias
        return 1.0 / (1.0 + float(np.exp(-z)))

    def shares(self, classes: Sequence[str], scored: Scored, *, several: bool) -> list[tuple[str, float]]:
        """Return the topics, best first, with how sure it is that each is the right one."""
        topics = [at for at, name in enumerate(classes) if name.startswith(TOPIC_PREFIX)]
        logs = np.log(scored.probabilities[topics] + TINY)
        values = np.exp((logs - logs.max()) / (self.temperature_of_several if several else self.temperature))
        values = np.clip(values * scored.familiar[topics] / values.sum(), TINY, 1.0 - TINY)
        values = 1.0 / (1.0 + np.exp(-self.scale * log_odds(values) - self.offset))
        return [(classes[topics[at]], float(values[at])) for at in np.argsort(-values)]


def log_odds(chances: Floats) -> Floats:
    """Return the log-odds of chances that are neither 0 nor 1."""
    return np.asarray(np.log(chances) - np.log(1.0 - chances), dtype=np.float32)


def signals(classes: Sequence[str], scored: Scored) -> Floats:
    """Return the signals of one question, in the order of `SIGNALS`.

    Shape: (signals,).
    """
    topic = np.array([name.startswith(TOPIC_PREFIX) for name in classes])
    outside = list(classes).index(OUT_OF_SCOPE)
    best = int(np.argmax(np.where(topic, scored.probabilities, -1.0)))
    return np.array(
        [
            np.log(scored.probabilities[outside] + TINY),
            scored.in_scope,
            scored.nearest[best],
            np.sort(scored.nearest[topic])[-NEAREST:].mean(),
            scored.nearest[outside],
        ],
        dtype=np.float32,
    )
