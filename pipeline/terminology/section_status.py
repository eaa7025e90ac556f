"""What status a mention has in a section when no cue decides it.

Columns of `models/rules/section_status.tsv`: `id`, `section` (empty = text outside any section),
`label` (empty = every label; a row with a label goes before one without), `status` (a status, or
`judged`: `general` or `present`, weighed by `pipeline.terminology.patient_evidence`) and `priority`
(cues below it do not count there).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from pipeline.annotations import ASSERTED, SECTIONS, STATUSES
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.status_cues import number, one_of

COLUMNS = ("id", "section", "label", "status", "priority")
#: the status of a row that leaves the choice between `general` and `present` to weighed evidence
JUDGED = "judged"


@dataclass(frozen=True, slots=True)
class SectionStatus:
    """A row of `section_status.tsv`."""

    id: str
    status: str
    priority: int


def load_section_status(path: Path | None = None) -> Mapping[tuple[str, str], SectionStatus]:
    """Read the rows as `(section, label) -> row`, every section and label covered.

    Raises:
        ResourceError: a row does not validate, stands twice, or a section has no row.
    """
    source = path or models_path("rules", "section_status.tsv")
    rows: dict[tuple[str, str], SectionStatus] = {}
    for where, row in read_rows(source, COLUMNS):
        key = (
            one_of(where, "section", row["section"], ("", *SECTIONS)),
            one_of(where, "label", row["label"], ("", *ASSERTED)),
        )
        if key in rows:
            raise ResourceError(f"{where}: section and label {key} stand twice, expected once")
        status = one_of(where, "status", row["status"], (*STATUSES, JUDGED))
        rows[key] = SectionStatus(row["id"], status, number(where, "priority", row["priority"]))
    return {key: _row(rows, key, source) for key in product(("", *SECTIONS), ASSERTED)}


def _row(
    rows: dict[tuple[str, str], SectionStatus], key: tuple[str, str], source: Path
) -> SectionStatus:
    found = rows.get(key) or rows.get((key[0], ""))
    if found is None:
        raise ResourceError(f"{source.name}: no row for section {key[0]!r}, expected one")
    return found
