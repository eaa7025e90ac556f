"""NegEx sentences: is a concept negated, is it historical."""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import ASSERTED, mentions_of, new_mention, set_mentions
from pipeline.scoring.counting import Score
from pipeline.training.elsewhere.records import Record, read_records

#: name of a score -> column, its value, our status
_COMPARED = {
    "negation": ("negation", "Negated", "absent"),
    "historical": ("temporality", "Historical", "historical"),
}


def measure_negex(folder: Path, nlp: Language, seed: int) -> dict[str, Score]:
    """Score the status of the concept that each sentence of the NegEx test set asks for.

    `negation` and `historical` have the concept given as a FINDING and no section; `..., found`
    takes the mention the whole pipeline marks there, the one that overlaps most; where it marks
    none, nothing is negated. Sentences that do not hold their concept literally are left out
    (`sentences` has how many were asked). Historical is what NegEx calls so: any disease of long
    standing, while our guide asks for a word that says it.
    """
    scores = {
        name: Score() for kind in _COMPARED for name in (kind, f"{kind}, concept found by pipeline")
    }
    scores["sentences with the concept"] = Score()
    for record in read_records(folder / "corpora/negex.jsonl.gz"):
        place = _place(record)
        scores["sentences with the concept"].add(place is not None, 1, place is not None, 1)
        if place:
            given, found = _given_status(nlp, record, place), _found_status(nlp, record, place)
            for kind, (column, value, status) in _COMPARED.items():
                gold = record[column] == value
                _count(scores[kind], gold, given == status)
                _count(scores[f"{kind}, concept found by pipeline"], gold, found == status)
    return scores


def _place(record: Record) -> tuple[int, int] | None:
    """Give where the concept stands: the sentence has it in capitals."""
    sentence, concept = record["sentence"], record["concept"]
    start = sentence.find(concept.upper())
    if start < 0:
        start = sentence.casefold().find(concept.casefold())
    return (start, start + len(concept)) if start >= 0 else None


def _given_status(nlp: Language, record: Record, place: tuple[int, int]) -> str:
    doc = nlp.make_doc(record["sentence"])
    stages = dict(nlp.pipeline)
    stages["radtab_sentences"](doc)
    span = doc.char_span(*place, alignment_mode="expand")
    if span is None:
        return ""
    set_mentions(doc, [new_mention("FINDING", span.start, span.end, "given")])
    stages["radtab_status"](doc)
    return mentions_of(doc)[0]["status"]


def _found_status(nlp: Language, record: Record, place: tuple[int, int]) -> str:
    doc = nlp(record["sentence"])
    span = doc.char_span(*place, alignment_mode="expand")
    if span is None:
        return ""
    return _status_at(doc, span.start, span.end)


def _status_at(doc: Doc, start: int, end: int) -> str:
    best, status = 0, ""
    for mention in mentions_of(doc):
        shared = min(end, mention["end"]) - max(start, mention["start"])
        if mention["label"] in ASSERTED and shared > best:
            best, status = shared, mention["status"]
    return status


def _count(score: Score, gold: bool, got: bool) -> None:
    score.add(gold and got, gold, gold and got, got)
