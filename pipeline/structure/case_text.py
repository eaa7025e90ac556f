"""The text of a Doc, from the texts of its tokens that stages share.

`Doc.text` makes an object a token each time it is asked.
"""

from weakref import ReferenceType

from spacy.tokens import Doc

from pipeline.tokenizer import RECENT, token_texts

#: the Docs asked for last, by their `id`, and their texts: stages ask one after the other
_recent: dict[int, tuple[ReferenceType[Doc], str]] = {}
_SPACES = ("", " ")


def case_text(doc: Doc) -> str:
    """Give the text of a doc.

    >>> import spacy
    >>> case_text(spacy.blank("en")("No  mass."))
    'No  mass.'
    """
    found = _recent.pop(id(doc), None)
    if found is None or found[0]() is not doc:
        found = (ReferenceType(doc), _text_of(doc))
        if len(_recent) >= RECENT:
            _recent.pop(next(iter(_recent)), None)
    _recent[id(doc)] = found  # now the last to go
    return found[1]


def _text_of(doc: Doc) -> str:
    parts = [""] * (2 * len(doc))
    parts[::2] = token_texts(doc)
    parts[1::2] = map(_SPACES.__getitem__, doc.to_array("SPACY").tolist())
    return "".join(parts)
