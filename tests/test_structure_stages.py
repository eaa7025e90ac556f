"""Sections, sentences, abbreviations and patient as spaCy stages: saved, loaded, in processes."""

import pytest
import spacy

STAGES = ("radtab_sections", "radtab_sentences", "radtab_abbreviations", "radtab_patient")
TEXTS = [
    "Texto: \nCT shows a pulmonary embolism (PE). The PE is large.\nPulmonary embolism\n"
    "A 30-year-old woman with dyspnea.\n\n\nKeywords: \n- lung\n",
    "FINDINGS: A cyst.\nIMPRESSION: Cyst in a 5 yo boy.",
    "",
]


@pytest.fixture(scope="module")
def small():
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "radtab_tokenizer"}}})
    for name in STAGES:
        nlp.add_pipe(name)
    return nlp


def _left(doc):
    return (
        [dict(note) for note in doc._.sections],
        [sent.text for sent in doc.sents] if len(doc) else [],
        [dict(entry) for entry in doc._.abbreviations],
        dict(doc._.patient),
    )


def test_stages_leave_what_later_ones_read(small):
    sections, sentences, abbreviations, patient = _left(small(TEXTS[0]))
    assert [note["section"] for note in sections][-1] == "keywords"
    assert any(text.startswith("The PE is large.") for text in sentences)
    assert {entry["short_text"] for entry in abbreviations} == {"PE"}
    assert patient == {"age": 30.0, "sex": "female"}


def test_a_saved_pipeline_gives_the_same(small, tmp_path):
    small.to_disk(tmp_path / "pipe")
    again = spacy.load(tmp_path / "pipe")
    assert again.pipe_names == list(STAGES)
    assert [_left(doc) for doc in again.pipe(TEXTS)] == [_left(doc) for doc in small.pipe(TEXTS)]


def test_two_processes_give_the_same(small):
    apart = [_left(doc) for doc in small.pipe(TEXTS, n_process=2, batch_size=1)]
    assert apart == [_left(doc) for doc in small.pipe(TEXTS)]


def test_stages_work_in_a_memory_zone(small):
    with small.memory_zone():
        inside = [_left(doc) for doc in small.pipe(TEXTS)]
    assert inside == [_left(doc) for doc in small.pipe(TEXTS)]


def test_the_order_of_stages_is_declared(small):
    problems = small.analyze_pipes()["problems"]
    assert not any(problems[name] for name in STAGES)
