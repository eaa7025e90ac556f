"""Rows of `models/lexicons` and `models/terminology` -> terms, and text -> the terms in it.

A term stands under its key (`normal_form.normal_key`) in one dictionary; a second one says, for the
first two words of a key, how many words keys that begin so have. Looking up is then two look-ups
for most tokens, whatever the number of terms.
"""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cache, lru_cache
from itertools import compress, count
from pathlib import Path
from typing import NamedTuple

from pipeline.annotations import LABELS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_cells
from pipeline.terminology.normal_form import (
    CACHED_WORDS,
    normal_form,
    normal_key,
    normal_words,
    plain_word,
)
from pipeline.tokenizer import TOKEN

COLUMNS = (
    "id", "term", "label", "match", "concept_id", "concept_name", "cui", "semantic_type", "value",
)  # fmt: skip
MATCHES = ("any", "case")
_WORD_CLASS = re.compile(r"[a-z][a-z_0-9]*")
_CUI = re.compile(r"C\d{7}")
_SEMANTIC_TYPE = re.compile(r"T\d{3}")


class Term(NamedTuple):
    """A row: a name and what it names.

    `label` is an entity label or, in lower case, a word class of the grammar. `match` is `any`
    (letter case, plural, hyphens and British spelling do not matter) or `case` (as written).
    """

    id: str
    term: str
    label: str
    match: str
    concept_id: str
    concept_name: str
    cui: str
    semantic_type: str
    value: str


class TermMatch(NamedTuple):
    """A term found: token offsets, end exclusive."""

    term: Term
    start: int
    end: int


#: a `TermMatch` without its names, which takes half the time to make
Found = tuple[Term, int, int]


def lexicon_files() -> list[Path]:
    """List the files terms are read from: hand-written lexicons first, then terminologies."""
    lexicons = sorted(models_path("lexicons").glob("*.tsv"))
    return lexicons + sorted(models_path("terminology").glob("*.tsv.gz"))


@cache
def load_terms() -> tuple[Term, ...]:
    """Read all terms, in the order of `lexicon_files`; read once, then remembered.

    Raises:
        ResourceError: a row does not validate, or an id stands in two files.
    """
    read = [(path, read_terms(path)) for path in lexicon_files()]
    terms = tuple(term for _, found in read for term in found)
    if len({term.id for term in terms}) < len(terms):
        raise ResourceError(_id_in_two_files(read))
    return terms


def _id_in_two_files(read: Iterable[tuple[Path, list[Term]]]) -> str:
    files: dict[str, str] = {}
    for path, terms in read:
        for term in terms:
            if files.setdefault(term.id, path.name) != path.name:
                place = files[term.id]
                return f"{path.name}: id {term.id!r} stands in {place} too, expected a new id"
    raise AssertionError("every id stands in one file")


def read_terms(path: Path) -> list[Term]:
    """Read the terms of one file; a ResourceError says `file:line: problem, expected`."""
    terms: list[Term] = []
    # what makes a row valid, but for its names, recurs: each combination is looked at once
    valid: set[tuple[str, ...]] = set()
    for line, cells in read_cells(path, COLUMNS):
        cells[2], cells[3] = sys.intern(cells[2]), sys.intern(cells[3])
        # the header is COLUMNS, in which the fields of Term stand in order
        term = Term._make(cells)
        if (checked := (term.label, term.match, term.semantic_type, term.cui)) not in valid or (
            not (term.concept_id and term.term.strip())
        ):
            _check(term, f"{path.name}:{line}")
            valid.add(checked)
        terms.append(term)
    return terms


def _check(term: Term, where: str) -> None:
    if not term.term.strip():
        raise ResourceError(f"{where}: term is empty, expected a name")
    if term.label not in LABELS and not _WORD_CLASS.fullmatch(term.label):
        raise ResourceError(f"{where}: label {term.label!r}, expected {LABELS} or a word class")
    if term.match not in MATCHES:
        raise ResourceError(f"{where}: match {term.match!r}, expected one of {list(MATCHES)}")
    if term.label in LABELS and not term.concept_id:
        raise ResourceError(f"{where}: concept_id is empty, expected one for {term.label}")
    if term.cui and not _CUI.fullmatch(term.cui):
        raise ResourceError(f"{where}: cui {term.cui!r}, expected C and seven digits, or nothing")
    if term.semantic_type and not _SEMANTIC_TYPE.fullmatch(term.semantic_type):
        raise ResourceError(f"{where}: semantic_type {term.semantic_type!r}, expected T000 form")


def key_of(name: str) -> str:
    """Give the key of a name as it stands in text.

    >>> key_of("T1-weighted images")
    't1 weighted image'
    """
    if name.isascii() and name.replace(" ", "").isalpha():
        # most names: words alone, with nothing to leave out
        return " ".join(map(normal_form, name.split()))
    return normal_key(TOKEN.findall(name))


class _Opening(NamedTuple):
    """What a word may be the beginning of.

    `first` has the first term of each label, None where how the word is written decides.
    """

    first: tuple[Term, ...] | None
    goes_on: bool


class _Openings(dict[str, _Opening | None]):
    """Words of texts -> what they open, None for most; worked out when a word is first met.

    The words of texts are few beside those of terms, so that what is looked up lies together.
    """

    def __init__(self, named: Mapping[str, tuple[Term, ...]], first: Set[str]) -> None:
        self._named = named
        self._first = first

    def __missing__(self, word: str) -> _Opening | None:
        if len(self) > CACHED_WORDS:
            self.clear()
        terms = self._named.get(word, ())
        as_written = any(term.match == "case" for term in terms)
        by_label = {term.label: term for term in reversed(terms)}
        first = None if as_written else tuple(reversed(by_label.values()))
        goes_on = word in self._first
        opening = _Opening(first, goes_on) if terms or goes_on else None
        self[word] = opening
        return opening


class TermMatcher:
    """Find terms in the tokens of a text: the longest at each place, label by label.

    >>> terms = [Term("M1", "CT", "MODALITY", "case", "RT:M1", "CT", "", "", "CT")]
    >>> [(m.term.id, m.start, m.end) for m in TermMatcher(terms).match(["a", "CT", "scan"])]
    [('M1', 1, 2)]
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        #: key -> the terms of that name, in the order of the rows
        self.terms_by_key: dict[str, tuple[Term, ...]] = {}
        #: first words of keys of several, and for the first two: how many words such keys have
        self._first: set[str] = set()
        self._sizes: dict[str, tuple[int, ...]] = {}
        self._openings = _Openings(self.terms_by_key, self._first)
        for term in terms:
            if key := key_of(term.term):
                named = self.terms_by_key.get(key)
                self.terms_by_key[key] = (term,) if named is None else (*named, term)
                if named is None and " " in key:
                    self._add_size(key)

    def _add_size(self, key: str) -> None:
        first = key.index(" ")
        second = key.find(" ", first + 1)
        self._first.add(key[:first])
        pair = key if second < 0 else key[:second]
        size = key.count(" ") + 1
        known = self._sizes.get(pair)
        if known is None:
            self._sizes[pair] = (size,)
        elif size not in known:
            self._sizes[pair] = tuple(sorted((*known, size), reverse=True))

    def __contains__(self, name: str) -> bool:
        """Say whether a name is a term under any label."""
        return key_of(name) in self.terms_by_key

    def named(self, name: str) -> tuple[Term, ...]:
        """Give the terms of a name, in the order of the rows."""
        return self.terms_by_key.get(key_of(name), ())

    def match(self, words: Sequence[str]) -> list[TermMatch]:
        """Find the terms in the tokens of a text.

        Matches of one label do not overlap, the longer (then the earlier) is kept; matches of
        different labels may. Where a label has several terms of one name, the first row's is given.
        """
        found = self.candidates(words, normal_words(words))
        return longest_by_label(TermMatch(*candidate) for candidate in found)

    def candidates(self, words: Sequence[str], forms: Sequence[str]) -> list[Found]:
        """Find, at each token, the longest term of each label; overlaps and all.

        Args:
            words: the tokens of the text.
            forms: their normal forms, from `normal_words`.
        """
        places = list(compress(count(), forms))
        keys = [*compress(forms, forms), ""]
        openings = list(map(self._openings.__getitem__, keys))
        sizes_of = self._sizes.get
        found: list[Found] = []
        opened = compress(count(), openings)
        for at, opening in zip(opened, filter(None, openings), strict=True):
            if opening.goes_on and (sizes := sizes_of(f"{keys[at]} {keys[at + 1]}")):
                found += self._longest((*sizes, 1), at, words, places, keys)
            elif opening.first is None:
                found += self._longest((1,), at, words, places, keys)
            else:
                start = places[at]
                for term in opening.first:
                    found.append((term, start, start + 1))
        return found

    def _longest(
        self,
        sizes: Iterable[int],
        at: int,
        words: Sequence[str],
        places: Sequence[int],
        keys: Sequence[str],
    ) -> list[Found]:
        """Give the longest term of each label, of `sizes` keys from the one `at` a place."""
        found: list[Found] = []
        labels: set[str] = set()
        start = places[at]
        for size in sizes:
            if at + size > len(places):
                continue
            end = places[at + size - 1] + 1
            for term in self.terms_by_key.get(" ".join(keys[at : at + size]), ()):
                if term.label not in labels and (
                    term.match == "any" or _as_written(term, words[start:end])
                ):
                    labels.add(term.label)
                    found.append((term, start, end))
        return found


def _as_written(term: Term, words: Sequence[str]) -> bool:
    written = map(plain_word, words)
    return _words_as_written(term.term) == [word for word in written if word.isalnum()]


@lru_cache(maxsize=CACHED_WORDS)
def _words_as_written(name: str) -> list[str]:
    return [word for word in TOKEN.findall(name) if word.isalnum()]


def longest_by_label(matches: Iterable[TermMatch]) -> list[TermMatch]:
    """Keep, within a label, the longest of matches that overlap; order by start, longer first."""
    taken: dict[str, set[int]] = {}
    kept: list[TermMatch] = []
    for match in sorted(matches, key=lambda m: (m.start - m.end, m.start)):
        tokens = taken.setdefault(match.term.label, set())
        if match.start not in tokens and match.end - 1 not in tokens:
            tokens.update(range(match.start, match.end))
            kept.append(match)
    return sorted(kept, key=lambda m: (m.start, -m.end))


@cache
def load_matcher() -> TermMatcher:
    """Give the matcher of all terms under `models/`, built once a process."""
    return TermMatcher(load_terms())
