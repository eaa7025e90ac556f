"""Cases -> a brat folder: text, standoff annotation and configuration.

    T1  FINDING 10 16;17 23   first part second part     a mention; parts where a line ends in it
    R1  located_in Arg1:T1 Arg2:T2                       a relation
    A1  Status T1 absent                                 status, role, key finding, change, side
    #1  AnnotatorNotes T1   DOID:3565 meningioma         the concept, to read, not to change

`T12` is the mention `e12` of the run. brat has no place for sections: they are noted in
`cases.json`, which brat passes over. What else the run knows (scores, cues, rules, sentences,
patient) stays in the run.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.exchange.brat_files import CASES_FILE, FileNamer, annotation_conf, visual_conf
from pipeline.exchange.run_cases import AnnotatedCase

_ENDS = "\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
#: what a line of standoff cannot hold
BREAKS = re.compile(f"[{_ENDS}]+")
#: what lies between the parts of a mention
_GAP = re.compile(f" *[{_ENDS}][{_ENDS} ]*")


def write_brat(cases: Iterable[AnnotatedCase], folder: Path) -> int:
    """Write a folder that brat shows; give the number of cases.

    Args:
        cases: the cases.
        folder: an empty folder.
    """
    name_of, listed = FileNamer(), {}
    for case in cases:
        name = name_of(case.case_id)
        _write(folder / f"{name}.txt", case.text)
        _write(folder / f"{name}.ann", "".join(f"{line}\n" for line in standoff(case)))
        sections = [[s["section"], s["start"], s["end"]] for s in case.sections]
        listed[name] = {
            "case_id": case.case_id, "sections": sections, "sha256": case.row["sha256"],
        }  # fmt: skip
    _write(folder / CASES_FILE, json.dumps(listed, indent=1) + "\n")
    _write(folder / "annotation.conf", annotation_conf())
    _write(folder / "visual.conf", visual_conf())
    return len(listed)


def _write(path: Path, text: str) -> None:
    """Write the text as it is: no line end may change, offsets count them."""
    path.write_bytes(text.encode())


def standoff(case: AnnotatedCase) -> Iterator[str]:
    """Give the lines of a case's `.ann`."""
    for entity in case.entities:
        parts = fragments(case.text, entity["start"], entity["end"])
        spans = ";".join(f"{start} {end}" for start, end in parts)
        words = BREAKS.sub(" ", " ".join(case.text[start:end] for start, end in parts))
        yield f"{_brat_id(entity['entity_id'])}\t{entity['label']} {spans}\t{words}"
    for number, row in enumerate(case.relations, start=1):
        ends = f"Arg1:{_brat_id(row['head_id'])} Arg2:{_brat_id(row['tail_id'])}"
        yield f"R{number}\t{row['type']} {ends}"
    said = ((e, each) for e in case.entities for each in _attributes(e))
    for number, (entity, (name, value)) in enumerate(said, start=1):
        yield f"A{number}\t{name} {_brat_id(entity['entity_id'])} {value}".rstrip(" ")
    linked = (e for e in case.entities if e["concept_id"])
    for number, entity in enumerate(linked, start=1):
        concept = BREAKS.sub(" ", f"{entity['concept_id']} {entity['concept_name']}")
        yield f"#{number}\tAnnotatorNotes {_brat_id(entity['entity_id'])}\t{concept}"


def fragments(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Give the parts of a span between what would end a line or a cell of standoff.

    >>> fragments("soft\\n tissue", 0, 12)
    [(0, 4), (6, 12)]
    """
    gaps = [found.span() for found in _GAP.finditer(text, start, end)]
    inner = [(first, last) for first, last in gaps if start < first and last < end]
    firsts, lasts = [last for _, last in inner], [first for first, _ in inner]
    return list(zip([start, *firsts], [*lasts, end], strict=True))


def _brat_id(entity_id: str) -> str:
    return f"T{entity_id.removeprefix('e')}"


def _attributes(entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Give name and value of what is said of a mention; an empty value, it is so."""
    if entity["status"]:
        yield "Status", entity["status"]
    if entity["role"]:
        yield "Role", entity["role"] if " " not in entity["role"] else "both"
    if entity["key_finding"]:
        yield "KeyFinding", ""
    for column in ("change", "laterality"):
        if entity[column]:
            yield column.capitalize(), entity[column]
