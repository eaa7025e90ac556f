"""What a stage leaves in a Doc for the next one, declared once.

Spans live in `doc.spans`, what is said of them in lists of plain dicts beside them, index by index.
Dicts of strings and numbers survive `to_bytes`, `DocBin` and `n_process`; values on spans do not
suffice, since `span._.x` is shared by all spans over the same characters.

    doc.spans["sections"]  doc._.sections   SectionNote   text parts, in order
    doc.spans["headings"]                   headings of sections, where the text has any
    doc.spans["entities"]  doc._.mentions   Mention       by start, the longer first
    doc.spans["lexicon"]                    what lexicons and grammar matched (label_; id_ = row id)
    doc.spans["recogniser"]                 what the statistical recogniser marked (label_)
    doc.spans["external"]                   what a model of the user's marked (label_)
    doc.spans["terms"]                      names in indexes of the user's, where built with --mark
    doc._.relations                         RelationNote  head and tail are indices of mentions
    doc._.patient                           PatientNote
    doc._.abbreviations                     short and long forms: dicts as scispaCy serialises them
    doc._.given_sections                    sections known from the input: [label, start, end]
    doc._.case_id, doc._.source
"""

from collections.abc import Sequence
from typing import TypedDict, cast

from spacy.tokens import Doc, Span, SpanGroup

SECTIONS = (
    "history", "exam", "treatment", "findings", "diagnosis", "differential", "discussion",
    "keywords",
)  # fmt: skip
LABELS = (
    "ANATOMY", "MODALITY", "SEQUENCE", "PLANE", "SIGNAL", "FINDING", "DIAGNOSIS", "MEASUREMENT",
)  # fmt: skip
#: labels that have a status
ASSERTED = ("FINDING", "SIGNAL", "DIAGNOSIS")
STATUSES = ("present", "absent", "possible", "differential", "historical", "family", "general")
#: what may be said of a mention since a prior study
CHANGES = ("new", "unchanged", "increased", "decreased", "resolved", "recurrent")
RELATIONS = ("located_in", "seen_on", "compared_to", "measures", "indicates", "excludes")


class SectionNote(TypedDict):
    """A section: token offsets, `method` (`given`, `heading`, `model`) and its score in 0..1."""

    section: str
    start: int
    end: int
    method: str
    score: float


class Mention(TypedDict):
    """A mention: token offsets and the columns of the table `entities` that stages fill.

    `rule` holds the ids of all rows and models that made the mention, with a space between.
    `status_cue_start` and `status_cue_end` are character offsets of the cue, -1 without one.
    `candidates` holds `concept id|score` of each, with a tab between (lists do not survive DocBin).
    """

    label: str
    start: int
    end: int
    rule: str
    status: str
    status_cue: str
    status_cue_start: int
    status_cue_end: int
    change: str
    role: str
    key_finding: bool
    laterality: str
    level: str
    value: str
    unit: str
    intensity: str
    concept_id: str
    concept_name: str
    cui: str
    semantic_type: str
    link_score: float
    candidates: str


class RelationNote(TypedDict):
    """A stated relation between two mentions (indices); cue offsets are characters, -1 if none."""

    type: str
    head: int
    tail: int
    cue: str
    cue_start: int
    cue_end: int
    score: float
    rule: str


class PatientNote(TypedDict):
    """Age in years (None if not said) and sex (`female`, `male` or empty)."""

    age: float | None
    sex: str


def register() -> None:
    """Declare the Doc extensions; done on import, harmless when repeated."""
    defaults: dict[str, object] = {
        "sections": [], "mentions": [], "relations": [], "given_sections": [], "abbreviations": [],
        "patient": {"age": None, "sex": ""}, "case_id": "", "source": "",
    }  # fmt: skip
    for name, default in defaults.items():
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=default)


def new_mention(label: str, start: int, end: int, rule: str) -> Mention:
    """Make a mention over the tokens `start` to `end` (exclusive) with every other field empty."""
    # a display: calling the class takes thrice as long, and there is one a mention
    return {
        "label": label, "start": start, "end": end, "rule": rule, "status": "", "status_cue": "",
        "status_cue_start": -1, "status_cue_end": -1, "change": "", "role": "",
        "key_finding": False, "laterality": "", "level": "", "value": "", "unit": "",
        "intensity": "", "concept_id": "", "concept_name": "", "cui": "", "semantic_type": "",
        "link_score": 0.0, "candidates": "",
    }  # fmt: skip


def mentions_of(doc: Doc) -> list[Mention]:
    """Give the mentions of a doc; changing one of the dicts changes the doc."""
    return cast(list[Mention], list(doc._.mentions))  # DocBin gives tuples


def set_mentions(doc: Doc, mentions: Sequence[Mention]) -> None:
    """Put mentions into a doc, sorted by start, the longer first, then by label.

    Builds `doc.spans["entities"]` anew, with the label, the concept id as `kb_id_` and the entity
    id (`e1`, `e2` ... in order) as `id_`. Call it again after changing labels, bounds or concepts.
    """
    ordered = sorted(mentions, key=lambda m: (m["start"], -m["end"], m["label"]))
    doc._.mentions = ordered
    spans = [
        Span(doc, m["start"], m["end"], label=m["label"], kb_id=m["concept_id"], span_id=f"e{i}")
        for i, m in enumerate(ordered, start=1)
    ]
    doc.spans["entities"] = SpanGroup(doc, name="entities", spans=spans)


def sections_of(doc: Doc) -> list[SectionNote]:
    """Give the sections of a doc, in order of start."""
    return cast(list[SectionNote], list(doc._.sections))  # DocBin gives tuples


def set_sections(doc: Doc, sections: Sequence[SectionNote]) -> None:
    """Put sections into a doc and build `doc.spans["sections"]`."""
    ordered = sorted(sections, key=lambda s: s["start"])
    doc._.sections = ordered
    spans = [Span(doc, s["start"], s["end"], label=s["section"]) for s in ordered]
    doc.spans["sections"] = SpanGroup(doc, name="sections", spans=spans)


def set_headings(doc: Doc, headings: Sequence[tuple[int, int]]) -> None:
    """Put the headings of sections, as characters, into `doc.spans["headings"]`; none, no group."""
    found = (doc.char_span(*heading, alignment_mode="contract") for heading in headings)
    spans = [span for span in found if span]
    if spans:
        doc.spans["headings"] = SpanGroup(doc, name="headings", spans=spans)


def section_by_token(doc: Doc) -> list[str]:
    """Give the section name of each token, empty where it lies in none.

    Read it once per doc, not per mention.
    """
    names = [""] * len(doc)
    for note in sections_of(doc):
        names[note["start"] : note["end"]] = [note["section"]] * (note["end"] - note["start"])
    return names


def sentence_by_token(doc: Doc) -> list[int]:
    """Give the number of the sentence (0, 1, ...) each token lies in."""
    numbers: list[int] = []
    current = -1
    for token in doc:
        current += 1 if token.is_sent_start or token.i == 0 else 0
        numbers.append(current)
    return numbers


def relations_of(doc: Doc) -> list[RelationNote]:
    """Give the stated relations of a doc."""
    return cast(list[RelationNote], list(doc._.relations))  # DocBin gives tuples


def patient_of(doc: Doc) -> PatientNote:
    """Give age and sex of the case's patient."""
    return cast(PatientNote, doc._.patient)


register()
