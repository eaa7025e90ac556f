"""What a report concludes from all it has found: `Findings are suspicious for pneumonia`.

The diagnosis stands in the report's conclusion, the findings in another section, and nothing but
the words for `the findings` and a cue of `indicates` before it: the cue speaks of all of them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from spacy.tokens import Doc

from pipeline.terminology.relation_cues import Cue, default_matcher

#: classes of cues that may stand before the one that states it
OPENING = ("these", "be", "can", "drop")
#: classes of cues that state it
CONCLUDING = ("consistent", "suggest")
#: tokens read back from the diagnosis at most
REACH = 16


class Conclusion(NamedTuple):
    """The cue's words, characters and id."""

    cue: str
    start: int
    end: int
    rule: str


class Conclusions:
    """Find what a doc's report concludes."""

    def __init__(self, doc: Doc, words: Sequence[str], sentences: Sequence[int]) -> None:
        self._doc = doc
        self._words = [word.lower() for word in words]
        self._sentences = sentences

    def before(self, diagnosis: int) -> Conclusion | None:
        """Give what leads from all findings to the diagnosis that begins at a token."""
        at = first = self._opening(diagnosis)
        stating: tuple[int, Cue] | None = None
        while at < diagnosis:
            cue = default_matcher().at(self._words, at)
            if cue is None or at + len(cue.words) > diagnosis:
                return None
            if cue.kind in CONCLUDING:
                stating = (at, cue)
            elif cue.kind not in OPENING:
                return None
            at += len(cue.words)
        return self._conclusion(*stating) if stating and first < diagnosis else None

    def _opening(self, diagnosis: int) -> int:
        """Give the first token of the sentence after heading, number and bullet.

        Where words part from it by other marks stand before it, that is the diagnosis itself.
        """
        sentence = self._sentences[diagnosis]
        start = at = diagnosis
        lowest = max(0, diagnosis - REACH)
        while at > lowest and self._sentences[at - 1] == sentence and self._words[at - 1] != ":":
            at -= 1
            if self._words[at].isalpha():
                if start - at > 1:
                    return diagnosis
                start = at
        return start

    def _conclusion(self, at: int, cue: Cue) -> Conclusion:
        last = self._doc[at + len(cue.words) - 1]
        start, end = self._doc[at].idx, last.idx + len(last)
        return Conclusion(self._doc.text[start:end], start, end, cue.id)
