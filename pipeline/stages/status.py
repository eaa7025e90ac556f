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

from pipeline.annotations import ASSERTED, Mention, mentions_of, section_by_token
from pipeline.resources import models_path
from pipeline.terminology.case_words import CaseWords, case_words
from pipeline.terminology.patient_evidence import CaseEvidence, PatientJudge
from pipeline.terminology.section_status import JUDGED, SectionStatus, load_section_status
from pipeline.terminology.status_cues import Cue, CueHit, PhraseTable, load_status_cues
from pipeline.terminology.status_scope import Decision, Target, decide


class StatusMarker:
    """Set `status`, `status_cue` and its bounds on every mention that has a status.

    `threshold` is the probability from which on a mention in a judged section is `general`.
    """

    def __init__(
        self,
        cues: PhraseTable[Cue],
        sections: Mapping[tuple[str, str], SectionStatus],
        judge: PatientJudge,
        threshold: float = 0.5,
    ) -> None:
        self.cues = cues
        self.sections = sections
        self.judge = judge
        self.threshold = threshold

    def __call__(self, doc: Doc) -> Doc:
        """Mark the mentions of a doc."""
        asserted = [mention for mention in mentions_of(doc) if mention["label"] in ASSERTED]
        if asserted:
            words = case_words(doc)
            names = section_by_token(doc)
            evidence = self.judge.evidence(words, asserted, names)
            hits: dict[int, list[CueHit]] = {}
            for mention in asserted:
                self._mark(doc, mention, names[mention["start"]], (words, evidence, hits))
        return doc

    def _mark(
        self,
        doc: Doc,
        mention: Mention,
        section: str,
        reading: tuple[CaseWords, CaseEvidence, dict[int, list[CueHit]]],
    ) -> None:
        words, evidence, hits = reading
        start, end = words.first_word[mention["start"]], words.first_word[mention["end"]]
        sentence = words.sentence_of[min(start, len(words.words) - 1)]
        if sentence not in hits:
            hits[sentence] = self._hits(words, sentence)
        row = self.sections.get((section, mention["label"])) or self.sections["", mention["label"]]
        target = Target(start, end, section, mention["label"])
        decision = decide(target, hits[sentence], row.priority)
        if row.status == JUDGED:
            cued = decision.cue.status if decision else ""
            chance, feature = self.judge.general(evidence, target, sentence, cued)
            if chance >= self.threshold:
                mention["status"] = "general"
                mention["rule"] = f"{mention['rule']} {row.id} {feature}".strip()
                return
        if decision:
            _set_cue(doc, mention, words, decision)
        else:
            mention["status"] = "present" if row.status == JUDGED else row.status
            mention["rule"] = f"{mention['rule']} {row.id}".strip()

    def _hits(self, words: CaseWords, sentence: int) -> list[CueHit]:
        low, high = words.sentences[sentence]
        found = self.cues.find(words.words[low:high])
        return [CueHit(low + start, low + end, tuple(cues)) for start, end, cues in found]


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
    default_config={"cues": None, "sections": None, "evidence": None, "threshold": 0.5},
)
def make_status_marker(
    nlp: Language,
    name: str,
    cues: str | None,
    sections: str | None,
    evidence: str | None,
    threshold: float,
) -> StatusMarker:
    """Make the stage; `cues`, `sections`, `evidence` are paths of other files than the shipped."""
    return StatusMarker(
        load_status_cues(_path(cues)),
        load_section_status(_path(sections)),
        PatientJudge.load(_path(evidence) or models_path("trained", "status_evidence.json")),
        threshold,
    )


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None
