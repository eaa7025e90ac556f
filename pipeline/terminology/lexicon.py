"""Rows of `models/lexicons` and `models/terminology` -> terms, and text -> the terms in it.

A term stands under its key (`normal_form.normal_key`) in one dictionary; a second one says, for the
first two words of a key, how many words keys that begin so have. Looking up is then two dictionary
look-ups for most tokens, whatever the number of terms.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pipeline.annotations import LABELS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.normal_form import normal_form, normal_key, normal_words, plain_word
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
    terms: list[Term] = []
    files: dict[str, str] = {}
    for path in lexicon_files():
        for term in read_terms(path):
            if term.id in files:
                raise ResourceError(
                    f"{path.name}: id {term.id!r} stands in {files[term.id]} too, expected a new id"
                )
            files[term.id] = path.name
            terms.append(term)
    return tuple(terms)


def read_terms(path: Path) -> list[Term]:
    """Read the terms of one file.

    Raises:
        ResourceError: `file:line: problem, expected`.
    """
    return [_term(where, row) for where, row in read_rows(path, COLUMNS)]


def _term(where: str, row: dict[str, str]) -> Term:
    # the header is COLUMNS, in which the fields of Term stand in order
    row["label"], row["match"] = sys.intern(row["label"]), sys.intern(row["match"])
    term = Term._make(row.values())
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
    return term


def key_of(name: str) -> str:
    """Give the key of a name as it stands in text.

    >>> key_of("T1-weighted images")
    't1 weighted image'
    """
    words = name.split()
    if name.isascii() and all(map(str.isalpha, words)):
        # most names: words alone, with nothing to leave out
        return " ".join(map(normal_form, words))
    return normal_key(TOKEN.findall(name))


class TermMatcher:
    """Find terms in the tokens of a text: the longest at each place, label by label.

    >>> terms = [Term("M1", "CT", "MODALITY", "case", "RT:M1", "CT", "", "", "CT")]
    >>> [(m.term.id, m.start, m.end) for m in TermMatcher(terms).match(["a", "CT", "scan"])]
    [('M1', 1, 2)]
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        #: key -> the terms of that name, in the order of the rows
        self.terms_by_key: dict[str, tuple[Term, ...]] = {}
        sizes: dict[str, set[int]] = {}
        for term in terms:
            key = key_of(term.term)
            if key:
                self.terms_by_key[key] = (*self.terms_by_key.get(key, ()), term)
                words = key.split(" ")
                if len(words) > 1:
                    sizes.setdefault(f"{words[0]} {words[1]}", set()).add(len(words))
        self._sizes = {pair: tuple(sorted(n, reverse=True)) for pair, n in sizes.items()}

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
        return longest_by_label(self.candidates(words, normal_words(words)))

    def candidates(self, words: Sequence[str], forms: Sequence[str]) -> list[TermMatch]:
        """Find, at each token, the longest term of each label; overlaps and all.

        Args:
            words: the tokens of the text.
            forms: their normal forms, from `normal_words`.
        """
        places = [i for i, form in enumerate(forms) if form]
        keys = [forms[i] for i in places]
        keys.append("")
        found: list[TermMatch] = []
        for at, start in enumerate(places):
            sizes = self._sizes.get(f"{keys[at]} {keys[at + 1]}")
            if sizes is None:
                # the way of most tokens: no longer term starts here
                if keys[at] in self.terms_by_key:
                    found += self._named(keys[at], words, start, start + 1)
                continue
            labels: set[str] = set()
            for size in (*sizes, 1):
                key = " ".join(keys[at : at + size])
                if key in self.terms_by_key and at + size <= len(places):
                    end = places[at + size - 1] + 1
                    new = self._named(key, words, start, end)
                    found += [match for match in new if match.term.label not in labels]
                    labels.update(match.term.label for match in new)
        return found

    def _named(self, key: str, words: Sequence[str], start: int, end: int) -> list[TermMatch]:
        """Give the first term of each label under a key, as written in the text."""
        terms = self.terms_by_key[key]
        if len(terms) == 1 and terms[0].match == "any":
            return [TermMatch(terms[0], start, end)]
        first: dict[str, TermMatch] = {}
        for term in terms:
            if term.label not in first and (
                term.match == "any" or _as_written(term, words[start:end])
            ):
                first[term.label] = TermMatch(term, start, end)
        return list(first.values())


def _as_written(term: Term, words: Sequence[str]) -> bool:
    written = [plain_word(word) for word in words]
    return [w for w in written if w.isalnum()] == [
        w for w in TOKEN.findall(term.term) if w.isalnum()
    ]


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
