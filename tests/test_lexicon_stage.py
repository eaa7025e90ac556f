"""The stage `radtab_lexicon` on marked sentences, equality both ways."""

import re
from pathlib import Path

import pytest
from spacy.vocab import Vocab

from pipeline.stages.lexicon import shared_matcher
from pipeline.tokenizer import CaseTokenizer

SENTENCES = Path(__file__).parent / "data" / "lexicon_sentences.txt"
CLOSED = {"MODALITY", "SEQUENCE", "PLANE", "SIGNAL", "MEASUREMENT"}
MARK = re.compile(r"\[\[|\|(?P<label>[A-Z]+)\]\]")


def marked_lines():
    lines = SENTENCES.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def read_marks(line):
    """Give the text without marks and its mentions as (start, end, label), nested or not."""
    text, mentions, opened, at = "", set(), [], 0
    for mark in MARK.finditer(line):
        text += line[at : mark.start()]
        at = mark.end()
        if mark["label"]:
            mentions.add((opened.pop(), len(text), mark["label"]))
        else:
            opened.append(len(text))
    assert not opened, line
    return text + line[at:], mentions


@pytest.fixture(scope="module")
def find():
    tokenizer, matcher = CaseTokenizer(Vocab()), shared_matcher()

    def find(text):
        doc = matcher(tokenizer(text))
        return list(doc.spans["lexicon"])

    return find


@pytest.mark.parametrize("line", marked_lines())
def test_closed_classes_are_found_as_marked(find, line):
    text, wanted = read_marks(line)
    found = {(s.start_char, s.end_char, s.label_) for s in find(text) if s.label_ in CLOSED}
    name = {(text[a:b], label) for a, b, label in wanted}
    assert {(text[a:b], label) for a, b, label in found} == name
    assert found == wanted


def test_a_span_carries_row_and_concept(find):
    span = next(s for s in find("CT of the head") if s.label_ == "MODALITY")
    assert (span.id_, span.kb_id_) == ("MO0001", "RT:M001")


def test_a_composition_takes_the_concept_of_the_term_in_it(find):
    spans = {s.text: s for s in find("a mass in the left kidney") if s.label_ == "ANATOMY"}
    kidney = next(s for s in find("a mass in the kidney") if s.label_ == "ANATOMY")
    assert spans["left kidney"].kb_id_ == kidney.kb_id_ != ""


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("fracture of the T12 vertebral body", "T12 vertebral body"),
        ("bulging of the L4-L5 disc is seen", "L4-L5 disc"),
        ("stenosis at C5/6 is severe", "C5/6"),
        ("compression at the T1-T2 level", "T1-T2 level"),
        ("a cleft at C7-T1 is seen", "C7-T1"),
    ],
)
def test_levels_are_anatomy(find, text, level):
    assert level in {s.text for s in find(text) if s.label_ == "ANATOMY"}


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "-", "[[", "&#39;", "T1", "1" * 5000, "é\u0301\u200b"]
)
def test_any_text_goes_through(find, text):
    for span in find(text):
        assert span.text == text[span.start_char : span.end_char]


def test_spans_of_one_label_do_not_overlap(find):
    text = " ".join(read_marks(line)[0] for line in marked_lines())
    taken = {}
    for span in find(text):
        tokens = taken.setdefault(span.label_, set())
        assert tokens.isdisjoint(range(span.start, span.end))
        tokens.update(range(span.start, span.end))
    assert set(taken) >= CLOSED
