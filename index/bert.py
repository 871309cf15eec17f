"""A BERT in its folder (config.json, model.safetensors) -> an OpenVINO graph, layer by layer as the paper has it.

Knows nothing of texts, passages or threads. Built in a moment at every start, so no derived file can grow stale. What
is no plain BERT raises `UnknownModelError`, and is left to torch.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as op

Head = Literal["vectors", "spans"]

_HIDDEN = -30_000.0  # added to the attention logits of padding; bf16 holds it
_EXPECTED = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute", "is_decoder": False}
_KINDS = {"F32": "float32", "F16": "float16"}


class UnknownModelError(Exception):
    """Not a BERT as this module builds it; says in what it differs."""


def read_config(folder: Path) -> dict[str, Any]:
    """The configuration of a BERT. Raises UnknownModelError for another architecture."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    for name, value in _EXPECTED.items():
        if config.get(name, value) != value:
            raise UnknownModelError(f"its {name} is {config[name]!r}, not {value!r}")
    if "model_type" not in config:
        raise UnknownModelError("its config.json names no model_type")
    return config


def read_weights(file: Path) -> dict[str, NDArray[np.float32] | NDArray[np.float16]]:
    """The arrays of a safetensors file, mapped and not read: a header of JSON, then the numbers one after the other.

    Arrays of integers are left out. Raises UnknownModelError for a kind of number that numpy has not.
    """
    content = np.memmap(file, dtype=np.uint8, mode="r")
    begin = 8 + int.from_bytes(content[:8].tobytes(), "little")
    arrays = {}
    for name, entry in json.loads(content[8:begin].tobytes()).items():
        if name == "__metadata__" or entry["dtype"].startswith("I"):
            continue
        if entry["dtype"] not in _KINDS:
            raise UnknownModelError(f"its {name} is stored as {entry['dtype']}")
        first, last = entry["data_offsets"]
        arrays[name] = content[begin + first : begin + last].view(_KINDS[entry["dtype"]]).reshape(entry["shape"])
    return arrays


def graph(folder: Path) -> Any:
    """The model as a graph of three inputs, each (n, longest): ids, token types, and 1.0 where there is a token.

    It gives the last layer, (n, longest, hidden). Raises UnknownModelError, OSError or ValueError.
    """
    config, weights = read_config(folder), read_weights(folder / "model.safetensors")
    try:
        return _Builder(config, weights).build()
    except KeyError as error:
        raise UnknownModelError(f"it has no {error.args[0]}") from error


def head_of(folder: Path, head: Head) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """What becomes of the last layer of one row, (tokens, hidden); in fp32, whatever the graph is computed in.

    `vectors`: its mean at length 1, (hidden,). `spans`: start and end logits, (tokens, 2).
    """
    if head == "vectors":
        return _mean
    weights = read_weights(folder / "model.safetensors")
    try:
        weight, bias = (weights[f"qa_outputs.{name}"].astype(np.float32) for name in ("weight", "bias"))
    except KeyError as error:
        raise UnknownModelError(f"it has no {error.args[0]}") from error
    return lambda layer: layer @ weight.T + bias


def _mean(layer: NDArray[np.float32]) -> NDArray[np.float32]:
    total: NDArray[np.float32] = layer.sum(axis=0)  # of the same direction as the mean
    return total / max(float(np.linalg.norm(total)), 1e-12)


class _Builder:
    """Joins the operations. Names of weights are those of `transformers`, with or without `bert.` before them."""

    def __init__(self, config: dict[str, Any], weights: dict[str, Any]) -> None:
        self.config, self.weights = config, weights
        self.prefix = "bert." if any(name.startswith("bert.") for name in weights) else ""
        self.heads, self.hidden = int(config["num_attention_heads"]), int(config["hidden_size"])

    def build(self) -> Any:
        ids, types = (op.parameter([-1, -1], np.int32, name=name) for name in ("ids", "types"))
        mask = op.parameter([-1, -1], np.float32, name="mask")
        hidden = op.multiply(op.subtract(mask, _number(1.0)), _number(-_HIDDEN))  # 0 or _HIDDEN, (n, longest)
        bias = op.unsqueeze(hidden, _whole(1, 2))  # (n, 1, 1, longest)
        x = self._embed(ids, types)
        for number in range(self.config["num_hidden_layers"]):
            x = self._layer(x, bias, f"{self.prefix}encoder.layer.{number}.")
        return ov.Model([x], [ids, types, mask], "bert")

    def _embed(self, ids: Any, types: Any) -> Any:
        rows = _whole(0)
        longest = op.squeeze(op.gather(op.shape_of(ids, "i32"), _whole(1), rows), rows)
        positions = op.range(_step(0), longest, _step(1), "i32")
        named = f"{self.prefix}embeddings."
        words, kinds, places = (
            op.gather(self._weight(f"{named}{name}_embeddings.weight"), chosen, _whole(0))
            for name, chosen in (("word", ids), ("token_type", types), ("position", positions))
        )
        return self._norm(op.add(op.add(words, kinds), places), f"{named}LayerNorm")

    def _layer(self, x: Any, bias: Any, named: str) -> Any:
        """(n, longest, hidden) -> the same shape: attention, then two linear layers, each added to what went in."""
        query, key, value = (
            self._split(self._linear(x, f"{named}attention.self.{name}")) for name in ("query", "key", "value")
        )
        attended = op.scaled_dot_product_attention(query, key, value, bias)  # (n, heads, longest, hidden / heads)
        joined = op.reshape(op.transpose(attended, _whole(0, 2, 1, 3)), _whole(0, 0, self.hidden), special_zero=True)
        x = self._norm(
            op.add(self._linear(joined, f"{named}attention.output.dense"), x), f"{named}attention.output.LayerNorm"
        )
        inner = op.gelu(self._linear(x, f"{named}intermediate.dense"), "erf")
        return self._norm(op.add(self._linear(inner, f"{named}output.dense"), x), f"{named}output.LayerNorm")

    def _split(self, x: Any) -> Any:
        """(n, longest, hidden) -> (n, heads, longest, hidden / heads)"""
        shape = _whole(0, 0, self.heads, self.hidden // self.heads)
        return op.transpose(op.reshape(x, shape, special_zero=True), _whole(0, 2, 1, 3))

    def _linear(self, x: Any, named: str) -> Any:
        product = op.matmul(x, self._weight(f"{named}.weight"), transpose_a=False, transpose_b=True)
        return op.add(product, self._weight(f"{named}.bias"))

    def _norm(self, x: Any, named: str) -> Any:
        normal = op.mvn(x, _whole(-1), True, float(self.config["layer_norm_eps"]), "inside_sqrt")
        return op.add(op.multiply(normal, self._weight(f"{named}.weight")), self._weight(f"{named}.bias"))

    def _weight(self, name: str) -> Any:
        array = self.weights[name]
        held = op.constant(array)
        return held if array.dtype == "float32" else op.convert(held, "f32")


def _number(value: float) -> Any:
    return op.constant(np.float32(value))


def _step(value: int) -> Any:
    return op.constant(np.int32(value))


def _whole(*values: int) -> Any:
    return op.constant(np.array(values, dtype=np.int64))
