"""The rows of `models/rules/merge.tsv`: which source's mentions are taken, in which order.

Each row takes mentions of its labels from one source, the longest first. A mention is left out if
it overlaps one of its label that was taken before, overlaps one of a label in `blocked_by`, or lies
in one of a label in `not_in` without ending it (in `brain metastases` the brain is part of the
name; in `dilated esophagus` the esophagus is what is described). With labels in `within` it is
taken only inside a mention of one of them (`chest` in `chest radiograph`).
"""

from functools import cache
from typing import NamedTuple

from pipeline.annotations import LABELS, SECTIONS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows

COLUMNS = ("id", "label", "source", "when", "section", "as", "blocked_by", "not_in", "within")
SOURCES = ("lexicon", "recogniser", "external")
#: `alone`: only where the recogniser did not run
WHEN = ("any", "alone")


class MergeRule(NamedTuple):
    """A row; `section` empty means every section, `given` empty means the label stays."""

    id: str
    labels: frozenset[str]
    source: str
    when: str
    sections: frozenset[str]
    given: str
    blocked_by: frozenset[str]
    not_in: frozenset[str]
    within: frozenset[str] = frozenset()

    @property
    def bounded(self) -> bool:
        """Say whether mentions of other labels may stand in the way."""
        return bool(self.blocked_by or self.not_in or self.within)


@cache
def load_merge_rules() -> tuple[MergeRule, ...]:
    """Read the rows, in the order they apply; read once, then remembered.

    Raises:
        ResourceError: a row names a label, section, source or time that is not known.
    """
    path = models_path("rules", "merge.tsv")
    return tuple(_rule(where, row) for where, row in read_rows(path, COLUMNS))


def _rule(where: str, row: dict[str, str]) -> MergeRule:
    allowed = {
        "label": LABELS, "source": SOURCES, "when": WHEN, "section": SECTIONS, "as": LABELS,
        "blocked_by": LABELS, "not_in": LABELS, "within": LABELS,
    }  # fmt: skip
    for column, names in allowed.items():
        unknown = set(row[column].split()) - set(names)
        if unknown:
            raise ResourceError(f"{where}: {column} {sorted(unknown)}, expected among {names}")
    for column in ("label", "source", "when"):
        if not row[column]:
            raise ResourceError(f"{where}: {column} is empty, expected among {allowed[column]}")
    return MergeRule(
        id=row["id"],
        labels=frozenset(row["label"].split()),
        source=row["source"],
        when=row["when"],
        sections=frozenset(row["section"].split()),
        given=row["as"],
        blocked_by=frozenset(row["blocked_by"].split()),
        not_in=frozenset(row["not_in"].split()),
        within=frozenset(row["within"].split()),
    )
