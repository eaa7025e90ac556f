"""FINDING, SIGNAL and DIAGNOSIS mentions -> assertion status, with the words that decide it.

The deciding cue is the one `pipeline.terminology.status_scope` finds in the mention's sentence;
where none reaches it, the row of the mention's section decides, and where that row says `judged`,
`pipeline.terminology.patient_evidence` weighs whether the sentence speaks of this patient. The id
of the deciding row is appended to `rule`.
"""

from collections.abc import Mapping
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import ASSERTED, Mention, mentions_of, section_by_token, sections_of
from pipeline.resources import models_path
from pipeline.terminology.case_words import CaseWords, case_words
from pipeline.terminology.list_words import ids_beside
from pipeline.terminology.patient_evidence import CaseEvidence, PatientJudge
from pipeline.terminology.section_status import JUDGED, SectionStatus, load_section_status
from pipeline.terminology.status_cues import CueTable, load_status_cues
from pipeline.terminology.status_scope import CueReader, Decision, Target, decide

#: the statuses that a cue settles in a judged section too
SETTLED = ("general", "present", "differential")


class StatusMarker:
    """Set `status`, `status_cue` and its bounds on every mention that has a status.

    `threshold` is the probability from which on a mention in a judged section is `general`; .45 was
    right oftener than .4 or .5 on both halves of the training cases.
    """

    def __init__(
        self,
        cues: CueTable,
        sections: Mapping[tuple[str, str], SectionStatus],
        judge: PatientJudge,
        threshold: float = 0.45,
    ) -> None:
        self.cues = cues
        self._telling = cues.telling()
        self.sections = sections
        self.judge = judge
        self.threshold = threshold

    def __call__(self, doc: Doc) -> Doc:
        """Mark the mentions of a doc."""
        asserted = [mention for mention in mentions_of(doc) if mention["label"] in ASSERTED]
        if asserted:
            words = case_words(doc)
            names = _sections(doc)
            evidence = self.judge.evidence(words, asserted, names)
            reader = CueReader(self.cues, self._telling, words)
            for mention in asserted:
                self._mark(doc, mention, names[mention["start"]], (words, evidence, reader))
        return doc

    def _mark(
        self,
        doc: Doc,
        mention: Mention,
        section: str,
        reading: tuple[CaseWords, CaseEvidence, CueReader],
    ) -> None:
        words, evidence, reader = reading
        label = mention["label"]
        start, end = words.span(mention["start"], mention["end"])
        sentence = words.sentence_of[start]
        target = Target(start, end, section, label)
        beside = label == "DIAGNOSIS" and _is_beside(mention, section)
        row = self.sections[section, "FINDING" if beside else label]
        decision = decide(target, reader.around(start, end, sentence), row.priority)
        if beside and decision and decision.cue.status == "differential":
            decision = None
        cued, reasons, general = decision.cue.status if decision else "", row.id, False
        if row.status == JUDGED and cued not in SETTLED:
            chance, feature = self.judge.general(evidence, target, sentence, cued)
            general, reasons = chance >= self.threshold, f"{reasons} {feature}"
        if decision and not general:
            _set_cue(doc, mention, words, decision)
            return
        default = "present" if row.status == JUDGED else row.status
        mention["status"] = "general" if general else default
        mention["rule"] = f"{mention['rule']} {reasons}".strip()


def _sections(doc: Doc) -> list[str]:
    """Give the section of each token; a text guessed to be one diagnosis in whole has none.

    A lone sentence says nothing of where it stood: what it states may as well be known for long.
    """
    notes = sections_of(doc)
    if len(notes) == 1 and notes[0]["method"] == "model" and notes[0]["section"] == "diagnosis":
        return [""] * len(doc)
    return section_by_token(doc)


def _is_beside(mention: Mention, section: str) -> bool:
    """Say whether a mention in a list is none of its answers (`list_words.tsv`)."""
    return section == "differential" and not ids_beside().isdisjoint(mention["rule"].split())


def _set_cue(doc: Doc, mention: Mention, words: CaseWords, decision: Decision) -> None:
    span = doc[words.tokens[decision.start] : words.tokens[decision.end - 1] + 1]
    mention["status"] = decision.cue.status
    mention["status_cue"] = span.text
    mention["status_cue_start"] = span.start_char
    mention["status_cue_end"] = span.end_char
    mention["rule"] = f"{mention['rule']} {decision.cue.id}".strip()


@Language.factory(
    "radtab_status",
    assigns=["doc._.mentions"],
    requires=["doc._.mentions", "doc._.sections"],
    default_config={"rules": None, "weights": None, "threshold": 0.45},
)
def make_status_marker(
    nlp: Language | None = None,
    name: str = "radtab_status",
    rules: str | None = None,
    weights: str | None = None,
    threshold: float = 0.45,
) -> StatusMarker:
    """Make the stage.

    Args:
        nlp: the pipeline it is for (not used).
        name: its name there (not used).
        rules: folder with `status_cues.tsv` and `section_status.tsv`, None for the shipped rows.
        weights: file of evidence weights, None for the shipped ones.
        threshold: chance from which on a mention in a judged section is `general`.

    Raises:
        ResourceError: a file is missing or a row does not validate.
    """
    folder = Path(rules) if rules else models_path("rules")
    model = Path(weights) if weights else models_path("trained", "status_evidence.json")
    return StatusMarker(
        load_status_cues(folder / "status_cues.tsv"),
        load_section_status(folder / "section_status.tsv"),
        PatientJudge.load(model),
        threshold,
    )
