"""The stage `radtab_recogniser` with the weights under `models/trained`."""

import json

import pytest
import spacy

from pipeline.resources import models_path
from pipeline.stages.recogniser import make_mention_recogniser, shared_tagger

# written for these tests
SENTENCES = [
    ("There is a large renal mass with calcifications.", "FINDING", "mass"),
    ("Patient presents with chest pain and dyspnea.", "FINDING", "dyspnea"),
    ("Findings are consistent with osteomyelitis.", "DIAGNOSIS", "osteomyelitis"),
    ("She has a history of multiple sclerosis.", "DIAGNOSIS", "multiple sclerosis"),
    ("A nodule is seen in the right lower lobe.", "ANATOMY", "right lower lobe"),
    ("CT of the abdomen was obtained.", "MODALITY", "CT"),
    ("Sagittal images show a fluid level.", "PLANE", "Sagittal"),
    ("The lesion is hyperintense on the scan.", "SIGNAL", "hyperintense"),
    # misspelt on purpose
    ("There is diffuse inflitration of both lungs.", "FINDING", "inflitration"),
    ("He complains of adbominal pain.", "FINDING", "adbominal pain"),
]


@pytest.fixture(scope="module")
def marked():
    """Stages up to the recogniser, over texts whose section is given."""
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "radtab_tokenizer"}}})
    for name in ("radtab_sections", "radtab_sentences", "radtab_lexicon", "radtab_recogniser"):
        nlp.add_pipe(name)

    def mark(text, section="findings"):
        doc = nlp.make_doc(text)
        doc._.given_sections = [[section, 0, len(text)]] if text.strip() else []
        for _, stage in nlp.pipeline:
            doc = stage(doc)
        return list(doc.spans["recogniser"])

    return mark


@pytest.mark.parametrize(("text", "label", "words"), SENTENCES)
def test_mentions_are_marked(marked, text, label, words):
    found = [(span.label_, span.text) for span in marked(text)]
    assert any(got == label and words in said for got, said in found), found


def test_spans_name_their_layer(marked):
    spans = marked("Dilated esophagus on CT.")
    assert {span.id_ for span in spans} == {"crf-outer", "crf-inner"}
    assert all((s.id_ == "crf-outer") == (s.label_ in ("FINDING", "DIAGNOSIS")) for s in spans)


def test_the_section_counts(marked):
    listed = marked("Pleural effusion", section="differential")
    assert [(s.label_, s.text) for s in listed if s.id_ == "crf-outer"] == [
        ("DIAGNOSIS", "Pleural effusion")
    ]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "...", "—", "5", "T" * 5000, "\u200b\u00ad"])
def test_any_text_passes(marked, text):
    assert isinstance(marked(text), list)


def test_order_of_texts_does_not_matter(marked):
    texts = [text for text, _, _ in SENTENCES]
    first = [[(s.label_, s.start, s.end) for s in marked(text)] for text in texts]
    second = [[(s.label_, s.start, s.end) for s in marked(text)] for text in reversed(texts)]
    assert first == second[::-1]


def test_white_space_is_never_at_the_edge_of_a_mention(marked):
    text = "Renal   mass \n with  pleural \n  effusion ,  and   pain  ."
    spans = marked(text)
    assert spans
    assert all(span.text == span.text.strip() for span in spans)


def test_the_weights_say_what_they_were_trained_on():
    said = json.loads(models_path("trained", "recogniser.json").read_text("utf-8"))
    assert said["cases"] >= 200
    assert all(len(digest) == 64 for digest in said["data"].values())
    assert not any("e3c" in name or name == "dev.jsonl" for name in said["data"])
    assert said["scores"]["FINDING or DIAGNOSIS"]["mean"] > 0.9
    assert said["scores"]["all entities exact"]["mean"] > 0.72


def test_ids_of_layers_are_explained():
    from pipeline.explain import find_rules

    found = find_rules(["crf-outer", "crf-inner"])
    assert all("recogniser.json" in source.place for source in found.values())


def test_weights_are_small():
    files = list(models_path("trained").glob("recogniser*.npz"))
    assert len(files) == 2
    assert sum(file.stat().st_size for file in files) < 8_000_000


def test_recognisers_share_the_tagger_of_a_process():
    assert shared_tagger() is shared_tagger()
    nlp = spacy.blank("en")
    one, two = (make_mention_recogniser(nlp, name) for name in ("a", "b"))
    assert (one.name, two.name) == ("a", "b")
    assert one is not two  # each has the error handler of its pipeline
