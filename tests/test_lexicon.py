"""Rows of the lexicons, and the matcher of terms."""

import gzip
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.annotations import LABELS
from pipeline.errors import ResourceError
from pipeline.terminology import lexicon as module
from pipeline.terminology.lexicon import (
    COLUMNS,
    Term,
    TermMatcher,
    key_of,
    load_terms,
    read_terms,
)
from pipeline.terminology.normal_form import normal_key
from pipeline.tokenizer import TOKEN

CLOSED = ("MODALITY", "SEQUENCE", "PLANE", "SIGNAL")


def row(**cells):
    wanted = {"id": "X1", "term": "CT", "label": "MODALITY", "match": "any", "concept_id": "RT:M1"}
    return "\t".join({**dict.fromkeys(COLUMNS, ""), **wanted, **cells}.values())


def write(path, *rows):
    text = "\n".join(("\t".join(COLUMNS), *rows)) + "\n"
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def term(name, label="ANATOMY", match="any", value=""):
    return Term(f"{label}-{name}", name, label, match, "RT:1", name, "", "", value)


def found(terms, text):
    words = TOKEN.findall(text)
    return [
        ("".join(words[m.start : m.end]), m.term.label) for m in TermMatcher(terms).match(words)
    ]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"term": " "}, "lexicon.tsv:2: term is empty, expected a name"),
        ({"label": "Modality"}, "lexicon.tsv:2: label 'Modality', expected"),
        ({"match": "fuzzy"}, "lexicon.tsv:2: match 'fuzzy', expected one of ['any', 'case']"),
        ({"concept_id": ""}, "lexicon.tsv:2: concept_id is empty, expected one for MODALITY"),
        ({"cui": "C12"}, "lexicon.tsv:2: cui 'C12', expected C and seven digits, or nothing"),
        ({"semantic_type": "60"}, "lexicon.tsv:2: semantic_type '60', expected T000 form"),
        ({"id": ""}, "lexicon.tsv:2: id '' is empty or stands twice, expected a new id"),
    ],
)
def test_a_bad_row_says_where_and_what(tmp_path, cells, problem):
    with pytest.raises(ResourceError) as caught:
        read_terms(write(tmp_path / "lexicon.tsv", row(**cells)))
    assert str(caught.value).startswith(problem)


def test_packed_and_plain_files_read_alike(tmp_path):
    plain = read_terms(write(tmp_path / "a.tsv", row(), row(id="X2", term="MR")))
    assert plain == read_terms(write(tmp_path / "a.tsv.gz", row(), row(id="X2", term="MR")))
    assert [t.term for t in plain] == ["CT", "MR"]


def test_an_id_in_two_files_is_refused(tmp_path, monkeypatch):
    files = [write(tmp_path / "a.tsv", row()), write(tmp_path / "b.tsv", row())]
    monkeypatch.setattr(module, "lexicon_files", lambda: files)
    with pytest.raises(ResourceError, match=re.escape("b.tsv: id 'X1' stands in a.tsv too")):
        load_terms.__wrapped__()


def test_no_closed_class_names_one_thing_twice():
    for label in CLOSED:
        names = [
            (key_of(t.term), t.match == "case" and t.term) for t in load_terms() if t.label == label
        ]
        assert len(names) > 50
        assert len(names) == len(set(names))


def test_one_concept_has_one_name():
    names = {}
    for t in load_terms():
        if t.label in CLOSED:
            assert names.setdefault(t.concept_id, t.concept_name) == t.concept_name
    assert len(names) > 100


def test_labels_are_entity_labels_or_word_classes():
    assert {t.label for t in load_terms() if t.label.isupper()} <= set(LABELS)


@pytest.mark.parametrize(
    ("terms", "text", "expected"),
    [
        ([term("lung"), term("left lung")], "the left lung", [("left lung", "ANATOMY")]),
        ([term("lung"), term("lung mass", "FINDING")], "lung mass",
         [("lung mass", "FINDING"), ("lung", "ANATOMY")]),
        ([term("T1 weighted", "SEQUENCE")], "a T1-weighted image", [("T1-weighted", "SEQUENCE")]),
        ([term("US", "MODALITY", "case")], "US told us", [("US", "MODALITY")]),
        ([term("CT", "MODALITY", "case")], "two CTs, one ct", [("CTs", "MODALITY")]),
        ([term("x-ray", "MODALITY", "case")], "x-ray X-ray xray", [("x-ray", "MODALITY")]),
        ([term("left lung")], "on the left\n\nlung", []),
        ([term("left lung")], "on the left\nlung", [("left\nlung", "ANATOMY")]),
        ([term("a b c"), term("b c d e")], "a b c d e", [("b c d e", "ANATOMY")]),
        ([term("a b c d")], "a b c", []),
        ([term("a b"), term("a b c d")], "a b c", [("a b", "ANATOMY")]),
    ],
)  # fmt: skip
def test_the_longest_of_each_label_is_found(terms, text, expected):
    assert found(terms, text) == expected


def test_the_first_row_of_a_name_is_given():
    first = term("mass", "FINDING")._replace(id="first")
    matcher = TermMatcher([first, term("mass", "FINDING")])
    assert [m.term.id for m in matcher.match(["masses"])] == ["first"]
    assert matcher.named("Masses") == (first, term("mass", "FINDING"))
    assert "masses" in matcher
    assert "liver" not in matcher


@given(
    st.lists(st.sampled_from(["left", "lung", "-", "mass", " ", "\n", "T1", "'", "s"]), max_size=20)
)
def test_matches_lie_in_the_text_and_do_not_overlap(words):
    terms = [term("left lung"), term("lung"), term("lung mass"), term("T1"), term("mass")]
    taken = set()
    for match in TermMatcher(terms).match(words):
        assert 0 <= match.start < match.end <= len(words)
        assert key_of(match.term.term) == normal_key(words[match.start : match.end])
        assert taken.isdisjoint(range(match.start, match.end))
        taken.update(range(match.start, match.end))
