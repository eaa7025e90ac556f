"""Cue rows of a change since a prior study: loading, and which statuses may have which change.

`models/rules/change_cues.tsv` has the columns of `status_cues.tsv`
(`pipeline.terminology.status_cues`) with `change` in the place of `status`. What is meant is a
comparison: a brightness (`increased signal`), the onset of a symptom (`new onset of headache`) or
the state of a patient (`hemodynamically stable`) is none, and pseudo-cues say so.
"""

from pathlib import Path

from pipeline.annotations import CHANGES
from pipeline.resources import models_path
from pipeline.terminology.status_cues import CueTable, load_cues

#: status of a mention -> changes it may have; what is absent or general has not grown
CHANGES_OF = {
    "present": frozenset(CHANGES),
    "possible": frozenset(CHANGES),
    "historical": frozenset(CHANGES),
    "absent": frozenset({"resolved"}),
}


def load_change_cues(path: Path | None = None) -> CueTable:
    """Read and check the cue rows (default: `models/rules/change_cues.tsv`).

    Raises:
        ResourceError: `file:line: problem, expected` for the first row that does not validate.
    """
    return load_cues(path or models_path("rules", "change_cues.tsv"), "change", CHANGES)
