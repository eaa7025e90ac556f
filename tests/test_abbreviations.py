"""Abbreviations defined in the text, as plain data."""

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from pipeline.stages.abbreviations import AbbreviationFinder
from pipeline.tokenizer import CaseTokenizer


@pytest.fixture(scope="module")
def finder():
    nlp = spacy.blank("en")
    nlp.tokenizer = CaseTokenizer(nlp.vocab)
    return lambda text: AbbreviationFinder(nlp)(nlp.make_doc(text))


def _pairs(doc):
    return [(a["short_text"], a["long_text"]) for a in doc._.abbreviations]


def test_a_definition_holds_for_every_later_short_form(finder):
    doc = finder("Deep vein thrombosis (DVT) was seen. The DVT was treated.")
    assert _pairs(doc) == [("DVT", "Deep vein thrombosis")] * 2


def test_hyphens_and_entities_do_not_shift_the_long_form(finder):
    doc = finder("Cooley&#39;s anemia with a non-small-cell-type bronchial adenocarcinoma (BA).")
    assert _pairs(doc) == [("BA", "bronchial adenocarcinoma")]


def test_offsets_are_tokens_of_the_doc(finder):
    doc = finder("Texto: \nA pulmonary embolism (PE).")
    for entry in doc._.abbreviations:
        assert doc[entry["short_start"] : entry["short_end"]].text == entry["short_text"]
        assert doc[entry["long_start"] : entry["long_end"]].text == entry["long_text"]
    assert _pairs(doc) == [("PE", "pulmonary embolism")]


@pytest.mark.parametrize(
    "text", ["", "(", ")(", "(())", "a (", "(CT) scan", ") a ( b", "x ((A) b) (c", "( " * 300]
)
def test_odd_brackets_define_nothing(finder, text):
    assert _pairs(finder(text)) == []


def test_a_bracket_in_lower_case_is_no_abbreviation(finder):
    assert _pairs(finder("right sided (right) mass and left lower lobe (left) mass")) == []


def test_abbreviations_survive_a_docbin(finder):
    doc = finder("Superior vena cava (SVC) syndrome.")
    packed = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (again,) = DocBin().from_bytes(packed).get_docs(doc.vocab)
    assert list(again._.abbreviations) == doc._.abbreviations != []
    assert list(Doc(doc.vocab).from_bytes(doc.to_bytes())._.abbreviations) == doc._.abbreviations
