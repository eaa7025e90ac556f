"""Whatever the text, the pipeline runs and every row points at its characters."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language

from pipeline.table_rows import case_tables

PHRASES = """
    CT MRI T1 T2-weighted images show a hyperintense lesion in the left lobe of liver . , ; : no
    without consistent with abscess versus metastases 3 x 2 cm &#39; ( ) FINDINGS: IMPRESSION:
    Texto: Keywords: - • pain 45-year-old man due to than muscle axial
"""
WORDS = st.sampled_from([*PHRASES.split(), "\n", "\n \n", "\t"])
TELEGRAPHIC = st.lists(WORDS, max_size=60).map(" ".join)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=TELEGRAPHIC | ANY)
def test_any_text_runs_and_every_row_points_at_its_characters(nlp: Language, text: str) -> None:
    doc = nlp(text)
    assert doc.text == text
    rows = case_tables(doc)
    entities = {row.entity_id: row for row in rows["entities"]}
    for row in entities.values():
        assert text[row.start : row.end] == row.text
        assert row.text.strip()
    for row in rows["relations"]:
        assert row.head_text == entities[row.head_id].text
        assert row.tail_text == entities[row.tail_id].text
        assert row.cue_start is None or text[row.cue_start : row.cue_end] == row.cue
    for row in rows["findings"]:
        assert text[row.evidence_start : row.evidence_end] == row.evidence
    for row in rows["sections"]:
        assert 0 <= row.start < row.end <= len(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n\n", "Texto: ", "Keywords: \n", "\x00", "(" * 500, "- \n" * 3000, "a" * 50_000,
     "\u202eCT of the liver\u202c", "zero\u200bwidth mass", "no " * 2000, "CT " * 2000],
)  # fmt: skip
def test_odd_texts_run(nlp: Language, text: str) -> None:
    rows = case_tables(nlp(text))
    assert [row.n_chars for row in rows["cases"]] == [len(text)]


def test_a_long_list_costs_as_much_a_bullet_as_a_short_one(nlp: Language) -> None:
    def seconds(bullets: int) -> float:
        begun = time.process_time()
        case_tables(nlp("- cyst of the liver\n" * bullets))
        return time.process_time() - begun

    seconds(100)
    # eight times as long; twice that is noise, sixty-four times is a stage that looks back
    assert seconds(8_000) < 16 * seconds(1_000)
