"""Docs -> rows -> DataFrames: the six tables, offsets in characters of the case text.

The columns, their types and meanings are those of `pipeline.records`; nothing is named here again.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from spacy.tokens import Doc

from pipeline.annotations import (
    Mention,
    mentions_of,
    patient_of,
    relations_of,
    section_by_token,
    sections_of,
    sentence_by_token,
)
from pipeline.findings import finding_rows
from pipeline.records import (
    TABLES,
    CaseRow,
    EntityRow,
    FindingRow,
    RelationRow,
    Row,
    SectionRow,
    columns,
)

#: columns of `entities` that a mention holds under the same name
_SAME = tuple(
    column.name for column in columns(EntityRow) if column.name in Mention.__annotations__
)  # fmt: skip
_KEYWORDS_HEADING = re.compile(r"\s*key\s*words?\s*:?", re.IGNORECASE)
_BULLET = re.compile(r"^[\s\-*•·–—]+")
#: pandas type of a column; a list stays a Python list
_DTYPES = {
    str: "str", int: "int64", float: "float64", bool: "bool",
    int | None: "Int64", float | None: "float64", list[str]: "object",
}  # fmt: skip


def tables(docs: Iterable[Doc]) -> dict[str, pd.DataFrame]:
    """Turn annotated Docs into the tables of a run, in memory.

    Args:
        docs: Docs of the pipeline, each with a `case_id` of its own.

    Returns:
        Table name -> DataFrame; `attrs["columns"]` of each holds the meaning of its columns.

    >>> import pipeline
    >>> result = pipeline.tables([pipeline.annotate("CT: hypodense lesion in the liver.")])
    >>> list(result)
    ['cases', 'sections', 'entities', 'relations', 'findings', 'rejects']
    """
    gathered: dict[str, list[Row]] = {name: [] for name in TABLES}
    for doc in docs:
        for name, rows in case_tables(doc).items():
            gathered[name].extend(rows)
    return {name: frame(name, cells(name, rows)) for name, rows in gathered.items()}


def cells(name: str, rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Turn the rows of a table into its columns: column name -> cells."""
    return {
        column.name: [getattr(row, column.name) for row in rows] for column in columns(TABLES[name])
    }


def frame(name: str, data: Mapping[str, list[Any]]) -> pd.DataFrame:
    """Make the DataFrame of one table from its columns, with types and data dictionary."""
    wanted = columns(TABLES[name])
    result = pd.DataFrame(
        {column.name: pd.Series(data[column.name], dtype=_DTYPES[column.type]) for column in wanted}
    )
    result.attrs = {"table": name, "columns": {column.name: column.meaning for column in wanted}}
    return result


def case_tables(doc: Doc) -> dict[str, list[Row]]:
    """Turn one annotated Doc into rows; every `text` is `doc.text[start:end]`."""
    findings = finding_rows(doc)
    entities = list(_entity_rows(doc))
    return {
        "cases": [_case_row(doc, entities, findings)],
        "sections": list(_section_rows(doc)),
        "entities": list(entities),
        "relations": list(_relation_rows(doc)),
        "findings": list(findings),
        "rejects": [],
    }


def _char_bounds(doc: Doc, start: int, end: int) -> tuple[int, int]:
    """Token bounds -> character bounds."""
    last = doc[end - 1]
    return doc[start].idx, last.idx + len(last.text)


def _section_rows(doc: Doc) -> Iterator[SectionRow]:
    for note in sections_of(doc):
        start, end = _char_bounds(doc, note["start"], note["end"])
        yield SectionRow(
            doc._.case_id, note["section"], start, end, note["method"], float(note["score"])
        )


def _entity_rows(doc: Doc) -> Iterator[EntityRow]:
    text, sections, sentences = doc.text, section_by_token(doc), sentence_by_token(doc)
    for number, mention in enumerate(mentions_of(doc), start=1):
        first = mention["start"]
        start, end = _char_bounds(doc, first, mention["end"])
        kept: dict[str, Any] = {name: mention[name] for name in _SAME}  # type: ignore[literal-required]
        place = {"start": start, "end": end, "text": text[start:end]}
        yield EntityRow(
            case_id=doc._.case_id, entity_id=f"e{number}", section=sections[first],
            sentence=sentences[first], **(kept | place),
        )  # fmt: skip


def _relation_rows(doc: Doc) -> Iterator[RelationRow]:
    mentions, sentences = mentions_of(doc), sentence_by_token(doc)
    for number, note in enumerate(relations_of(doc), start=1):
        head, tail = mentions[note["head"]], mentions[note["tail"]]
        cued = note["cue_start"] >= 0
        yield RelationRow(
            case_id=doc._.case_id, relation_id=f"r{number}", type=note["type"],
            head_id=f"e{note['head'] + 1}", head_text=_words(doc, head),
            tail_id=f"e{note['tail'] + 1}", tail_text=_words(doc, tail),
            cue=note["cue"], cue_start=note["cue_start"] if cued else None,
            cue_end=note["cue_end"] if cued else None, sentence=sentences[head["start"]],
            score=float(note["score"]), rule=note["rule"],
        )  # fmt: skip


def _words(doc: Doc, mention: Mention) -> str:
    return doc[mention["start"] : mention["end"]].text


def _case_row(doc: Doc, entities: list[EntityRow], findings: list[FindingRow]) -> CaseRow:
    patient, text = patient_of(doc), doc.text
    body = [row for row in entities if row.section != "keywords"]
    named = [row for row in body if "final" in row.role.split()]
    final = min(named, key=lambda row: row.section != "diagnosis", default=None)
    return CaseRow(
        case_id=doc._.case_id,
        source=doc._.source,
        n_chars=len(text),
        n_tokens=sum(not token.is_space for token in doc),
        age=patient["age"],
        sex=patient["sex"],
        modalities=_distinct(row.value or row.text for row in body if row.label == "MODALITY"),
        sequences=_distinct(row.value or row.text for row in body if row.label == "SEQUENCE"),
        keywords=keywords(doc),
        final_diagnosis=final.text if final else "",
        final_concept_id=final.concept_id if final else "",
        differential=_distinct(row.text for row in body if "differential" in row.role.split()),
        n_findings=len(findings),
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def _distinct(words: Iterable[str]) -> list[str]:
    """Keep the first of those that differ only in letter case or white space."""
    firsts: dict[str, str] = {}
    for word in words:
        firsts.setdefault(" ".join(word.split()).casefold(), word)
    return list(firsts.values())


def keywords(doc: Doc) -> list[str]:
    """List the keywords of a case as delivered: bullets, or one line with commas or semicolons."""
    found: list[str] = []
    for note in sections_of(doc):
        if note["section"] == "keywords":
            start, end = _char_bounds(doc, note["start"], note["end"])
            found += _keywords_in(doc.text[start:end])
    return found


def _keywords_in(text: str) -> list[str]:
    heading = _KEYWORDS_HEADING.match(text)
    lines = text[heading.end() if heading else 0 :].splitlines()
    items = [item for line in lines if (item := _BULLET.sub("", line).strip())]
    if len(items) == 1:
        items = [part.strip() for part in re.split(r"[,;](?!\d)", items[0]) if part.strip()]
    return items
