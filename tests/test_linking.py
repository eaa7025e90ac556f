"""The stage `radtab_linking`, mention by mention and in the context of a case."""

from pathlib import Path

import pytest
from spacy.vocab import Vocab

from pipeline.annotations import new_mention, set_mentions
from pipeline.linking.loading import load_finder
from pipeline.resources import read_rows
from pipeline.stages.linking import ConceptLinker
from pipeline.terminology.concepts import Word, load_concepts
from pipeline.terminology.lexicon import load_terms
from pipeline.terminology.link_words import load_signal_stems
from pipeline.terminology.misspellings import SpellingCorrector, is_one_edit
from pipeline.tokenizer import CaseTokenizer

COLUMNS = ("id", "label", "mention", "concept_name", "rule", "case")
CASES = [row for _, row in read_rows(Path(__file__).parent / "data" / "links.tsv", COLUMNS)]
VOCAB = Vocab()


@pytest.fixture(scope="module")
def linker() -> ConceptLinker:
    return ConceptLinker(load_finder())


def linked(linker, text, *mentions, abbreviations=()):
    """Give a Doc whose mentions `(words, label)`, in order of the text, are linked."""
    doc = CaseTokenizer(VOCAB)(text)
    at, notes = 0, []
    for words, label in mentions:
        at = text.index(words, at)
        span = doc.char_span(at, at + len(words))
        notes.append(new_mention(label, span.start, span.end, "LX1"))
    set_mentions(doc, notes)
    doc._.abbreviations = [
        dict(zip(("short_start", "short_end", "long_start", "long_end"), note, strict=True))
        for note in abbreviations
    ]
    return linker(doc)


@pytest.mark.parametrize("case", CASES, ids=[f"{c['id']} {c['case']}" for c in CASES])
def test_a_mention_is_linked_to_the_concept(linker, case):
    doc = linked(linker, case["mention"], (case["mention"], case["label"]))
    mention = doc._.mentions[0]
    rules = [rule for rule in mention["rule"].split() if rule.startswith("link:")]
    assert mention["concept_name"] == case["concept_name"]
    assert rules == ([case["rule"]] if case["rule"] else [])


def test_a_link_fills_all_columns_and_the_span(linker):
    doc = linked(linker, "Large abscess.", ("abscess", "DIAGNOSIS"))
    mention = doc._.mentions[0]
    assert mention["concept_id"] == doc.spans["entities"][0].kb_id_ != ""
    assert mention["cui"] == "C0000833"
    assert mention["semantic_type"] == "T047"
    assert mention["link_score"] == 1.0
    made, way, row = mention["rule"].split()
    assert (made, way) == ("LX1", "link:exact")
    assert row.startswith("DX")


def test_a_mention_without_a_concept_stays_as_it_was(linker):
    mention = linked(linker, "Xyzzy", ("Xyzzy", "FINDING"))._.mentions[0]
    assert mention == new_mention("FINDING", 0, 1, "LX1")


def test_an_abbreviation_of_the_case_goes_before_the_lexicon(linker):
    text = "Pulmonary edema (PE) resolved. PE came back."
    doc = linked(linker, text, ("PE", "DIAGNOSIS"), abbreviations=[(3, 4, 0, 2)])
    assert (doc[3].text, doc[0:2].text) == ("PE", "Pulmonary edema")
    mention = doc._.mentions[0]
    assert mention["concept_name"] == "pulmonary edema"
    assert "link:abbreviation" in mention["rule"].split()


def test_an_abbreviation_within_a_mention_is_read_too(linker):
    doc = linked(
        linker,
        "Focal nodular hyperplasia (FZH). Left FZH.",
        ("Left FZH", "DIAGNOSIS"),
        abbreviations=[(4, 5, 0, 3)],
    )
    assert doc._.mentions[0]["concept_name"] == "focal nodular hyperplasia"


def test_an_ambiguous_abbreviation_takes_the_sense_the_case_names(linker):
    alone = linked(linker, "MS", ("MS", "DIAGNOSIS"))._.mentions[0]
    named = linked(
        linker, "MS. Severe mitral stenosis.", ("MS", "DIAGNOSIS"), ("mitral stenosis", "DIAGNOSIS")
    )._.mentions[0]
    other = linked(
        linker, "MS. Multiple sclerosis.", ("MS", "DIAGNOSIS"), ("Multiple sclerosis", "DIAGNOSIS")
    )._.mentions[0]
    assert alone["link_score"] < 1.0
    assert (named["concept_name"], named["link_score"]) == ("mitral stenosis", 1.0)
    assert (other["concept_name"], other["link_score"]) == ("multiple sclerosis", 1.0)


@pytest.mark.parametrize(
    ("text", "value", "name"),
    [
        ("somewhat higher in attenuation", "hyper", "hyperattenuation"),
        ("a little less signal", "hypo", "hypointense signal"),
        ("decreased vivid enhancement", "hypo", "reduced enhancement"),
        ("patchy and vivid enhancing", "enhancing", "enhancement"),
        ("somewhat higher", "hyper", ""),
    ],
)
def test_a_signal_without_a_name_is_linked_by_direction_and_kind(linker, text, value, name):
    doc = CaseTokenizer(VOCAB)(text)
    note = new_mention("SIGNAL", 0, len(doc), "LX1") | {"intensity": value}
    set_mentions(doc, [note])
    mention = linker(doc)._.mentions[0]
    assert mention["concept_name"] == name


def test_rows_of_signals_name_concepts_that_are_there(linker):
    known = {term.concept_id for term in load_terms() if term.label == "SIGNAL"}
    rows = [row for rows in load_signal_stems().values() for row in rows]
    assert rows and {concept for _, concept in rows} <= known


def test_links_are_the_same_in_any_order(linker):
    first = [linker.finder.best((w,), "ANATOMY").terms for w in ("liver", "kidney", "hepatic")]
    linker.finder.best.cache_clear()
    again = [linker.finder.best((w,), "ANATOMY").terms for w in ("hepatic", "kidney", "liver")]
    assert first == again[::-1]


def test_a_very_long_mention_is_no_burden(linker):
    words = ("big",) * 5000 + ("mass",)
    assert linker.finder.best(words, "FINDING").terms == ()


SLIPS = [
    row
    for _, row in read_rows(
        Path(__file__).parent / "data" / "misspellings.tsv",
        ("id", "label", "mention", "concept_name", "case"),
    )
]


@pytest.mark.parametrize("case", SLIPS, ids=[f"{c['id']} {c['case']}" for c in SLIPS])
def test_a_slip_of_the_pen_is_put_right_and_nothing_else(linker, case):
    links = linker.finder.best(tuple(case["mention"].split()), case["label"])
    names = {term.concept_name for term in links.terms}
    assert names == {case["concept_name"]} - {""}


def test_a_link_by_a_misspelt_name_says_so(linker):
    mention = linked(linker, "Hepatic hemangoima.", ("Hepatic hemangoima", "DIAGNOSIS"))
    mention = mention._.mentions[0]
    assert "link:typo" in mention["rule"].split()
    assert 0 < mention["link_score"] < 0.8


def test_opposites_are_no_misspellings_of_each_other(linker):
    corrector = SpellingCorrector(load_concepts())
    for one, other in (
        ("abduction", "adduction"), ("anteverted", "antiverted"), ("intraaxial", "interaxial"),
        ("typical", "atypical"), ("ureteral", "urethral"),
    ):  # fmt: skip
        for misspelt, word in ((one, other), (other, one)):
            near = corrector.corrections(Word(misspelt, misspelt))
            assert not corrector.is_misspelt(misspelt) or word not in near


@pytest.mark.parametrize(
    ("form", "word", "one_edit"),
    [
        ("calculus", "calculus", True),
        ("calculs", "calculus", True),
        ("calcculus", "calculus", True),
        ("caclulus", "calculus", True),
        ("calculas", "calculus", True),
        ("clacluus", "calculus", False),
        ("calcu", "calculus", False),
    ],
)
def test_one_edit(form, word, one_edit):
    assert is_one_edit(form, word) == is_one_edit(word, form) == one_edit
