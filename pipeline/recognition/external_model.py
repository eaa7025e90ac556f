"""A spaCy model the user has installed -> the entities of a text, in characters."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import spacy
from spacy.language import Language

from pipeline.errors import UsageError

#: what entities do not need: left out where the model has it
_NOT_NEEDED = ("parser", "senter", "attribute_ruler", "lemmatizer", "textcat", "textcat_multilabel")
#: spaCy's own limit is for parsers
_MAX_LENGTH = 20_000_000


class ExternalEntity(NamedTuple):
    """An entity of a model: its label and its characters, end exclusive."""

    label: str
    start: int
    end: int


class ExternalModel:
    """Mark entities by an installed model.

    Attributes:
        name: package name, or what the model in a folder is called.
        labels: the labels its entities have, as far as it says.
    """

    def __init__(self, name_or_folder: str) -> None:
        """Load a model.

        Raises:
            UsageError: it is not installed, does not load, or marks no entities.
        """
        self._nlp = _loaded(name_or_folder)
        meta = self._nlp.meta
        own = f"{meta.get('lang', 'en')}_{meta.get('name', '')}"
        self.name = "_".join((own if Path(name_or_folder).is_dir() else name_or_folder).split())
        marking = [pipe for pipe in self._nlp.pipe_names if self._marks(pipe)]
        if not marking:
            pipes = ", ".join(self._nlp.pipe_names) or "none"
            raise UsageError(
                f"recogniser {name_or_folder!r}: no stage marks entities (it has: {pipes}), "
                "expected a model with ner"
            )
        self.labels = sorted({label for pipe in marking for label in self._labels_of(pipe)})

    def entities(self, text: str) -> list[ExternalEntity]:
        """Mark the entities of a text, white space at their ends left off."""
        with self._nlp.memory_zone(), warnings.catch_warnings():
            # what a model was made with is told when it is loaded, not with every text
            warnings.simplefilter("ignore")
            found = [(e.label_, e.start_char, e.end_char) for e in self._nlp(text).ents]
        return list(_stripped(found, text))

    def _marks(self, pipe: str) -> bool:
        return "doc.ents" in self._nlp.get_pipe_meta(pipe).assigns

    def _labels_of(self, pipe: str) -> list[str]:
        return list(self._nlp.pipe_labels.get(pipe, []))


def _loaded(name: str) -> Language:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nlp = spacy.load(name, exclude=_NOT_NEEDED)
    except OSError:
        raise UsageError(
            f"recogniser {name!r} is not installed, expected the package name or the folder of a "
            "spaCy model"
        ) from None
    except Exception as problem:
        # whatever the model's own code or another version of spaCy raises
        raise UsageError(
            f"recogniser {name!r} does not load ({type(problem).__name__}), expected a model made "
            f"for spaCy {spacy.about.__version__}"
        ) from problem
    nlp.max_length = _MAX_LENGTH
    return nlp


def _stripped(found: list[tuple[str, int, int]], text: str) -> Iterator[ExternalEntity]:
    for label, start, end in found:
        words = text[start:end]
        start += len(words) - len(words.lstrip())
        if words.strip():
            yield ExternalEntity(label, start, start + len(words.strip()))
