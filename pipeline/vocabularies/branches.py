"""The branch a concept sits in -> its semantic type and label, by `vocabulary_branches.tsv`.

A concept takes the first row whose branch it is or lies below; one that no row fits stays as it is.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from pipeline.annotations import LABELS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.vocabularies.reading import SEMANTIC_TYPE
from pipeline.vocabularies.records import VocabularyLink, VocabularyTerm

COLUMNS = ("id", "branch", "name", "use", "label", "semantic_type")
USES = ("take", "leave")


class Branch(NamedTuple):
    """A row: `take` the concepts of a branch, with this label and type, or `leave` them out."""

    branch: str
    use: str
    label: str
    semantic_type: str


@cache
def load_branches() -> tuple[Branch, ...]:
    """Read the rows in their order, once.

    Raises:
        ResourceError: a row has no branch, or a use, label or type that is not known.
    """
    path = models_path("rules", "vocabulary_branches.tsv")
    return tuple(_branch(where, row) for where, row in read_rows(path, COLUMNS))


def _branch(where: str, row: dict[str, str]) -> Branch:
    if not row["branch"]:
        raise ResourceError(f"{where}: branch is empty, expected the id of a concept")
    if row["use"] not in USES:
        raise ResourceError(f"{where}: use {row['use']!r}, expected one of {list(USES)}")
    if row["label"] not in ("", *LABELS):
        raise ResourceError(f"{where}: label {row['label']!r}, expected one of {list(LABELS)}")
    if row["semantic_type"] and not SEMANTIC_TYPE.fullmatch(row["semantic_type"]):
        raise ResourceError(f"{where}: semantic_type {row['semantic_type']!r}, expected T000 form")
    return Branch(row["branch"], row["use"], row["label"], row["semantic_type"])


class BranchReader:
    """Say of each concept which row its branch is.

    >>> reader = BranchReader([VocabularyLink("HP:1", "HP:0012531")])
    >>> reader.branch_of("HP:1").semantic_type
    'T184'
    """

    def __init__(self, links: Iterable[VocabularyLink]) -> None:
        self._parents: dict[str, list[str]] = {}
        for child, parent in links:
            self._parents.setdefault(child, []).append(parent)
        self._rows = load_branches()
        self._rank = {row.branch: rank for rank, row in enumerate(self._rows)}
        self._ranks: dict[str, int] = {}

    def branch_of(self, concept: str) -> Branch | None:
        """Give the row of a concept, None where none fits."""
        rank = self._lowest(concept)
        return self._rows[rank] if rank < len(self._rows) else None

    def _lowest(self, start: str) -> int:
        """Give the lowest rank among a concept and all above it; every one is looked at once."""
        waiting = [start]
        while waiting:
            current = waiting[-1]
            parents = self._parents.get(current, ())
            if unknown := [p for p in parents if p not in self._ranks and p not in waiting]:
                waiting += unknown
                continue
            waiting.pop()
            own = self._rank.get(current, len(self._rows))
            self._ranks[current] = min([own, *(self._ranks.get(p, own) for p in parents)])
        return self._ranks[start]

    def typed(self, terms: Iterable[VocabularyTerm]) -> Iterator[VocabularyTerm]:
        """Give names with the type and label of their branch, where they have none yet."""
        for term in terms:
            branch = self.branch_of(term.concept_id)
            if branch is None:
                yield term
            elif branch.use == "take":
                own = (branch.semantic_type,) if branch.semantic_type else ()
                types = term.semantic_types or own
                label = term.label or ("" if term.semantic_types else branch.label)
                yield term._replace(semantic_types=types, label=label)
