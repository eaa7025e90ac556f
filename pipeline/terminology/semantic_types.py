"""UMLS semantic types -> the label of the mentions that concepts of a type are for.

The rows of `models/rules/semantic_types.tsv` are the 127 types of the UMLS Semantic Network. A type
without a label is of concepts that no mention is linked to.
"""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from pipeline.annotations import LABELS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows

COLUMNS = ("id", "semantic_type", "name", "label")


class SemanticType(NamedTuple):
    """A type: its name, and the label of mentions or empty."""

    name: str
    label: str


@cache
def load_semantic_types() -> dict[str, SemanticType]:
    """Read the types by their TUI.

    Raises:
        ResourceError: a row's label is none, or its type stands twice.
    """
    types: dict[str, SemanticType] = {}
    for where, row in read_rows(models_path("rules", "semantic_types.tsv"), COLUMNS):
        if row["label"] and row["label"] not in LABELS:
            raise ResourceError(f"{where}: label {row['label']!r}, expected {LABELS} or nothing")
        if row["semantic_type"] in types:
            raise ResourceError(f"{where}: {row['semantic_type']} stands twice, expected it once")
        types[row["semantic_type"]] = SemanticType(row["name"], row["label"])
    return types


def label_of_types(semantic_types: Iterable[str]) -> str:
    """Give the label of the first type that has one, else an empty string.

    >>> label_of_types(["T121", "T047"]), label_of_types(["T121"])
    ('DIAGNOSIS', '')
    """
    known = load_semantic_types()
    labels = (known[tui].label for tui in semantic_types if tui in known)
    return next(filter(None, labels), "")
