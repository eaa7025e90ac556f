"""Cross-validated scores -> lines for a terminal, a TSV table, JSON and a run folder."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from pipeline.chunk_folder import DoneChunk, drop_chunks, write_chunk
from pipeline.chunks import Tally
from pipeline.final_tables import TableWriter
from pipeline.manifest import completed, new_manifest, write_manifest
from pipeline.run_folder import check_output, open_folder
from pipeline.scoring import Score
from pipeline.training.cross_validation import SHARED, CrossValidated, FoldOptions
from pipeline.training.training_data import TrainingData, digests

COLUMNS = (
    "measure", "mean_f1", "worst_f1", "pooled_f1", "pooled_precision", "pooled_recall", "gold",
    "predicted",
)  # fmt: skip


class Line(NamedTuple):
    """A measure: mean and worst F1 of the folds that have any of it, and the scores pooled."""

    name: str
    mean: float
    worst: float
    pooled: Score


def fold_lines(result: CrossValidated) -> Iterator[Line]:
    """Give a line a measure; a fold without gold of it counts neither for the mean nor the worst.

    Accuracies (`status`, `section characters`) have equal precision, recall and F1.
    """
    for name, pooled in result.pooled.items():
        f1s = [fold[name].f1 for fold in result.by_fold if name in fold and fold[name].gold]
        if f1s:
            yield Line(name, fmean(f1s), min(f1s), pooled)


def shown_lines(result: CrossValidated) -> Iterator[str]:
    """Give the table for a terminal, then what all folds share."""
    lines = list(fold_lines(result))
    width = max(len(line.name) for line in lines)
    heads = ("mean F1", "worst", "pooled", "P", "R", "gold", "run")
    yield " ".join([f"{'':{width}}", *(f"{head:>8}" for head in heads)])
    for line in lines:
        shares = [line.mean, line.worst, line.pooled.f1, line.pooled.precision, line.pooled.recall]
        cells = [
            *(_share(x) for x in shares),
            f"{line.pooled.gold:,}",
            f"{line.pooled.predicted:,}",
        ]
        yield " ".join([f"{line.name:{width}}", *(f"{cell:>8}" for cell in cells)])
    yield ""
    yield from (f"shared by all folds: {what}" for what in SHARED)


def write_report(
    folder: Path, result: CrossValidated, data: TrainingData, options: FoldOptions
) -> None:
    """Write scores and predictions into a folder, made if needed.

    `cross_validation.tsv` and `cross_validation.json` have the scores. `run/` is a run folder with
    every case as the weights that did not see it read it: `radtab score GOLD run --errors FINDING`
    lists what to mend.

    Raises:
        UsageError: `run/` holds something else than an earlier run.
    """
    _write_run(folder / "run", result, data, options)
    rows = ["\t".join(COLUMNS)]
    rows += ["\t".join(str(cell) for cell in _cells(line)) for line in fold_lines(result)]
    folder.joinpath("cross_validation.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    text = json.dumps(_summary(result, data, options), indent=2) + "\n"
    folder.joinpath("cross_validation.json").write_text(text, encoding="utf-8")


def _write_run(run: Path, result: CrossValidated, data: TrainingData, options: FoldOptions) -> None:
    check_output(run, data.gold, overwrite=True)
    settings = {"format": "parquet", "cross_validated": _config(options)}
    manifest = new_manifest(data.gold, settings)
    open_folder(run, manifest)
    tally = Tally(cases=len(result.rows["cases"]), findings=len(result.rows["findings"]))
    write_chunk(run, DoneChunk(0, "", tally), result.rows)
    files = TableWriter(run, [0], "parquet").write()
    write_manifest(run, completed(manifest, asdict(tally), files))
    drop_chunks(run)


def _summary(result: CrossValidated, data: TrainingData, options: FoldOptions) -> dict[str, Any]:
    files = [*data.gold, *data.also, *([data.rendered] if data.rendered else [])]
    return {
        "config": _config(options),
        "data": digests(files),
        "cases": sum(map(len, result.fold_ids)),
        "excluded": len(data.excluded),
        "seed": data.seed,
        "shared": list(SHARED),
        "folds": [sorted(ids) for ids in result.fold_ids],
        "scores": {
            line.name: {
                **dict(zip(COLUMNS[1:], _cells(line)[1:], strict=True)),
                "folds": [_rounded(f[line.name].f1) for f in result.by_fold if line.name in f],
            }
            for line in fold_lines(result)
        },
        "date": datetime.now(UTC).date().isoformat(),
    }


def _config(options: FoldOptions) -> dict[str, Any]:
    """Give what decides the figures: how many folds run at a time does not."""
    return {"folds": options.folds, "given": options.given}


def _cells(line: Line) -> list[Any]:
    pooled = line.pooled
    shares = (line.mean, line.worst, pooled.f1, pooled.precision, pooled.recall)
    return [line.name, *(_rounded(x) for x in shares), pooled.gold, pooled.predicted]


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _share(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"
