"""Stage `radtab_sections`: which part of the text is history, findings, diagnosis ..."""

import re
from collections.abc import Iterator, Sequence, Set
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import SECTIONS, SectionNote, set_headings, set_sections
from pipeline.doc_batches import BatchAnnotator
from pipeline.errors import InputError
from pipeline.resources import cached_weights, models_path
from pipeline.structure.case_text import case_text
from pipeline.structure.line_shape import states_age
from pipeline.structure.lines import Body, Line, body_lines, find_body
from pipeline.structure.section_model import SectionModel, read_section_weights
from pipeline.terminology.headings import (
    Heading,
    HeadingFinder,
    carries_text,
    default_headings,
    hints,
)

#: sections that do not stand before the first heading where a heading opens one of them
CONCLUSIONS = ("diagnosis", "differential")
#: sections that no title of so many words stands for
TITLE = 10
NO_TITLES = ("exam", "treatment", "discussion", "differential")
#: a heading with its text on the same line; sections that lines below it are not
HEADED_LINE = re.compile(r"[^\r\n:]{1,40}:[ \t]*\S[^\r\n]*")
NOT_BELOW = ("exam", "treatment", "discussion", *CONCLUSIONS)
#: section, first character, character after the last, method, score
Part = tuple[str, int, int, str, float]


class Divided(NamedTuple):
    """The parts of a text and the headings it was divided by, or that stand in it."""

    parts: list[Part]
    headings: Sequence[Heading]


class SectionSplitter(BatchAnnotator):
    """Divide a text into sections.

    Sections known from the input win (`given`); then headings, where they carry the text
    (`heading`); else the trained model labels the lines (`model`). The archive's keyword list is
    found by its mark.
    """

    def __init__(
        self, headings: HeadingFinder, model: SectionModel, name: str = "radtab_sections"
    ) -> None:
        super().__init__(name)
        self.headings = headings
        self.model = model

    def annotate(self, docs: Sequence[Doc]) -> None:
        """Set the sections of docs."""
        found = iter(self.divide([case_text(d) for d in docs if not d._.given_sections]))
        for doc in docs:
            given = doc._.given_sections
            divided = Divided(_given(given), ()) if given else next(found)
            set_sections(doc, _notes(doc, divided.parts))
            set_headings(doc, [heading[:2] for heading in divided.headings])

    def parts(self, text: str) -> list[Part]:
        """Divide a text of which no section is known."""
        return self.divide([text])[0].parts

    def divide(self, texts: Sequence[str]) -> list[Divided]:
        """Divide texts of which no section is known; the model reads them together."""
        bodies = [find_body(text) for text in texts]
        headed = [self._headed(text, body) for text, body in zip(texts, bodies, strict=True)]
        left = [place for place, parts in enumerate(headed) if parts is None]
        modelled = iter(self._modelled([(texts[place], bodies[place]) for place in left]))
        divided = [next(modelled) if parts is None else parts for parts in headed]
        for text, body, (parts, _) in zip(texts, bodies, divided, strict=True):
            if body.keywords >= 0:
                parts.append(("keywords", body.keywords, len(text), "heading", 1.0))
        return divided

    def _headed(self, text: str, body: Body) -> Divided | None:
        """Divide a text by its headings; None where they do not carry it."""
        # inside the archive's frame fields come without headings: those found are a field's own
        found = [] if body.framed else self.headings.headings(text, body.start, body.end)
        if not carries_text(found, body.start, body.end):
            return None
        below = self._below(text, _between(text, found, body))
        return Divided([*self._lead(text, found, body), *below], found)

    def _lead(self, text: str, found: Sequence[Heading], body: Body) -> list[Part]:
        """Let the model name what stands before the first heading.

        Where a heading opens a conclusion, none stands there; a title names a study, a patient
        or a disease.
        """
        lines = [
            line
            for line in body_lines(text, body.start, found[0].start)
            if any(char.isalpha() for char in line.text)
        ]
        run = self.model.whole(lines, {}, _barred(lines, {heading.section for heading in found}))
        return [(run.section, run.start, run.end, "model", run.score)] if run else []

    def _below(self, text: str, parts: Sequence[Part]) -> Iterator[Part]:
        """Let the model name the lines below a reason for the study where no findings are headed.

        Reports write `Indication: ...` on a line, and what was seen below it without a heading.
        """
        findings = max((i for i, part in enumerate(parts) if part[0] == "findings"), default=-1)
        for place, part in enumerate(parts):
            section, start, end, method, score = part
            asked = section == "history" and place > findings
            own = HEADED_LINE.match(text, start, end) if asked else None
            run = self.model.whole(body_lines(text, own.end(), end), {}, NOT_BELOW) if own else None
            if own is None or run is None or run.section == section:
                yield part
            else:
                yield section, start, own.end(), method, score
                yield run.section, run.start, run.end, "model", run.score

    def _modelled(self, cases: Sequence[tuple[str, Body]]) -> Iterator[Divided]:
        """Let the model decide; a run that opens with its own heading has the method `heading`."""
        found = [self.headings.on_lines(text, body.start, body.end) for text, body in cases]
        bodies = [
            (body_lines(text, body.start, body.end), hints(headings))
            for (text, body), headings in zip(cases, found, strict=True)
        ]
        divided = self.model.runs_of_all(bodies)
        for (_, headings), runs, own in zip(bodies, divided, found, strict=True):
            parts = [
                (
                    run.section, run.start, run.end,
                    "heading" if headings.get(run.start) == run.section else "model", run.score,
                )
                for run in runs
            ]  # fmt: skip
            yield Divided(parts, list(own.values()))

    def to_disk(self, _path: str | Path, **_: Any) -> None:  # noqa: ANN401 (spaCy's signature)
        """Write nothing: rows and weights lie under models/."""

    def from_disk(self, _path: str | Path, **_: Any) -> "SectionSplitter":  # noqa: ANN401
        """Read nothing: rows and weights lie under models/."""
        return self


def _given(sections: Sequence[Sequence[Any]]) -> list[Part]:
    for label, _, _ in sections:
        if label not in SECTIONS:
            raise InputError(f"section {label!r} is not known, expected one of {list(SECTIONS)}")
    return [(label, start, end, "given", 1.0) for label, start, end in sections]


def _barred(lines: Sequence[Line], headed: Set[str]) -> set[str]:
    """Give the sections that lines before the first heading are not, given those with one."""
    barred = set(CONCLUSIONS) if headed & set(CONCLUSIONS) else set()
    if sum(len(line.text.split()) for line in lines) > TITLE:
        return barred
    told = any(states_age(line.text) or line.text[-1] in ".!?" for line in lines)
    return barred | set(NO_TITLES) | (set() if told and "history" not in headed else {"history"})


def _between(text: str, found: Sequence[Heading], body: Body) -> list[Part]:
    bounds = [heading.start for heading in found] + [body.end]
    parts: list[Part] = []
    for heading, (start, stop) in zip(found, pairwise(bounds), strict=True):
        end = start + len(text[start:stop].rstrip())
        if parts and parts[-1][0] == heading.section:
            parts[-1] = (heading.section, parts[-1][1], end, "heading", 1.0)
        else:
            parts.append((heading.section, start, end, "heading", 1.0))
    return parts


def _notes(doc: Doc, parts: Sequence[Part]) -> list[SectionNote]:
    notes: list[SectionNote] = []
    parts = sorted(parts, key=lambda part: part[1])
    offsets = doc.to_array("IDX").astype(np.int64)  # char_span looks at every token each time
    firsts = np.searchsorted(offsets, [part[1] for part in parts], side="right").tolist()
    lasts = np.searchsorted(offsets, [part[2] for part in parts]).tolist()
    for (label, start, end, method, score), after, last in zip(parts, firsts, lasts, strict=True):
        # a token may hold characters of two parts: it goes to the first
        first = max(after - 1, notes[-1]["end"] if notes else 0)
        if first < last and start < end:
            notes.append(
                SectionNote(
                    section=label,
                    start=first,
                    end=last,
                    method=method,
                    score=round(score, 4),
                )
            )
    return notes


@cached_weights
def _model() -> SectionModel:
    return SectionModel(read_section_weights(models_path("trained", "sections.npz")))


@Language.factory("radtab_sections", assigns=["doc._.sections", "doc.spans"])
def make_section_splitter(nlp: Language, name: str) -> SectionSplitter:
    """Make the stage; everything it knows lies under models/."""
    return SectionSplitter(default_headings(), _model(), name)
