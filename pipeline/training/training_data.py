"""What weights are trained on: files, ids to leave out, seed."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import FormatProblem, UsageError
from pipeline.scoring import read_gold_cases
from pipeline.training.gold import read_gold

#: corpora of a non-commercial licence: no shipped weight may come from them
KEPT_OUT = ("e3c",)


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Files to train on.

    Attributes:
        gold: files of gold cases.
        rendered: file of cases with `text` and `sections`, for the section model.
        corpora: JSONL files whose texts give new word clusters; without any, the clusters under
            `models/trained` are taken.
        excluded: ids of cases that no weight may see.
        seed: of all that is drawn by chance.
        also: files of gold cases that every fold of a cross-validation is trained on and none is
            measured on; not used elsewhere.
    """

    gold: tuple[Path, ...] = ()
    rendered: Path | None = None
    corpora: tuple[Path, ...] = ()
    excluded: frozenset[str] = frozenset()
    seed: int = 0
    also: tuple[Path, ...] = ()


def check_gold(data: TrainingData) -> int:
    """Give the number of gold cases, those of `also` with them.

    Raises:
        FormatProblem: a line does not validate, or a case is to be left out.
        UsageError: a file cannot be read, or none is given.
    """
    if not data.gold:
        raise UsageError("no gold file given, expected one or more")
    ids = [case["case_id"] for path in (*data.gold, *data.also) for case in read_gold_cases(path)]
    held_out = data.excluded.intersection(ids)
    if held_out:
        raise FormatProblem(f"{min(held_out)}: in the gold and in --exclude, expected in one")
    twice = [case_id for case_id in ids if ids.count(case_id) > 1]
    if twice:
        raise FormatProblem(f"{twice[0]}: in two gold files, expected in one")
    return len(ids)


def read_ids(paths: Iterable[Path]) -> frozenset[str]:
    """Give the case ids of files of cases, one JSON object a line."""
    return frozenset(str(_id(path, case)) for path in paths for case in _cases(path))


def corpus_files(places: Sequence[Path]) -> tuple[Path, ...]:
    """Give the JSONL files among files and folders; folders without corpora of `KEPT_OUT`."""
    found: list[Path] = []
    for place in places:
        inside = sorted(place.glob("*.jsonl*")) if place.is_dir() else [place]
        found += [p for p in inside if not place.is_dir() or p.name.split(".")[0] not in KEPT_OUT]
    for path in found:
        if not path.is_file():
            raise UsageError(f"{path}: no such file, expected JSON lines")
    return tuple(found)


def digests(paths: Iterable[Path]) -> dict[str, str]:
    """Give file name -> SHA-256 of the content."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def write_cases(path: Path, cases: Iterable[dict[str, Any]]) -> Path:
    """Write cases, one JSON object a line."""
    lines = (json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
    path.write_text("".join(lines), encoding="utf-8")
    return path


def _cases(path: Path) -> list[dict[str, Any]]:
    try:
        return list(read_gold(path))
    except ValueError:
        raise FormatProblem(f"{path.name}: broken JSON, expected a case a line") from None


def _id(path: Path, case: dict[str, Any]) -> object:
    if "case_id" not in case:
        raise FormatProblem(f"{path.name}: a case without `case_id`, expected one")
    return case["case_id"]
