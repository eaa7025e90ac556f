"""Mentions nest; a chain of tags does not: which mentions each layer holds, and how it is tagged.

Tags are `O`, `B-LABEL` on the first token of a mention and `I-LABEL` on the others.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pipeline.annotations import LABELS


class Piece(NamedTuple):
    """A mention: its label and its token range."""

    label: str
    start: int
    end: int


#: layer -> (labels it is trained on, labels taken from it). The outer layer is trained on the
#: longest mentions of every label, so that anatomy competes with findings for a word
LAYERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "outer": (LABELS, ("FINDING", "DIAGNOSIS")),
    "inner": (
        ("ANATOMY", "MODALITY", "SEQUENCE", "PLANE", "SIGNAL", "MEASUREMENT"),
        ("ANATOMY", "MODALITY", "SEQUENCE", "PLANE", "SIGNAL", "MEASUREMENT"),
    ),
}


def layer_id(layer: str) -> str:
    """Give the id by which mentions of a layer name what made them.

    >>> layer_id("outer")
    'crf-outer'
    """
    return "crf-" + layer


def layer_pieces(pieces: Iterable[Piece], layer: str) -> list[Piece]:
    """Choose the mentions of a layer: the longest where they overlap."""
    trained, taken = LAYERS[layer]
    fit = [piece for piece in pieces if piece.label in trained]
    fit.sort(key=lambda p: (p.start - p.end, p.label not in taken, p.start))
    used: set[int] = set()
    chosen: list[Piece] = []
    for piece in fit:
        tokens = range(piece.start, piece.end)
        if used.isdisjoint(tokens):
            used.update(tokens)
            chosen.append(piece)
    return sorted(chosen, key=lambda p: p.start)


def tags_of(pieces: Iterable[Piece], n_tokens: int) -> list[str]:
    """Write mentions that do not overlap as tags.

    >>> tags_of([Piece("FINDING", 1, 3)], 4)
    ['O', 'B-FINDING', 'I-FINDING', 'O']
    """
    tags = ["O"] * n_tokens
    for label, start, end in pieces:
        tags[start:end] = [f"B-{label}"] + [f"I-{label}"] * (end - start - 1)
    return tags


def pieces_of(tags: Sequence[str]) -> list[Piece]:
    """Read mentions from tags; an `I-` that follows no mention of its label begins one.

    >>> pieces_of(["O", "B-FINDING", "I-FINDING", "B-FINDING"])
    [Piece(label='FINDING', start=1, end=3), Piece(label='FINDING', start=3, end=4)]
    """
    pieces: list[Piece] = []
    start, current = 0, ""
    for i, tag in enumerate([*tags, "O"]):
        if tag == "O" and not current:
            continue
        mark, _, label = tag.partition("-")
        if current and (mark != "I" or label != current):
            pieces.append(Piece(current, start, i))
            current = ""
        if label and not current:
            start, current = i, label
    return pieces
