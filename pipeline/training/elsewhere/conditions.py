"""Ada case reports: which findings a report gives for which condition."""

from pathlib import Path
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import mentions_of
from pipeline.findings import finding_rows
from pipeline.scoring.counting import Score
from pipeline.scoring.sides import Span, overlap
from pipeline.terminology.normal_form import normal_key
from pipeline.tokenizer import TOKEN
from pipeline.training.elsewhere.places import is_met, place_of
from pipeline.training.elsewhere.records import Record, read_records

#: characters of a report that are read
READ = 6000


class NamedPair(NamedTuple):
    """A finding's place, a condition's place and its name in normal form."""

    finding: Span
    condition: Span
    name: str


def measure_ada(folder: Path, nlp: Language, seed: int) -> dict[str, Score]:
    """Score the finding-condition pairs of Ada's cases in the first 6,000 characters.

    A case of a report is a group of mentions; each FINDING in it with each DIAGNOSIS in it, both
    within these characters, is a pair. Ours are the rows of the table `findings` but those that
    exclude. A pair is hit where the findings overlap and the conditions overlap or have the same
    name. `both ends found` has the share of pairs whose two ends are mentions of ours (FINDING,
    SIGNAL or DIAGNOSIS), related or not: more recall than that no relation can have. Reports
    begin with the words of a web page around them; the texts are of all fields of medicine.
    """
    pairs, ends = Score(), Score()
    for record in read_records(folder / "corpora/ada.jsonl.gz"):
        text = record["text"][:READ]
        doc = nlp(text)
        gold, got = _gold_pairs(record, text), _our_pairs(doc)
        pairs.add(_hits(gold, got), len(gold), _hits(got, gold), len(got))
        places = [place_of(doc, mention) for mention in mentions_of(doc) if mention["status"]]
        found = sum(is_met(p.finding, places) and is_met(p.condition, places) for p in gold)
        ends.add(found, len(gold), found, len(gold))
    return {"finding x condition pairs": pairs, "both ends found": ends}


def _gold_pairs(record: Record, text: str) -> list[NamedPair]:
    entities = {e["id"]: e for e in record["entities"] if e["end"] <= len(text)}
    found: set[NamedPair] = set()
    for group in record["cases"]:
        members = [entities[i] for i in group if i in entities]
        for finding in members:
            found.update(
                NamedPair(_span(finding), _span(condition), _name(text[slice(*_span(condition))]))
                for condition in members
                if finding["type"] == "FINDING" and condition["type"] == "DIAGNOSIS"
            )
    return sorted(found)


def _our_pairs(doc: Doc) -> list[NamedPair]:
    mentions = mentions_of(doc)
    found = set()
    for row in finding_rows(doc):
        finding = int(row.finding_id.rpartition("#")[2].partition(">")[0][1:]) - 1
        condition = mentions[int(row.diagnosis_id[1:]) - 1]
        if row.relation != "excludes":
            places = place_of(doc, mentions[finding]), place_of(doc, condition)
            found.add(NamedPair(*places, _name(row.diagnosis)))
    return sorted(found)


def _hits(pairs: list[NamedPair], others: list[NamedPair]) -> int:
    return sum(any(_same(pair, other) for other in others) for pair in pairs)


def _same(one: NamedPair, other: NamedPair) -> bool:
    named = overlap(one.condition, other.condition) or one.name == other.name
    return named and overlap(one.finding, other.finding)


def _span(entity: Record) -> Span:
    return entity["start"], entity["end"]


def _name(text: str) -> str:
    return normal_key(TOKEN.findall(text))
