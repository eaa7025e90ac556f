"""Names as they came -> which are kept, in which order, and the names of each key."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.term_index.collector import NameCollector
from pipeline.term_index.index_folder import PREFERRED, WRITTEN

Numbers = npt.NDArray[np.int64]


class NameOrder(NamedTuple):
    """Names in their order in the index, and keys.

    Attributes:
        names: place in the collector of each name kept.
        concept: its concept.
        flags: PREFERRED | WRITTEN; of a concept only the first name is PREFERRED.
        key_names: the names key by key, as numbers of their order here.
        key_start: key -> place in `key_names`, and one item more.
    """

    names: Numbers
    concept: Numbers
    flags: npt.NDArray[np.uint8]
    key_names: Numbers
    key_start: Numbers


def order_names(collected: NameCollector, key: Numbers, keys: int) -> NameOrder:
    """Order names by concept, the preferred one first, else as they came.

    Of the names of a concept that have the same key the first is kept, where one of them may be
    written in any case; of those compared as written, each writing is kept once.

    Args:
        collected: the names.
        key: number of the key of each.
        keys: how many keys there are.
    """
    concept = np.frombuffer(collected.concept, np.uint32).astype(np.int64)
    flags = np.frombuffer(collected.flags, np.uint8)
    order = np.lexsort((flags & PREFERRED == 0, concept))
    group = (concept * keys + key)[order]
    any_case = np.isin(group, group[flags[order] & WRITTEN == 0])
    first = np.zeros(len(order), bool)
    first[np.unique(group, return_index=True)[1]] = True
    kept = np.where(any_case, first, _first_writings(collected, order, group, ~any_case))
    flags = np.where(any_case, 0, WRITTEN).astype(np.uint8)[kept]
    names = order[kept]
    flags[_begins(concept[names])] |= PREFERRED
    key = key[names]
    return NameOrder(
        names, concept[names], flags,
        key_names=np.argsort(key, kind="stable"), key_start=starts(key, keys),
    )  # fmt: skip


def _first_writings(
    collected: NameCollector, order: Numbers, group: Numbers, asked: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Mark, of the names asked for, those whose writing is new in their group."""
    first = np.zeros(len(order), bool)
    seen: set[tuple[int, bytes]] = set()
    for place in np.flatnonzero(asked).tolist():
        writing = int(group[place]), collected.written(int(order[place]))
        first[place] = writing not in seen
        seen.add(writing)
    return first


def _begins(sorted_numbers: Numbers) -> npt.NDArray[np.bool_]:
    """Mark the first of each run of equal numbers."""
    begins = np.ones(len(sorted_numbers), bool)
    begins[1:] = sorted_numbers[1:] != sorted_numbers[:-1]
    return begins


def starts(numbers: Numbers, most: int) -> Numbers:
    """Give, for each number below `most` and for `most`, how many of `numbers` are smaller.

    >>> starts(np.array([0, 2, 2]), 3).tolist()
    [0, 1, 1, 3]
    """
    return np.concatenate([[0], np.cumsum(np.bincount(numbers, minlength=most))])
