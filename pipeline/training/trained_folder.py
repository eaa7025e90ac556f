"""Train parts, measure them, and say beside the weights what they were made from.

`training.json` in the folder of the weights has an entry a part: config, data with SHA-256, number
of cases, seed, cross-validated scores, date.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import FormatProblem, UsageError
from pipeline.resources import models_path, trained_from
from pipeline.training import recogniser, relations, sections, status
from pipeline.training.parts import (
    CLUSTERS,
    FITS,
    fit_clusters,
    fit_relations,
    fit_status_evidence,
)
from pipeline.training.recogniser_clusters import DIMENSIONS, SIZES
from pipeline.training.training_data import TrainingData, check_gold, digests

RECORD = "training.json"
#: parts that `radtab train` knows, in the order they are trained
PARTS = tuple(FITS)


def train_parts(
    names: Sequence[str], data: TrainingData, folder: Path, report: Callable[[str], None] = print
) -> dict[str, Any]:
    """Train parts in the order of `PARTS` and write their weights into a folder.

    Args:
        names: some of `PARTS`.
        data: what to train on; `recogniser` and `relations` need gold, `sections` rendered cases.
        folder: made if needed; files of other parts stay as they are.
        report: is told of each part and its scores.

    Returns:
        What `training.json` says, by part.

    Raises:
        UsageError: a part is not known, or what it needs is not given.
        FormatProblem: a case file, or an earlier `training.json`, does not validate.
    """
    for name in names:
        if name not in PARTS:
            raise UsageError(f"part {name!r} is not known, expected some of {', '.join(PARTS)}")
    _check(names, data)
    folder.mkdir(parents=True, exist_ok=True)
    record = _read_record(folder / RECORD)
    for name in (part for part in PARTS if part in names):
        report(f"training {name}")
        record[name] = _TRAINERS[name](data, folder) | {"seed": data.seed, "date": _today()}
        report(f"  {json.dumps(record[name].get('scores', {}))}")
        _write(folder / RECORD, record)
    return record


def _check(names: Sequence[str], data: TrainingData) -> None:
    if "sections" in names and data.rendered is None:
        raise UsageError("sections are trained on rendered cases, expected --rendered FILE")
    if set(names) - {"sections"}:
        check_gold(data)


def _train_sections(data: TrainingData, folder: Path) -> dict[str, Any]:
    if data.rendered is None:
        raise UsageError("sections are trained on rendered cases, expected --rendered FILE")
    made = sections.train_sections(
        data.rendered, folder / "sections.npz", exclude=data.excluded, seed=data.seed
    )
    return _same(made)


def _train_status(data: TrainingData, folder: Path) -> dict[str, Any]:
    shares: dict[str, float] = {}
    for path in data.gold:
        of_file = status.cross_validate(path)
        shares |= {f"{path.name}: {name}": right / n for name, (right, n) in of_file.items()}
    fit_status_evidence(data, folder)
    scores = {name: round(share, 4) for name, share in shares.items()}
    return _made(data, {"strength": status.STRENGTH}, scores)


def _train_clusters(data: TrainingData, folder: Path) -> dict[str, Any]:
    """Make clusters anew from `data.corpora`; without any, copy those in use."""
    fit_clusters(data, folder)
    config = {"sizes": SIZES, "dimensions": DIMENSIONS, "copied": not data.corpora}
    return _made(data, config, {}) | {"data": digests((*data.gold, *data.corpora))}


def _train_recogniser(data: TrainingData, folder: Path) -> dict[str, Any]:
    """Train over the clusters of the folder, or those in use where it has none."""
    if not (folder / CLUSTERS).is_file():
        shutil.copyfile(models_path("trained", CLUSTERS), folder / CLUSTERS)
    with trained_from(folder):
        made = recogniser.train_recogniser(
            data.gold, folder / "recogniser.npz", exclude=data.excluded, seed=data.seed
        )
    return _same(made)


def _train_relations(data: TrainingData, folder: Path) -> dict[str, Any]:
    said: list[str] = []
    fit_relations(data, folder, said.append)
    scores = dict(line.split(": ", 1) for line in said)
    return _made(data, {"strength": relations.STRENGTH, "least": relations.LEAST}, scores)


_TRAINERS: dict[str, Callable[[TrainingData, Path], dict[str, Any]]] = {
    "sections": _train_sections,
    "status": _train_status,
    "clusters": _train_clusters,
    "recogniser": _train_recogniser,
    "relations": _train_relations,
}


def _made(data: TrainingData, config: dict[str, Any], scores: dict[str, Any]) -> dict[str, Any]:
    return {
        "config": config,
        "data": digests(data.gold),
        "cases": check_gold(data),
        "excluded": len(data.excluded),
        "scores": scores,
    }


def _same(made: dict[str, Any]) -> dict[str, Any]:
    return {name: made[name] for name in ("config", "data", "cases", "excluded", "scores")}


def _read_record(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text("utf-8"))
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise FormatProblem(f"{path}: broken JSON, expected what `radtab train` wrote")
    return record


def _write(path: Path, record: dict[str, Any]) -> None:
    path.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
