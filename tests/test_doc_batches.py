"""Stages that read docs together: each doc has what it has alone, errors go to the handler."""

from itertools import accumulate

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab

from pipeline.annotations import SectionNote, set_sections
from pipeline.doc_batches import BatchAnnotator, doc_batches
from pipeline.recognition.chain_tagger import ChainTagger
from pipeline.recognition.chain_weights import TrainedLayer, join_layers
from pipeline.recognition.token_attributes import cues_before
from pipeline.recognition.token_places import place_keys
from pipeline.recognition.token_view import view_of, view_of_all
from pipeline.recognition.word_clusters import WordClusters
from pipeline.recognition.word_numbers import WordNumbers

# written for these tests
LINES = [
    "Texto: ",
    "A 45 year old man has chest pain",
    "CT of the chest shows a 2 cm nodule in the right upper lobe.",
    "History:",
    "Findings: no effusion.",
    "Impression",
    "- Lung cancer",
    "Keywords:",
    "___",
    "consistent with",
    "(",
    "mass",
    "",
    " ",
    "T2 hyperintense lesion of L4-5",
]
TEXTS = st.lists(st.sampled_from(LINES), max_size=12).map("\n".join)
WORDS = ("no", "mass", "tumour", "(", ")", "\n", "consistent", "with", "in")
STAGES = ("radtab_sections", "radtab_sentences", "radtab_lexicon", "radtab_recogniser")


class Counter(BatchAnnotator):
    """Note how many docs are read together; refuse one."""

    def annotate(self, docs):
        if any(doc.text == "bad" for doc in docs):
            raise ValueError("bad")
        for doc in docs:
            doc.user_data["together"] = len(docs)


def left(doc: Doc):
    """Give what the stages left in a doc."""
    spans = {
        name: [(s.label_, s.start, s.end, s.id_, s.kb_id_) for s in group]
        for name, group in doc.spans.items()
    }
    return spans, list(doc._.sections), list(doc._.mentions)


@pytest.fixture(scope="module")
def nlp():
    made = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "radtab_tokenizer"}}})
    for name in (*STAGES, "radtab_entities"):
        made.add_pipe(name)
    return made


def alone(nlp, text):
    return left(nlp(text))


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_docs_together_have_what_they_have_alone(nlp, texts):
    assert [left(doc) for doc in nlp.pipe(texts)] == [alone(nlp, text) for text in texts]


def test_very_long_and_empty_docs_have_what_they_have_alone(nlp):
    long = "\n".join(LINES[1:3] + LINES[9:12]) + "\n"
    texts = ["", long * 900, long, " ", "\n\n", long * 40, "mass"] * 2
    assert len(nlp.make_doc(texts[1])) > 20_000
    assert [left(doc) for doc in nlp.pipe(texts)] == [alone(nlp, text) for text in texts]


def test_a_mention_ends_with_its_text():
    tags = ("O", "B-FINDING", "I-FINDING")
    states = {("w=mass", "B-FINDING"): 9.0, ("w=lesion", "I-FINDING"): 9.0}
    layer = TrainedLayer("outer", tags, states, {})
    tagger = ChainTagger(join_layers([layer]), WordClusters([], [], []))
    vocab = Vocab()
    docs = [Doc(vocab, words=words) for words in (["a", "mass"], [], ["lesion", "is"])]
    runs = list(tagger.tagged_runs(view_of_all(docs)))
    assert runs == [("outer", 1, ["B-FINDING"]), ("outer", 2, ["I-FINDING"])]


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["no", "mass", "\n", " "]), max_size=6), min_size=1))
def test_a_view_of_docs_is_the_views_of_each(texts):
    vocab = Vocab()
    docs = [Doc(vocab, words=words) for words in texts]
    views = [view_of(doc) for doc in docs]
    view = view_of_all(docs)
    assert view.indices == [i for own in views for i in own.indices]
    assert view.words == [word for own in views for word in own.words]
    assert list(view.starts) == list(accumulate((len(v.words) for v in views), initial=0))[:-1]
    for numbers, parts in (
        (view.sentences, [own.sentences for own in views]),
        (view.lines, [own.lines for own in views]),
    ):
        told = [(number, i) for i, part in enumerate(parts) for number in part]
        assert len(set(zip(numbers, told, strict=True))) == len(set(numbers)) == len(set(told))


def test_batches_have_limits():
    vocab = Vocab()
    docs = [Doc(vocab, words=["a"] * n) for n in (5, 0, 1, 1, 1, 9)]
    assert [[len(d) for d in batch] for batch in doc_batches(docs, 3, 6)] == [[5, 0, 1], [1, 1, 9]]
    assert list(doc_batches([])) == []


def test_a_doc_that_fails_goes_to_the_handler_alone():
    vocab = Vocab()
    docs = [Doc(vocab, words=[word], spaces=[False]) for word in ("a", "bad", "c")]
    stage = Counter("counter")
    failed = []
    stage.set_error_handler(lambda name, _stage, docs, error: failed.append((name, docs, error)))
    assert [doc.text for doc in stage.pipe(docs)] == ["a", "c"]
    ((name, (doc,), error),) = failed
    assert (name, doc.text, str(error)) == ("counter", "bad", "bad")


def test_without_a_handler_the_error_is_raised_where_the_doc_stands():
    vocab = Vocab()
    docs = [Doc(vocab, words=[word], spaces=[False]) for word in ("a", "bad", "c")]
    read = Counter("counter").pipe(docs)
    assert next(read).text == "a"
    with pytest.raises(ValueError, match="bad"):
        next(read)


def test_a_pipeline_gives_its_stages_its_handler(nlp):
    docs = [nlp.make_doc(text) for text in ("Chest pain.", "A mass.")]
    docs[0]._.given_sections = [["no section", 0, 5]]
    failed = []
    nlp.set_error_handler(lambda name, _stage, docs, _error: failed.append((name, docs[0].text)))
    try:
        assert [doc.text for doc in nlp.pipe(docs)] == ["A mass."]
    finally:
        nlp.set_error_handler(spacy.util.raise_error)
    assert failed == [("radtab_sections", "Chest pain.")]


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS, max_size=6))
def test_scores_of_sections_are_the_same_to_the_last_bit(nlp, texts):
    splitter = nlp.get_pipe("radtab_sections")
    assert [one.parts for one in splitter.divide(texts)] == [splitter.parts(t) for t in texts]


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=8), min_size=1, max_size=4))
def test_what_stands_in_one_doc_says_nothing_of_another(texts):
    vocab = Vocab()
    docs = [Doc(vocab, words=words) for words in texts]
    for doc in docs:  # the first two tokens are the diagnosis, whose words are told elsewhere
        parts = [("diagnosis", 0, min(2, len(doc))), ("findings", 2, len(doc))]
        set_sections(doc, [
            SectionNote(section=name, start=start, end=end, method="given", score=1.0)
            for name, start, end in parts if start < end
        ])  # fmt: skip
    numbers = WordNumbers()

    def told(view):
        places = place_keys(view, np.array(numbers.of(view.words), dtype=np.int64))
        return list(zip(places, cues_before(view), strict=True))

    assert told(view_of_all(docs)) == [one for doc in docs for one in told(view_of(doc))]
