"""`pipeline.load()` gives a normal spaCy Language."""

import pkgutil
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

import pipeline
from pipeline.annotations import mentions_of, relations_of, sections_of
from pipeline.assembly import ORDER, PROFILES
from pipeline.errors import UsageError
from pipeline.resources import corpus_path

PATHS = sorted(corpus_path("cases").glob("*.txt"))[:4]
TEXTS = [path.read_text(encoding="utf-8") for path in PATHS]


def annotation(doc: Doc) -> tuple[object, ...]:
    spans = [(s.start_char, s.end_char, s.label_, s.kb_id_, s.id_) for s in doc.spans["entities"]]
    starts = [s.start for s in doc.sents]
    return spans, mentions_of(doc), relations_of(doc), sections_of(doc), starts, doc._.patient


@pytest.fixture(scope="module")
def docs(nlp: Language) -> list[Doc]:
    return list(nlp.pipe(TEXTS))


def test_the_stages_run_in_order(nlp: Language) -> None:
    assert tuple(nlp.pipe_names) == ORDER


def test_spacy_finds_nothing_missing_between_stages(nlp: Language) -> None:
    assert not any(nlp.analyze_pipes()["problems"].values())


def test_nlp_and_pipe_agree(nlp: Language, docs: list[Doc]) -> None:
    assert [annotation(nlp(text)) for text in TEXTS] == [annotation(doc) for doc in docs]
    assert all(mentions_of(doc) and relations_of(doc) for doc in docs)


def test_two_processes_give_the_same(nlp: Language, docs: list[Doc]) -> None:
    parallel = nlp.pipe(TEXTS, n_process=2, batch_size=2)
    assert [annotation(doc) for doc in parallel] == [annotation(doc) for doc in docs]


def test_a_saved_pipeline_reads_alike(nlp: Language, docs: list[Doc], tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "radtab")
    again = spacy.load(tmp_path / "radtab")
    assert annotation(again(TEXTS[0])) == annotation(docs[0])


def test_docs_survive_docbin(nlp: Language, docs: list[Doc]) -> None:
    data = DocBin(docs=docs, store_user_data=True).to_bytes()
    again = DocBin().from_bytes(data).get_docs(nlp.vocab)
    assert [annotation(doc) for doc in again] == [annotation(doc) for doc in docs]


def test_the_fast_profile_leaves_the_recogniser_out() -> None:
    fast = pipeline.load("fast")
    assert set(ORDER) - set(fast.pipe_names) == set(PROFILES["fast"])
    assert mentions_of(fast(TEXTS[0]))


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(UsageError, match="profile 'quick' is not known"):
        pipeline.load("quick")


def test_annotate_gives_a_doc() -> None:
    doc = pipeline.annotate("CT shows a hypodense lesion in the liver.")
    assert [span.text for span in doc.spans["entities"] if span.label_ == "MODALITY"] == ["CT"]


def test_public_names_are_functions_whatever_was_imported_before() -> None:
    for module in pkgutil.iter_modules(pipeline.__path__):
        assert module.name not in pipeline.__all__, "a module would hide the function"
    assert all(callable(getattr(pipeline, name)) for name in pipeline.__all__)


def test_the_words_of_a_heading_are_no_findings_or_diagnoses() -> None:
    doc = pipeline.load()(
        "Clinical History\nCough.\n\nCT Findings\nA mass in the right lung.\n\n"
        "Final Diagnosis\nHamartoma\n\nDifferential Diagnosis List\nCarcinoid"
    )
    said = [(m["label"], doc[m["start"] : m["end"]].text) for m in mentions_of(doc)]
    assert ("DIAGNOSIS", "Hamartoma") in said
    assert ("MODALITY", "CT") in said
    assert not [text for _, text in said if "Diagnosis" in text or "Findings" in text]
