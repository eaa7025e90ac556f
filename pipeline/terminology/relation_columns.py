"""What is known of pairs of mentions, as a table of codes: a row is a fact, a column a pair.

A code is a number, the number of a name (label, status, symbol ...) or, for words and for the
symbols between two items, a hash of 64 bits, so that no string is made for a pair.
`pipeline.terminology.relation_templates` says which facts make a feature.
"""

import numpy as np
import numpy.typing as npt

from pipeline.terminology.relation_arrays import (
    LABEL,
    Bools,
    Ints,
    ItemArrays,
    MentionArrays,
    is_break,
    letter_of_label,
    symbol_numbers,
)
from pipeline.terminology.relation_candidates import Candidates
from pipeline.terminology.relation_items import ItemView

Codes = npt.NDArray[np.uint64]

#: how two mentions stand: head first, tail first, or both in one item
ORDERS = ("ht", "th", "mates", "tail_in_head", "head_in_tail", "beside")
#: more symbols than this between two items are one value, `far`
SPAN = 12
FAR = 1 << 40
#: odd base of the hash of symbols, and its inverse modulo 2 ** 64
BASE = 0x9E3779B97F4A7C15
INVERSE = pow(BASE, -1, 1 << 64)
#: facts of a pair -> the kind of their codes
PAIR = {
    "order": "order", "step": "number", "step2": "number", "rival": "number", "core": "core",
    "first": "symbol", "next": "symbol", "last": "symbol", "previous": "symbol",
    "anatomies": "number", "findings": "number", "diagnoses": "number", "studies": "number",
    "lines": "number", "h_nested": "number",
}  # fmt: skip
#: facts of its head, of its tail, of the first of the two and of the second
HEAD = {
    "h_label": "label", "h_status": "status", "h_section": "section", "h_first": "number",
    "h_left": "number", "h_single": "number", "h_inner": "number", "h_owner": "label",
    "h_word": "word", "h_kinds": "number", "h_near": "number",
}  # fmt: skip
TAIL = {
    "t_label": "label", "t_status": "status", "t_left": "number", "t_inner": "number",
    "t_owner": "label", "t_word": "word", "t_answer": "number", "t_topic": "number",
}  # fmt: skip
FIRST = {
    "f_left": "symbol", "f_left2": "symbol", "f_right": "symbol", "f_right2": "symbol",
    "f_rank": "number",
}  # fmt: skip
SECOND = {"s_left": "symbol", "s_left2": "symbol", "s_right": "symbol"}
COLUMNS = {**PAIR, **HEAD, **TAIL, **FIRST, **SECOND}
#: what is known of a mention alone, whichever of the two it is
OF_MENTION = (
    "label", "status", "section", "first", "left", "single", "inner", "owner", "word", "kinds",
    "near", "answer", "topic",
)  # fmt: skip
OF_ITEM = ("left", "left2", "right", "right2", "rank")
#: rows of a table after its facts: nothing
NONE = len(COLUMNS)
#: first row after the facts of pairs; the facts of mentions in the rows from there on
_AFTER_PAIR = len(PAIR)
_BLOCKS = (
    [OF_MENTION.index(name[2:]) for name in HEAD],
    [OF_MENTION.index(name[2:]) for name in TAIL],
    [len(OF_MENTION) + OF_ITEM.index(name[2:]) for name in FIRST],
    [len(OF_MENTION) + OF_ITEM.index(name[2:]) for name in SECOND],
)


class PairColumns:
    """The facts of pairs of mentions of a doc, or of several.

    Attributes:
        view: the items of docs.
        mentions: their mentions.
        before, after: of each mention, which symbols stand on each side of its item in its
            sentence, shape (mentions, symbols).
    """

    def __init__(self, view: ItemView, mentions: MentionArrays) -> None:
        self.view = view
        self.mentions = mentions
        self._items = items = ItemArrays(view)
        item, counts = mentions.item, items.counts
        self.before: Bools = counts[item] > counts[items.start[item]]
        self.after: Bools = counts[items.stop[item]] > counts[item + 1]
        self._nested = _nested(view, mentions)
        self._facts = np.zeros((len(OF_MENTION) + len(OF_ITEM), len(item)), dtype=np.int64)
        self._tell_mentions(view.tokens[:, 1].view(np.int64))
        self._tell_items()
        self._hash_symbols()

    def table(self, pairs: Candidates) -> Codes:
        """Give the facts of pairs, shape (`NONE` + 1, pairs); the last row is 0."""
        table = np.zeros((NONE + 1, len(pairs.head)), dtype=np.int64)
        first, second = self.in_order(pairs)
        self._tell_pairs(table, pairs, (first, second))
        row = _AFTER_PAIR
        for block, of in zip(_BLOCKS, (pairs.head, pairs.tail, first, second), strict=True):
            table[row : row + len(block)] = self._facts[block][:, of]
            row += len(block)
        return table.view(np.uint64)

    def order(self, pairs: Candidates) -> Ints:
        """Give how the two of each pair stand to each other, as places in `ORDERS`."""
        m, head, tail = self.mentions, pairs.head, pairs.tail
        one, two = m.item[head], m.item[tail]
        order: Ints = (one > two).astype(np.int64)
        same = (one == two).nonzero()[0]
        if len(same):
            head, tail = head[same], tail[same]
            owner, other = m.owner[head], m.owner[tail]
            inner = np.where(owner == head, 3, np.where(other == tail, 4, 5))
            order[same] = np.where(owner != other, 2, inner)
        return order

    def in_order(self, pairs: Candidates) -> tuple[Ints, Ints]:
        """Give of each pair the mention whose item comes first, and the other."""
        turned = self.mentions.item[pairs.head] > self.mentions.item[pairs.tail]
        return np.where(turned, pairs.tail, pairs.head), np.where(turned, pairs.head, pairs.tail)

    def between(self, pairs: Candidates) -> Ints:
        """Give how often each symbol stands between the two, shape (pairs, symbols)."""
        first, second = self.in_order(pairs)
        counts, item = self._items.counts, self.mentions.item
        found: Ints = counts[item[second]] - counts[np.minimum(item[first] + 1, item[second])]
        return found

    def symbols_between(self, head: int, tail: int) -> list[str]:
        """Give the symbols between the items of two mentions."""
        one, two = self.view.item[head], self.view.item[tail]
        return self.view.symbols[min(one, two) + 1 : max(one, two)]

    def _tell_pairs(self, table: Ints, pairs: Candidates, ordered: tuple[Ints, Ints]) -> None:
        """Fill in the facts of `PAIR`."""
        m, n = self.mentions, symbol_numbers()
        second = m.item[ordered[1]]
        inside = np.minimum(m.item[ordered[0]] + 1, second)
        size = second - inside
        order, step, step2, rival, core, one, two, last, previous = table[:9]
        order[:] = self.order(pairs)
        step[:] = m.sentence[pairs.tail] - m.sentence[pairs.head]
        np.minimum(np.maximum(step, -2), 2, out=step2)
        np.minimum(np.maximum(step, -5), 5, out=step)
        letter = letter_of_label()[m.label[pairs.tail]]
        rival[:] = self.before[pairs.head, letter] | self.after[pairs.head, letter]
        core[:] = self._core(inside, second, size)
        some, several, symbol = size > 0, size > 1, self._items.symbol
        one[:] = symbol[inside + 2] * some
        two[:] = symbol[inside + 3] * several
        last[:] = symbol[second + 1] * some
        previous[:] = symbol[second] * several
        counts = self._items.counts[:, [n[name] for name in ("A", "F", "D", "M", "NL", "NN")]]
        counts = (counts[second] - counts[inside]).T
        np.minimum(counts[:4], 2, out=table[9:13])
        table[13] = np.minimum(counts[4] + counts[5], 3)
        tail_bit = (order == ORDERS.index("tail_in_head")) << m.label[pairs.tail]
        table[14] = self._nested[pairs.head] & ~tail_bit

    def _tell_mentions(self, words: Ints) -> None:
        """Fill in the facts of `OF_MENTION`."""
        m, facts = self.mentions, self._facts
        left = self._items.size[m.item] - m.member
        facts[:3] = m.label, m.status, m.section
        facts[3] = m.member > 0
        facts[4] = np.minimum(left, 3)
        facts[5] = left == 1
        facts[6] = m.inner
        facts[7] = m.label[m.owner]
        facts[8] = words[m.end - 1]
        facts[9] = (self._nested >> LABEL["MODALITY"] & 1) + (self._nested >> LABEL["SIGNAL"] & 1)
        study = symbol_numbers()["M"]
        facts[10] = self.before[:, study] * 2 + self.after[:, study]
        facts[11:13] = self._diagnoses()

    def _tell_items(self) -> None:
        """Fill in the facts of `OF_ITEM`; beyond the end of a sentence or line there is nothing."""
        item, symbol = self.mentions.item, self._items.symbol
        facts = self._facts[len(OF_MENTION) :]
        facts[0] = symbol[item + 1]
        facts[1] = np.where(is_break()[facts[0]], 0, symbol[item])
        facts[2] = symbol[item + 3]
        facts[3] = np.where(is_break()[facts[2]], 0, symbol[item + 4])
        facts[4] = np.minimum(item - self._items.start[item], 3)

    def _hash_symbols(self) -> None:
        """Sum symbols times powers of the base, so that a difference is the hash of a stretch."""
        own = self._items.symbol[2:-2]
        counted = own != symbol_numbers()["w"]
        size = len(own) + 1
        self._passed = np.zeros(size, dtype=np.int64)
        counted.cumsum(out=self._passed[1:])
        terms = (own * counted).astype(np.uint64) * _powers(BASE, size)[self._passed[:-1]]
        self._sums = np.zeros(size, dtype=np.uint64)
        terms.cumsum(out=self._sums[1:])

    def _core(self, inside: Ints, second: Ints, size: Ints) -> Ints:
        """Give the hash of the symbols between two items that are no plain words."""
        back = _powers(INVERSE, len(self._passed))[self._passed[inside]]
        sums = (self._sums[second] - self._sums[inside]) * back
        return np.where(size > SPAN, FAR, sums.view(np.int64))

    def _diagnoses(self) -> tuple[list[bool], list[bool]]:
        """Say of each mention whether it is named like an answer of the section `diagnosis`.

        And whether it is named like the first diagnosis of its own section.
        """
        view, words = self.view, self.view.words
        keys = [" ".join(words[a:b]) for a, b in zip(view.begin, view.end, strict=True)]
        places = list(zip(view.doc, view.section, strict=True))
        diagnoses = (self.mentions.label == LABEL["DIAGNOSIS"]).nonzero()[0].tolist()
        answers = {(view.doc[i], keys[i]) for i in diagnoses if view.section[i] == "diagnosis"}
        topics = {places[i]: keys[i] for i in reversed(diagnoses)}
        answer = [pair in answers for pair in zip(view.doc, keys, strict=True)]
        return answer, [topics.get(of) == key for of, key in zip(places, keys, strict=True)]


def _nested(view: ItemView, mentions: MentionArrays) -> Ints:
    """Give for each mention a bit for each label that is nested in it."""
    nested = np.zeros(len(view.owner), dtype=np.int64)
    for inner in mentions.inner.nonzero()[0].tolist():
        nested[view.owner[inner]] |= 1 << LABEL[view.mentions[inner]["label"]]
    return nested


#: base -> its powers, as many as were asked for
_POWERS: dict[int, Codes] = {}


def _powers(base: int, size: int) -> Codes:
    """Give the powers of a base modulo 2 ** 64, from the first, at least as many as asked for."""
    if len(_POWERS.get(base, ())) < size:
        powers = np.full(max(1024, 2 * size), base, dtype=np.uint64)
        powers[0] = 1
        _POWERS[base] = powers.cumprod()
    return _POWERS[base]
