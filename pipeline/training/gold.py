"""Gold cases -> Docs with the annotation in place, to train on and to measure a stage alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from pipeline.annotations import (
    RelationNote,
    SectionNote,
    new_mention,
    set_mentions,
    set_sections,
)
from pipeline.errors import FormatProblem
from pipeline.tokenizer import CaseTokenizer


def read_gold(path: Path) -> Iterator[dict[str, Any]]:
    """Read a file of gold cases, one JSON object a line, as the annotation guide defines them."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def gold_doc(vocab: Vocab, case: dict[str, Any], *, entities: bool = True) -> Doc:
    """Make a Doc with the gold sections and, unless told otherwise, mentions and relations.

    Mentions carry gold `status`, `role` and `key_finding`; their `rule` is the gold entity id.
    Spans that do not fall on token bounds are widened to them.
    """
    doc = CaseTokenizer(vocab)(case["text"])
    doc._.case_id = case["case_id"]
    set_sections(doc, [_section(doc, *section) for section in case["sections"]])
    if entities:
        _add_entities(doc, case)
    return doc


def _token_span(doc: Doc, start: int, end: int) -> Span:
    span = doc.char_span(start, end, alignment_mode="expand")
    if span is None:
        raise FormatProblem(f"{doc._.case_id}: span {start}-{end} is outside the text")
    return span


def _section(doc: Doc, label: str, start: int, end: int) -> SectionNote:
    span = _token_span(doc, start, end)
    return SectionNote(section=label, start=span.start, end=span.end, method="given", score=1.0)


def _add_entities(doc: Doc, case: dict[str, Any]) -> None:
    final, differential = set(case["final_diagnosis"]), set(case["differential"])
    mentions = []
    for entity in case["entities"]:
        span = _token_span(doc, entity["start"], entity["end"])
        mention = new_mention(entity["type"], span.start, span.end, rule=entity["id"])
        mention["status"] = entity["status"] or ""
        roles = [("final", final), ("differential", differential)]
        mention["role"] = " ".join(name for name, ids in roles if entity["id"] in ids)
        mention["key_finding"] = entity["id"] in case["key_findings"]
        mentions.append(mention)
    set_mentions(doc, mentions)
    index = {mention["rule"]: i for i, mention in enumerate(doc._.mentions)}
    doc._.relations = [
        RelationNote(
            type=kind, head=index[head], tail=index[tail], cue="", cue_start=-1, cue_end=-1,
            score=1.0, rule="gold",
        )
        for kind, head, tail in case["relations"]
    ]  # fmt: skip
