"""Rows of the grammar: every example, and what a bad row says."""

import re

import pytest
from spacy.vocab import Vocab

from pipeline.errors import ResourceError
from pipeline.terminology import grammar as module
from pipeline.terminology.grammar import COLUMNS, GrammarMatcher, load_grammar
from pipeline.terminology.lexicon import Term, TermMatcher, load_terms
from pipeline.terminology.normal_form import normal_words
from pipeline.tokenizer import CaseTokenizer

TOKENIZER = CaseTokenizer(Vocab())
TERMS = [
    Term("W1", "high", "way", "any", "", "", "", "", ""),
    Term("W2", "low", "way", "any", "", "", "", "", ""),
    Term("W3", "signal intensity", "noun", "any", "", "", "", "", ""),
    Term("W4", "US", "study", "case", "", "", "", "", ""),
]


@pytest.fixture(scope="module")
def all_terms():
    return TermMatcher(load_terms())


def spans(matcher, terms, text):
    doc = TOKENIZER(text)
    words = [token.text for token in doc]
    forms = normal_words(words)
    found = matcher.match(words, forms, terms.candidates(words, forms))
    return {doc[m.start : m.end].text for m in found}


def rules_of(tmp_path, monkeypatch, *rows):
    path = tmp_path / "grammar.tsv"
    path.write_text("\n".join(("\t".join(COLUMNS), *rows)) + "\n", encoding="utf-8")
    monkeypatch.setattr(module, "models_path", lambda *_: path)
    return load_grammar.__wrapped__()


@pytest.mark.parametrize("rule", load_grammar(), ids=lambda rule: rule.id)
def test_a_rule_alone_finds_the_mentions_of_its_example(all_terms, rule):
    text = rule.example.replace("[[", "").replace("]]", "")
    wanted = set(re.findall(r"\[\[(.*?)\]\]", rule.example))
    assert spans(GrammarMatcher([rule], all_terms), all_terms, text) == wanted


def test_what_is_remembered_of_runs_changes_nothing(all_terms, monkeypatch):
    texts = [re.sub(r"[\[\]]{2}", "", rule.example) for rule in load_grammar()]
    matcher = GrammarMatcher(load_grammar(), all_terms)
    first = [spans(matcher, all_terms, text) for text in texts]
    assert [spans(matcher, all_terms, text) for text in texts] == first
    monkeypatch.setattr(module, "_KEPT_RUNS", 1)
    monkeypatch.setattr(module, "_LONGEST_KEPT", 3)
    assert [spans(matcher, all_terms, text) for text in texts] == first


@pytest.mark.parametrize(
    ("pattern", "text", "wanted"),
    [
        ("{way} {noun}", "high signal-intensity, low. signal", {"high signal-intensity"}),
        ("{way}+ {noun}?", "low high signal", {"low high"}),
        ("{way} (and|,) [{way}]", "low and high, low", {"high"}),
        ("{noun} ... [{way}]", "signal intensity of it is low", {"low"}),
        ("{noun} ... [{way}]", "signal intensity of it. Is low", set()),
        ("{study}", "US and us", {"US"}),
        ("grade {number}", "grade 3 and grade IV", {"grade 3"}),
        ("{way} - {noun}", "high signal intensity", set()),
        ("\\( {way} \\)", "(low)", {"(low)"}),
    ],
)
def test_patterns(tmp_path, monkeypatch, pattern, text, wanted):
    rules = rules_of(tmp_path, monkeypatch, f"G1\tSIGNAL\t{pattern}\t[[x]]")
    terms = TermMatcher(TERMS)
    assert spans(GrammarMatcher(rules, terms), terms, text) == wanted


def test_a_definition_stands_for_its_pattern(tmp_path, monkeypatch):
    rows = ("G1\tword_of\t{way}|{noun}\t", "G2\tSIGNAL\t{word_of} {word_of}\t[[x]]")
    rules = rules_of(tmp_path, monkeypatch, *rows)
    assert [rule.id for rule in rules] == ["G2"]
    terms = TermMatcher(TERMS)
    assert spans(GrammarMatcher(rules, terms), terms, "high low") == {"high low"}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("G1\tSignal\t{way}\t[[x]]", "grammar.tsv:2: label 'Signal', expected"),
        ("G1\tSIGNAL\t{way}\tx", "grammar.tsv:2: example marks nothing, expected [[mention]]"),
        ("G1\tSIGNAL\t{colour}\t[[x]]", "grammar.tsv:2: {colour} has no terms, expected a class"),
        ("G1\tSIGNAL\t{way} (\t[[x]]", "grammar.tsv:2: pattern: missing ), unterminated"),
        ("G1\tSIGNAL\tx-ray\t[[x]]", "grammar.tsv:2: pattern: 'x-ray' is not one token"),
        ("G1\tSIGNAL\t{way}?\t[[x]]", "grammar.tsv:2: pattern: all its parts are optional"),
        ("G1\tSIGNAL\t{way\t[[x]]", "grammar.tsv:2: pattern: '{' cannot be read"),
    ],
)
def test_a_bad_row_says_where_and_what(tmp_path, monkeypatch, row, problem):
    with pytest.raises(ResourceError) as caught:
        GrammarMatcher(rules_of(tmp_path, monkeypatch, row), TermMatcher(TERMS))
    assert str(caught.value).startswith(problem)
