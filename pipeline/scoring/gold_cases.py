"""A gold file, one case a line, read and checked: `file:line: problem, expected`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.annotations import LABELS, RELATIONS, STATUSES
from pipeline.errors import FormatProblem, UsageError

#: a case as the annotation guide defines it: case_id, text, sections, entities, relations, roles
GoldCase = Mapping[str, Any]
#: lists of entity ids at case level
ROLES = ("final_diagnosis", "differential", "key_findings")


def read_gold_cases(path: Path) -> Iterator[GoldCase]:
    """Yield the cases of a gold file.

    Raises:
        UsageError: the file cannot be read.
        FormatProblem: a line does not validate.
    """
    try:
        handle = path.open(encoding="utf-8", newline="\n")
    except OSError as problem:
        raise UsageError(f"{path}: cannot be read ({problem.strerror})") from None
    seen: set[str] = set()
    with handle:
        for number, line in enumerate(_lines(handle, path), start=1):
            if line.strip():
                try:
                    yield _checked(line, seen)
                except FormatProblem as problem:
                    raise FormatProblem(f"{path.name}:{number}: {problem}") from None
    if not seen:
        raise FormatProblem(f"{path.name}: no case, expected a case a line")


def _lines(handle: Iterator[str], path: Path) -> Iterator[str]:
    try:
        yield from handle
    except UnicodeDecodeError:
        raise FormatProblem(f"{path.name}: not UTF-8, expected a case a line") from None


def _checked(line: str, seen: set[str]) -> GoldCase:
    try:
        case: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise FormatProblem("broken JSON, expected an object with a gold case") from None
    _expect(isinstance(case, dict), "not an object, expected a gold case")
    for name in ("case_id", "text"):
        _expect(isinstance(case.get(name), str), f"no string `{name}`, expected one")
    for name in ("sections", "entities", "relations", *ROLES):
        _expect(isinstance(case.get(name), list), f"no list `{name}`, expected one")
    _expect(case["case_id"] not in seen, f"case id {case['case_id']!r} stands twice")
    seen.add(case["case_id"])
    _check_sections(case)
    ids = _entity_ids(case)
    _check_relations(case, ids)
    for name in ROLES:
        _expect(all(_is_id(i, ids) for i in case[name]), f"`{name}` names an unknown entity id")
    return {str(key): value for key, value in case.items()}


def _expect(holds: bool, problem: str) -> None:
    if not holds:
        raise FormatProblem(problem)


def _is_id(value: object, ids: set[str]) -> bool:
    return isinstance(value, str) and value in ids


def _is_span(start: object, end: object, text: str) -> bool:
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)


def _check_sections(case: GoldCase) -> None:
    for number, section in enumerate(case["sections"], start=1):
        whole = isinstance(section, list) and len(section) == 3 and isinstance(section[0], str)
        fine = whole and _is_span(section[1], section[2], case["text"])
        _expect(fine, f"section {number} is no [label, start, end] within the text")


def _entity_ids(case: GoldCase) -> set[str]:
    ids: set[str] = set()
    for number, entity in enumerate(case["entities"], start=1):
        where = f"entity {number}"
        fine = isinstance(entity, dict) and isinstance(entity.get("id"), str)
        _expect(fine, f"{where} is no object with an id")
        _expect(entity["id"] not in ids, f"{where}: id {entity['id']!r} stands twice")
        ids.add(entity["id"])
        _check_entity(entity, case["text"], where)
    return ids


def _check_entity(entity: GoldCase, text: str, where: str) -> None:
    label, status = entity.get("type"), entity.get("status")
    _expect(label in LABELS, f"{where}: type is {label!r}, expected one of {', '.join(LABELS)}")
    known = f"expected one of {', '.join(STATUSES)}"
    _expect(not status or status in STATUSES, f"{where}: status is {status!r}, {known}")
    start, end = entity.get("start"), entity.get("end")
    _expect(_is_span(start, end, text), f"{where}: {start}-{end} is no span within the text")
    same = entity.get("text", text[start:end]) == text[start:end]
    _expect(same, f"{where}: its text is not what stands at {start}-{end}")


def _check_relations(case: GoldCase, ids: set[str]) -> None:
    for number, relation in enumerate(case["relations"], start=1):
        where = f"relation {number}"
        whole = isinstance(relation, list) and len(relation) == 3
        _expect(whole, f"{where} is no [type, head, tail]")
        kind, head, tail = relation
        wanted = f"expected one of {', '.join(RELATIONS)}"
        _expect(kind in RELATIONS, f"{where}: type is {kind!r}, {wanted}")
        _expect(_is_id(head, ids) and _is_id(tail, ids), f"{where} names an unknown entity id")
