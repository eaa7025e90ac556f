"""Sentence starts: marked texts, `|` where a sentence starts."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.vocab import Vocab

from pipeline.annotations import SectionNote, sentence_by_token, set_sections
from pipeline.errors import ResourceError
from pipeline.stages.sentences import SentenceSplitter
from pipeline.structure.sentences import SentenceFinder, default_sentences
from pipeline.tokenizer import CaseTokenizer

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "sentences.tsv")
    .read_text(encoding="utf-8")
    .splitlines()[1:]
]


@pytest.mark.parametrize(("kind", "marked"), [row[1:] for row in ROWS], ids=[r[0] for r in ROWS])
def test_marked_texts_start_sentences_at_the_marks_and_nowhere_else(kind, marked):
    parts = [part.lstrip(" ") if i else part for i, part in enumerate(_unescape(marked).split("|"))]
    text = _joined(_unescape(marked))
    lists = [(0, len(text))] if kind == "list" else []
    starts = [0, *default_sentences().starts(text, lists)]
    found = [text[a:b].strip() for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    assert found == [part.strip() for part in parts]


def _unescape(marked):
    return marked.replace("\\n", "\n")


def _joined(marked):
    return marked.replace("|", "")


def _doc(text, sections=()):
    doc = CaseTokenizer(Vocab())(text)
    notes = [
        SectionNote(section=name, start=a, end=b, method="given", score=1.0)
        for name, a, b in sections
    ]
    set_sections(doc, notes)
    return SentenceSplitter(default_sentences())(doc)


def test_sentences_start_where_sections_start():
    doc = _doc("cyst of liver seen before", [("findings", 0, 3), ("history", 3, 5)])
    assert sentence_by_token(doc) == [0, 0, 0, 1, 1]


def test_lines_of_a_differential_are_sentences_of_their_own():
    text = "Cyst,\nabscess,\ntumor"
    assert len(list(_doc(text, [("differential", 0, 7)]).sents)) == 3
    assert len(list(_doc(text, [("findings", 0, 7)]).sents)) == 1


def test_many_lines_come_to_an_end():
    text = "- cyst of liver\n" * 40_000
    doc = SentenceSplitter(default_sentences())(CaseTokenizer(Vocab())(text))
    assert len(list(doc.sents)) == 40_000


def test_empty_text_has_no_sentence():
    assert len(_doc("")) == 0


@given(st.text(alphabet="aA1 .\n,:;-•()\"'!?\t", max_size=80))
def test_any_text_gives_increasing_starts_at_characters_that_are_not_white_space(text):
    starts = default_sentences().starts(text)
    assert starts == sorted(set(starts))
    assert all(0 < start < len(text) and not text[start].isspace() for start in starts)


def test_a_row_of_an_unknown_kind_is_refused_with_its_line(tmp_path):
    path = tmp_path / "sentence_words.tsv"
    path.write_text("id\tkind\ttext\nSW:1\tsometimes\tdr\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=r"sentence_words\.tsv:2: kind 'sometimes'"):
        SentenceFinder(path)


@pytest.mark.parametrize("text", [" " * 20000, "\t\n " * 7000, ". " * 10000, "1. " * 7000])
def test_runs_of_white_space_and_stops_come_to_an_end(text):
    starts = default_sentences().starts(f"a{text}b")
    assert all(0 < start <= len(text) + 1 for start in starts)
