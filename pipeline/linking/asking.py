"""A text that is one mention -> the concepts it may name, as rows to print."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import UsageError
from pipeline.linking.finder import Candidate, CandidateFinder, best_of
from pipeline.linking.outside import RULE
from pipeline.terminology.lexicon import Term
from pipeline.terminology.link_words import load_fitting_labels
from pipeline.tokenizer import TOKEN

#: what identifiers of this project begin with
OWN = "RT"
#: labels of others' guides -> ours, the first where a concept fits several equally
OTHER_LABELS = {"DISORDER": ("DIAGNOSIS", "FINDING"), "PROCEDURE": ("MODALITY",)}
#: without a label, in the order that equal candidates of several take
ANY_LABEL = ("DIAGNOSIS", "FINDING", "ANATOMY", "SIGNAL", "MODALITY", "SEQUENCE", "PLANE")


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A candidate: `rank` from 1, `modifiers` the body parts named beside it (id and name).

    `source` is the vocabulary of the concept, `row` the id of the name it was found by.
    """

    text: str
    rank: int
    score: float
    rule: str
    concept_id: str
    name: str
    cui: str
    semantic_type: str
    label: str
    source: str
    row: str
    modifiers: str


def labels_of(label: str) -> tuple[str, ...]:
    """Give our labels for one, for a label of another guide, or (empty) for none.

    Raises:
        UsageError: no such label.
    """
    if not label:
        return ANY_LABEL
    if label in load_fitting_labels():
        return (label,)
    if label in OTHER_LABELS:
        return OTHER_LABELS[label]
    known = [*load_fitting_labels(), *OTHER_LABELS]
    raise UsageError(f"label {label!r} is linked to nothing, expected one of {', '.join(known)}")


def candidates_of(
    finder: CandidateFinder, tokens: tuple[str, ...], labels: Sequence[str], limit: int
) -> list[Candidate]:
    """Give the best candidates under any of some labels."""
    found = [c for label in labels for c in finder.candidates(tokens, label, limit)]
    return best_of(found)[:limit]


def ask(finder: CandidateFinder, text: str, labels: Sequence[str], limit: int) -> list[LinkRow]:
    """Give the rows of a mention, the best first."""
    tokens = tuple(TOKEN.findall(text))
    candidates = candidates_of(finder, tokens, labels, limit)
    return [_row(text, rank, found) for rank, found in enumerate(candidates, start=1)]


def _row(text: str, rank: int, found: Candidate) -> LinkRow:
    term = found.term
    modifiers = "; ".join(f"{place.concept_id} {place.concept_name}" for place in found.places)
    return LinkRow(
        text=text, rank=rank, score=round(found.score, 3), rule=found.rule,
        concept_id=term.concept_id, name=term.concept_name, cui=term.cui,
        semantic_type=term.semantic_type, label=term.label, source=_source(term),
        row=term.id, modifiers=modifiers,
    )  # fmt: skip


def _source(term: Term) -> str:
    """Name the vocabulary of a concept: as a user's index has it, else by its identifier."""
    prefix = term.concept_id.partition(":")[0]
    return term.value if term.id.startswith(RULE) else {OWN: "radtab"}.get(prefix, prefix)
