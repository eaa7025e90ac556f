"""Stage `radtab_sentences`: where sentences start."""

from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import sections_of
from pipeline.structure.case_text import case_text
from pipeline.structure.sentences import SentenceFinder, default_sentences

#: sections whose lines are items of a list
LISTS = ("diagnosis", "differential", "keywords")


class SentenceSplitter:
    """Mark sentence starts by stops, lines, list items and sections.

    They are written as one array: setting a token's `is_sent_start` looks at the whole doc.
    """

    def __init__(self, finder: SentenceFinder) -> None:
        self.finder = finder

    def __call__(self, doc: Doc) -> Doc:
        """Mark the sentence starts of a doc."""
        if not len(doc):
            return doc
        offsets = doc.to_array("IDX").astype(np.int64)
        sections = sections_of(doc)
        lists = [
            (int(offsets[s["start"]]), int(offsets[s["end"] - 1]) + len(doc[s["end"] - 1]))
            for s in sections
            if s["section"] in LISTS
        ]
        starts = np.array(self.finder.starts(case_text(doc), lists), dtype=np.int64)
        places = np.searchsorted(offsets, starts)
        within = places < len(offsets)
        exact = places[within][offsets[places[within]] == starts[within]]
        marks = np.zeros(len(offsets), dtype=np.int64)
        marks[exact] = marks[[0, *(s["start"] for s in sections)]] = 1
        if len(marks) > 1 and not marks[1:].any():
            # spaCy does not count the first token: without this `doc.sents` refuses a doc of one
            # sentence
            marks[1] = -1
        starts_only: Any = marks.view(np.uint64)  # spaCy's annotation names two columns or more
        doc.from_array(["SENT_START"], starts_only)
        return doc

    def to_disk(self, _path: str | Path, **_: Any) -> None:  # noqa: ANN401 (spaCy's signature)
        """Write nothing: the rows lie under models/."""

    def from_disk(self, _path: str | Path, **_: Any) -> "SentenceSplitter":  # noqa: ANN401
        """Read nothing: the rows lie under models/."""
        return self


@Language.factory("radtab_sentences", assigns=["token.is_sent_start"], requires=["doc._.sections"])
def make_sentence_splitter(nlp: Language, name: str) -> SentenceSplitter:
    """Make the stage; the rows of words lie under models/."""
    return SentenceSplitter(default_sentences())
