"""Concepts that others gave to mentions, against ours: given the words and the label of a mention.

Asked is `linking.asking`, as `radtab link` does; an abbreviation that the document defines is
asked by its long form, as the stage `radtab_linking` does.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language

from pipeline.errors import VocabularyError
from pipeline.linking.asking import candidates_of, labels_of
from pipeline.linking.expansions import expanded, expansions_of
from pipeline.linking.finder import CandidateFinder
from pipeline.linking.loading import index_path, load_finder
from pipeline.resources import models_path, read_cells
from pipeline.scoring.counting import Score
from pipeline.term_index import TermIndex
from pipeline.terminology.lexicon import Term, load_terms
from pipeline.tokenizer import token_texts
from pipeline.training.elsewhere.records import Record, read_records, sampled
from pipeline.vocabularies.hpo import NAME as HPO

#: candidates asked for
ASKED = 5
#: documents of a corpus of abstracts
SAMPLE = 200
#: types of mentions that our concepts are not for
PASSED_OVER = ("CHEM", "OBJC")
XREF_COLUMNS = ("concept_id", "doid", "mondo")

#: a term -> the identifiers of its concept that a corpus may name
Identify = Callable[[Term], frozenset[str]]


class Compared(NamedTuple):
    """What mentions are linked to, the identifiers compared, and those that a name of ours has."""

    finder: CandidateFinder
    identify: Identify
    known: frozenset[str]


def measure_links(folder: Path, nlp: Language, seed: int) -> dict[str, Score]:
    """Score the concepts of gold mentions, at rank 1 and among the first 5, in four corpora.

    E3C and Mantra by CUI; NCBI disease and BC5CDR (200 abstracts each) by the MeSH and OMIM ids
    that the ontologies give to our DOID and MONDO ids. `in index` counts the mentions whose concept
    has a name here, `all` every mention with a concept; of several concepts of a mention one is to
    be found. A DISORDER is asked as DIAGNOSIS and FINDING, a PROCEDURE as MODALITY, and what Mantra
    gives no type (most of it) under any label; chemicals and objects are passed over. Names spelt
    much like the mention are candidates too. `+ hpo` has the index of the extra `hpo` before the
    terminology inside, where that is installed.
    """
    scores: dict[str, Score] = {}
    for kind, compared in _by_cui():
        for corpus in ("e3c", "mantra"):
            records = read_records(folder / f"corpora/{corpus}.jsonl.gz")
            _count_corpus(scores, f"{corpus}{kind}", compared, _documents(nlp, records))
    for corpus in ("ncbi_disease", "bc5cdr"):
        drawn = sampled(read_records(folder / f"corpora/{corpus}.jsonl.gz"), SAMPLE, seed)
        _count_corpus(scores, corpus, _by_xref(), _documents(nlp, drawn))
    return scores


def _by_cui() -> Iterator[tuple[str, Compared]]:
    inside = frozenset(term.cui for term in load_terms() if term.cui)
    yield "", Compared(load_finder(approximate=True), _cui, inside)
    try:
        index = TermIndex.open(index_path(HPO))
    except VocabularyError:
        return
    theirs = {index.concept(number).cui for number in range(index.info.concepts)} - {""}
    yield " + hpo", Compared(load_finder((HPO,), approximate=True), _cui, inside | theirs)


def _cui(term: Term) -> frozenset[str]:
    return frozenset((term.cui,))


def _by_xref() -> Compared:
    known = frozenset(i for term in load_terms() for i in _xrefs().get(term.concept_id, ()))
    return Compared(
        load_finder(approximate=True),
        lambda term: _xrefs().get(term.concept_id, frozenset()),
        known,
    )


@cache
def _xrefs() -> dict[str, frozenset[str]]:
    """Read `models/xrefs/diseases.tsv.gz`: concept id -> its MeSH and OMIM ids."""
    rows = read_cells(models_path("xrefs", "diseases.tsv.gz"), XREF_COLUMNS)
    return {concept: frozenset(" ".join(ids).split()) for _, (concept, *ids) in rows}


class Document(NamedTuple):
    """Mentions of a document: their words (long forms for short), their type, their concepts."""

    mentions: tuple[tuple[tuple[str, ...], str, frozenset[str]], ...]


def _documents(nlp: Language, records: Iterable[Record]) -> Iterator[Document]:
    find = dict(nlp.pipeline)["radtab_abbreviations"]
    for record in records:
        doc = find(nlp.make_doc(record["text"]))
        texts, expansions = token_texts(doc), expansions_of(doc)
        mentions = []
        for entity in record["entities"]:
            span = doc.char_span(entity["start"], entity["end"], alignment_mode="expand")
            if entity["concept"] and span is not None and entity["type"] not in PASSED_OVER:
                words = expanded(tuple(texts[span.start : span.end]), expansions)
                mentions.append((words, entity["type"], _gold(entity["concept"])))
        yield Document(tuple(mentions))


def _gold(concept: str) -> frozenset[str]:
    """Give the identifiers of a mention: MeSH ids have their prefix here, CUIs stand alone."""
    ids = concept.replace("|", "+").split("+")
    return frozenset(f"MESH:{i.strip()}" if _is_mesh(i.strip()) else i.strip() for i in ids)


def _is_mesh(identifier: str) -> bool:
    # a CUI has seven digits, a supplementary concept of MeSH six or nine
    return identifier[:1] == "D" or (identifier[:1] == "C" and len(identifier) != len("C0000000"))


def _count_corpus(
    scores: dict[str, Score], name: str, compared: Compared, documents: Iterable[Document]
) -> None:
    for words, kind, gold in (mention for doc in documents for mention in doc.mentions):
        labels = labels_of("" if kind == "None" else kind)
        found = candidates_of(compared.finder, words, labels, ASKED)
        hits = [bool(compared.identify(candidate.term) & gold) for candidate in found]
        for of in ("all", "in index") if gold & compared.known else ("all",):
            for rank in (1, ASKED):
                hit = any(islice(hits, rank))
                scores.setdefault(f"{name}, {of}: top {rank}", Score()).add(hit, 1, hit, 1)
