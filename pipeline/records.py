"""The records at the edges: a Case goes in, rows of tables come out.

The tables' columns come from the row classes below and from nowhere else: name and type are the
field's, the meaning is in its metadata. `columns(row_class)` lists them.

Every `start` (inclusive) and `end` (exclusive) indexes the case text as delivered, in `str`
characters.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Case:
    """One case as delivered.

    `sections` is empty unless the input names them: then `(label, start, end)` in characters.
    `notes` says what was lost on the way in, for example `decoded as cp1252`.
    """

    case_id: str
    text: str
    source: str = ""
    sections: tuple[tuple[str, int, int], ...] = ()
    notes: tuple[str, ...] = ()


class Column(NamedTuple):
    """A column: name, type as annotated (`str`, `int | None`, `list[str]` ...) and meaning."""

    name: str
    type: Any
    meaning: str


def meaning(text: str, unit: str = "") -> Any:  # noqa: ANN401 (the value of a dataclass field)
    """Say what a column holds, and of a number what it counts or is measured in."""
    return field(metadata={"meaning": text, "unit": unit})


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case."""

    case_id: str = meaning("id of the case: file name without ending, or the id column")
    source: str = meaning("file, archive member or line the case came from")
    n_chars: int = meaning("characters of the text", "characters")
    n_tokens: int = meaning("tokens of the text, white space not counted", "tokens")
    age: float | None = meaning("age of the patient in years, as first stated", "years")
    sex: str = meaning("female, male or empty")
    modalities: list[str] = meaning("modalities named, in order of first mention")
    sequences: list[str] = meaning("sequences, phases and contrast states named")
    keywords: list[str] = meaning("keywords as delivered")
    final_diagnosis: str = meaning("final diagnosis as its section, else the case, first names it")
    final_concept_id: str = meaning("concept of the final diagnosis, or empty")
    differential: list[str] = meaning("diagnoses offered as alternatives, as written")
    n_findings: int = meaning("rows of this case in the table findings", "rows")
    sha256: str = meaning("SHA-256 of the text in UTF-8")


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section of a case."""

    case_id: str = meaning("id of the case")
    section: str = meaning("history, exam, treatment, findings, diagnosis, differential, ...")
    start: int = meaning("first character", "characters")
    end: int = meaning("character after the last", "characters")
    method: str = meaning("given (by the input), heading or model")
    score: float = meaning("probability of the section, 1 where given or from a heading")


@dataclass(frozen=True, slots=True)
class EntityRow:
    """A mention."""

    case_id: str = meaning("id of the case")
    entity_id: str = meaning("id of the mention within the case: e1, e2, ...")
    label: str = meaning("ANATOMY, MODALITY, SEQUENCE, PLANE, SIGNAL, FINDING, DIAGNOSIS, ...")
    start: int = meaning("first character", "characters")
    end: int = meaning("character after the last", "characters")
    text: str = meaning("the characters from start to end")
    section: str = meaning("section the mention stands in, or empty")
    sentence: int = meaning("number of the sentence in the case, from 0")
    status: str = meaning("present, absent, possible, differential, historical, family, general")
    status_cue: str = meaning("the words that decided the status, or empty")
    role: str = meaning("final, differential, both with a space between, or empty")
    key_finding: bool = meaning("a present imaging finding of this patient")
    laterality: str = meaning("left, right, bilateral, midline or empty")
    level: str = meaning(
        "vertebral levels named in an ANATOMY, FINDING or DIAGNOSIS, as L4-L5 or T12; ', ' between"
    )
    value: str = meaning(
        "MEASUREMENT: the numbers, with x between dimensions; MODALITY: its family (CT, MR ...); "
        "SEQUENCE and PLANE: the canonical name (T1, post-contrast, axial)"
    )
    unit: str = meaning("MEASUREMENT: the unit as normalised: mm, HU, ...")
    intensity: str = meaning("SIGNAL: hyper, hypo, iso, mixed, enhancing, restricted, ...")
    change: str = meaning(
        "change since a prior study: new, unchanged, increased, decreased, resolved, recurrent "
        "or empty"
    )
    concept_id: str = meaning("concept the mention is linked to, or empty")
    concept_name: str = meaning("preferred name of the concept")
    cui: str = meaning("UMLS concept unique identifier where one is verified")
    semantic_type: str = meaning("UMLS semantic type (TUI)")
    link_score: float = meaning("score of the link in 0..1, 0 without one")
    candidates: list[str] = meaning(
        "on request (--candidates): concept|score of those it may be linked to, the best first"
    )
    rule: str = meaning("ids of the lexicon rows, rules and models that decided it")


@dataclass(frozen=True, slots=True)
class RelationRow:
    """A relation stated in the text."""

    case_id: str = meaning("id of the case")
    relation_id: str = meaning("id of the relation within the case: r1, r2, ...")
    type: str = meaning("located_in, seen_on, compared_to, measures, indicates, excludes")
    head_id: str = meaning("entity id of the head")
    head_text: str = meaning("text of the head")
    tail_id: str = meaning("entity id of the tail")
    tail_text: str = meaning("text of the tail")
    cue: str = meaning("the words that state it, or empty")
    cue_start: int | None = meaning("first character of the cue", "characters")
    cue_end: int | None = meaning("character after the cue's last", "characters")
    sentence: int = meaning("number of the sentence of the head")
    score: float = meaning("score in 0..1")
    rule: str = meaning("id of the rule")


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding-diagnosis pair, stated in the text or by case."""

    case_id: str = meaning("id of the case")
    finding_id: str = meaning("id of the row: case id, #, entity id of finding, >, of diagnosis")
    finding: str = meaning("text of the FINDING or SIGNAL")
    finding_concept_id: str = meaning("concept of the finding, or empty")
    finding_status: str = meaning("status of the finding")
    anatomy: list[str] = meaning("where it is")
    anatomy_concept_id: list[str] = meaning("concepts of anatomy, one each, empty if not linked")
    laterality: str = meaning("left, right, bilateral, midline or empty")
    modality: list[str] = meaning("modalities it is seen on")
    sequence: list[str] = meaning("sequences, phases, contrast states it is seen on")
    plane: list[str] = meaning("planes or projections named with these")
    intensity: str = meaning("signal direction of the finding or the SIGNAL in it")
    change: str = meaning("change of the finding since a prior study, as in entities")
    compared_to: list[str] = meaning("tissues the brightness is compared with")
    measurement: str = meaning("measurements of the finding, separated by '; '")
    diagnosis_id: str = meaning("entity id of the diagnosis")
    diagnosis: str = meaning("text of the diagnosis")
    diagnosis_concept_id: str = meaning("concept of the diagnosis, or empty")
    diagnosis_status: str = meaning("status of the diagnosis")
    relation: str = meaning("indicates, excludes or differential")
    basis: str = meaning("stated (the text says so) or case (finding of the case x diagnosis)")
    cue: str = meaning("the words that state it, or empty")
    evidence: str = meaning("the characters from evidence_start to evidence_end")
    evidence_start: int = meaning(
        "first character of the sentence (or sentences) of evidence", "characters"
    )
    evidence_end: int = meaning("character after the evidence's last", "characters")
    score: float = meaning("score in 0..1")
    rule: str = meaning("id of the rule")


@dataclass(frozen=True, slots=True)
class RejectRow:
    """An input that gave no case, or a case read with a loss (the message says which)."""

    source: str = meaning("file, archive member or line")
    case_id: str = meaning("id of the case if known")
    stage: str = meaning("read or the stage that failed")
    error: str = meaning("class of the error")
    message: str = meaning("what is wrong and what was expected, in one line")


@dataclass(frozen=True, slots=True)
class AtlasRow:
    """A finding and a diagnosis over all cases of a run."""

    diagnosis_concept_id: str = meaning("concept of the diagnosis, empty where it is not linked")
    diagnosis: str = meaning("name of that concept, else the words in lower case")
    finding_concept_id: str = meaning("concept of the finding, empty where it is not linked")
    finding: str = meaning("name of that concept, else the words in lower case")
    anatomy_concept_id: str = meaning("concept of where the finding is, if asked for and linked")
    anatomy: str = meaning("name of that concept, else its words; empty if not asked for or known")
    sequence: str = meaning("sequence, phase or contrast state, if asked for")
    intensity: str = meaning("signal direction, if asked for")
    n_cases: int = meaning("cases whose patient has both, stated or by case", "cases")
    n_stated: int = meaning(
        "of these, cases whose text states that one speaks for the other", "cases"
    )
    n_by_case: int = meaning(
        "of these, cases with a key finding and a final diagnosis only", "cases"
    )
    n_general: int = meaning("cases whose text states it as general knowledge", "cases")
    n_differential: int = meaning("cases with the diagnosis offered as an alternative", "cases")
    n_excludes: int = meaning("cases whose text says that the finding speaks against it", "cases")
    n_finding: int = meaning("cases with the finding and a final or stated diagnosis", "cases")
    n_diagnosis: int = meaning("cases with the diagnosis, final or stated, and a finding", "cases")
    n_total: int = meaning("cases with any such pair", "cases")
    lift: float | None = meaning("n_cases n_total / (n_finding n_diagnosis), none without cases")
    lift_low: float | None = meaning("lower 95 % bound of lift")
    lift_high: float | None = meaning("upper 95 % bound of lift")
    pmi: float | None = meaning("pointwise mutual information in bits: logarithm of lift", "bits")
    pmi_low: float | None = meaning("lower 95 % bound of pmi", "bits")
    pmi_high: float | None = meaning("upper 95 % bound of pmi", "bits")
    rolled_up: bool = meaning("finding or diagnosis is a wider concept that gathers its sub-types")
    examples: list[str] = meaning("finding_id of rows of the run, stated ones first")
    evidence: list[str] = meaning("evidence of each example")


Row = CaseRow | SectionRow | EntityRow | RelationRow | FindingRow | RejectRow

#: table name -> class of its rows, in the order they are written
TABLES: dict[str, type[Row]] = {
    "cases": CaseRow,
    "sections": SectionRow,
    "entities": EntityRow,
    "relations": RelationRow,
    "findings": FindingRow,
    "rejects": RejectRow,
}


#: tables made of a run afterwards, in files of their own
DERIVED: dict[str, type[AtlasRow]] = {"atlas": AtlasRow}


def table_columns(name: str) -> tuple[Column, ...]:
    """List the columns of a table by its name, one of `TABLES` or `DERIVED`."""
    return columns(TABLES[name] if name in TABLES else DERIVED[name])


def cells(name: str, rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Turn the rows of a table into its columns: column name -> cells.

    >>> cells("sections", [SectionRow("a", "findings", 0, 9, "given", 1.0)])["section"]
    ['findings']
    """
    return {column.name: list(map(attrgetter(column.name), rows)) for column in table_columns(name)}


def columns(row_class: type[Row] | type[AtlasRow]) -> tuple[Column, ...]:
    """List the columns of a table's rows.

    >>> columns(SectionRow)[2]
    Column(name='start', type=<class 'int'>, meaning='first character')
    """
    return tuple(
        Column(f.name, f.type, f.metadata["meaning"]) for f in dataclasses.fields(row_class)
    )
