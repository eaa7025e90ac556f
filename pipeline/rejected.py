"""Rows of `rejects` for cases that were read: those that gave no tables, those kept with a note."""

import traceback
from pathlib import Path

from pipeline.errors import EncodingProblem, RadtabError
from pipeline.records import Case, RejectRow

#: what the message of a case that was kept ends in
KEPT = "; case kept"


def left_out(case: Case, stage: str, error: str, what: str) -> RejectRow:
    """Make the row of a case that gave no tables."""
    said = " ".join(f"{stage} failed ({what}); case left out".split())
    return RejectRow(
        case.source, case.case_id, stage, error, f"{case.source or case.case_id}: {said}"
    )


def failed(case: Case, stage: str, error: Exception, *, debug: bool = False) -> RejectRow:
    """Make the row of a case on which a stage raised.

    Messages that are not radtab's own may quote the text: they are told with `debug` alone.
    """
    if isinstance(error, RadtabError):
        what = str(error)
    else:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
        what += f": {error}" if debug else ""
    return left_out(case, stage, type(error).__name__, what)


def kept(case: Case, note: str) -> RejectRow:
    """Make the row of a case that was read with a loss and kept."""
    message = f"{case.source}: {note}{KEPT}"
    return RejectRow(case.source, case.case_id, "read", EncodingProblem.__name__, message)


def is_note(row: RejectRow) -> bool:
    """Say whether a row tells of a case that was kept."""
    return row.message.endswith(KEPT)
