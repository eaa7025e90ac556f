"""Which finding and which diagnosis of a case make a pair, and on what ground.

What the text states (`indicates`, `excludes`) comes first; then each key finding x the final
diagnosis, and x each diagnosis offered as an alternative. A case told without sections of findings
and diagnosis has the patient's findings x the disease it names most often. A finding mention and a
diagnosis, however often and in whatever words it is named, make one pair.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from spacy.tokens import Doc

from pipeline.annotations import (
    Mention,
    RelationNote,
    mentions_of,
    relations_of,
    section_by_token,
)
from pipeline.terminology.normal_form import normal_key
from pipeline.terminology.relation_conclusions import Conclusion, Conclusions
from pipeline.terminology.relation_sources import source_ids
from pipeline.tokenizer import token_texts

STATED = ("indicates", "excludes")
FINDINGS = ("FINDING", "SIGNAL")
#: sections by which a case says what was found and what it is
REPORTING = {"findings", "diagnosis"}
#: statuses of a diagnosis that is this patient's
OWN = ("present", "possible", "historical")
#: times a case told without such sections names its disease at least
NAMED = 2


class Pair(NamedTuple):
    """A finding and a diagnosis (indices of mentions) and what relates them."""

    finding: int
    diagnosis: int
    relation: str
    basis: str
    cue: str
    cue_span: tuple[int, int]
    score: float
    rule: str


class PairChooser:
    """Choose the pairs of one Doc."""

    def __init__(self, doc: Doc) -> None:
        self._doc = doc
        self._mentions = mentions_of(doc)
        self._words = token_texts(doc)
        self._sections = section_by_token(doc)
        self._sentences = np.cumsum(doc.to_array("SENT_START") == 1).tolist()
        self._twins = twins(self._mentions)
        self._names = diagnosis_numbers(self._mentions, self._words)

    def pairs(self) -> list[Pair]:
        """Give the pairs by finding, then diagnosis."""
        chosen: dict[tuple[int, int], Pair] = {}
        for pair in sorted(self._stated(), key=self._order):
            chosen.setdefault((pair.finding, self._names[pair.diagnosis]), pair)
        for pair in (*self._of_case(), *self._of_narrative()):
            chosen.setdefault((pair.finding, self._names[pair.diagnosis]), pair)
        return sorted(chosen.values(), key=lambda p: (p.finding, p.diagnosis))

    def _stated(self) -> Iterator[Pair]:
        for note in relations_of(self._doc):
            if note["type"] in STATED:
                yield _stated_pair(note, self._twins.get(note["head"], note["head"]))

    def _order(self, pair: Pair) -> tuple[bool, bool, float, int]:
        """Rank pairs of one finding and one diagnosis: beside each other, with a cue, probable."""
        one, two = (self._mentions[i]["start"] for i in (pair.finding, pair.diagnosis))
        apart = self._sentences[one] != self._sentences[two]
        return apart, not pair.cue, -pair.score, abs(one - two)

    def _of_case(self) -> Iterator[Pair]:
        """Give pairs of key findings, the diagnoses a report concludes first."""
        marked = (i for i, mention in enumerate(self._mentions) if mention["key_finding"])
        key = sorted({self._twins.get(i, i) for i in marked})
        finals = self._representatives("final") if key else []
        concluded = self._concluded(finals)
        for relation, basis in (("indicates", "final"), ("differential", "differential")):
            diagnoses = finals if basis == "final" else self._representatives(basis)
            for finding in key:
                for i in diagnoses:
                    if basis == "final" and i in concluded and self._section(finding) == "findings":
                        yield _concluded_pair(finding, i, concluded[i])
                    else:
                        rule = source_ids()[relation, basis]
                        yield Pair(finding, i, relation, "case", "", (-1, -1), 1.0, rule)

    def _of_narrative(self) -> Iterator[Pair]:
        """Give pairs of a case told without its usual sections: findings x its disease."""
        if REPORTING & set(self._sections):
            return
        findings = {
            self._twins.get(i, i)
            for i, mention in enumerate(self._mentions)
            if mention["label"] in FINDINGS and mention["status"] == "present"
        }
        rule = source_ids()["indicates", "narrative"]
        for diagnosis in self._most_named():
            for finding in sorted(findings):
                yield Pair(finding, diagnosis, "indicates", "case", "", (-1, -1), 1.0, rule)

    def _most_named(self) -> list[int]:
        """Give the first mention of the diagnosis of this patient that is named most often.

        Several where they are named as often as each other.
        """
        counts = Counter(self._names.values())
        most = max(counts.values(), default=0)
        own = {self._names[i] for i in self._names if self._mentions[i]["status"] in OWN}
        firsts = {number: i for i, number in reversed(self._names.items())}
        often = (number for number, count in counts.items() if count == most >= NAMED)
        return [firsts[number] for number in often if number in own]

    def _concluded(self, finals: Sequence[int]) -> dict[int, Conclusion]:
        here = [i for i in finals if self._section(i) == "diagnosis"]
        if not here:
            return {}
        reader = Conclusions(self._doc, self._words, self._sentences)
        found = {i: reader.before(self._mentions[i]["start"]) for i in here}
        return {i: conclusion for i, conclusion in found.items() if conclusion is not None}

    def _representatives(self, role: str) -> list[int]:
        """Give one mention for each diagnosis of a role.

        Final diagnoses named in the section `diagnosis` stand for the repeats elsewhere, however
        these are worded.
        """
        named = [i for i in self._names if role in self._mentions[i]["role"].split()]
        if role == "final":
            answers = [i for i in named if self._section(i) == "diagnosis"]
            named = answers or named
        firsts: dict[int, int] = {}
        for i in named:
            firsts.setdefault(self._names[i], i)
        return list(firsts.values())

    def _section(self, index: int) -> str:
        return self._sections[self._mentions[index]["start"]]


def _stated_pair(note: RelationNote, finding: int) -> Pair:
    return Pair(
        finding, note["tail"], note["type"], "stated", note["cue"],
        (note["cue_start"], note["cue_end"]), note["score"], note["rule"],
    )  # fmt: skip


def _concluded_pair(finding: int, diagnosis: int, found: Conclusion) -> Pair:
    rule = f"{source_ids()['indicates', 'conclusion']} {found.rule}"
    return Pair(
        finding, diagnosis, "indicates", "stated", found.cue, (found.start, found.end), 1.0, rule
    )


def twins(mentions: Sequence[Mention]) -> dict[int, int]:
    """Give for each SIGNAL that covers the characters of a FINDING that finding's index."""
    findings = {
        (m["start"], m["end"]): i for i, m in enumerate(mentions) if m["label"] == "FINDING"
    }
    places = [(m["start"], m["end"]) for m in mentions]
    return {
        i: findings[places[i]]
        for i, mention in enumerate(mentions)
        if mention["label"] == "SIGNAL" and places[i] in findings
    }


def diagnosis_numbers(mentions: Sequence[Mention], words: Sequence[str]) -> dict[int, int]:
    """Number the diagnoses: mention -> number, equal for one concept or one normal form."""
    numbers: dict[int, int] = {}
    known: dict[str, int] = {}
    for i, mention in enumerate(mentions):
        if mention["label"] != "DIAGNOSIS":
            continue
        normal = normal_key(words[mention["start"] : mention["end"]])
        # no normal form holds a line break
        keys = [normal] + ([f"\n{mention['concept_id']}"] if mention["concept_id"] else [])
        met = sorted({known[key] for key in keys if key in known})
        number = met[0] if met else i
        for other in met[1:]:
            numbers = {k: number if v == other else v for k, v in numbers.items()}
            known = {k: number if v == other else v for k, v in known.items()}
        numbers[i] = number
        known |= dict.fromkeys(keys, number)
    return numbers
