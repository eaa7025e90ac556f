"""The text of a Doc, from the texts of its tokens that stages share.

`Doc.text` makes an object a token each time it is asked.
"""

from weakref import ReferenceType

from spacy.tokens import Doc

from pipeline.tokenizer import token_texts

#: the Doc asked for last and its text: the stages ask one after the other
_last: list[tuple[ReferenceType[Doc], str]] = []
_SPACES = ("", " ")


def case_text(doc: Doc) -> str:
    """Give the text of a doc.

    >>> import spacy
    >>> case_text(spacy.blank("en")("No  mass."))
    'No  mass.'
    """
    for known, text in _last:
        if known() is doc:
            return text
    parts = [""] * (2 * len(doc))
    parts[::2] = token_texts(doc)
    parts[1::2] = map(_SPACES.__getitem__, doc.to_array("SPACY").tolist())
    text = "".join(parts)
    _last[:] = [(ReferenceType(doc), text)]
    return text
