"""scispaCy's `KnowledgeBase` as JSON lines: read, and written from an index.

An object a line: `concept_id`, `canonical_name`, `aliases`, `types`, `definition`. It is what
`scispacy.linking_utils.KnowledgeBase` reads, by a name that ends in `jsonl`; `.json` holds a list.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import VocabularyError
from pipeline.vocabularies.identifiers import bare_cui
from pipeline.vocabularies.reading import (
    DEFAULTS,
    SEMANTIC_TYPE,
    VocabularyOptions,
    match_of,
    numbered_lines,
    stem_of,
)
from pipeline.vocabularies.records import VocabularyInfo, VocabularyTerm

_KINDS = {"concept_id": str, "canonical_name": str, "aliases": list}


class KnowledgeBaseEntry(NamedTuple):
    """A concept as scispaCy keeps it; `types` are TUIs."""

    concept_id: str
    canonical_name: str
    aliases: list[str]
    types: list[str]
    definition: None = None


def terms(path: Path, options: VocabularyOptions = DEFAULTS) -> Iterator[VocabularyTerm]:
    """Give the names of a knowledge base, the canonical name of each concept first.

    Raises:
        VocabularyError: `file:line: problem, expected`.
    """
    source = stem_of(path)
    for where, entry in _entries(path):
        concept, canonical = entry["concept_id"], entry["canonical_name"]
        kinds = entry.get("types") or []
        names = [canonical, *entry["aliases"]]
        if not concept or not all(isinstance(text, str) for text in [*names, *kinds]):
            raise VocabularyError(f"{where}: id empty or a name no text, expected texts")
        types = tuple(kind for kind in kinds if SEMANTIC_TYPE.fullmatch(kind))
        for name in dict.fromkeys(" ".join(name.split()) for name in names):
            if name:
                yield VocabularyTerm(
                    concept, name, name == canonical, bare_cui(concept), types, source,
                    match=match_of(name),
                )  # fmt: skip


def info(path: Path) -> VocabularyInfo:
    """Give the file's name as the vocabulary's: the format says nothing of itself."""
    return VocabularyInfo(stem_of(path))


def _entries(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    lines = numbered_lines(path)
    for number, line in lines:
        if not line.strip():
            continue
        where = f"{path.name}:{number}"
        if line.lstrip().startswith("["):
            rest = "\n".join([line, *(later for _, later in lines)])
            for entry in _parsed(rest, path, number):
                yield where, _checked(entry, where)
        else:
            yield where, _checked(_parsed(line, path, number), where)


def _parsed(text: str, path: Path, number: int) -> Any:  # noqa: ANN401 (JSON)
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as problem:
        line = number + getattr(problem, "lineno", 1) - 1
        said = f"{path.name}:{line}: not JSON, expected an object of scispaCy's a line"
        raise VocabularyError(said) from None


def _checked(entry: object, where: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise VocabularyError(f"{where}: no object, expected concept_id, canonical_name, aliases")
    for key, kind in _KINDS.items():
        if not isinstance(entry.get(key), kind):
            said = f"{where}: {key} is missing or wrong, expected {', '.join(_KINDS)}"
            raise VocabularyError(said)
    return entry


def write(entries: Iterable[KnowledgeBaseEntry], path: Path) -> int:
    """Write a knowledge base, whole or not at all; give the number of concepts.

    What is not ASCII is escaped: scispaCy reads in the encoding of the system.

    Raises:
        VocabularyError: the name does not end in `.jsonl`, or it cannot be written.
    """
    if path.suffix != ".jsonl":
        raise VocabularyError(f"{path}: ending, expected .jsonl, by which scispaCy reads it")
    draft = path.with_name(f".{path.name}.tmp")
    count = 0
    try:
        with draft.open("w", encoding="ascii", newline="\n") as out:
            for count, entry in enumerate(entries, start=1):  # noqa: B007 (counted)
                out.write(json.dumps(entry._asdict()) + "\n")
        draft.replace(path)
    except OSError as problem:
        raise VocabularyError(f"{path}: cannot be written ({problem.strerror})") from problem
    finally:
        draft.unlink(missing_ok=True)
    return count
