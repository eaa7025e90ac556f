"""Abbreviations that a case defines -> the words they stand for."""

from collections.abc import Mapping, Sequence
from typing import cast

from spacy.tokens import Doc

Expansions = Mapping[str, tuple[str, ...]]


def expansions_of(doc: Doc) -> Expansions:
    """Give the long forms, as tokens, of the abbreviations the stage before found."""
    notes = doc._.abbreviations
    return {
        doc[note["short_start"] : note["short_end"]].text: tuple(
            token.text for token in doc[note["long_start"] : note["long_end"]]
        )
        for note in cast(Sequence[Mapping[str, int]], notes)
    }


def expanded(tokens: tuple[str, ...], expansions: Expansions) -> tuple[str, ...]:
    """Put long forms for short ones in a mention."""
    whole = expansions.get("".join(tokens))
    if whole:
        return whole
    parts = [expansions.get(token, (token,)) for token in tokens]
    return tuple(token for part in parts for token in part)
