"""Gaps between lines -> hashed features: what a place where a section may end looks like.

Feature hashing (Weinberger et al., 2009) keeps the weights small.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.structure.known_words import hash_text
from pipeline.structure.line_shape import LineShape

#: width of the hashed space of gaps (a power of two)
GAP_WIDTH = 1 << 11
#: features of a gap
FEATURES = 17
Kind = tuple[str, str, str]
_FIRST: Kind = ("^", "^", "^")
_LAST: Kind = ("$", "$", "$")


class GapParts(NamedTuple):
    """What the features of a gap depend on: the lines beside it, those around, blank lines."""

    pair: tuple[Kind, Kind, bool, tuple[bool, bool]]
    around: tuple[tuple[str, str], Kind, Kind, tuple[str, str]]
    blanks: tuple[bool, bool]


def gap_ids(shapes: Sequence[LineShape]) -> NDArray[np.int64]:
    """Give for each gap between two lines the ids (below `GAP_WIDTH`) of its features, a row each.

    Blank lines count only where the text has both kinds of gap: where every gap is blank, or none,
    they say nothing of fields.
    """
    ids = [
        _pair_ids(*parts.pair) + _around_ids(*parts.around) + _blank_ids(*parts.blanks)
        for parts in _parts(shapes)
    ]
    return np.array(ids, dtype=np.int64).reshape(len(shapes) - 1, FEATURES)


class GapReader:
    """Weigh the features of gaps (`gap_ids`); sums of parts met before are kept."""

    def __init__(self, weights: NDArray[np.float64]) -> None:
        def weigh(ids: tuple[int, ...]) -> float:
            return float(weights[list(ids)].sum())

        self._pair = lru_cache(maxsize=1 << 13)(lambda *key: weigh(_pair_ids(*key)))
        self._around = lru_cache(maxsize=1 << 14)(lambda *key: weigh(_around_ids(*key)))
        self._blanks = lru_cache(maxsize=4)(lambda *key: weigh(_blank_ids(*key)))

    def read(self, shapes: Sequence[LineShape]) -> NDArray[np.float64]:
        """Give the log odds that a section ends at each gap."""
        return np.array(
            [
                self._pair(*parts.pair) + self._around(*parts.around) + self._blanks(*parts.blanks)
                for parts in _parts(shapes)
            ],
            dtype=np.float64,
        )


def _parts(shapes: Sequence[LineShape]) -> Iterator[GapParts]:
    blanks = [shape.blank_before for shape in shapes[1:]]
    telling = any(blanks) and not all(blanks)
    kinds = [_FIRST, *(shape.kind() for shape in shapes), _LAST]
    # blank[k]: whether a telling blank line stands before line k; nothing follows the last line
    blank = [telling and shape.blank_before for shape in shapes] + [False]
    indented = [shape.indented for shape in shapes]
    for k in range(len(shapes) - 1):
        before, here, there, after = kinds[k : k + 4]
        yield GapParts(
            (here, there, blank[k + 1], (indented[k], indented[k + 1])),
            ((before[0], before[2]), here, there, (after[0], after[2])),
            (blank[k], blank[k + 2]),
        )


def _ids(*names: str) -> tuple[int, ...]:
    return tuple(hash_text("|" + name) & (GAP_WIDTH - 1) for name in names)


def _pair_ids(here: Kind, there: Kind, blank: bool, indented: tuple[bool, bool]) -> tuple[int, ...]:
    (size, end, first), (size2, end2, first2) = here, there
    return _ids(
        "bias", f"blank {blank}", f"indent {indented[1] - indented[0]} {indented[1]}",
        f"end {end}", f"next {first2}", f"firsts {first} {first2}", f"ends {end} {end2}",
        f"sizes {size} {size2}", f"turn {end} {first2} {blank}",
        f"all {size} {end} {first} {size2} {end2} {first2}", f"colon {end == ':'} {first2}",
    )  # fmt: skip


def _around_ids(
    before: tuple[str, str], here: Kind, there: Kind, after: tuple[str, str]
) -> tuple[int, ...]:
    (size, _, first), (size2, _, first2) = here, there
    return _ids(
        f"before {before[0]} {size} {size2}", f"after {size} {size2} {after[0]}",
        f"before {before[1]} {first} {first2}", f"after {first} {first2} {after[1]}",
    )  # fmt: skip


def _blank_ids(before: bool, after: bool) -> tuple[int, ...]:
    return _ids(f"blank after {after}", f"blank before {before}")
