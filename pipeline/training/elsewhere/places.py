"""Where a mention stands in characters, and what it meets there."""

from collections.abc import Iterable

from spacy.tokens import Doc

from pipeline.annotations import Mention
from pipeline.scoring.sides import Span, overlap


def place_of(doc: Doc, mention: Mention) -> Span:
    """Give the characters of a mention."""
    last = doc[mention["end"] - 1]
    return doc[mention["start"]].idx, last.idx + len(last)


def is_met(span: Span, others: Iterable[Span]) -> bool:
    """Say whether one of the others shares a character with a span."""
    return any(overlap(span, other) for other in others)
