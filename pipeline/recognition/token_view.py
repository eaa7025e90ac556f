"""Docs -> what the recogniser looks at: tokens without white space, in parallel lists."""

from collections.abc import Sequence
from itertools import accumulate, chain, compress, count, pairwise
from operator import not_
from typing import NamedTuple

import numpy as np
from spacy.tokens import Doc

from pipeline.annotations import LABELS, section_by_token
from pipeline.tokenizer import token_texts

#: label -> the letters that stand for it in attributes, short since there is one a token
SHORT_LABELS = {label: label[:3].lower() for label in LABELS}


class TokenView(NamedTuple):
    """Parallel lists, one item a token that is not white space, of one text after the other.

    `indices` are token numbers in the Doc; `sentences` and `lines` number the sentence and the line
    of a token, no two texts share one; `lexicon` holds one tag for each lexicon span over it
    (`finB`, `finI`, `finL` for the first, an inner and the last token, `finU` for the only one).
    `starts` has the first token of each text.
    """

    indices: list[int]
    words: list[str]
    sections: list[str]
    sentences: list[int]
    lines: list[int]
    lexicon: list[list[str]]
    starts: tuple[int, ...] = (0,)

    def text_bounds(self) -> list[tuple[int, int]]:
        """Give the token range of each text."""
        return list(pairwise((*self.starts, len(self.words))))


def view_of(doc: Doc) -> TokenView:
    """Look at a doc that has sections, sentences and lexicon spans (each may be missing)."""
    return view_of_all([doc])


def view_of_all(docs: Sequence[Doc]) -> TokenView:
    """Look at docs together, in order."""
    firsts = list(accumulate(map(len, docs), initial=0))
    texts = list(chain.from_iterable(map(token_texts, docs)))
    blank = list(map(str.isspace, texts))
    shown = list(map(not_, blank))
    shown_before = list(accumulate(shown, initial=0))
    # one array instead of a pass over Token objects: the numbers of annotations.sentence_by_token
    opens = np.concatenate([doc.to_array("SENT_START") == 1 for doc in docs])
    starts = [first for first in firsts if first < len(texts)]
    opens[starts] = True
    return TokenView(
        indices=list(compress(chain.from_iterable(map(range, map(len, docs))), shown)),
        words=list(compress(texts, shown)),
        sections=list(compress(chain.from_iterable(map(section_by_token, docs)), shown)),
        sentences=list(compress(np.cumsum(opens).tolist(), shown)),
        lines=list(compress(_line_by_token(texts, blank, starts), shown)),
        lexicon=list(compress(chain.from_iterable(map(_lexicon_tags, docs)), shown)),
        starts=tuple(shown_before[first] for first in firsts[:-1]),
    )


def _line_by_token(texts: list[str], blank: list[bool], starts: Sequence[int]) -> list[int]:
    """Number the lines; only blanks and the starts of texts end one."""
    numbers = [0] * len(texts)
    for i in compress(count(), blank):
        numbers[i] = texts[i].count("\n")
    for i in starts:
        numbers[i] += 1
    return list(accumulate(numbers))


def _lexicon_tags(doc: Doc) -> list[list[str]]:
    tags: list[list[str]] = [[] for _ in range(len(doc))]
    for span in doc.spans.get("lexicon", ()):
        name = SHORT_LABELS.get(span.label_)
        if name is None:
            continue
        start, last = span.start, span.end - 1
        if start == last:
            tags[start].append(name + "U")
            continue
        tags[start].append(name + "B")
        for i in range(start + 1, last):
            tags[i].append(name + "I")
        tags[last].append(name + "L")
    return tags
