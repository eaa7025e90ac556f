"""Names of a user's index that are marked in texts, whatever recogniser and lexicons know."""

import pytest

import pipeline
from pipeline.recognition.merging import Marked
from pipeline.recognition.term_marks import with_terms
from pipeline.term_index import BuildOptions, TermIndex, build
from pipeline.term_index.marker import TermMarker
from pipeline.terminology.normal_form import normal_words
from pipeline.tokenizer import TOKEN
from pipeline.vocabularies.records import VocabularyTerm

MARKING = BuildOptions(approximate=False, marks=True)


def span(label, start, end, rule="crf"):
    return Marked(label, start, end, rule)


def term(label, start, end):
    return Marked(label, start, end, "TERMS:X")


@pytest.mark.parametrize(
    ("mentions", "marked", "expected"),
    [
        # nothing stands there
        ([], term("FINDING", 3, 5), [term("FINDING", 3, 5)]),
        # a longer mention stays, a shorter one gives way
        ([span("DIAGNOSIS", 0, 3)], term("FINDING", 1, 3), [span("DIAGNOSIS", 0, 3)]),
        ([span("FINDING", 2, 3)], term("FINDING", 1, 3), [term("FINDING", 1, 3)]),
        (
            [span("FINDING", 0, 1), span("DIAGNOSIS", 3, 4)],
            term("FINDING", 0, 4),
            [term("FINDING", 0, 4)],
        ),
        # the same words: the user's label, and both rules where the labels agree
        ([span("DIAGNOSIS", 1, 3)], term("FINDING", 1, 3), [term("FINDING", 1, 3)]),
        ([span("FINDING", 1, 3)], term("FINDING", 1, 3), [span("FINDING", 1, 3, "crf TERMS:X")]),
        # labels that may stand on the same words
        (
            [span("FINDING", 0, 3)],
            term("ANATOMY", 2, 3),
            [span("FINDING", 0, 3), term("ANATOMY", 2, 3)],
        ),
        ([span("FINDING", 0, 3)], term("ANATOMY", 0, 1), [span("FINDING", 0, 3)]),
        (
            [span("ANATOMY", 1, 2)],
            term("FINDING", 1, 3),
            [term("FINDING", 1, 3), span("ANATOMY", 1, 2)],
        ),
        ([span("MODALITY", 0, 2)], term("MODALITY", 1, 2), [span("MODALITY", 0, 2)]),
    ],
)
def test_a_name_and_the_mentions_around_it(mentions, marked, expected):
    assert with_terms(mentions, [marked]) == expected


def index_of(folder, *rows):
    terms = [
        VocabularyTerm(concept_id, name, label=label, match=match)
        for concept_id, name, label, match in rows
    ]
    build(terms, [], [], folder, MARKING)
    return TermIndex.open(folder)


def marks(marker, text):
    words = TOKEN.findall(text)
    found = marker.mark(words, normal_words(words))
    return [("".join(words[m.start : m.end]), m.label, m.concept_id) for m in found]


def test_the_longest_of_each_label_and_the_first_index_first(tmp_path):
    first = index_of(
        tmp_path / "first",
        ("A:1", "zebra sign", "FINDING", "any"),
        ("A:2", "sign", "DIAGNOSIS", "any"),
        ("A:3", "zebra", "", "any"),
        ("A:4", "ZBS", "FINDING", "case"),
    )
    second = index_of(
        tmp_path / "second",
        ("B:1", "zebra sign", "FINDING", "any"),
        ("B:2", "sign of zebra sign", "FINDING", "any"),
        ("B:3", "zebra", "ANATOMY", "any"),
    )
    assert marks(TermMarker([first, second]), "Zebra-signs, ZBS, zbs") == [
        ("Zebra-signs", "FINDING", "A:1"),
        ("signs", "DIAGNOSIS", "A:2"),
        ("ZBS", "FINDING", "A:4"),
    ]
    assert ("sign of zebra sign", "FINDING", "B:2") in marks(
        TermMarker([first, second]), "a sign of zebra sign"
    )
    assert marks(TermMarker([first, second]), "zebra") == [("zebra", "ANATOMY", "B:3")]


def test_a_writing_counts_name_by_name(tmp_path):
    index = index_of(
        tmp_path / "i", ("C:1", "Cat", "FINDING", "any"), ("C:2", "CAT", "MODALITY", "case")
    )
    assert marks(TermMarker([index]), "cat") == [("cat", "FINDING", "C:1")]
    assert marks(TermMarker([index]), "CAT") == [
        ("CAT", "FINDING", "C:1"),
        ("CAT", "MODALITY", "C:2"),
    ]


@pytest.fixture(scope="module")
def own_terms(tmp_path_factory):
    """An index whose names neither the recogniser nor the lexicons know."""
    out = tmp_path_factory.mktemp("own") / "own.terms"
    index_of(
        out,
        ("OWN:1", "zorbal sign of Krell", "FINDING", "any"),
        ("OWN:2", "plumbral vendrosis", "DIAGNOSIS", "any"),
        ("OWN:2", "PVXE", "DIAGNOSIS", "case"),
    )
    return out


TEXT = (
    "CT of the liver shows a Zorbal sign of Krell, typical of plumbral vendroses. PVXE; not pvxe."
)


def own_mentions(doc):
    return [
        (doc[m["start"] : m["end"]].text, m["label"], m["concept_id"])
        for m in doc._.mentions
        if "TERMS:OWN" in m["rule"]
    ]


@pytest.mark.parametrize("profile", ["default", "fast"])
def test_names_of_ones_own_become_mentions_with_their_concept(own_terms, profile):
    doc = pipeline.load(profile, terms=[own_terms])(TEXT)
    assert own_mentions(doc) == [
        ("Zorbal sign of Krell", "FINDING", "OWN:1"),
        ("plumbral vendroses", "DIAGNOSIS", "OWN:2"),
        ("PVXE", "DIAGNOSIS", "OWN:2"),
    ]
    (sign,) = [m for m in doc._.mentions if m["label"] == "FINDING" and "OWN:1" in m["rule"]]
    assert "TERMS:OWN:1" in sign["rule"].split()
    assert [m["label"] for m in doc._.mentions][:2] == ["MODALITY", "ANATOMY"]


def test_an_index_without_marks_is_linked_to_only(tmp_path):
    terms = [VocabularyTerm("OWN:1", "zorbal sign of Krell", label="FINDING")]
    build(terms, [], [], tmp_path / "i", MARKING._replace(marks=False))
    doc = pipeline.load("fast", terms=[tmp_path / "i"])(TEXT)
    assert "terms" not in doc.spans
    assert own_mentions(doc) == []


def test_nothing_is_marked_in_keywords(own_terms):
    nlp = pipeline.load("fast", terms=[own_terms])
    doc = nlp("Findings: a zorbal sign of Krell.\n\nKeywords: zorbal sign of Krell\n")
    assert [text for text, *_ in own_mentions(doc)] == ["zorbal sign of Krell"]
