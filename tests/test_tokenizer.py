"""The texts of tokens, as stages share them."""

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from pipeline.tokenizer import CaseTokenizer, token_texts

TEXT = "T2-weighted  images: a 2.5x3 cm mass (MRI).\n\nNo more&#39;"


def test_the_texts_of_tokens_are_those_of_the_doc():
    doc = CaseTokenizer(Vocab())(TEXT)
    read = DocBin(docs=[doc]).get_docs(doc.vocab)
    other = CaseTokenizer(doc.vocab)("Another case.")
    for copy in [doc, other, doc.copy(), *read, Doc(doc.vocab).from_bytes(doc.to_bytes()), doc]:
        assert token_texts(copy) == [token.text for token in copy]


def test_the_texts_of_tokens_follow_a_merge():
    doc = CaseTokenizer(Vocab())(TEXT)
    assert token_texts(doc)[:3] == ["T2", "-", "weighted"]
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:3])
    assert token_texts(doc) == [token.text for token in doc]
    assert token_texts(doc[2:5].as_doc()) == [token.text for token in doc[2:5]]
