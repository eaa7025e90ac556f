"""Assertion status: marked sentences, rows that do not validate, survival on disk."""

import re
from pathlib import Path

import pytest
from spacy.lang.en import English
from spacy.tokens import Doc
from spacy.vocab import create_vocab

from pipeline.annotations import Mention, mentions_of, new_mention, set_mentions, set_sections
from pipeline.errors import ResourceError
from pipeline.resources import read_rows
from pipeline.stages.status import make_status_marker
from pipeline.terminology.patient_evidence import PatientJudge
from pipeline.terminology.section_status import load_section_status
from pipeline.terminology.status_cues import load_status_cues
from pipeline.tokenizer import CaseTokenizer

SENTENCES = list(
    read_rows(Path(__file__).parent / "data" / "status_sentences.tsv", ("id", "section", "text"))
)
MARK = re.compile(r"\[([^|\]]+)\|([A-Z]+)\|([a-z]+)\|([^\]]*)\]")
VOCAB = create_vocab("en", English.Defaults)
CUE_HEADER = "id\tcue\tkind\tstatus\tdirection\tscope\tpriority\tsections\tlabels\n"


@pytest.fixture(scope="module")
def marker():
    return make_status_marker()


def marked_doc(text: str, section: str) -> tuple[Doc, list[tuple[str, str, str]]]:
    """Give a Doc of a marked text, and (words, status, cue) of each mark."""
    doc = CaseTokenizer(VOCAB)(MARK.sub(r"\1", text))
    doc[0].is_sent_start = True
    expected, mentions, removed = [], [], 0
    for mark in MARK.finditer(text):
        start = mark.start() - removed
        removed += len(mark.group()) - len(mark.group(1))
        span = doc.char_span(start, start + len(mark.group(1)))
        mentions.append(new_mention(mark.group(2), span.start, span.end, "L:1"))
        expected.append((mark.group(1), mark.group(3), mark.group(4)))
    if section:
        whole = {"section": section, "start": 0, "end": len(doc), "method": "given", "score": 1.0}
        set_sections(doc, [whole])
    set_mentions(doc, mentions)
    return doc, expected


def words(doc: Doc, mention: Mention) -> str:
    return doc[mention["start"] : mention["end"]].text


@pytest.mark.parametrize(("where", "row"), SENTENCES, ids=[row["id"] for _, row in SENTENCES])
def test_marked_sentence(marker, where, row):
    doc, expected = marked_doc(row["text"], row["section"])
    marker(doc)
    got = [(words(doc, m), m["status"], m["status_cue"]) for m in mentions_of(doc)]
    assert got == expected, where
    for mention in mentions_of(doc):
        cue = doc.text[mention["status_cue_start"] : mention["status_cue_end"]]
        assert cue == mention["status_cue"] or mention["status_cue_start"] == -1
        assert mention["rule"].startswith("L:1 S")
