"""A text -> a string with one letter a unit, for the regular expressions of the grammar.

A unit is the longest term of a word class at its place, or a token. Its letter says which symbols
it bears (word classes, and itself where a pattern names it): units that no pattern can tell apart
share a letter.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations, compress, count

from pipeline.terminology.lexicon import Found, Term
from pipeline.terminology.normal_form import BREAK, CACHED_WORDS

#: letters of the units no pattern names, of sentence ends and of hyphens
OTHER, STOP, HYPHEN = "\ue000", "\ue001", "\ue002"
#: the class of numbers, which needs no rows
NUMBER = "number"
#: what ends a sentence for a pattern
STOPS = (".", ";", "?", "!", BREAK)
_FIRST_LETTER = 0xE010
_HYPHENS = frozenset("-\u2010\u2011\u2013")
_NUMBER_UNIT = frozenset((NUMBER,))


class UnitEncoder:
    """Turn a text into letters.

    Args:
        symbols: all symbols of the patterns: class names, and words after a `=`.
        terms: key -> terms, as `TermMatcher.terms_by_key`.
    """

    def __init__(self, symbols: Iterable[str], terms: Mapping[str, tuple[Term, ...]]) -> None:
        self._symbols = frozenset(symbols)
        self._letters: dict[frozenset[str], str] = {}
        word_letters = dict.fromkeys(STOPS, STOP)
        number = self._letter(_NUMBER_UNIT)
        for symbol in sorted(self._symbols):
            if symbol[0] == "=":
                word_letters[symbol[1:]] = self._letter(frozenset((symbol,)))
        self._form_letters = _FormLetters(self._letter_of_form, word_letters, number)
        self._terms = terms
        # labels of terms matched in any case and as written -> done
        kinds: set[tuple[object, ...]] = set()
        for key, named in terms.items():
            symbol = f"={key}"
            kind = (*((term.label, term.match) for term in named), symbol in self._symbols and key)
            if kind not in kinds:
                kinds.add(kind)
                self._add_terms(symbol, named)
        self._bearing = self._letters_by_symbol()

    def _add_terms(self, symbol: str, terms: tuple[Term, ...]) -> None:
        """Give letters to what a term's unit can bear: terms matched as written may be missing."""
        labels = {term.label for term in terms if term.match == "any"} & self._symbols
        optional = {term.label for term in terms} & self._symbols - labels
        labels |= {symbol} & self._symbols
        for size in range(len(optional) + 1):
            for more in combinations(sorted(optional), size):
                if bears := labels.union(more):
                    self._letter(frozenset(bears))

    def _letter(self, symbols: frozenset[str]) -> str:
        return self._letters.setdefault(symbols, chr(_FIRST_LETTER + len(self._letters)))

    def _letters_by_symbol(self) -> dict[str, str]:
        letters: dict[str, str] = {}
        for symbols, letter in self._letters.items():
            for symbol in symbols:
                letters[symbol] = letters.get(symbol, "") + letter
        return letters

    def letters_with(self, symbol: str) -> str:
        """Give the letters of all units that bear a symbol, none if no unit can."""
        return self._bearing.get(symbol, "")

    def encode(
        self, words: Sequence[str], forms: Sequence[str], terms: Sequence[Found]
    ) -> tuple[str, list[int], list[int]]:
        """Give the letters of a text and the token offsets where each unit starts and ends.

        Args:
            words: the tokens of the text.
            forms: their normal forms, from `normal_words`.
            terms: what a `TermMatcher` found, by start.
        """
        letters = [
            _letter_of_blank(word) if letter is None else letter
            for word, letter in zip(words, map(self._form_letters.__getitem__, forms), strict=True)
        ]
        ends = list(range(1, len(letters) + 1))
        done = 0
        # terms of one token, matched in any case, are in the letters of forms
        several = {start for term, start, end in terms if end > start + 1 or term.match == "case"}
        apart = [found for found in terms if found[1] in several]
        for start, (end, labels) in self._longest(apart).items():
            if start >= done:
                letters[start:end] = [""] * (end - start)
                letters[start] = self._letter_of(forms[start:end], labels)
                ends[start] = done = end
        starts = list(compress(count(), letters))
        return "".join(letters), starts, list(compress(ends, letters))

    def _longest(self, terms: Iterable[Found]) -> dict[int, tuple[int, set[str]]]:
        longest: dict[int, tuple[int, set[str]]] = {}
        for term, start, end in terms:
            if term.label in self._symbols:
                known = longest.get(start)
                if known is None or end > known[0]:
                    longest[start] = (end, {term.label})
                elif end == known[0]:
                    known[1].add(term.label)
        return longest

    def _letter_of_form(self, form: str) -> str | None:
        """Give the letter of the terms of a form that match in any case, None without a class."""
        named = self._terms.get(form, ())
        labels = {term.label for term in named if term.match == "any"} & self._symbols
        return self._letter_of((form,), labels) if labels else None

    def _letter_of(self, forms: Sequence[str], labels: set[str]) -> str:
        symbol = "=" + " ".join(filter(None, forms))
        if symbol in self._symbols:
            labels.add(symbol)
        return self._letters[frozenset(labels)]


def _letter_of_blank(word: str) -> str:
    return HYPHEN if word in _HYPHENS else ""


class _FormLetters(dict[str, str | None]):
    """Normal form -> the letter of a token of it alone; None where it has no form."""

    def __init__(
        self, of_class: Callable[[str], str | None], known: Mapping[str, str], number: str
    ) -> None:
        self._of_class = of_class
        self._known = known
        self._number = number

    def __missing__(self, form: str) -> str | None:
        if len(self) > CACHED_WORDS:
            self.clear()
        # a token that begins with a digit is a number, by the rule of the tokenizer
        letter = None
        if form:
            number = self._number if form[0].isdigit() else None
            letter = self._of_class(form) or number or self._known.get(form, OTHER)
        self[form] = letter
        return letter
