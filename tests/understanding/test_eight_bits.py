"""Products in 8 bits: near those in floating point, and a model without such weights as it was."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from bot.understanding.eight_bits import open_session, product_with, with_whole_products

RANDOM = np.random.default_rng(1)


@pytest.mark.parametrize("rows", [1, 3])
def test_product_is_that_of_the_numbers_the_matrix_stands_for(rows: int) -> None:
    matrix = RANDOM.integers(-127, 128, (16, 5), dtype=np.int8)
    values = RANDOM.uniform(-1, 1, (rows, 16)).astype(np.float32)
    assert product_with(matrix, 1 / 127)(values) == pytest.approx(values @ matrix.astype(np.float32) / 127, abs=0.05)


def model(*, in_eight_bits: bool) -> bytes:
    """Return a model of one product, with weights that are kept in 8 bits or in floating point."""
    weights = np.array([[1, -2], [3, 4]])
    given, made = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 2]) for name in ("x", "y"))
    kept = [onnx.numpy_helper.from_array(np.array([0.5, 0.25], dtype=np.float32), "scale")]
    kept.append(onnx.numpy_helper.from_array(weights.astype(np.int8 if in_eight_bits else np.float32), "w"))
    cast = [helper.make_node("Cast", ["w"], ["cast"], to=TensorProto.FLOAT)] if in_eight_bits else []
    scaled = helper.make_node("Mul", ["cast" if in_eight_bits else "w", "scale"], ["scaled"])
    nodes = [*cast, scaled, helper.make_node("MatMul", ["x", "scaled"], ["y"])]
    graph = helper.make_graph(nodes, "one", [given], [made], kept)
    return bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    )


def test_weights_in_eight_bits_are_multiplied_as_they_are() -> None:
    changed = with_whole_products(model(in_eight_bits=True))
    assert "MatMulInteger" in [node.op_type for node in onnx.load_model_from_string(changed).graph.node]
    values = np.array([[1.0, 0.5]], dtype=np.float32)
    (before,), (after,) = (open_session(one).run(None, {"x": values}) for one in (model(in_eight_bits=True), changed))
    assert after == pytest.approx(before, abs=0.02)


def test_what_only_the_old_product_needed_is_gone() -> None:
    graph = onnx.load_model_from_string(with_whole_products(model(in_eight_bits=True))).graph
    assert "MatMul" not in [node.op_type for node in graph.node]
    assert [node.op_type for node in graph.node].count("Cast") == 1


def test_model_without_such_weights_stays_as_it_is() -> None:
    assert with_whole_products(model(in_eight_bits=False)) == model(in_eight_bits=False)
