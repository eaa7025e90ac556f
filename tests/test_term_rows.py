"""The rows under models/lexicons and models/terminology, all together."""

from collections import defaultdict

from pipeline.annotations import LABELS
from pipeline.resources import models_path
from pipeline.terminology.lexicon import key_of, lexicon_files, load_terms, read_terms


def test_rows_validate_and_ids_are_unique_across_files():
    terms = load_terms()
    assert len({term.id for term in terms}) == len(terms) > 50_000


def test_a_concept_has_one_name_and_at_most_one_cui():
    names, cuis = defaultdict(set), defaultdict(set)
    for term in load_terms():
        if term.label in LABELS:
            names[term.concept_id].add(term.concept_name)
            cuis[term.concept_id].add(term.cui)
    assert {i: n for i, n in names.items() if len(n) > 1} == {}
    assert {i: c for i, c in cuis.items() if len(c) > 1} == {}


def test_no_name_of_an_ontology_has_three_letters_or_fewer():
    for path in models_path("terminology").glob("*.tsv.gz"):
        assert [t.term for t in read_terms(path) if len(t.term) <= 3] == []


def test_ontologies_leave_the_names_of_the_lexicons_to_them():
    by_hand, packed = set(), set()
    for path in lexicon_files():
        keys = {key_of(t.term) for t in read_terms(path) if t.label in LABELS}
        (packed if path.suffix == ".gz" else by_hand).update(keys)
    assert by_hand & packed == set()


def test_the_lexicons_are_broad():
    counts = {path.stem: len(read_terms(path)) for path in models_path("lexicons").glob("*.tsv")}
    assert counts["anatomy"] >= 1500
    assert counts["finding"] >= 1200
    assert counts["diagnosis"] >= 1000


def test_short_names_in_capitals_are_matched_as_written():
    loose = [
        t.term
        for t in load_terms()
        if t.label in ("ANATOMY", "FINDING", "DIAGNOSIS")
        and t.term.isupper()
        and len(t.term) <= 4
        and t.match != "case"
    ]
    assert loose == []
