"""Names of indexes that are meant to be marked -> where they stand in a text."""

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.term_index.key_matcher import is_written_so
from pipeline.term_index.reader import TermIndex


class TermMark(NamedTuple):
    """A name found: label, token offsets (end exclusive) and the id of its concept."""

    label: str
    start: int
    end: int
    concept_id: str


class TermMarker:
    """Mark names: the longest at each place, label by label, the first index's before others'."""

    def __init__(self, indexes: Sequence[TermIndex]) -> None:
        self._indexes = indexes

    def mark(self, words: Sequence[str], forms: Sequence[str]) -> list[TermMark]:
        """Find the names in the tokens of a text; those of one label do not overlap.

        Names of concepts without a label are passed over. Of several concepts that have a name, the
        first of each label is given.

        Args:
            words: the tokens of the text.
            forms: their normal forms, from `normal_words`.
        """
        found = [mark for index in self._indexes for mark in _marks(index, words, forms)]
        # the sort is stable: of marks of the same words that of the first index stays first
        found.sort(key=lambda mark: (mark.start - mark.end, mark.start))
        taken: set[tuple[str, int]] = set()
        kept: list[TermMark] = []
        for mark in found:
            places = {(mark.label, at) for at in range(mark.start, mark.end)}
            if taken.isdisjoint(places):
                taken |= places
                kept.append(mark)
        return sorted(kept, key=lambda mark: (mark.start, -mark.end))


def _marks(index: TermIndex, words: Sequence[str], forms: Sequence[str]) -> list[TermMark]:
    marks: dict[tuple[str, int], TermMark] = {}
    for start, end, key in index.match(words, forms):
        for name in index.of_key(key):
            concept = index.concept(name.concept)
            if concept.label and (
                name.match == "any" or is_written_so(name.text, words[start:end])
            ):
                mark = TermMark(concept.label, start, end, concept.concept_id)
                marks.setdefault((concept.label, start), mark)
    return list(marks.values())
