"""What radtab's own terminology is made of: `models/terminology/sources.tsv` and counts."""

from pipeline import __version__
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.term_index.index_info import SourceCounts
from pipeline.terminology.lexicon import Term, load_terms

COLUMNS = ("id", "prefix", "source", "version", "date", "licence")
#: the prefix of the ids that this project gives: their version is its own
OWN = "RT"


def inside_sources() -> list[SourceCounts]:
    """Give each source with what it has: the names whose concept has an id of its kind.

    Raises:
        ResourceError: a row does not validate, or ids of a kind have no row.
    """
    named: dict[str, list[Term]] = {}
    for term in load_terms():
        if term.concept_id:
            named.setdefault(term.concept_id.partition(":")[0], []).append(term)
    path = models_path("terminology", "sources.tsv")
    rows = [row for _, row in read_rows(path, COLUMNS)]
    if missing := named.keys() - {row["prefix"] for row in rows}:
        told = f"no row for ids that begin with {min(missing)}:, expected one"
        raise ResourceError(f"{path.name}: {told}")
    return [_counted(row, named.get(row["prefix"], [])) for row in rows]


def _counted(row: dict[str, str], terms: list[Term]) -> SourceCounts:
    return SourceCounts(
        source=row["source"],
        version=__version__ if row["prefix"] == OWN else row["version"],
        date=row["date"],
        licence=row["licence"],
        names=len(terms),
        concepts=len({term.concept_id for term in terms}),
        cuis=len({term.cui for term in terms if term.cui}),
    )
