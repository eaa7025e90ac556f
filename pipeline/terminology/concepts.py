"""Concepts, and the index from the name of one to it."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from itertools import permutations
from typing import NamedTuple, Protocol

from pipeline.terminology.lexicon import Term, key_of, load_matcher
from pipeline.terminology.link_words import load_fitting_labels, load_signal_stems
from pipeline.terminology.normal_form import normal_words, plain_word
from pipeline.tokenizer import TOKEN

#: labels whose canonical values (`T2`, `lateral`) are names as well, where no row says otherwise
NAMED_BY_VALUE = ("MODALITY", "SEQUENCE", "PLANE")
#: word classes that a mention may lose at little cost: other columns and mentions have them
LIGHT_CLASSES = ("side", "position", "spread", "degree", "weighting")

#: longer names are not put in another order: there are too many
LONGEST_REORDERED = 4


class Word(NamedTuple):
    """A word of a name as written and in normal form."""

    text: str
    form: str


def words_of(tokens: Sequence[str]) -> tuple[Word, ...]:
    """Give the words of a name from its tokens; hyphens, blanks and apostrophes fall out.

    >>> [word.form for word in words_of(["Stress", "-", "fractures"])]
    ['stress', 'fracture']
    """
    forms = normal_words(tokens)
    return tuple(
        Word(plain_word(token), form)
        for token, form in zip(tokens, forms, strict=True)
        if form and not form.isspace()
    )


class Names(Protocol):
    """What finds the concepts of a name."""

    def named(self, words: Sequence[Word], label: str) -> tuple[Term, ...]:
        """Give the terms of a name that fit the label of a mention, the best fitting alone."""

    def every(self, words: Sequence[Word], label: str) -> list[Term]:
        """Give all terms of a name that fit the label of a mention, the better fitting first."""

    def with_name(self, words: Sequence[Word], label: str) -> list[Term]:
        """Give terms of the concepts whose own name it is, also where a row gives it to another."""

    def reordered(self, words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
        """Give the names that have the same words in another order."""

    def is_light(self, word: Word) -> bool:
        """Say whether a word is of side, position, spread or degree."""

    def other_names(self, words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
        """Give the other names of the body part that `words` name."""

    def with_value(self, value: str, words: Iterable[Word]) -> tuple[Term, ...]:
        """Give the SIGNAL term of a value and of what its words say is bright or dark."""


class ConceptIndex:
    """Find the concepts of a name, whatever its plural, hyphens or spelling.

    >>> from pipeline.terminology.lexicon import TermMatcher
    >>> term = Term("D1", "abscess", "DIAGNOSIS", "any", "RT:D1", "abscess", "", "T047", "")
    >>> index = ConceptIndex(TermMatcher([term]).terms_by_key)
    >>> [found.concept_id for found in index.named(words_of(["Abscesses"]), "FINDING")]
    ['RT:D1']
    """

    def __init__(self, terms_by_key: Mapping[str, tuple[Term, ...]]) -> None:
        self._terms_by_key = terms_by_key
        self._anatomy_names: dict[str, list[tuple[Word, ...]]] = {}
        self._signals: dict[str, Term] = {}
        self._by_value_name: dict[tuple[str, str], Term] = {}
        self._light: set[str] = set()
        self._fitting = load_fitting_labels()
        for key, terms in terms_by_key.items():
            for term in terms:
                self._add(key, term)

    def _add(self, key: str, term: Term) -> None:
        if term.label == "ANATOMY" and term.match == "any":
            words = words_of(TOKEN.findall(term.term))
            self._anatomy_names.setdefault(term.concept_id, []).append(words)
        elif term.label == "SIGNAL":
            self._signals.setdefault(term.concept_id, term)
        elif term.label in NAMED_BY_VALUE and term.value:
            self._by_value_name.setdefault((term.label, key_of(term.value)), term)
        elif term.label in LIGHT_CLASSES and " " not in key:
            self._light.add(key)

    def keys(self, labels: Container[str] | None = None) -> Iterator[str]:
        """Give the keys of all names, or of those that a term of one of `labels` has."""
        for key, terms in self._terms_by_key.items():
            if (
                labels is None
                or terms[0].label in labels
                or any(term.label in labels for term in terms[1:])
            ):
                yield key

    def is_light(self, word: Word) -> bool:
        """Say whether a word is of side, position, spread or degree."""
        return word.form in self._light

    def named(self, words: Sequence[Word], label: str) -> tuple[Term, ...]:
        """Give the terms of a name that fit a label, one a concept, the best label's alone.

        A term written in capitals (`match` is `case`) is found only as it is written.
        """
        key = key_of_words(words)
        terms = self._terms_by_key.get(key)
        if terms:
            for row_label in self._fitting.get(label, ()):
                found = of_label(terms, words, row_label)
                if found:
                    return found
        by_value = label in NAMED_BY_VALUE and self._by_value_name.get((label, key))
        return (by_value,) if by_value else ()

    def every(self, words: Sequence[Word], label: str) -> list[Term]:
        """Give all terms of a name that fit a label, one a concept, the better fitting first."""
        key = key_of_words(words)
        terms = self._terms_by_key.get(key, ())
        by_value = self._by_value_name.get((label, key))
        fitting = [t for row in self._fitting.get(label, ()) for t in of_label(terms, words, row)]
        return fitting or ([by_value] if by_value else [])

    def with_name(self, words: Sequence[Word], label: str) -> list[Term]:
        """Give terms of the concepts whose own name it is, also where a row gives it to another."""
        own = self._preferred.get(key_of_words(words), ())
        return [t for row in self._fitting.get(label, ()) for t in of_label(own, words, row)]

    def reordered(self, words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
        """Give the names that have the same words in another order."""
        if 1 < len(words) <= LONGEST_REORDERED:
            orders = dict.fromkeys(map(" ".join, permutations([word.form for word in words])))
            for key in list(orders)[1:]:
                if key in self._terms_by_key:
                    yield tuple(Word(form, form) for form in key.split(" "))

    @cached_property
    def _first(self) -> dict[str, Term]:
        """Concept id -> a term of it."""
        return {t.concept_id: t for ts in self._terms_by_key.values() for t in reversed(ts)}

    @cached_property
    def _preferred(self) -> dict[str, list[Term]]:
        """Key of a concept's own name -> its first term, where no row has that name."""
        found: dict[str, list[Term]] = {}
        for term in self._first.values():
            found.setdefault(key_of(term.concept_name), []).append(term._replace(match="any"))
        return found

    def of_concept(self, concept_id: str) -> Term | None:
        """Give a term of a concept, None where it has no name here."""
        return self._first.get(concept_id)

    def of_key(self, key: str) -> tuple[Term, ...]:
        """Give all terms of a key, in the order of the rows."""
        return self._terms_by_key.get(key, ())

    def other_names(self, words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
        """Give the other names, adjectives among them, of the body part that `words` name."""
        key = key_of_words(words)
        if key not in self._terms_by_key:
            return
        for term in self.named(words, "ANATOMY"):
            for names in self._anatomy_names.get(term.concept_id, ()):
                if key_of_words(names) != key:
                    yield names

    def with_value(self, value: str, words: Iterable[Word]) -> tuple[Term, ...]:
        """Give the SIGNAL term of a value (`hyper`) and of what its words say is bright or dark."""
        forms = [word.form for word in words]
        for stem, concept_id in load_signal_stems().get(value, ()):
            if any(stem in form for form in forms):
                return (self._signals[concept_id],)
        return ()


def key_of_words(words: Iterable[Word]) -> str:
    """Give the key of a name."""
    return " ".join([word.form for word in words])


def of_label(terms: Sequence[Term], words: Sequence[Word], label: str) -> tuple[Term, ...]:
    """Keep the terms of a label, one a concept, those in capitals only as they are written."""
    found: dict[str, Term] = {}
    if len(terms) == 1 and terms[0].label == label and terms[0].match == "any":
        return tuple(terms)
    for term in terms:
        if term.label == label and (
            term.match == "any" or _is_written_so(term, [word.text for word in words])
        ):
            found.setdefault(term.concept_id, term)
    return tuple(found.values())


def _is_written_so(term: Term, written: Sequence[str]) -> bool:
    return [w for w in TOKEN.findall(term.term) if w.isalnum()] == [
        w for w in written if w.isalnum()
    ]


@cache
def load_concepts() -> ConceptIndex:
    """Give the index of all terms under `models/`, built once a process."""
    return ConceptIndex(load_matcher().terms_by_key)
