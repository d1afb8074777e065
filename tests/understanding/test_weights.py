"""Weights in 8 bits: near what they were, biases exactly, whatever the scale of a class."""

import numpy as np
import pytest

from bot.understanding.weights import packed, unpacked

RANDOM = np.random.default_rng(1)


@pytest.mark.parametrize("classes", [1, 3])
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_weights_come_back_within_half_a_step_of_their_class(classes: int, scale: float) -> None:
    weights = (RANDOM.normal(size=(classes, 21)) * scale).astype(np.float32)
    weights[0] *= 100
    again = unpacked(packed("w", weights), "w")
    step = np.abs(weights[:, :-1]).max(axis=1, keepdims=True) / 127
    assert again.shape == weights.shape
    assert np.all(np.abs(again - weights)[:, :-1] <= 0.51 * step)
    assert again[:, -1] == pytest.approx(weights[:, -1])


def test_class_without_any_weight_comes_back() -> None:
    weights = np.array([[0, 0, 0.5]], dtype=np.float32)
    assert unpacked(packed("w", weights), "w").tolist() == weights.tolist()


def test_weights_lie_as_the_product_wants_them() -> None:
    assert unpacked(packed("w", np.ones((3, 4), dtype=np.float32)), "w").flags.f_contiguous


def test_each_weight_takes_one_byte() -> None:
    assert packed("w", np.ones((3, 101), dtype=np.float32))["w"].nbytes == 300
