"""The text of a Doc, from the ids of its tokens.

`Doc.text` makes an object a token; here texts of tokens met before are kept, and joined.
"""

import numpy as np
from numpy.typing import NDArray
from spacy.strings import StringStore
from spacy.tokens import Doc

#: tells a token with a space after it from one without: added to the id, odd and of 64 bits
_SPACED = np.uint64(0x9E3779B97F4A7C15)


class TextReader:
    """Read texts of docs; at most `kept` tokens are remembered from one doc to the next.

    The last doc's text is kept, since stages ask for it one after another.
    """

    def __init__(self, kept: int = 50_000) -> None:
        self._kept = kept
        self._texts: dict[int, str] = {}
        self._last = (b"", "")

    def read(self, doc: Doc) -> str:
        """Give the text of a doc, as `Doc.text` does."""
        array = doc.to_array(["ORTH", "SPACY"]).astype(np.uint64, copy=False)
        same, text = array.tobytes(), self._last[1]
        if same != self._last[0]:
            keys = (array[:, 0] + array[:, 1] * _SPACED).tolist()
            self._learn(keys, array, doc.vocab.strings)
            text = "".join(map(self._texts.__getitem__, keys))
            self._last = same, text
        return text

    def _learn(self, keys: list[int], array: NDArray[np.uint64], strings: StringStore) -> None:
        if len(self._texts) > self._kept:
            self._texts.clear()
        for place in [place for place, key in enumerate(keys) if key not in self._texts]:
            orth, spaced = array[place].tolist()
            self._texts[keys[place]] = strings[orth] + " " * spaced


_READER = TextReader()


def case_text(doc: Doc) -> str:
    """Give the text of a doc.

    >>> import spacy
    >>> case_text(spacy.blank("en")("No  mass."))
    'No  mass.'
    """
    return _READER.read(doc)
