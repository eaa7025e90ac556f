"""MedPix captions and cases: what the contributors entered beside the text, and what we read."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import mentions_of, patient_of
from pipeline.resources import models_path
from pipeline.scoring.counting import Score
from pipeline.terminology.lexicon import read_terms
from pipeline.training.elsewhere.records import Record, read_records
from pipeline.training.training_data import read_ids

#: canonical names of SEQUENCE mentions that only MR images have
MR_ONLY = frozenset(
    {
        "ADC", "DWI", "FLAIR", "MPRAGE", "STIR", "SWI", "T1", "T2", "T2*", "VIBE",
        "echo planar imaging", "fat suppression", "gradient echo", "in phase", "inversion recovery",
        "late gadolinium enhancement", "magnetization transfer", "out of phase", "post-gadolinium",
        "proton density", "spin echo", "steady-state free precession", "time of flight",
    }
)  # fmt: skip
#: labels of what an image is of
STUDIES = ("MODALITY", "SEQUENCE", "PLANE")
#: planes as entered -> canonical name of ours
PLANES = {
    "Axial": "axial", "Transverse": "axial", "Coronal": "coronal", "Sagittal": "sagittal",
}  # fmt: skip
#: ages that differ by no more count as the same (rounding, birthdays)
YEARS = 1.0


def measure_captions(folder: Path, nlp: Language, seed: int) -> dict[str, Score]:
    """Compare what captions and cases say with what their contributors entered.

    `modality, first named`: of captions that name a modality, or a sequence only MR has, the share
    whose first one is that of the image (CT or MR); `modality, among those named`: it is one of
    those. A caption of several images counts once for each modality. `plane` likewise, over
    captions that name an axial, coronal or sagittal plane, of images entered as one. `age`
    (within a year) and `sex` are read from the text of the case by the stages sections and
    patient. Cases of the test set are left out.
    """
    held_out = read_ids([folder / "gold/dev.jsonl"])
    scores: dict[str, Score] = {}
    for record in _captions(folder / "medpix/captions_dev.jsonl", held_out):
        _count_caption(scores, nlp(record["Description"]["Caption"]), record)
    entered = {
        r["U_id"]: r["Description"] for r in read_records(folder / "medpix/captions_dev.jsonl")
    }
    for case in read_records(folder / "medpix/rendered_dev.jsonl"):
        if case["case_id"] not in held_out and case["case_id"] in entered:
            _count_patient(scores, nlp, case["text"], entered[case["case_id"]])
    return dict(sorted(scores.items()))


def _captions(path: Path, held_out: frozenset[str]) -> Iterator[Record]:
    """Give captions, those of several images of one kind once."""
    seen: set[tuple[str, ...]] = set()
    for record in read_records(path):
        said = record["Description"]
        key = (record["U_id"], said.get("Caption") or "", record["Type"], said.get("Plane") or "")
        if key[1] and key[0] not in held_out and key not in seen:
            seen.add(key)
            yield record


def _count_caption(scores: dict[str, Score], doc: Doc, record: Record) -> None:
    families = _families(doc)
    if families:
        _count(scores, "modality, first named", families[0] == record["Type"])
        _count(scores, "modality, among those named", record["Type"] in families)
    _count(scores, "captions that name a modality", bool(families))
    entered = PLANES.get(record["Description"].get("Plane") or "")
    planes = PLANES.values()
    named = [value for label, value in _studies(doc) if label == "PLANE" and value in planes]
    if entered and named:
        _count(scores, "plane, first named", named[0] == entered)
        _count(scores, "plane, among those named", entered in named)


def _families(doc: Doc) -> list[str]:
    """Give the modality families a text names, in order."""
    found = []
    for label, value in _studies(doc):
        if label == "MODALITY":
            found.append(value)
        elif label == "SEQUENCE" and value in MR_ONLY:
            found.append("MR")
    return found


def _studies(doc: Doc) -> Iterator[tuple[str, str]]:
    """Give label and canonical value of what is named of studies, in order."""
    values = _values()
    for mention in mentions_of(doc):
        if mention["label"] in STUDIES and mention["concept_id"] in values:
            yield mention["label"], values[mention["concept_id"]]


@cache
def _values() -> dict[str, str]:
    """Give concept id -> canonical value, as the lexicons have it."""
    paths = [models_path("lexicons", f"{label.lower()}.tsv") for label in STUDIES]
    return {term.concept_id: term.value for path in paths for term in read_terms(path)}


def _count_patient(scores: dict[str, Score], nlp: Language, text: str, entered: Record) -> None:
    doc = nlp.make_doc(text)
    stages = dict(nlp.pipeline)
    for name in ("radtab_sections", "radtab_patient"):
        stages[name](doc)
    patient = patient_of(doc)
    age, sex = _age(entered), entered.get("Sex") or ""
    read = patient["age"]
    same = age is not None and read is not None and abs(age - read) <= YEARS
    scores.setdefault("age", Score()).add(same, age is not None, same, read is not None)
    known = sex in ("male", "female")
    same = known and patient["sex"] == sex
    scores.setdefault("sex", Score()).add(same, known, same, bool(patient["sex"]))


def _age(entered: Record) -> float | None:
    """Give the age entered; 0 also stands for not known and does not count."""
    try:
        return float(entered.get("Age") or 0) or None
    except ValueError:
        return None


def _count(scores: dict[str, Score], name: str, right: bool) -> None:
    scores.setdefault(name, Score()).add(right, 1, right, 1)
