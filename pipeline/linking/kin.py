"""Wider and narrower concepts of the best candidates, as runner-ups.

`lupus` is a name of systemic lupus erythematosus here and of lupus erythematosus elsewhere;
`acute inflammatory demyelinating polyneuropathy` is one kind of what it is a name of. So the is-a
of the diseases inside, and of the indexes of users, gives candidates to choose from; of body parts
the wholes of `models/rules/link_parts.tsv` (`arm` is the upper extremity to many). Their scores lie
below that of any link.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

from pipeline.errors import ResourceError
from pipeline.linking.outside import RULE, OutsideNames
from pipeline.linking.polarity import may_be_narrower
from pipeline.resources import models_path, read_rows
from pipeline.terminology.concepts import ConceptIndex
from pipeline.terminology.is_a import load_hierarchy
from pipeline.terminology.lexicon import Term, key_of

COLUMNS = ("id", "concept_id", "whole_id", "meaning")
#: narrower concepts of a concept that are given, those called most like the mention
NARROWER = 2


@cache
def load_wholes() -> Mapping[str, tuple[str, ...]]:
    """Read `models/rules/link_parts.tsv`: concept id of a body part -> those of what it is part of.

    Raises:
        ResourceError: a cell is empty.
    """
    wholes: dict[str, list[str]] = {}
    for where, row in read_rows(models_path("rules", "link_parts.tsv"), COLUMNS):
        if not all(row.values()):
            raise ResourceError(f"{where}: an empty cell, expected {list(COLUMNS)}")
        wholes.setdefault(row["concept_id"], []).append(row["whole_id"])
    return {part: tuple(found) for part, found in wholes.items()}


class Kin:
    """Give the concepts beside a concept in the is-a of its vocabulary."""

    def __init__(self, inside: ConceptIndex, outside: Sequence[OutsideNames]) -> None:
        self._inside = inside
        self._outside = outside

    def wider(self, term: Term) -> Iterator[Term]:
        """Give a term of each concept that the concept of a term is directly one or part of."""
        if term.id.startswith(RULE):
            for names in self._outside:
                yield from names.wider(term)
        else:
            yield from self._terms(load_hierarchy().parents(term.concept_id))
            yield from self._terms(load_wholes().get(term.concept_id, ()))

    def narrower(self, term: Term, key: str) -> list[tuple[float, Term]]:
        """Give concepts inside that are directly one of a concept, with how like `key` they are.

        The most like first; those of which no three letters agree are left out, and those that say
        whether or which way in other words than `key` (`type 2` for `type 1`, `hypo` for `hyper`).
        """
        asked = _sequences(key)
        found = [
            (likeness, child)
            for child in self._terms(load_hierarchy().children(term.concept_id))
            if (likeness := _likeness(asked, _sequences(key_of(child.concept_name))))
            and may_be_narrower(key.split(" "), key_of(child.concept_name).split(" "))
        ]
        return sorted(found, key=lambda like: -like[0])[:NARROWER]

    def _terms(self, concept_ids: Iterable[str]) -> Iterator[Term]:
        for concept_id in concept_ids:
            term = self._inside.of_concept(concept_id)
            if term is not None:
                yield term


def _sequences(key: str) -> frozenset[str]:
    """Give the sequences of three letters, blanks around the words among them."""
    padded = f" {key} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def _likeness(asked: Collection[str], found: Collection[str]) -> float:
    """Give the share of sequences that two names have in common (Dice 1945)."""
    return 2 * len(set(asked) & set(found)) / (len(asked) + len(found))
