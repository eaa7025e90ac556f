"""Stage `radtab_patient`: age and sex of the patient."""

from collections.abc import Iterator, Sequence
from operator import add
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
            PartTexts(doc, [parts[name] for name in names if name in parts])
            for names in (LIKELIEST, GENERAL)
        )
        doc._.patient = self.finder.read(likeliest, general)
        return doc

    def to_disk(self, _path: str | Path, **_: Any) -> None:  # noqa: ANN401 (spaCy's signature)
        """Write nothing: the rows lie under models/."""

    def from_disk(self, _path: str | Path, **_: Any) -> "PatientReader":  # noqa: ANN401
        """Read nothing: the rows lie under models/."""
        return self


class PartTexts:
    """The texts of some parts of a doc, put together when one comes to them."""

    def __init__(self, doc: Doc, parts: Sequence[Sequence[tuple[int, int]]]) -> None:
        self._tokens = token_texts(doc)
        self._spaces: list[int] = doc.to_array("SPACY").tolist()
        self._parts = parts
        self._read: list[str] = []

    def __iter__(self) -> Iterator[str]:
        """Give the texts, one after the other."""
        for number, bounds in enumerate(self._parts):
            if number == len(self._read):
                self._read.append("\n".join([self._written(*tokens) for tokens in bounds]))
            yield self._read[number]

    def _written(self, start: int, end: int) -> str:
        """Give the text of tokens; a span's `text` makes an object a token."""
        spaces = map(("", " ").__getitem__, self._spaces[start:end])
        return "".join(map(add, self._tokens[start:end], spaces))


def _parts(doc: Doc) -> dict[str, list[tuple[int, int]]]:
    """Give the tokens of each section, and of what lies in none as `""`."""
    parts: dict[str, list[tuple[int, int]]] = {"": []}
    last = 0
    for note in sections_of(doc):
        parts[""].append((last, note["start"]))
        parts.setdefault(note["section"], []).append((note["start"], note["end"]))
        last = note["end"]
    parts[""].append((last, len(doc)))
    return parts


@Language.factory("radtab_patient", assigns=["doc._.patient"], requires=["doc._.sections"])
def make_patient_reader(nlp: Language, name: str) -> PatientReader:
    """Make the stage; the rows of words lie under models/."""
    return PatientReader(default_patient())
