"""Which DIAGNOSIS mentions name the case's final diagnosis or an alternative; key findings.

- `final`: the diagnoses the diagnosis section states and every mention that names one of them
  (`pipeline.terminology.diagnosis_names`), also by an abbreviation the text defines; a case without
  that section states its diagnosis in running text: the mentions a `final` row of `role_cues.tsv`
  reaches. An alternative that only shares words with it is another disease where one of the
  alternatives is it, word by word. Running text that names it over and over in general speaks of
  the disease, not of the case (`MANY`).
- `differential`: mentions with that status, and those in running text that a `differential` row
  reaches.
- `key_finding`: present FINDING and SIGNAL mentions of the findings section that are no normal
  observation (`role_words.tsv`); a case without that section has them in sentences of other
  sections that name a modality, sequence or plane.

The ids of the rows that decided are appended to `rule`.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import Mention, mentions_of, section_by_token
from pipeline.resources import models_path
from pipeline.terminology.case_words import CaseWords, case_words
from pipeline.terminology.diagnosis_namer import DiagnosisNamer, Names
from pipeline.terminology.diagnosis_names import (
    DiagnosisName,
    equal_diagnosis,
    same_diagnosis,
    same_or_broader,
    same_words,
)
from pipeline.terminology.role_rows import RoleCue, RoleWords, load_role_cues, load_role_words
from pipeline.terminology.status_cues import PhraseTable

#: statuses a diagnosis section's own mentions may have to be the case's diagnosis
CONCLUDED = ("present", "possible")
#: labels that make a sentence one about images
IMAGING = ("MODALITY", "SEQUENCE", "PLANE")
Test = Callable[[DiagnosisName, DiagnosisName], bool]
#: how alike a mention must be to a stated diagnosis, by its status; others: `same_diagnosis`
TESTS = {"present": same_or_broader, "absent": equal_diagnosis}
#: sections that are lists of answers, not running text
LISTS = ("diagnosis", "differential")
#: general statements that name the diagnosis from which on none of them counts (chosen by halves
#: of the training cases: one in four of them counts there, two in three where there are fewer)
MANY = 4
#: row of `section_status.tsv` that stands behind a diagnosis of the diagnosis section
SECTION_ROW = "ST:diagnosis"


class RoleMarker:
    """Set `role` and `key_finding` of the mentions of a doc."""

    def __init__(self, cues: PhraseTable[RoleCue], rows: RoleWords) -> None:
        self.cues = cues
        self.rows = rows
        self.namer = DiagnosisNamer(rows)

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
        if finals:
            finals |= self._repeats(doc, diagnoses, sections, finals)
        for i, mention in enumerate(diagnoses):
            rule = finals.get(i, "")
            roles = ["final"] if rule and mention["status"] != "family" else []
            alternative = _alternative(mention, cued.get(i, {}))
            if alternative:
                roles.append("differential")
            mention["role"] = " ".join(roles)
            ids = [rule] if "final" in roles else []
            mention["rule"] = " ".join([mention["rule"], *ids, *alternative[1:]]).strip()

    def _repeats(
        self, doc: Doc, diagnoses: list[Mention], sections: list[str], stated: dict[int, str]
    ) -> dict[int, str]:
        """Give index -> reason of the mentions that name a stated diagnosis again."""
        names = self.namer.names(doc, diagnoses)
        targets = [(rule, name) for i, rule in stated.items() for name in names[i]]
        found: dict[int, str] = {}
        known: dict[tuple[int, str], str] = {}
        for i in range(len(diagnoses)):
            if i in stated:
                continue
            key = id(names[i]), diagnoses[i]["status"]
            if key not in known:
                known[key] = _repeated(names[i], TESTS.get(key[1], same_diagnosis), targets)
            if known[key]:
                found[i] = known[key]
        general = [
            i
            for i in found
            if diagnoses[i]["status"] == "general" and sections[diagnoses[i]["start"]] not in LISTS
        ]
        dropped = set(general if len(general) >= MANY else ())
        listed = [
            i
            for i in found
            if diagnoses[i]["status"] == sections[diagnoses[i]["start"]] == "differential"
        ]
        if len(listed) > 1:
            dropped |= _outdone([names[i] for i in stated], {i: names[i] for i in listed})
        return {i: rule for i, rule in found.items() if i not in dropped}

    def _cued(self, diagnoses: list[Mention], words: CaseWords) -> dict[int, dict[str, str]]:
        """Give index -> role -> id of the row whose cue reaches the mention in its sentence.

        Asked of mentions of the statuses a cue may make something of.
        """
        hits: dict[int, list[tuple[int, int, list[RoleCue]]]] = {}
        reached = {}
        for i, mention in enumerate(diagnoses):
            if mention["status"] not in CONCLUDED:
                continue
            start, end = words.span(mention["start"], mention["end"])
            sentence = words.sentence_at(start)
            low, high = words.sentences[sentence]
            if sentence not in hits:
                hits[sentence] = self.cues.find(words.words[low:high])
            reached[i] = _reaching(hits[sentence], start - low, end - low)
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
    diagnoses: list[Mention], sections: list[str], cued: dict[int, dict[str, str]]
) -> dict[int, str]:
    """Give index -> reason of the mentions that state the case's diagnosis."""
    concluded = [i for i, mention in enumerate(diagnoses) if mention["status"] in CONCLUDED]
    if "diagnosis" in sections:
        return {i: SECTION_ROW for i in concluded if sections[diagnoses[i]["start"]] == "diagnosis"}
    return {i: cued[i]["final"] for i in concluded if "final" in cued[i]}


def _repeated(
    names: Names,
    test: Test,
    targets: list[tuple[str, DiagnosisName]],
) -> str:
    """Give the reason of a stated diagnosis that one of the names is, or an empty string."""
    return next((rule for rule, target in targets for name in names if test(name, target)), "")


def _outdone(stated: Sequence[Names], listed: Mapping[int, Names]) -> set[int]:
    """Give the entries of a list that share words with a stated diagnosis which another one is."""
    kept: set[int] = set()
    for target in stated:
        same = [i for i, names in listed.items() if _any(same_words, names, target)]
        kept.update(same or (i for i in listed if _any(same_diagnosis, listed[i], target)))
    return set(listed) - kept


def _any(test: Test, names: Names, others: Names) -> bool:
    return any(test(name, other) for name in names for other in others)


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
