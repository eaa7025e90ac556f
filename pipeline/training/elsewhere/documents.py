"""Mentions in documents of other corpora: MACCROBAT, E3C, NCBI disease, BC5CDR."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language

from pipeline.annotations import mentions_of, relations_of
from pipeline.scoring.counting import Score
from pipeline.scoring.sides import Span, overlap
from pipeline.training.elsewhere.places import is_met, place_of
from pipeline.training.elsewhere.records import Record, read_records, sampled

#: documents drawn of the two large corpora
SAMPLE = 100


class Matched(NamedTuple):
    """Types of a corpus that are compared with labels of ours."""

    types: tuple[str, ...]
    labels: tuple[str, ...]


#: Sign_symptom has the type FINDING, Disease_disorder DIAGNOSIS, Biological_structure ANATOMY
MACCROBAT = {
    "ANATOMY": Matched(("ANATOMY",), ("ANATOMY",)),
    "FINDING or DIAGNOSIS": Matched(("FINDING", "DIAGNOSIS"), ("FINDING", "DIAGNOSIS")),
    "FINDING": Matched(("FINDING",), ("FINDING",)),
    "DIAGNOSIS": Matched(("DIAGNOSIS",), ("DIAGNOSIS",)),
    "MODALITY": Matched(("MODALITY",), ("MODALITY",)),
}
_DISORDERS = {
    "DISORDER as FINDING or DIAGNOSIS": Matched(("DISORDER",), ("FINDING", "DIAGNOSIS")),
    "DISORDER as DIAGNOSIS": Matched(("DISORDER",), ("DIAGNOSIS",)),
}


def measure_maccrobat(folder: Path, nlp: Language, seed: int) -> dict[str, Score]:
    """Score mentions of MACCROBAT 2020 case reports, relaxed.

    Biological_structure is compared with ANATOMY, Sign_symptom and Disease_disorder together with
    FINDING and DIAGNOSIS, Diagnostic_procedure that is imaging with MODALITY. Lab_value,
    Detailed_description, Coreference and others, which our guide often calls FINDING, are no gold
    here: what we mark there lowers the precision. No weight was trained on its annotation; its
    texts may be among those the word clusters were made from.
    """
    path = folder / "corpora/maccrobat.jsonl.gz"
    scores = score_documents(nlp, read_records(path), MACCROBAT)
    return scores | {"MODIFY as located_in": _score_places(nlp, read_records(path))}


def _score_places(nlp: Language, records: Iterable[Record]) -> Score:
    """Score `located_in`: MODIFY from Biological_structure to Sign_symptom or Disease_disorder.

    Ours has no DIAGNOSIS at its head; the corpus has. A relation is hit where both ends overlap.
    """
    score = Score()
    for record in records:
        doc = nlp(record["text"])
        places = [place_of(doc, mention) for mention in mentions_of(doc)]
        notes = (note for note in relations_of(doc) if note["type"] == "located_in")
        got = [(places[note["head"]], places[note["tail"]]) for note in notes]
        gold = _modified(record)
        score.add(_both_met(gold, got), len(gold), _both_met(got, gold), len(got))
    return score


def _modified(record: Record) -> list[tuple[Span, Span]]:
    """Give finding and place of each MODIFY from a body structure to a symptom or a disease."""
    entities = {e["id"]: e for e in record["entities"]}
    pairs = []
    for kind, place, finding in record["relations"]:
        if kind == "MODIFY" and {place, finding} <= set(entities):
            one, other = entities[place], entities[finding]
            if one["type"] == "ANATOMY" and other["type"] in ("FINDING", "DIAGNOSIS"):
                pairs.append(((other["start"], other["end"]), (one["start"], one["end"])))
    return pairs


def _both_met(pairs: list[tuple[Span, Span]], others: list[tuple[Span, Span]]) -> int:
    return sum(any(overlap(a, c) and overlap(b, d) for c, d in others) for a, b in pairs)


def measure_e3c(folder: Path, nlp: Language, seed: int) -> dict[str, Score]:
    """Score disorders and body parts of the English clinical cases of E3C, relaxed."""
    compared = {**_DISORDERS, "ANATOMY": Matched(("ANATOMY",), ("ANATOMY",))}
    return score_documents(nlp, read_records(folder / "corpora/e3c.jsonl.gz"), compared)


def measure_ncbi_disease(folder: Path, nlp: Language, seed: int) -> dict[str, Score]:
    """Score disease mentions of a sample of NCBI disease abstracts, relaxed."""
    records = read_records(folder / "corpora/ncbi_disease.jsonl.gz")
    return score_documents(nlp, sampled(records, SAMPLE, seed), _DISORDERS)


def measure_bc5cdr(folder: Path, nlp: Language, seed: int) -> dict[str, Score]:
    """Score disease mentions (side effects of drugs among them) of a sample of BC5CDR, relaxed."""
    records = read_records(folder / "corpora/bc5cdr.jsonl.gz")
    return score_documents(nlp, sampled(records, SAMPLE, seed), _DISORDERS)


def score_documents(
    nlp: Language, records: Iterable[Record], compared: Mapping[str, Matched]
) -> dict[str, Score]:
    """Score the mentions of documents: a hit overlaps one of the matched types on the other side.

    Args:
        nlp: a pipeline of radtab.
        records: documents with `text` and `entities` (`type`, `start`, `end`).
        compared: name of a score -> what is compared.
    """
    scores = {name: Score() for name in compared}
    for record in records:
        doc = nlp(record["text"])
        ours = [(mention["label"], place_of(doc, mention)) for mention in mentions_of(doc)]
        theirs = [(e["type"], (e["start"], e["end"])) for e in record["entities"]]
        for name, matched in compared.items():
            got = [span for label, span in ours if label in matched.labels]
            gold = [span for kind, span in theirs if kind in matched.types]
            scores[name].add(_met(gold, got), len(gold), _met(got, gold), len(got))
    return scores


def _met(spans: list[Span], others: list[Span]) -> int:
    return sum(is_met(span, others) for span in spans)
