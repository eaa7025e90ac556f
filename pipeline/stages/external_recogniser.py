"""The stage `radtab_external_recogniser`: a user's model marks mentions -> `doc.spans["external"]`.

Its entities become mentions where nothing of ours stands, by the rows of `models/rules/merge.tsv`
whose source is `external`.
"""

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from pipeline.errors import UsageError
from pipeline.recognition.external_model import ExternalModel
from pipeline.recognition.recogniser_labels import BY_LEXICON, read_labels

#: what the id of a model begins with in the column `rule`
PREFIX = "MODEL:"
#: models kept in memory
_KEPT = 2
_log = logging.getLogger("radtab")


class ExternalRecogniser:
    """Mark what a model finds, under our labels, on our tokens.

    A span has our label and `MODEL:` with the model's name as `id_`. A label without a row is told
    of once; its entities are left out.
    """

    def __init__(self, model: ExternalModel, labels: Mapping[str, str]) -> None:
        self._model = model
        self._labels = dict(labels)
        for label in model.labels:
            self._ours(label)

    def __call__(self, doc: Doc) -> Doc:
        """Fill `doc.spans["external"]`."""
        rule = PREFIX + self._model.name
        named = {(span.start, span.end): span.label_ for span in _lexicon(doc)}
        spans: list[Span] = []
        for label, start, end in self._model.entities(doc.text):
            span = doc.char_span(start, end, alignment_mode="expand")
            ours = self._ours(label)
            if span is not None and ours == BY_LEXICON:
                ours = named.get((span.start, span.end), "")
            if span is not None and ours:
                spans.append(Span(doc, span.start, span.end, label=ours, span_id=rule))
        doc.spans["external"] = SpanGroup(doc, name="external", spans=spans)
        return doc

    def _ours(self, label: str) -> str:
        if label not in self._labels:
            self._labels[label] = ""
            _log.warning(
                "recogniser %s: its label %s has no row, expected one in the table of --labels; "
                "what it marks is left out", self._model.name, label,
            )  # fmt: skip
        return self._labels[label]


def _lexicon(doc: Doc) -> list[Span]:
    return list(doc.spans["lexicon"]) if "lexicon" in doc.spans else []


@lru_cache(maxsize=_KEPT)
def _shared_model(name: str) -> ExternalModel:
    return ExternalModel(name)


@Language.factory(
    "radtab_external_recogniser",
    requires=["doc.spans"],
    assigns=["doc.spans"],
    default_config={"model": "", "labels": ""},
)
def make_external_recogniser(
    nlp: Language, name: str, model: str, labels: str
) -> ExternalRecogniser:
    """Make the stage for a pipeline.

    Args:
        nlp: the pipeline.
        name: of the stage.
        model: package name or folder of a spaCy model with named entities.
        labels: path of a table of labels (`recogniser_labels`), empty for the one under models/.

    Raises:
        UsageError: no such model, or one that marks no entities.
        ResourceError: a row of the table does not validate.
    """
    if not model:
        raise UsageError("no recogniser named, expected the package name or folder of a model")
    return ExternalRecogniser(_shared_model(model), read_labels(Path(labels) if labels else None))
