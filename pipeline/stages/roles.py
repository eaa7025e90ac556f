"""Which DIAGNOSIS mentions name the case's final diagnosis or an alternative; key findings.

- `final`: the diagnoses the diagnosis section states and every mention that names one of them
  (`pipeline.terminology.diagnosis_names`); a case without that section states its diagnosis in
  running text: the mentions a `final` row of `role_cues.tsv` reaches.
- `differential`: mentions with that status, and those in running text that a `differential` row
  reaches.
- `key_finding`: present FINDING and SIGNAL mentions of the findings section that are no normal
  observation (`role_words.tsv`); a case without that section has them in sentences of other
  sections that name a modality, sequence or plane.

The ids of the rows that decided are appended to `rule`.
"""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import Mention, mentions_of, section_by_token
from pipeline.resources import models_path
from pipeline.terminology.case_words import CaseWords, case_words
from pipeline.terminology.diagnosis_names import (
    DiagnosisName,
    diagnosis_name,
    equal_diagnosis,
    same_diagnosis,
    same_or_akin,
)
from pipeline.terminology.role_rows import RoleCue, RoleWords, load_role_cues, load_role_words
from pipeline.terminology.status_cues import PhraseTable

#: statuses a diagnosis section's own mentions may have to be the case's diagnosis
CONCLUDED = ("present", "possible")
#: labels that make a sentence one about images
IMAGING = ("MODALITY", "SEQUENCE", "PLANE")
#: how alike a mention must be to a stated diagnosis, by its status; others: `same_diagnosis`
TESTS = {"present": same_or_akin, "historical": equal_diagnosis, "absent": equal_diagnosis}
#: row of `section_status.tsv` that stands behind a diagnosis of the diagnosis section
SECTION_ROW = "ST:diagnosis"

#: names of diagnoses that are read once (cases name theirs over and over)
KEPT_NAMES = 10_000


class RoleMarker:
    """Set `role` and `key_finding` of the mentions of a doc."""

    def __init__(self, cues: PhraseTable[RoleCue], rows: RoleWords) -> None:
        self.cues = cues
        self.rows = rows
        self._names: dict[tuple[str, str], DiagnosisName] = {}

    def __call__(self, doc: Doc) -> Doc:
        """Mark the mentions of a doc."""
        mentions = mentions_of(doc)
        diagnoses = [mention for mention in mentions if mention["label"] == "DIAGNOSIS"]
        if mentions:
            sections = section_by_token(doc)
            words = case_words(doc)
            self._mark_roles(doc, diagnoses, sections, words)
            self._mark_key_findings(mentions, sections, words)
        return doc

    def _mark_roles(
        self, doc: Doc, diagnoses: list[Mention], sections: list[str], words: CaseWords
    ) -> None:
        cued = self._cued(diagnoses, words)
        finals = _stated(diagnoses, sections, cued)
        names = [self._name(doc, mention) for mention in diagnoses] if finals else []
        for i, mention in enumerate(diagnoses):
            rule = finals.get(i) or _repeated(mention, i, names, finals)
            roles = ["final"] if rule and mention["status"] != "family" else []
            alternative = _alternative(mention, cued[i])
            if alternative:
                roles.append("differential")
            mention["role"] = " ".join(roles)
            ids = [rule] if "final" in roles else []
            mention["rule"] = " ".join([mention["rule"], *ids, *alternative[1:]]).strip()

    def _name(self, doc: Doc, mention: Mention) -> DiagnosisName:
        span = doc[mention["start"] : mention["end"]]
        key = (span.text, mention["concept_id"])
        if key not in self._names:
            if len(self._names) >= KEPT_NAMES:
                self._names.clear()
            tokens = [token.text for token in span]
            self._names[key] = diagnosis_name(tokens, mention["concept_id"], self.rows)
        return self._names[key]

    def _cued(self, diagnoses: list[Mention], words: CaseWords) -> list[dict[str, str]]:
        """Give, for each mention, role -> id of the row whose cue reaches it in its sentence."""
        hits: dict[int, list[tuple[int, int, list[RoleCue]]]] = {}
        reached = []
        for mention in diagnoses:
            start, end = words.span(mention["start"], mention["end"])
            sentence = words.sentence_at(start)
            low, high = words.sentences[sentence]
            if sentence not in hits:
                hits[sentence] = self.cues.find(words.words[low:high])
            reached.append(_reaching(hits[sentence], start - low, end - low))
        return reached

    def _mark_key_findings(
        self, mentions: list[Mention], sections: list[str], words: CaseWords
    ) -> None:
        imaging = _imaging_sentences(mentions, words)
        has_findings = "findings" in sections
        for mention in mentions:
            if mention["label"] not in ("FINDING", "SIGNAL") or mention["status"] != "present":
                continue
            start, end = words.span(mention["start"], mention["end"])
            section = sections[mention["start"]]
            sentence = words.sentence_at(start)
            seen = section == "findings" or (not has_findings and sentence in imaging)
            low, high = words.sentences[sentence]
            mention["key_finding"] = seen and not self.rows.is_normal(
                words.words[start:end], words.words[low:high]
            )


def _stated(
    diagnoses: list[Mention], sections: list[str], cued: list[dict[str, str]]
) -> dict[int, str]:
    """Give index -> reason of the mentions that state the case's diagnosis."""
    concluded = [i for i, mention in enumerate(diagnoses) if mention["status"] in CONCLUDED]
    if "diagnosis" in sections:
        return {i: SECTION_ROW for i in concluded if sections[diagnoses[i]["start"]] == "diagnosis"}
    return {i: cued[i]["final"] for i in concluded if "final" in cued[i]}


def _repeated(
    mention: Mention, index: int, names: list[DiagnosisName], finals: dict[int, str]
) -> str:
    """Give the reason of a stated diagnosis that a mention names again, or an empty string."""
    test = TESTS.get(mention["status"], same_diagnosis)
    return next((rule for i, rule in finals.items() if test(names[index], names[i])), "")


def _alternative(mention: Mention, cued: dict[str, str]) -> list[str]:
    """Give what makes a mention an alternative (its status or a row's id), or nothing."""
    if mention["status"] == "differential":
        return ["status"]
    if mention["status"] == "possible" and "differential" in cued:
        return ["cue", cued["differential"]]
    return []


def _reaching(hits: list[tuple[int, int, list[RoleCue]]], start: int, end: int) -> dict[str, str]:
    roles: dict[str, str] = {}
    for low, high, cues in hits:
        for cue in cues:
            distance = start - high if cue.forward else low - end
            if 0 <= distance <= cue.scope:
                roles.setdefault(cue.role, cue.id)
    return roles


def _imaging_sentences(mentions: list[Mention], words: CaseWords) -> set[int]:
    return {
        words.sentence_at(words.first_word[mention["start"]])
        for mention in mentions
        if mention["label"] in IMAGING
    }


@Language.factory(
    "radtab_roles",
    assigns=["doc._.mentions"],
    requires=["doc._.mentions", "doc._.sections"],
    default_config={"rules": None},
)
def make_role_marker(
    nlp: Language | None = None, name: str = "radtab_roles", rules: str | None = None
) -> RoleMarker:
    """Make the stage.

    Args:
        nlp: the pipeline it is for (not used).
        name: its name there (not used).
        rules: folder with `role_cues.tsv` and `role_words.tsv`, None for the shipped rows.

    Raises:
        ResourceError: a file is missing or a row does not validate.
    """
    folder = Path(rules) if rules else models_path("rules")
    return RoleMarker(
        load_role_cues(folder / "role_cues.tsv"), load_role_words(folder / "role_words.tsv")
    )
