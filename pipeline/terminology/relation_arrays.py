"""A doc's mentions and items as arrays, so that all pairs of a doc are read at once."""

from functools import cache

import numpy as np
import numpy.typing as npt

from pipeline.annotations import LABELS, SECTIONS, STATUSES
from pipeline.terminology.relation_cues import default_matcher
from pipeline.terminology.relation_items import LETTERS, LINES, ItemView

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

#: items read to the right of one for what stands in its sentence
AHEAD = 12
#: numbers of names, from 1 on; 0 is for none
LABEL = {name: number for number, name in enumerate(LABELS, start=1)}
STATUS = {name: number for number, name in enumerate(STATUSES, start=1)} | {"": 0}
SECTION = {name: number for number, name in enumerate(SECTIONS, start=1)} | {"": 0}
#: marks that are symbols; the others are one symbol
MARKS = ".,;:()-/?"
OTHER = "…"
#: classes of cues that make no item
NO_ITEMS = {"drop", "class"}


@cache
def symbol_numbers() -> dict[str, int]:
    """Number the symbols of items: marks, letters of labels and classes of cues; 0 is none."""
    kinds = sorted({cue.kind for cue in default_matcher().cues} - NO_ITEMS)
    names = [OTHER, "SB", *LINES, "w", *sorted(set(LETTERS.values())), *MARKS, *kinds]
    return {name: number for number, name in enumerate(dict.fromkeys(names), start=1)}


@cache
def letter_of_label() -> Ints:
    """Give for the number of each label that of its letter's symbol."""
    numbers = symbol_numbers()
    return np.array([0, *(numbers[LETTERS[label]] for label in LABELS)])


@cache
def is_break() -> Bools:
    """Say of the number of each symbol whether a sentence or line ends there."""
    ends = {symbol_numbers()[mark] for mark in ("SB", *LINES)}
    return np.array([number in ends for number in range(len(symbol_numbers()) + 1)])


class MentionArrays:
    """Of each mention: label, status and section as numbers, and its place.

    `member` counts the members of its coordination before it, `run` is the number of the stretch
    of one section it lies in, `inner` says whether it is nested in another.
    """

    def __init__(self, view: ItemView) -> None:
        mentions = view.mentions
        table = np.array(
            [
                [LABEL[m["label"]] for m in mentions],
                [STATUS[m["status"]] for m in mentions],
                [SECTION[name] for name in view.section],
                view.begin, view.end, view.item, view.member, view.owner, view.sentence, view.doc,
            ], dtype=np.int64,
        )  # fmt: skip
        self.label, self.status, self.section, self.start, self.end = table[:5]
        self.item, self.member, self.owner, self.sentence, self.doc = table[5:]
        self.run = np.ones_like(self.section)
        place = self.doc * (len(SECTION) + 1) + self.section
        self.run[1:] += (place[1:] != place[:-1]).cumsum()
        self.inner = (self.owner != np.arange(len(mentions))).astype(np.int64)


class ItemArrays:
    """Of each item: its symbol, its size, and what stands around it in its sentence.

    `symbol` has two entries more on each side, all 0. `counts[i, s]` is how often symbol s stands
    before item i. `start` is the first item of its sentence, `stop` the one after the last, at
    most `AHEAD` further.
    """

    def __init__(self, view: ItemView) -> None:
        numbers = symbol_numbers()
        size = len(view.symbols)
        self.symbol = np.zeros(size + 4, dtype=np.int64)
        self.symbol[2:-2] = [numbers.get(symbol, 1) for symbol in view.symbols]
        own = self.symbol[2:-2]
        self.size = np.zeros(size, dtype=np.int64)
        sizes = [len(members) for members in view.items.members.values()]
        self.size[list(view.items.members)] = sizes
        places = np.arange(size + 1)
        self.counts = np.zeros((size + 1, len(numbers) + 1), dtype=np.int32)
        self.counts[places[1:], own] = 1
        self.counts.cumsum(axis=0, out=self.counts)
        ends = is_break()[own].nonzero()[0]
        bounds = np.zeros(len(ends) + 2, dtype=np.int64)
        bounds[1:-1], bounds[-1] = ends, size
        which = ends.searchsorted(places[:-1])
        self.stop = np.minimum(bounds[which + 1], places[:-1] + AHEAD + 1)
        bounds[1:] += 1
        self.start = np.minimum(bounds[which], places[:-1])
