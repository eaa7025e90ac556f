"""What people submitted in Label Studio, exported as JSON -> cases.

Of a task's annotations the one marked as ground truth counts, else the one changed last; cancelled
ones do not. A task that nobody has annotated is no gold and is left out, with a word.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.exchange.gold_form import Arrow, Mark, MarkedCase, check_section, refused
from pipeline.exchange.label_studio import LABEL, ROLE, SECTION, STATUS
from pipeline.run_texts import sha256_of

_BETWEEN = re.compile(r"[\s,]*")
Result = dict[str, Any]


def read_label_studio(
    path: Path, skipped: Callable[[str], object] = lambda _: None, *, predictions: bool = False
) -> Iterator[MarkedCase]:
    """Yield the cases of an export of Label Studio (format JSON).

    Args:
        path: the file, or a folder of `tasks-*.json`.
        skipped: told of each task without an annotation.
        predictions: take such a task's prediction, as if a person had found it right.

    Raises:
        UsageError: no such file.
        FormatProblem: a task or region that does not validate.
    """
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files or not path.exists():
        raise UsageError(f"{path}: no such file, expected JSON exported from Label Studio")
    for file in files:
        for where, task in _tasks(file):
            results = _chosen(task, "annotations")
            if results is None and predictions:
                results = _chosen(task, "predictions")
            if results is None:
                skipped(f"{where}: no annotation, expected one that was submitted; left out")
            else:
                yield _case(where, task, results)


def _tasks(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield `file:line` and task; the file is parsed task by task, so that lines are known."""
    try:
        text = path.read_text("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise refused(f"{path.name}:1", "not UTF-8", "JSON exported from Label Studio") from None
    at = _past(text, 0)
    if not text.startswith("[", at):
        raise refused(f"{path.name}:1", "no list", "a list of tasks (export format JSON)")
    at, line, counted = _past(text, at + 1), 1, 0
    while not text.startswith("]", at):
        line, counted = line + text.count("\n", counted, at), at
        where = f"{path.name}:{line}"
        try:
            task, at = json.JSONDecoder().raw_decode(text, at)
        except (ValueError, RecursionError):
            raise refused(where, "broken JSON", "a list of tasks") from None
        if not isinstance(task, dict):
            raise refused(where, "no object", "a task of Label Studio")
        yield where, task
        at = _past(text, at)


def _past(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _chosen(task: dict[str, Any], kind: str) -> list[Result] | None:
    """Give the results of the annotation that counts, None where there is none."""
    given = task.get(kind)
    whole = [
        each
        for each in (given if isinstance(given, list) else [])
        if isinstance(each, dict)
        and isinstance(each.get("result"), list)
        and not each.get("was_cancelled")
    ]
    best = sorted(whole, key=lambda a: (bool(a.get("ground_truth")), str(a.get("updated_at", ""))))
    return [r for r in best[-1]["result"] if isinstance(r, dict)] if best else None


def _case(where: str, task: dict[str, Any], results: list[Result]) -> MarkedCase:
    data = task.get("data")
    case_id, text = (data.get(n) for n in ("case_id", "text")) if isinstance(data, dict) else (0, 0)
    if not isinstance(case_id, str) or not isinstance(text, str):
        raise refused(where, "no strings `case_id` and `text` in `data`", "a task radtab exported")
    if data and data.get("sha256", sha256_of(text)) != sha256_of(text):
        raise refused(where, "the text is not the one exported", "the same characters")
    where = f"{where}: {case_id}"
    chosen = {name: _choices(where, results, name) for name in (STATUS, ROLE)}
    regions = [r for r in results if r.get("type") == "labels"]
    marks = [_mark(where, r, chosen, text) for r in regions if r.get("from_name", LABEL) != SECTION]
    arrows = [_arrow(where, r) for r in results if r.get("type") == "relation"]
    _check_ids(where, regions)
    own = {mark.id for mark in marks}
    for region in {*chosen[STATUS], *chosen[ROLE]} - own:
        raise refused(where, f"a choice of {region}", "the id of a region with a label")
    sections = [_section(where, r, text) for r in regions if r.get("from_name") == SECTION]
    return MarkedCase(case_id, text, marks, arrows, sections)


def _check_ids(where: str, regions: list[Result]) -> None:
    seen: set[object] = set()
    for region in regions:
        if region["id"] in seen:
            raise refused(where, f"two regions have the id {region['id']}", "an id of its own")
        seen.add(region["id"])


def _place(where: str, result: Result, text: str) -> tuple[str, str, int, int]:
    """Give id, label, start and end of a region."""
    region, value = result.get("id"), result.get("value")
    if not isinstance(region, str) or not isinstance(value, dict):
        raise refused(where, "a region without id or value", "regions as Label Studio exports them")
    here = f"{where}: {region}"
    labels, start, end = (value.get(name) for name in ("labels", "start", "end"))
    if not (isinstance(labels, list) and len(labels) == 1 and isinstance(labels[0], str)):
        raise refused(here, "not one label", "one label a region")
    if type(start) is not int or type(end) is not int:
        raise refused(here, "start and end are no numbers", "offsets in characters")
    words = text[start:end]
    if end <= len(text) and str(value.get("text", words)).split() != words.split():
        raise refused(here, f"its words are not what stands at {start}-{end}", "the same words")
    return region, labels[0], start, end


def _mark(where: str, result: Result, chosen: dict[str, dict[str, list[str]]], text: str) -> Mark:
    region, label, start, end = _place(where, result, text)
    here = f"{where}: {region}"
    statuses = chosen[STATUS].get(region, [])
    if len(statuses) > 1:
        raise refused(here, "two statuses", "one")
    roles = frozenset(chosen[ROLE].get(region, []))
    return Mark(here, region, label, start, end, "".join(statuses), roles)


def _section(where: str, result: Result, text: str) -> tuple[str, int, int]:
    region, name, start, end = _place(where, result, text)
    check_section(f"{where}: {region}", (name, start, end), text)
    return name, start, end


def _choices(where: str, results: list[Result], name: str) -> dict[str, list[str]]:
    """Give what was chosen of each region by the control of this name."""
    chosen: dict[str, list[str]] = {}
    for result in results:
        if result.get("type") == "choices" and result.get("from_name") == name:
            value = result.get("value")
            named = value.get("choices") if isinstance(value, dict) else None
            if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
                raise refused(where, f"a choice of {name} without names", "a list `choices`")
            chosen.setdefault(str(result.get("id")), []).extend(named)
    return chosen


def _arrow(where: str, result: Result) -> Arrow:
    head, tail, labels = (result.get(name) for name in ("from_id", "to_id", "labels"))
    here = f"{where}: relation {head}-{tail}"
    if not isinstance(labels, list) or len(labels) != 1:
        raise refused(here, "not one type", "one type a relation")
    direction = result.get("direction", "right")
    if direction not in ("right", "left"):
        raise refused(here, f"direction {direction!r}", "right or left")
    ends = (str(head), str(tail)) if direction == "right" else (str(tail), str(head))
    return Arrow(here, str(labels[0]), *ends)
