"""Made-up scores of a message, as a classifier would give them."""

from collections.abc import Sequence

import numpy as np

from bot.understanding.classify import Scored


def scored(
    probabilities: Sequence[float],
    nearest: Sequence[float] | None = None,
    *,
    familiar: Sequence[float] | None = None,
    in_scope: float = 0.0,
) -> Scored:
    """Return scores; what is not given is the same for every class, and wholly familiar."""
    same = [1.0] * len(probabilities)
    return Scored(
        probabilities=np.array(probabilities, dtype=np.float32),
        nearest=np.array(nearest or same, dtype=np.float32),
        familiar=np.array(familiar or same, dtype=np.float32),
        in_scope=in_scope,
    )
