"""The ids by which rows of relations and findings name what decided them, if no rule did."""

from functools import lru_cache

from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows

COLUMNS = ("id", "relation", "basis", "says")
#: what a row may be based on: the ranker, a role of the diagnosis at case level, a conclusion,
#: or a case told without sections
BASES = ("ranker", "final", "differential", "conclusion", "narrative")


@lru_cache(maxsize=1)
def source_ids() -> dict[tuple[str, str], str]:
    """Give `(relation, basis)` -> id.

    Raises:
        ResourceError: `models/rules/relation_sources.tsv` is missing or does not validate.

    >>> source_ids()["indicates", "final"]
    'rel-case-final'
    """
    ids: dict[tuple[str, str], str] = {}
    for where, row in read_rows(models_path("rules", "relation_sources.tsv"), COLUMNS):
        if row["basis"] not in BASES:
            raise ResourceError(f"{where}: basis is {row['basis']!r}, expected one of {BASES}")
        ids[row["relation"], row["basis"]] = row["id"]
    return ids
