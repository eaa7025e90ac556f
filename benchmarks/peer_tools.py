"""Runs in a peer's own environment: `python peer_tools.py NAME FOLDER`; knows nothing of radtab."""

import csv
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import spacy

Terms = list[list[str]]
Tool = Callable[[str], object]


def blank(_: Terms) -> Tool:
    """Give spaCy's blank tokenizer, the floor of all."""
    return spacy.blank("en")


def medspacy(terms: Terms) -> Tool:
    """Give medspaCy's target matcher with ConText and its sentence splitter."""
    import medspacy
    from medspacy.target_matcher import TargetRule

    nlp = medspacy.load()
    matcher = nlp.get_pipe("medspacy_target_matcher")
    matcher.add([TargetRule(term, "DISEASE") for _, term in terms])
    return nlp


def edsnlp(terms: Terms) -> Tool:
    """Give edsnlp's term matcher."""
    import edsnlp

    nlp = edsnlp.blank("eds")
    by_concept: dict[str, list[str]] = {}
    for concept, term in terms:
        by_concept.setdefault(concept, []).append(term)
    nlp.add_pipe("eds.matcher", config={"terms": by_concept, "attr": "LOWER"})
    return nlp


def gilda(terms: Terms) -> Tool:
    """Give gilda's annotator with the terms alone."""
    from gilda import make_grounder
    from gilda.ner import annotate
    from gilda.process import normalize
    from gilda.term import Term

    rows = [
        Term(normalize(t), t, "T", c, t, "synonym", "terms") for c, t in terms if normalize(t)
    ]  # fmt: skip
    grounder = make_grounder(rows)
    # its models for ambiguous gene names are downloaded, and say nothing about diseases
    grounder.gilda_disambiguators = {}
    return lambda text: annotate(text, grounder=grounder)


def scispacy(terms: Terms) -> Tool:
    """Give scispaCy's candidate generator over an index of the terms; mentions are noun-like runs.

    Its own recognisers come as model packages outside package indexes: every run of up to four
    words without a stop word is asked instead. Its builder of indexes refuses scipy >= 1.11 for
    its half-precision vectors; the index is built here the same way with single precision and a
    fifth of its search at construction.
    """
    import nmslib
    from scispacy.candidate_generation import CandidateGenerator
    from scispacy.linking_utils import KnowledgeBase
    from sklearn.feature_extraction.text import TfidfVectorizer

    path = Path(tempfile.mkdtemp()) / "kb.jsonl"
    by_concept: dict[str, list[str]] = {}
    for concept, term in terms:
        by_concept.setdefault(concept, []).append(term)
    with path.open("w", encoding="utf-8") as handle:
        for concept, names in by_concept.items():
            row = {"concept_id": concept, "canonical_name": names[0], "aliases": names, "types": []}
            handle.write(json.dumps(row) + "\n")
    base = KnowledgeBase(str(path))
    aliases = list(base.alias_to_cuis)
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), min_df=10)
    vectors = vectorizer.fit_transform(aliases)
    keep = vectors.getnnz(axis=1).nonzero()[0]
    index = nmslib.init(
        method="hnsw", space="cosinesimil_sparse", data_type=nmslib.DataType.SPARSE_VECTOR
    )
    index.addDataPointBatch(vectors[keep])
    index.createIndex({"M": 100, "efConstruction": 400, "post": 0, "indexThreadQty": 2})
    index.setQueryTimeParams({"efSearch": 200})
    generator = CandidateGenerator(index, vectorizer, [aliases[i] for i in keep], base)
    nlp = spacy.blank("en")

    def linked(text: str) -> object:
        doc = nlp(text)
        spans = [
            doc[i : i + n].text
            for i in range(len(doc))
            for n in range(1, 5)
            if not any(t.is_stop or t.is_punct or t.is_space for t in doc[i : i + n])
        ]
        return generator(spans, 5)

    return linked


def quickumls(terms: Terms) -> Tool:
    """Say what it needs: files of the UMLS, which no one may hand on, and a model of spaCy."""
    raise SystemExit("installed, not run: needs files of the UMLS and spaCy's en_core_web_sm")


def en_core_web_sm(_: Terms) -> Tool:
    """Give spaCy's small English model with its NER."""
    return spacy.load("en_core_web_sm")


def rate(tool: Tool, texts: list[str]) -> float:
    """Give seconds of processor time for all texts, the faster of two passes after one to warm."""
    best = float("inf")
    for number in range(3):
        begun = time.process_time()
        for text in texts:
            tool(text)
        if number:
            best = min(best, time.process_time() - begun)
    return best


def main() -> None:
    """Measure one tool and print the figures as JSON."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    texts = json.loads((folder / "texts.json").read_text("utf-8"))
    with (folder / "terms.tsv").open(encoding="utf-8", newline="") as handle:
        terms = list(csv.reader(handle, delimiter="\t"))
    begun = time.perf_counter()
    tool = globals()[name](terms)
    loaded = time.perf_counter() - begun
    floor = spacy.blank("en")
    tokens = sum(len(floor(text)) for text in texts)
    seconds, least = rate(tool, texts), rate(floor, texts)
    print(json.dumps({
        "terms": len(terms), "load_s": round(loaded, 2), "tokens_per_s": round(tokens / seconds),
        "ratio": round(seconds / least, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
