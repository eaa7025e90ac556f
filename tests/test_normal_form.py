"""Normal forms: every row's example, and what must not meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology import normal_form as module
from pipeline.terminology.normal_form import (
    BREAK,
    COLUMNS,
    normal_form,
    normal_key,
    normal_words,
    plain_word,
    spelling_rules,
)
from pipeline.tokenizer import TOKEN

ROWS = [row for _, row in read_rows(models_path("rules", "normal_forms.tsv"), COLUMNS)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_two_words_of_a_rows_example_meet(row):
    one, other = row["example"].split(" > ")
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Masses", "mass"), ("haemorrhages", "hemorrhage"), ("Tumours", "tumor"),
        ("CTs", "CT"), ("&beta;", "beta"), ("β", "beta"), ("Sjögren", "Sjogren"),
        ("ultrasound1", "ultrasound"), ("biopsies", "biopsy"), ("characterised", "characterized"),
    ],
)  # fmt: skip
def test_spellings_meet(one, other):
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("T1", "T2"), ("US", "U"), ("pelvis", "pelvi"), ("series", "serie"), ("axes", "axe"),
        ("ileum", "ilium"), ("mass", "mas"), ("C3", "C"), ("gas", "ga"), ("hypo", "hyper"),
    ],
)  # fmt: skip
def test_words_that_differ_stay_apart(one, other):
    assert normal_form(one) != normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("T1-weighted", "T1 weighted"), ("Cooley&#39;s anemia", "Cooley anaemia"),
        ("Meckel\u2019s", "Meckel's"), ("fat\u2011sat", "fat sat"), ("chest  x-ray", "Chest X ray"),
    ],
)  # fmt: skip
def test_hyphens_apostrophes_and_blanks_do_not_matter(one, other):
    assert normal_key(TOKEN.findall(one)) == normal_key(TOKEN.findall(other))


@pytest.mark.parametrize(
    ("blank", "following", "form"),
    [("\n", "Metastases", BREAK), ("\n", "and", ""), ("\n\n", "and", BREAK), (" ", "and", ""),
     ("        ", "and", BREAK), ("\n", "-", BREAK)],
)  # fmt: skip
def test_lines_end_where_the_text_does_not_go_on(blank, following, form):
    assert normal_words(["liver", blank, following])[1] == form


@given(st.text(alphabet="abcdeimnorstuxyz", max_size=12))
def test_letter_case_does_not_matter(word):
    assert normal_form(word.upper()) == normal_form(word)


@given(st.lists(st.text(min_size=1, max_size=5), max_size=10))
def test_each_token_has_one_form(words):
    assert len(normal_words(words)) == len(words)


def test_a_word_in_capitals_loses_its_plural_s():
    assert [plain_word(w) for w in ("MRIs", "US", "Us", "CTs")] == ["MRI", "US", "Us", "CT"]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("X1\tprefix\ta\tb\ta > b", "normal_forms.tsv:2: kind 'prefix', expected one of"),
        ("X1\tword\tABC\tb\ta > b", "normal_forms.tsv:2: from 'ABC', expected lower-case letters"),
    ],
)
def test_a_bad_row_says_where_and_what(tmp_path, monkeypatch, row, problem):
    path = tmp_path / "normal_forms.tsv"
    path.write_text("\t".join(COLUMNS) + "\n" + row + "\n", encoding="utf-8")
    monkeypatch.setattr(module, "models_path", lambda *_: path)
    with pytest.raises(ResourceError) as caught:
        spelling_rules.__wrapped__()
    assert str(caught.value).startswith(problem)
