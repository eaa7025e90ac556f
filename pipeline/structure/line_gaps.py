"""Gaps between lines -> hashed features: what a place where a section may end looks like.

Feature hashing (Weinberger et al., 2009) keeps the weights small.
"""

from collections.abc import Sequence
from functools import lru_cache

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


def gap_ids(shapes: Sequence[LineShape]) -> NDArray[np.int64]:
    """Give for each gap between two lines the ids (below `GAP_WIDTH`) of its features, a row each.

    Blank lines count only where the text has both kinds of gap: where every gap is blank, or none,
    they say nothing of fields.
    """
    blanks = [shape.blank_before for shape in shapes[1:]]
    telling = any(blanks) and not all(blanks)
    kinds = [_FIRST, *(shape.kind() for shape in shapes), _LAST]
    # blank[k]: whether a telling blank line stands before line k; nothing follows the last line
    blank = [telling and shape.blank_before for shape in shapes] + [False]
    indented = [shape.indented for shape in shapes]
    ids: list[int] = []
    for k in range(len(shapes) - 1):
        before, here, there, after = kinds[k : k + 4]
        ids += _pair_ids(here, there, blank[k + 1], (indented[k], indented[k + 1]))
        ids += _around_ids((before[0], before[2]), here, there, (after[0], after[2]))
        ids += _blank_ids(blank[k], blank[k + 2])
    return np.array(ids, dtype=np.int64).reshape(len(shapes) - 1, FEATURES)


def _ids(*names: str) -> tuple[int, ...]:
    return tuple(hash_text("|" + name) & (GAP_WIDTH - 1) for name in names)


@lru_cache(maxsize=1 << 13)
def _pair_ids(here: Kind, there: Kind, blank: bool, indented: tuple[bool, bool]) -> tuple[int, ...]:
    (size, end, first), (size2, end2, first2) = here, there
    return _ids(
        "bias", f"blank {blank}", f"indent {indented[1] - indented[0]} {indented[1]}",
        f"end {end}", f"next {first2}", f"firsts {first} {first2}", f"ends {end} {end2}",
        f"sizes {size} {size2}", f"turn {end} {first2} {blank}",
        f"all {size} {end} {first} {size2} {end2} {first2}", f"colon {end == ':'} {first2}",
    )  # fmt: skip


@lru_cache(maxsize=1 << 14)
def _around_ids(
    before: tuple[str, str], here: Kind, there: Kind, after: tuple[str, str]
) -> tuple[int, ...]:
    (size, _, first), (size2, _, first2) = here, there
    return _ids(
        f"before {before[0]} {size} {size2}", f"after {size} {size2} {after[0]}",
        f"before {before[1]} {first} {first2}", f"after {first} {first2} {after[1]}",
    )  # fmt: skip


@lru_cache(maxsize=4)
def _blank_ids(before: bool, after: bool) -> tuple[int, ...]:
    return _ids(f"blank after {after}", f"blank before {before}")
