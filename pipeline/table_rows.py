"""Docs -> rows -> DataFrames: the six tables, offsets in characters of the case text.

The columns, their types and meanings are those of `pipeline.records`; nothing is named here again.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd
from spacy.tokens import Doc

from pipeline.annotations import (
    Mention,
    SectionNote,
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
    RelationRow,
    Row,
    SectionRow,
    cells,
    columns,
    table_columns,
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


def frame(name: str, data: Mapping[str, list[Any]]) -> pd.DataFrame:
    """Make the DataFrame of one table from its columns, with types and data dictionary."""
    wanted = table_columns(name)
    result = pd.DataFrame(
        {column.name: pd.Series(data[column.name], dtype=_DTYPES[column.type]) for column in wanted}
    )
    result.attrs = {"table": name, "columns": {column.name: column.meaning for column in wanted}}
    return result


def case_tables(doc: Doc) -> dict[str, list[Row]]:
    """Turn one annotated Doc into rows; every `text` is `doc.text[start:end]`."""
    maker = RowMaker(doc)
    findings = finding_rows(doc)
    entities = list(maker.entities())
    return {
        "cases": [maker.case(entities, len(findings))],
        "sections": list(maker.sections()),
        "entities": list(entities),
        "relations": list(maker.relations()),
        "findings": list(findings),
        "rejects": [],
    }


class RowMaker:
    """Make the rows of one Doc; what takes a pass over its tokens is read once."""

    def __init__(self, doc: Doc) -> None:
        self._doc = doc
        self._case_id: str = doc._.case_id
        self._text = doc.text
        self._sentences = sentence_by_token(doc)

    def sections(self) -> Iterator[SectionRow]:
        """Give the rows of `sections`."""
        for note in sections_of(self._doc):
            start, end = self._bounds(note["start"], note["end"])
            yield SectionRow(
                self._case_id, note["section"], start, end, note["method"], float(note["score"])
            )

    def entities(self) -> Iterator[EntityRow]:
        """Give the rows of `entities`, numbered as mentions are: e1, e2, ..."""
        sections = section_by_token(self._doc)
        for number, mention in enumerate(mentions_of(self._doc), start=1):
            first = mention["start"]
            start, end = self._bounds(first, mention["end"])
            kept: dict[str, Any] = {name: mention[name] for name in _SAME}  # type: ignore[literal-required]
            kept["candidates"] = kept["candidates"].split("\t") if kept["candidates"] else []
            place = {"start": start, "end": end, "text": self._text[start:end]}
            yield EntityRow(
                case_id=self._case_id, entity_id=f"e{number}", section=sections[first],
                sentence=self._sentences[first], **(kept | place),
            )  # fmt: skip

    def relations(self) -> Iterator[RelationRow]:
        """Give the rows of `relations`, numbered in the order the stage left them: r1, r2, ..."""
        mentions = mentions_of(self._doc)
        for number, note in enumerate(relations_of(self._doc), start=1):
            head, tail = mentions[note["head"]], mentions[note["tail"]]
            cued = note["cue_start"] >= 0
            yield RelationRow(
                case_id=self._case_id, relation_id=f"r{number}", type=note["type"],
                head_id=f"e{note['head'] + 1}", head_text=self._words(head),
                tail_id=f"e{note['tail'] + 1}", tail_text=self._words(tail),
                cue=note["cue"], cue_start=note["cue_start"] if cued else None,
                cue_end=note["cue_end"] if cued else None,
                sentence=self._sentences[head["start"]], score=float(note["score"]),
                rule=note["rule"],
            )  # fmt: skip

    def case(self, entities: list[EntityRow], n_findings: int) -> CaseRow:
        """Give the row of `cases`; mentions within the keywords do not count."""
        patient = patient_of(self._doc)
        body = [row for row in entities if row.section != "keywords"]
        named = [row for row in body if "final" in row.role.split()]
        final = min(named, key=lambda row: row.section != "diagnosis", default=None)
        spaces = int(self._doc.to_array("IS_SPACE").sum())
        return CaseRow(
            case_id=self._case_id,
            source=self._doc._.source,
            n_chars=len(self._text),
            n_tokens=len(self._doc) - spaces,
            age=patient["age"],
            sex=patient["sex"],
            modalities=_distinct(_name(r) for r in body if r.label == "MODALITY"),
            sequences=_distinct(_name(r) for r in body if r.label == "SEQUENCE"),
            keywords=self._keywords(),
            final_diagnosis=final.text if final else "",
            final_concept_id=final.concept_id if final else "",
            differential=_distinct(r.text for r in body if "differential" in r.role.split()),
            n_findings=n_findings,
            sha256=hashlib.sha256(self._text.encode()).hexdigest(),
        )

    def _keywords(self) -> list[str]:
        return [
            word
            for note in sections_of(self._doc)
            if note["section"] == "keywords"
            for word in keywords(self._words(note))
        ]

    def _bounds(self, start: int, end: int) -> tuple[int, int]:
        """Token bounds -> character bounds."""
        last = self._doc[end - 1]
        return self._doc[start].idx, last.idx + len(last)

    def _words(self, note: Mention | SectionNote) -> str:
        start, end = self._bounds(note["start"], note["end"])
        return self._text[start:end]


def _name(row: EntityRow) -> str:
    """Name a study as the table `findings` does: by its canonical value, else by its words."""
    return row.value or row.text


def _distinct(words: Iterable[str]) -> list[str]:
    """Keep the first of those that differ only in letter case or white space."""
    firsts: dict[str, str] = {}
    for word in words:
        firsts.setdefault(" ".join(word.split()).casefold(), word)
    return list(firsts.values())


def keywords(text: str) -> list[str]:
    """List the keywords of a section as delivered: bullets, or one line with commas or semicolons.

    >>> keywords("Keywords: \\n- liver\\n- T1, fat")
    ['liver', 'T1, fat']
    """
    heading = _KEYWORDS_HEADING.match(text)
    lines = text[heading.end() if heading else 0 :].splitlines()
    items = [item for line in lines if (item := _BULLET.sub("", line).strip())]
    if len(items) == 1:
        items = [part.strip() for part in re.split(r"[,;](?!\d)", items[0]) if part.strip()]
    return items
