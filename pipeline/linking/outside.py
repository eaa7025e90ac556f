"""The names of a term index that a user brings, as terms.

A synonym of three letters or less names too many things (`CAT`, `PE`, `all`) and is left out, but
not of an index whose names are marked in texts (`--mark`): who built that one wants them. What its
vocabulary gives no label of ours is left out too.
"""

from collections.abc import Iterator
from functools import lru_cache

from pipeline.term_index import IndexedName, TermIndex
from pipeline.terminology.lexicon import Term, key_of

#: fewer letters than this and a synonym names many things
SHORTEST_SYNONYM = 4
#: keys whose names are remembered
CACHED_KEYS = 1 << 15
#: what the rule id of a name of an index begins with
RULE = "TERMS:"


class UsersTerm(Term):
    """A term of an index that the user brought: it goes before what is inside."""

    __slots__ = ()


class OutsideNames:
    """Give the names of an index as terms."""

    _made: type[Term] = UsersTerm

    def __init__(self, index: TermIndex) -> None:
        self.index = index
        self._cached = lru_cache(CACHED_KEYS)(self._of_key)

    def of_key(self, key: str) -> tuple[Term, ...]:
        """Give the terms of a key, the names that stand for their concept first."""
        return self._cached(key)

    def _of_key(self, key: str) -> tuple[Term, ...]:
        names = sorted(self.index.named(key), key=lambda name: not name.preferred)
        terms = [self.term(name) for name in names]
        return tuple(term for term in terms if term is not None)

    def wider(self, term: Term) -> Iterator[Term]:
        """Give a term, the preferred one, of each concept that the concept of a term is one of."""
        for name in self.index.named(key_of(term.term)):
            if self.index.concept(name.concept).concept_id == term.concept_id:
                for parent in self.index.parents(name.concept):
                    found = self.term(self.index.names_of(parent)[0])
                    if found is not None:
                        yield found
                return

    def term(self, name: IndexedName) -> Term | None:
        """Give a name as a term, None where nothing is to be linked by it.

        The value of the term is the vocabulary it is from.
        """
        short = sum(map(str.isalnum, name.text)) < SHORTEST_SYNONYM
        if short and not (name.preferred or self.index.info.marks):
            return None
        concept = self.index.concept(name.concept)
        if not concept.label:
            return None
        return self._made(
            id=f"{RULE}{concept.concept_id}", term=name.text, label=concept.label,
            match=name.match, concept_id=concept.concept_id, concept_name=concept.name,
            cui=concept.cui, semantic_type=next(iter(concept.semantic_types), ""),
            value=concept.source,
        )  # fmt: skip


class ExtendingNames(OutsideNames):
    """Give the names of an index that extends what is inside and goes before none of it."""

    _made = Term
