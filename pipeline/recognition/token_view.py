"""Doc -> what the recogniser looks at: its tokens without white space, in parallel lists."""

from itertools import accumulate, compress, count
from operator import not_
from typing import NamedTuple

import numpy as np
from spacy.tokens import Doc

from pipeline.annotations import LABELS, section_by_token
from pipeline.tokenizer import token_texts

#: label -> the letters that stand for it in attributes, short since there is one a token
SHORT_LABELS = {label: label[:3].lower() for label in LABELS}


class TokenView(NamedTuple):
    """Parallel lists, one item a token that is not white space.

    `indices` are token numbers in the Doc; `sentences` and `lines` number the sentence and the line
    of a token; `lexicon` holds one tag for each lexicon span over it (`finB`, `finI`, `finL` for
    the first, an inner and the last token, `finU` for the only one).
    """

    indices: list[int]
    words: list[str]
    sections: list[str]
    sentences: list[int]
    lines: list[int]
    lexicon: list[list[str]]


def view_of(doc: Doc) -> TokenView:
    """Look at a doc that has sections, sentences and lexicon spans (each may be missing)."""
    texts = token_texts(doc)
    blank = list(map(str.isspace, texts))
    shown = list(map(not_, blank))
    # one array instead of a pass over Token objects: the numbers of annotations.sentence_by_token
    sentences = np.cumsum(doc.to_array("SENT_START") == 1).tolist()
    return TokenView(
        indices=list(compress(count(), shown)),
        words=list(compress(texts, shown)),
        sections=list(compress(section_by_token(doc), shown)),
        sentences=list(compress(sentences, shown)),
        lines=list(compress(_line_by_token(texts, blank), shown)),
        lexicon=list(compress(_lexicon_tags(doc), shown)),
    )


def _line_by_token(texts: list[str], blank: list[bool]) -> list[int]:
    """Number the lines; only blanks end one."""
    numbers = [0] * len(texts)
    for i in compress(count(), blank):
        numbers[i] = texts[i].count("\n")
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
