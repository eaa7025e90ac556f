"""Labels of a model the user brings -> labels of ours, by a table.

A table has the columns `model_label` and `label`; others are passed over. `label` is one of ours,
empty where such mentions are left out, or `lexicon`: the label that a lexicon gives the same words,
for models whose label says nothing (`ENTITY`).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.annotations import LABELS
from pipeline.errors import ResourceError
from pipeline.resources import models_path

NEEDED = ("model_label", "label")
BY_LEXICON = "lexicon"


def read_labels(path: Path | None = None) -> Mapping[str, str]:
    """Read a table, without a path the one under models/: model's label -> ours.

    Raises:
        ResourceError: `file:line: problem, expected`.
    """
    table = path or models_path("rules", "recogniser_labels.tsv")
    labels: dict[str, str] = {}
    for where, theirs, ours in _rows(table):
        if not theirs:
            raise ResourceError(f"{where}: model_label is empty, expected a label of the model")
        if ours not in ("", BY_LEXICON, *LABELS):
            expected = f"nothing, {BY_LEXICON} or one of {', '.join(LABELS)}"
            raise ResourceError(f"{where}: label {ours!r}, expected {expected}")
        if labels.setdefault(theirs, ours) != ours:
            raise ResourceError(f"{where}: {theirs} stands twice, expected one row for it")
    return labels


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        said = getattr(problem, "strerror", None) or "not UTF-8"
        raise ResourceError(f"{path}: cannot be read ({said}), expected a table (TSV)") from None
    header: list[str] = []
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line.split("\t")]
        where = f"{path.name}:{number}"
        if not line.strip() or line.startswith("#"):
            continue
        if not header:
            if missing := [name for name in NEEDED if name not in cells]:
                said = f"no column {missing[0]}, expected {' and '.join(NEEDED)}"
                raise ResourceError(f"{where}: {said}")
            header = cells
        elif len(cells) > len(header):
            raise ResourceError(f"{where}: {len(cells)} cells, expected {len(header)}")
        else:
            row = dict(zip(header, cells, strict=False))
            yield where, row.get("model_label", ""), row.get("label", "")
    if not header:
        raise ResourceError(f"{path.name}:1: empty, expected a header with {' and '.join(NEEDED)}")
