"""A case as a run has it, or as people corrected it -> a gold case, as the commands read it.

The form is that of `pipeline.scoring.gold_cases`: `radtab score` and `radtab train` take it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.annotations import ASSERTED, LABELS, RELATIONS, SECTIONS, STATUSES
from pipeline.errors import FormatProblem
from pipeline.exchange.run_cases import AnnotatedCase
from pipeline.table_files import replacing

#: role of a mention -> the list of a gold case it stands in
ROLES: Mapping[str, str] = {
    "final": "final_diagnosis", "differential": "differential", "key_finding": "key_findings",
}  # fmt: skip
_ROLE_LABELS = {
    "final": ("DIAGNOSIS",), "differential": ("DIAGNOSIS",), "key_finding": ("FINDING", "SIGNAL"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """A mention as a person left it; `where` is `file:line`, for messages."""

    where: str
    id: str
    label: str
    start: int
    end: int
    status: str = ""
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Arrow:
    """A relation as a person left it: type and the ids of head and tail."""

    where: str
    type: str
    head: str
    tail: str


@dataclass(frozen=True, slots=True)
class MarkedCase:
    """A case as a person left it; sections as `(name, start, end)`."""

    case_id: str
    text: str
    marks: Sequence[Mark]
    arrows: Sequence[Arrow] = ()
    sections: Sequence[tuple[str, int, int]] = ()


def roles_of(row: Mapping[str, Any]) -> frozenset[str]:
    """Give the roles of a row of `entities`: some of final, differential, key_finding."""
    return frozenset([*row["role"].split(), *(["key_finding"] if row["key_finding"] else [])])


def marked(case: AnnotatedCase) -> MarkedCase:
    """Take what a run says of a case for what a person would leave, had it nothing to correct."""
    return MarkedCase(
        case.case_id, case.text,
        [
            Mark("", e["entity_id"], e["label"], e["start"], e["end"], e["status"], roles_of(e))
            for e in case.entities
        ],
        [Arrow("", r["type"], r["head_id"], r["tail_id"]) for r in case.relations],
        [(s["section"], s["start"], s["end"]) for s in case.sections],
    )  # fmt: skip


def gold_case(case: MarkedCase) -> dict[str, Any]:
    """Make a gold case, checked.

    Mentions within the keywords are left out, with their relations: gold does not have them, and
    `radtab score` does not count them.

    Raises:
        FormatProblem: a name that is not known, a span outside the text, a relation without an
            end; the message begins with the place.

    >>> case = MarkedCase("a", "No cyst.", [Mark("a.ann:1", "e1", "FINDING", 3, 7, "absent")])
    >>> gold_case(case)["entities"]
    [{'id': 'e1', 'type': 'FINDING', 'start': 3, 'end': 7, 'text': 'cyst', 'status': 'absent'}]
    """
    for mark in case.marks:
        _check_mark(mark, case.text)
    known = {mark.id: mark for mark in case.marks}
    for arrow in case.arrows:
        _check_arrow(arrow, known)
    kept = sorted(_outside_keywords(case), key=lambda m: (m.start, -m.end, m.label))
    ids = {mark.id for mark in kept}
    return {
        "case_id": case.case_id,
        "text": case.text,
        "sections": [list(section) for section in sorted(case.sections, key=lambda s: s[1])],
        "entities": [_entity(mark, case.text) for mark in kept],
        "relations": [[a.type, a.head, a.tail] for a in case.arrows if {a.head, a.tail} <= ids],
        **{name: [m.id for m in kept if role in m.roles] for role, name in ROLES.items()},
    }


def _entity(mark: Mark, text: str) -> dict[str, Any]:
    return {
        "id": mark.id, "type": mark.label, "start": mark.start, "end": mark.end,
        "text": text[mark.start : mark.end], "status": mark.status or None,
    }  # fmt: skip


def _outside_keywords(case: MarkedCase) -> Iterable[Mark]:
    within = [(start, end) for name, start, end in case.sections if name == "keywords"]
    return [m for m in case.marks if not any(a <= m.start < b for a, b in within)]


def check_section(where: str, section: tuple[str, int, int], text: str) -> None:
    """Refuse a section that is not known or not within the text.

    Raises:
        FormatProblem: it is so.
    """
    name, start, end = section
    if name not in SECTIONS:
        raise refused(where, f"section {name!r} is not known", f"one of {', '.join(SECTIONS)}")
    _check_span(where, (start, end), text)


def refused(where: str, problem: str, expected: str) -> FormatProblem:
    """Make the error of a place in a file: `file:line: problem, expected ...`."""
    return FormatProblem(f"{where}: {problem}, expected {expected}")


def _check_span(where: str, span: tuple[int, int], text: str) -> None:
    if not 0 <= span[0] < span[1] <= len(text):
        raise refused(where, f"{span[0]}-{span[1]} is no span", f"one within 0-{len(text)}")


def _check_mark(mark: Mark, text: str) -> None:
    if mark.label not in LABELS:
        raise refused(mark.where, f"label {mark.label!r} is not known", _one_of(LABELS))
    _check_span(mark.where, (mark.start, mark.end), text)
    if mark.label in ASSERTED and mark.status not in STATUSES:
        told = f"status {mark.status!r}" if mark.status else "no status"
        raise refused(mark.where, f"{mark.label} has {told}", _one_of(STATUSES))
    if mark.label not in ASSERTED and mark.status:
        raise refused(mark.where, f"{mark.label} has a status", f"one on {', '.join(ASSERTED)}")
    for role in sorted(mark.roles):
        if role not in ROLES:
            raise refused(mark.where, f"role {role!r} is not known", _one_of(ROLES))
        if mark.label not in _ROLE_LABELS[role]:
            wanted = f"it on {' or '.join(_ROLE_LABELS[role])}"
            raise refused(mark.where, f"{mark.label} has the role {role}", wanted)


def _check_arrow(arrow: Arrow, known: Mapping[str, Mark]) -> None:
    if arrow.type not in RELATIONS:
        raise refused(arrow.where, f"relation {arrow.type!r} is not known", _one_of(RELATIONS))
    for end in (arrow.head, arrow.tail):
        if end not in known:
            raise refused(arrow.where, f"relation of {end!r}", "the id of a mention")


def _one_of(names: Iterable[str]) -> str:
    return f"one of {', '.join(names)}"


def write_gold(cases: Iterable[MarkedCase], path: Path) -> int:
    """Write gold cases, one a line; nothing is written if one does not validate. Give how many.

    Raises:
        FormatProblem: see `gold_case`; or a case id stands twice.
    """
    seen: set[str] = set()
    with replacing(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as lines:
        for case in cases:
            if case.case_id in seen:
                raise FormatProblem(f"case id {case.case_id!r} stands twice, expected it once")
            seen.add(case.case_id)
            lines.write(json.dumps(gold_case(case)) + "\n")
    return len(seen)
