"""Part mentions that hold several, by rows of `mention_bounds.tsv`: `part`, `member`, `shared`."""

from collections.abc import Iterator, Mapping

from pipeline.recognition.mention_bounds import BoundWord
from pipeline.recognition.mention_text import MentionText
from pipeline.recognition.merging import Marked

#: label of a mention -> labels of the terms that may be its members
_MEMBERS = {
    "ANATOMY": frozenset(("ANATOMY",)),
    "FINDING": frozenset(("FINDING", "DIAGNOSIS", "SIGNAL")),
    "DIAGNOSIS": frozenset(("FINDING", "DIAGNOSIS")),
}


class MemberParter:
    """Part mentions by rows, as `load_bound_words` gives them.

    A mention with none of `words` (in lower case) in it is not parted.
    """

    def __init__(self, rows: Mapping[str, Mapping[str, BoundWord]]) -> None:
        self._parts, self._members = rows["part"], rows["member"]
        self._shared = tuple(rows["shared"])
        self.words = frozenset((*self._parts, *self._members))

    def parts(self, mention: Marked, text: MentionText) -> Iterator[Marked]:
        """Give what stands before, between and after the words at which a mention is parted."""
        start, rule = mention.start, mention.rule
        for at in range(mention.start, mention.end):
            row = self._parts.get(text.words[at].lower())
            if row is None or mention.label not in row.cut_from:
                continue
            rule = f"{rule} {row.id}"
            end = at
            while end > start and (text.words[end - 1].isspace() or text.words[end - 1] in ",:-"):
                end -= 1
            if end > start:
                yield mention._replace(start=start, end=end, rule=rule)
            start = text.next_word(at + 1)
        if start < mention.end:
            yield mention._replace(start=start, rule=rule)

    def members(self, mention: Marked, text: MentionText) -> list[Marked]:
        """Part a coordination whose sides are both terms."""
        words = text.words
        for at in range(mention.start + 1, mention.end - 1):
            row = self._members.get(words[at].lower())
            if row is None or mention.label not in row.cut_from:
                continue
            left, right = text.word_end(at), text.next_word(at + 1)
            labels = _MEMBERS[mention.label]
            if (
                text.is_term(mention.start, left, labels)
                and text.is_term(right, mention.end, labels)
                and not self._share(mention, words[left - 1].lower(), right)
            ):
                rule = f"{mention.rule} {row.id}"
                return [
                    mention._replace(end=left, rule=rule),
                    mention._replace(start=right, rule=rule),
                ]
        return [mention]

    def _share(self, mention: Marked, before: str, right: int) -> bool:
        """Say whether what follows goes with both sides: `vertebral and basilar arteries`."""
        alone = mention.label != "ANATOMY" and mention.end - right == 1
        return not alone and before.endswith(self._shared)
