"""The weights of linear-chain models that share their attributes, and their file.

The file is an `.npz` of plain arrays (no pickle): the attributes as UTF-8 text, for each how many
weights it has, then tags and weights in that order, in half precision.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.errors import ResourceError

Floats = npt.NDArray[np.float32]


class Layer(NamedTuple):
    """One model: its tags and the weight of going from a tag (row) to the next (column)."""

    name: str
    tags: tuple[str, ...]
    transitions: Floats


class ChainWeights(NamedTuple):
    """Row of each attribute, its weight for each tag of all layers side by side, the layers."""

    rows: dict[str, int]
    matrix: Floats
    layers: tuple[Layer, ...]


class TrainedLayer(NamedTuple):
    """What a trainer gives: weights by (attribute, tag) and by (tag, next tag)."""

    name: str
    tags: tuple[str, ...]
    states: Mapping[tuple[str, str], float]
    transitions: Mapping[tuple[str, str], float]


def join_layers(trained: Sequence[TrainedLayer]) -> ChainWeights:
    """Put trained layers side by side, attributes in alphabetical order."""
    names = sorted({attribute for layer in trained for attribute, _ in layer.states})
    rows = {name: i for i, name in enumerate(names)}
    matrix = np.zeros((len(rows), sum(len(layer.tags) for layer in trained)), dtype=np.float32)
    layers: list[Layer] = []
    offset = 0
    for layer in trained:
        place = {tag: i for i, tag in enumerate(layer.tags)}
        for (attribute, tag), weight in layer.states.items():
            matrix[rows[attribute], offset + place[tag]] = weight
        transitions = np.zeros((len(place), len(place)), dtype=np.float32)
        for (left, right), weight in layer.transitions.items():
            transitions[place[left], place[right]] = weight
        layers.append(Layer(layer.name, layer.tags, transitions))
        offset += len(place)
    return ChainWeights(rows, matrix, tuple(layers))


def save_weights(weights: ChainWeights, path: Path) -> None:
    """Write weights; those that vanish in half precision are left out."""
    half = weights.matrix.astype(np.float16)
    filled = half != 0
    heads = [f"{layer.name}\t{' '.join(layer.tags)}" for layer in weights.layers]
    np.savez_compressed(
        path,
        attributes=_as_bytes("\n".join(weights.rows)),
        layers=_as_bytes("\n".join(heads)),
        counts=filled.sum(axis=1).astype(np.uint8),
        tags=np.nonzero(filled)[1].astype(np.uint8),
        weights=half[filled],
        transitions=np.concatenate([layer.transitions.ravel() for layer in weights.layers]),
    )


def read_weights(path: Path) -> ChainWeights:
    """Read weights that `save_weights` wrote.

    Raises:
        ResourceError: the file is missing or is not of that form.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return _unpack({name: arrays[name] for name in arrays.files})
    except (OSError, KeyError, ValueError, IndexError) as problem:
        raise ResourceError(f"{path.name}: no weights ({problem}), expected .npz") from problem


def _unpack(arrays: Mapping[str, npt.NDArray[np.generic]]) -> ChainWeights:
    names = _as_text(arrays["attributes"]).split("\n")
    layers: list[Layer] = []
    flat = arrays["transitions"].astype(np.float32)
    for head in _as_text(arrays["layers"]).split("\n"):
        name, _, joined = head.partition("\t")
        tags = tuple(joined.split(" "))
        square, flat = np.split(flat, [len(tags) ** 2])
        layers.append(Layer(name, tags, square.reshape(len(tags), len(tags))))
    matrix = np.zeros((len(names), sum(len(layer.tags) for layer in layers)), dtype=np.float32)
    rows = np.repeat(np.arange(len(names)), arrays["counts"].astype(np.int64))
    matrix[rows, arrays["tags"].astype(np.int64)] = arrays["weights"].astype(np.float32)
    return ChainWeights({name: i for i, name in enumerate(names)}, matrix, tuple(layers))


def _as_bytes(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _as_text(array: npt.NDArray[np.generic]) -> str:
    return array.tobytes().decode()
