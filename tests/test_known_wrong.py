"""Identifiers that open sources give a concept and that were found to name something else."""

from pathlib import Path

import pytest

from pipeline.resources import read_rows
from pipeline.terminology.lexicon import Term, load_terms

COLUMNS = ("id", "concept_name", "column", "value", "reason")
ROWS = [row for _, row in read_rows(Path(__file__).parent / "data" / "known_wrong.tsv", COLUMNS)]


def rows_with(terms, wrong):
    """Give the ids of the rows that say of a concept what is known to be wrong."""
    return [
        term.id
        for term in terms
        if term.concept_name == wrong["concept_name"]
        and getattr(term, wrong["column"]) == wrong["value"]
    ]


@pytest.mark.parametrize("wrong", ROWS, ids=lambda row: f"{row['id']} {row['concept_name']}")
def test_no_row_has_an_identifier_known_to_be_wrong(wrong):
    assert rows_with(load_terms(), wrong) == []


def test_every_concept_listed_is_one_of_the_lexicons():
    names = {term.concept_name for term in load_terms()}
    assert {row["concept_name"] for row in ROWS} <= names


def test_a_wrong_identifier_would_be_named():
    term = Term("ZZ1", "x", "FINDING", "any", "RT:F1", "x", "C0000001", "", "")
    wrong = {"concept_name": "x", "column": "cui", "value": "C0000001"}
    assert rows_with([term], wrong) == ["ZZ1"]
