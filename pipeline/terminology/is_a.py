"""Disease -> the wider diseases it is one of: the is-a of the disease ontologies.

`models/hierarchy/diseases.tsv.gz` has a class a row, its parents with blanks between. It is built
with the terminology (`pipeline.training.terminology`); a class that has no name of its own in the
terminology (over-general ones: `disease by infectious agent`) is there too, so that no way up ends.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.ontology import OntologyClass

COLUMNS = ("id", "name", "parents")


class WiderDisease(NamedTuple):
    """A class of the hierarchy: id, name, ids of its parents."""

    id: str
    name: str
    parents: tuple[str, ...]


class Hierarchy:
    """Give the wider concepts of a concept.

    >>> lung = WiderDisease("X:2", "lung cancer", ("X:1",))
    >>> Hierarchy([WiderDisease("X:1", "cancer", ()), lung]).wider("X:2")
    ('X:1',)
    """

    def __init__(self, classes: Iterable[WiderDisease]) -> None:
        self._classes = {each.id: each for each in classes}
        self._wider: dict[str, tuple[str, ...]] = {}
        self._narrower: dict[str, list[str]] = {}

    def name(self, concept_id: str) -> str:
        """Give the name of a concept, empty where the hierarchy does not have it."""
        found = self._classes.get(concept_id)
        return found.name if found else ""

    def parents(self, concept_id: str) -> tuple[str, ...]:
        """Give the concepts a concept is directly one of."""
        found = self._classes.get(concept_id)
        return found.parents if found else ()

    def children(self, concept_id: str) -> Sequence[str]:
        """Give the concepts that are directly one of a concept, in the order of the rows."""
        if not self._narrower:
            for each in self._classes.values():
                for parent in each.parents:
                    self._narrower.setdefault(parent, []).append(each.id)
        return self._narrower.get(concept_id, ())

    def wider(self, concept_id: str) -> tuple[str, ...]:
        """Give all concepts a concept is one of, however far up, sorted; not itself."""
        if concept_id not in self._wider:
            seen: set[str] = set()
            waiting = [concept_id]
            while waiting:
                found = self._classes.get(waiting.pop())
                for parent in found.parents if found else ():
                    if parent not in seen and parent != concept_id:
                        seen.add(parent)
                        waiting.append(parent)
            self._wider[concept_id] = tuple(sorted(seen))
        return self._wider[concept_id]


def hierarchy_rows(
    classes: Mapping[str, OntologyClass], wanted: Iterable[str]
) -> list[WiderDisease]:
    """Take the classes of `wanted` ids and all above them, sorted by id.

    Parents that are joined to a class of the other ontology count as that class.
    """
    joined = {equal: each.id for each in classes.values() for equal in each.joined}
    taken: dict[str, WiderDisease] = {}
    waiting = [concept_id for concept_id in wanted if concept_id in classes]
    while waiting:
        concept_id = waiting.pop()
        if concept_id in taken:
            continue
        found = classes[concept_id]
        above = {joined.get(parent, parent) for parent in found.parents} - {concept_id}
        parents = tuple(sorted(parent for parent in above if parent in classes))
        taken[concept_id] = WiderDisease(concept_id, found.names[0], parents)
        waiting.extend(parents)
    return [taken[concept_id] for concept_id in sorted(taken)]


@cache
def load_hierarchy() -> Hierarchy:
    """Read the hierarchy of diseases, once a process.

    Raises:
        ResourceError: a row has no name, or a parent that is no row.
    """
    path = models_path("hierarchy", "diseases.tsv.gz")
    read = [(where, row) for where, row in read_rows(path, COLUMNS)]
    known = {row["id"] for _, row in read}
    for where, row in read:
        unknown = [parent for parent in row["parents"].split() if parent not in known]
        if unknown or not row["name"]:
            what = f"parent {unknown[0]!r} is no row" if unknown else "name is empty"
            raise ResourceError(f"{where}: {what}, expected a name and the ids of other rows")
    rows = (WiderDisease(r["id"], r["name"], tuple(r["parents"].split())) for _, r in read)
    return Hierarchy(rows)
