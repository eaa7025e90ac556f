"""Stage `radtab_patient`: age and sex of the patient."""

from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import sections_of
from pipeline.structure.patient import PatientFinder, default_patient
from pipeline.tokenizer import token_texts

#: where the patient is introduced, the likeliest first; "" stands for text in no section
LIKELIEST = ("history", "", "exam", "findings", "treatment")
#: sections that speak of other patients too
GENERAL = ("discussion", "diagnosis", "differential")


class PatientReader:
    """Leave age (years) and sex of the patient in `doc._.patient`."""

    def __init__(self, finder: PatientFinder) -> None:
        self.finder = finder

    def __call__(self, doc: Doc) -> Doc:
        """Set the patient of a doc."""
        parts = _parts(doc)
        likeliest, general = (
            [parts[name] for name in names if name in parts] for names in (LIKELIEST, GENERAL)
        )
        doc._.patient = self.finder.read(likeliest, general)
        return doc

    def to_disk(self, _path: str | Path, **_: Any) -> None:  # noqa: ANN401 (spaCy's signature)
        """Write nothing: the rows lie under models/."""

    def from_disk(self, _path: str | Path, **_: Any) -> "PatientReader":  # noqa: ANN401
        """Read nothing: the rows lie under models/."""
        return self


def _parts(doc: Doc) -> dict[str, str]:
    """Give the text of each section, and of what lies in none as `""`."""
    written = _written(doc)
    parts: dict[str, list[str]] = {}
    last = 0
    for note in sections_of(doc):
        start, end = note["start"], note["end"]
        parts.setdefault("", []).append("".join(written[last:start]))
        parts.setdefault(note["section"], []).append("".join(written[start:end]))
        last = end
    parts.setdefault("", []).append("".join(written[last:]))
    return {name: "\n".join(texts) for name, texts in parts.items()}


def _written(doc: Doc) -> list[str]:
    """Give each token with the space after it; a span's `text` makes an object a token."""
    spaces = doc.to_array("SPACY").tolist()
    return [
        word + " " if space else word for word, space in zip(token_texts(doc), spaces, strict=True)
    ]


@Language.factory("radtab_patient", assigns=["doc._.patient"], requires=["doc._.sections"])
def make_patient_reader(nlp: Language, name: str) -> PatientReader:
    """Make the stage; the rows of words lie under models/."""
    return PatientReader(default_patient())
