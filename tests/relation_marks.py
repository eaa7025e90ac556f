"""Marked text -> Doc for relations: `[F1 words]`, nested too, `[D1:general words]` with a status.

The letter says the label; a line may hold several sections, parted by ` || section: `.
"""

import csv
import re
from pathlib import Path

from spacy.tokens import Doc

from pipeline.annotations import mentions_of, new_mention, relations_of, set_mentions, set_sections
from pipeline.stages.sentences import SentenceSplitter, default_sentences
from pipeline.tokenizer import CaseTokenizer
from tests.marking import VOCAB

LABELS = {
    "A": "ANATOMY", "M": "MODALITY", "Q": "SEQUENCE", "P": "PLANE", "S": "SIGNAL", "F": "FINDING",
    "D": "DIAGNOSIS", "N": "MEASUREMENT",
}  # fmt: skip
PART = re.compile(r"\[([AMQPSFDN]\d+)(?::([a-z]+))? |\]|([^\[\]]+)|\[")


def sentences(name: str) -> list[dict[str, str]]:
    """Read the marked sentences of `tests/data/<name>.tsv`, a dict a row."""
    path = Path(__file__).parent / "data" / f"{name}.tsv"
    with path.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def related_doc(section: str, text: str) -> tuple[Doc, dict[str, int]]:
    """Give a Doc with sections, sentences and mentions, and the index of each marked mention."""
    plain, marks, sections = "", [], []
    for part in text.replace("\\n", "\n").split(" || "):
        start = len(plain)
        if sections:
            section, _, part = part.partition(": ")
        plain += _read(part, len(plain), marks) + "\n"
        sections.append((section, start, len(plain)))
    doc = CaseTokenizer(VOCAB)(plain)
    set_sections(doc, [_section(doc, *bound) for bound in sections])
    SentenceSplitter(default_sentences())(doc)
    made = {}
    for name, status, start, end in marks:
        span = doc.char_span(start, end)
        assert span is not None, f"{name} does not fall on tokens"
        mention = new_mention(LABELS[name[0]], span.start, span.end, name)
        asserted = name[0] in "FSD"
        mention["status"] = (status or "present") if asserted else ""
        made[name] = mention
    set_mentions(doc, list(made.values()))
    return doc, {mention["rule"]: i for i, mention in enumerate(mentions_of(doc))}


def _read(text: str, offset: int, marks: list) -> str:
    """Take the marks out of a text; add `(name, status, start, end)` of each to `marks`."""
    plain, opened = "", []
    for match in PART.finditer(text):
        name, status, words = match.groups()
        if name:
            opened.append((name, status, offset + len(plain)))
        elif match.group() == "]":
            start = opened.pop()
            marks.append((*start, offset + len(plain)))
        else:
            plain += words or match.group()
    return plain


def _section(doc: Doc, name: str, start: int, end: int) -> dict:
    span = doc.char_span(start, end, alignment_mode="expand")
    return {"section": name, "start": span.start, "end": span.end, "method": "given", "score": 1.0}


def relations_by_name(doc: Doc, names: dict[str, int]) -> set[str]:
    """Give the relations of a doc as `F1 located_in A1`."""
    by_index = {index: name for name, index in names.items()}
    return {f"{by_index[n['head']]} {n['type']} {by_index[n['tail']]}" for n in relations_of(doc)}
