"""A brat folder, as people left it -> cases: what stands in `.ann` is read line by line.

Notes (`#`) and normalisations (`N`) are passed over: they tell, they do not mark.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.exchange.brat_files import CASES_FILE
from pipeline.exchange.gold_form import Arrow, Mark, MarkedCase, check_section, refused
from pipeline.run_texts import sha256_of

_MENTION = re.compile(r"(T\d+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.*)")
_RELATION = re.compile(r"R\d+\t(\S+) Arg1:(\S+) Arg2:(\S+)\s*")
_ATTRIBUTE = re.compile(r"[AM]\d+\t(\S+) (\S+)(?: (\S+))?\s*")
_FORMS = {
    "T": (_MENTION, "T1<tab>LABEL start end<tab>words"),
    "R": (_RELATION, "R1<tab>relation Arg1:T1 Arg2:T2"),
    "A": (_ATTRIBUTE, "A1<tab>Name T1 value"),
    "M": (_ATTRIBUTE, "M1<tab>Name T1 value"),
}
#: what tells nothing that gold holds
_PASSED = "#N"
#: attributes that gold has no place for
_OTHER = ("Change", "Laterality")


@dataclass
class _Ann:
    """What the lines of one file say; attributes by id of the mention: (where, name, value)."""

    marks: list[Mark] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    said: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)


def read_brat(folder: Path) -> Iterator[MarkedCase]:
    """Yield the cases of a brat folder, in order of file names.

    Raises:
        UsageError: no such folder, or no text in it.
        FormatProblem: a line that does not validate, a text that is not that of the export.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no folder, expected one with .txt and .ann of brat")
    listed = _listed(folder / CASES_FILE)
    texts = sorted(folder.glob("*.txt"))
    if not texts:
        raise UsageError(f"{folder}: no .txt in it, expected the folder of a brat collection")
    for path in texts:
        yield _case(path, listed.get(path.stem, {}))


def _listed(path: Path) -> Mapping[str, Mapping[str, Any]]:
    if not path.is_file():
        return {}
    try:
        listed = json.loads(path.read_text("utf-8"))
    except ValueError:
        raise refused(f"{path.name}:1", "broken JSON", "the file as exported") from None
    fine = isinstance(listed, dict) and all(isinstance(each, dict) for each in listed.values())
    if not fine:
        raise refused(f"{path.name}:1", "no object of cases", "the file as exported")
    return listed  # type: ignore[no-any-return]


def _case(path: Path, known: Mapping[str, Any]) -> MarkedCase:
    text = _text(path)
    if known.get("sha256", sha256_of(text)) != sha256_of(text):
        raise refused(f"{path.name}:1", "the text is not the one exported", "the same characters")
    ann_path = path.with_suffix(".ann")
    if not ann_path.is_file():
        raise refused(f"{path.name}:1", f"no {ann_path.name} beside it", "a .ann for each .txt")
    ann = _read_lines(ann_path, text)
    return MarkedCase(
        known.get("case_id") or _unescaped(path.stem), text, _with_attributes(ann), ann.arrows,
        list(_sections(known, text)),
    )  # fmt: skip


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as problem:
        line = problem.object[: problem.start].count(b"\n") + 1
        raise refused(f"{path.name}:{line}", "not UTF-8", "text in UTF-8") from None


def _unescaped(name: str) -> str:
    """Give the case id of a file name that `FileNamer` made, or any other name as it is."""
    data = re.sub(rb"~([0-9A-F]{2})", lambda m: bytes.fromhex(m[1].decode()), name.encode())
    return data.decode("utf-8", "replace")


def _sections(known: Mapping[str, Any], text: str) -> Iterator[tuple[str, int, int]]:
    for each in known.get("sections", []):
        where = f"{CASES_FILE}:1"
        if not (isinstance(each, list) and [type(part) for part in each] == [str, int, int]):
            raise refused(where, "a section is no [name, start, end]", "the file as exported")
        section = (each[0], each[1], each[2])
        check_section(where, section, text)
        yield section


def _read_lines(path: Path, text: str) -> _Ann:
    ann = _Ann()
    for number, line in enumerate(_text(path).split("\n"), start=1):
        line = line.removesuffix("\r")
        if line.strip() and line[0] not in _PASSED:
            _take(ann, line, f"{path.name}:{number}", text)
    return ann


def _take(ann: _Ann, line: str, where: str, text: str) -> None:
    if line[0] not in _FORMS:
        raise refused(where, f"begins with {line[0]!r}", "a line of T, R, A or a note")
    form, expected = _FORMS[line[0]]
    found = form.fullmatch(line)
    if not found:
        raise refused(where, f"is no line of {line[0]}", expected)
    if line[0] == "T":
        ann.marks.append(_mark(found, where, text))
        if len({mark.id for mark in ann.marks}) < len(ann.marks):
            raise refused(where, f"id {found[1]} stands twice", "an id of its own")
    elif line[0] == "R":
        ann.arrows.append(Arrow(where, found[1], _gold_id(found[2]), _gold_id(found[3])))
    else:
        ann.said.setdefault(_gold_id(found[2]), []).append((where, found[1], found[3] or ""))


def _mark(found: re.Match[str], where: str, text: str) -> Mark:
    parts = [tuple(map(int, part.split())) for part in found[3].split(";")]
    for (_, end), (start, _) in pairwise(parts):
        if text[end:start].strip() or start < end:
            raise refused(where, "the mention has a gap that holds words", "one piece of text")
    start, end = parts[0][0], parts[-1][1]
    if end <= len(text) and text[start:end].split() != found[4].split():
        raise refused(where, f"its words are not what stands at {start}-{end}", "the same words")
    return Mark(where, _gold_id(found[1]), found[2], start, end)


def _gold_id(brat_id: str) -> str:
    """Give the id a mention had in the run; one that is new gets one of the same kind."""
    return f"e{brat_id[1:]}" if re.fullmatch(r"T\d+", brat_id) else brat_id


def _brat_id(gold_id: str) -> str:
    return re.sub(r"^e(?=\d+$)", "T", gold_id)


def _with_attributes(ann: _Ann) -> list[Mark]:
    known = {mark.id for mark in ann.marks}
    for mention, said in ann.said.items():
        if mention not in known:
            raise refused(said[0][0], f"is of {_brat_id(mention)}", "a mention of this file")
    for arrow in ann.arrows:
        for end in {arrow.head, arrow.tail} - known:
            raise refused(arrow.where, f"is of {_brat_id(end)}", "a mention of this file")
    return [_told(mark, ann.said.get(mark.id, [])) for mark in ann.marks]


def _told(mark: Mark, said: list[tuple[str, str, str]]) -> Mark:
    status, roles = "", set()
    for where, name, value in said:
        if name == "Status":
            if status:
                raise refused(where, "a second Status of one mention", "one")
            status = value
        elif name == "Role":
            roles |= {"final", "differential"} if value == "both" else {value}
        elif name == "KeyFinding":
            roles.add("key_finding")
        elif name not in _OTHER:
            raise refused(where, f"attribute {name!r} is not known", "those of annotation.conf")
    return Mark(mark.where, mark.id, mark.label, mark.start, mark.end, status, frozenset(roles))
