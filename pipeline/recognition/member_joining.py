"""Join mentions that share a head, by the rows `whole` and `shared` of `mention_bounds.tsv`."""

from collections.abc import Mapping, Sequence

from pipeline.recognition.mention_bounds import BoundWord
from pipeline.recognition.merging import Marked


class MemberJoiner:
    """Join two mentions of a label if the first is an adjective that goes with the second's head.

    `lower thoracic` and `lower lumbar spine` with `and` alone between them are one.
    """

    def __init__(self, rows: Mapping[str, Mapping[str, BoundWord]]) -> None:
        self._words = rows["whole"]
        self._endings = {
            label: tuple(end for end, row in rows["shared"].items() if label in row.cut_from)
            for word in self._words.values()
            for label in word.cut_from
        }

    def join(self, words: Sequence[str], found: Sequence[Marked]) -> list[Marked]:
        """Give the mentions of a text, those that share a head as one.

        Args:
            words: the tokens of the text.
            found: its mentions; those of one label do not overlap.
        """
        firsts = [
            m
            for m in found
            if m[0] in self._endings and words[m[2] - 1].lower().endswith(self._endings[m[0]])
        ]
        if not firsts:
            return list(found)
        starts = {m[:2]: m for m in found if m[0] in self._endings}
        joined: dict[Marked, Marked] = {}
        gone: set[Marked] = set()
        for first in firsts:
            at = _after(words, first[2])
            row = self._words.get(words[at].lower()) if at < len(words) else None
            second = starts.get((first[0], _after(words, at + 1))) if row else None
            if row and second and first not in gone and self._has_head(words, second):
                joined[first] = first._replace(end=second.end, rule=f"{first.rule} {row.id}")
                gone.add(second)
        return [joined.get(m, m) for m in found if m not in gone]

    def _has_head(self, words: Sequence[str], mention: Marked) -> bool:
        several = mention.end - mention.start > 1
        return several and not words[mention.end - 1].lower().endswith(self._endings[mention.label])


def _after(words: Sequence[str], at: int) -> int:
    """Give the first token from `at` on that is no white space."""
    while at < len(words) and words[at].isspace():
        at += 1
    return at
