"""What is looked at to bound the mentions of one text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.recognition.merging import Marked


@dataclass(slots=True)
class MentionText:
    """A text's words; by first token its lexicon terms; its ANATOMY by first and by last token."""

    words: Sequence[str]
    terms: Mapping[int, Sequence[Marked]]
    place_from: Mapping[int, Marked]
    place_to: Mapping[int, Marked]
    cut_off: list[Marked] = field(default_factory=list)

    def next_word(self, at: int) -> int:
        """Give the first token from `at` on that is neither white space nor a comma."""
        while at < len(self.words) and (self.words[at].isspace() or self.words[at] == ","):
            at += 1
        return at

    def word_end(self, at: int) -> int:
        """Give the end of the last word before `at`, passing over white space."""
        while self.words[at - 1].isspace():
            at -= 1
        return at

    def is_term(self, start: int, end: int, labels: frozenset[str]) -> bool:
        """Say whether the lexicon has a term of one of the labels over just these tokens."""
        return any(term.end == end and term.label in labels for term in self.terms.get(start, ()))
