"""JSON Lines, JSON lists and MedPix 2.0 JSON -> cases, object by object."""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pipeline.errors import FormatProblem, InputError, MissingColumn
from pipeline.readers.blobs import Blob
from pipeline.readers.fields import choose, known_fields, normal_name
from pipeline.readers.json_stream import values_of
from pipeline.readers.labelled import case_of, id_of, labelled_case
from pipeline.readers.lines import lines_of
from pipeline.readers.options import ReadOptions
from pipeline.readers.rejects import reject
from pipeline.records import Case, RejectRow


class _Place(NamedTuple):
    where: str
    default_id: str
    notes: tuple[str, ...] = ()


def read_json_lines(blob: Blob, options: ReadOptions) -> Iterator[Case | RejectRow]:
    """Yield a case for each line; a source is `file:line`. Empty lines are passed over."""
    repeats, stem = _Repeats(blob.source), blob.stem
    for line in lines_of(blob, options):
        place = _Place(f"{blob.source}:{line.number}", f"{stem}-{line.number}", line.notes)
        if line.problem is not None:
            yield reject(place.where, line.problem)
        elif line.text.strip():
            yield from repeats.once(_outcome(_parsed(line.text), place, options))
    yield from repeats.rest()


def read_json(
    blob: Blob, options: ReadOptions, *, medpix: bool = False
) -> Iterator[Case | RejectRow]:
    """Yield a case for each object of a list, or for the one object there is.

    The file is read piece by piece, so that a long list needs no more memory than its longest
    object. With `medpix`, each object must be a MedPix 2.0 case.

    Raises:
        FormatProblem: the JSON breaks off or is broken; what stood before it has been yielded.
    """
    repeats, stem = _Repeats(blob.source), blob.stem
    for number, (value, notes) in enumerate(values_of(blob, options), start=1):
        place = _Place(f"{blob.source}#{number}", f"{stem}-{number}", notes)
        yield from repeats.once(_outcome(value, place, options, medpix=medpix))
    yield from repeats.rest()


def _outcome(
    value: object, place: _Place, options: ReadOptions, *, medpix: bool = False
) -> Case | RejectRow:
    try:
        if isinstance(value, InputError):
            raise value
        case = _case(value, place, options, medpix=medpix)
    except InputError as problem:
        return reject(place.where, problem, _known_id(value))
    return Case(case.case_id, case.text, case.source, case.sections, place.notes + case.notes)


def _known_id(value: object) -> str:
    if isinstance(value, dict):
        for name in ("case_id", "U_id", "id"):
            if isinstance(value.get(name), str | int):
                try:
                    return id_of(value[name])
                except FormatProblem:
                    return ""
    return ""


def _case(value: object, place: _Place, options: ReadOptions, *, medpix: bool) -> Case:
    if not isinstance(value, dict):
        raise FormatProblem(f"a {type(value).__name__}, expected an object with a case")
    if isinstance(value.get("Case"), dict) and options.text_column is None:
        return _medpix_case(value, place, options)
    if medpix:
        raise FormatProblem("no object `Case`, expected a MedPix 2.0 case (U_id, Case, Topic)")
    columns = choose(tuple(value), options)
    case = case_of(value, columns, place.where, place.default_id, "utf-8")
    if not (options.given_sections and "sections" in value):
        return case
    sections = _given(value["sections"], len(case.text))
    return Case(case.case_id, case.text, case.source, sections, case.notes)


def _medpix_case(value: Mapping[str, object], place: _Place, options: ReadOptions) -> Case:
    """Join the fields of `Case` in the order of the file; `Title` and `Diagnosis By` are left out.

    `Topic` says things of the disease, not of this patient, and is left out too.
    """
    content = value["Case"]
    assert isinstance(content, dict)
    case_id = place.default_id
    if options.id_column or "U_id" in value:
        case_id = id_of(value.get(options.id_column or "U_id"))
    known = known_fields()["section"]
    fields = [(name, known[normal_name(name)]) for name in content if normal_name(name) in known]
    if not fields:
        raise FormatProblem("`Case` has no field with a text, expected History, Findings ...")
    return labelled_case(content, fields, case_id, place.where)


def _given(value: object, n_chars: int) -> tuple[tuple[str, int, int], ...]:
    sections = []
    for item in value if isinstance(value, list) else [None]:
        match item:
            case [str(label), int(start), int(end)] if 0 <= start < end <= n_chars:
                sections.append((label, start, end))
            case _:
                raise FormatProblem("`sections` holds something else than [label, start, end]")
    return tuple(sections)


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as problem:
        return FormatProblem(f"broken JSON at character {problem.pos + 1}: {problem.msg}")
    except (ValueError, RecursionError):
        return FormatProblem("broken JSON: too deep or a number too long, expected a case object")


class _Repeats:
    """Say a missing column once a file, and count how often it came again."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._times = 0

    def once(self, outcome: Case | RejectRow) -> Iterator[Case | RejectRow]:
        missing = isinstance(outcome, RejectRow) and outcome.error == MissingColumn.__name__
        self._times += missing
        if not missing or self._times == 1:
            yield outcome

    def rest(self) -> Iterator[RejectRow]:
        if self._times > 1:
            problem = MissingColumn(f"{self._times - 1} more cases without a column named before")
            yield reject(self._source, problem)
