"""Rows of `models/rules/grammar.tsv` -> mentions put together from words: `high T2 signal`.

A row's label is an entity label; `!LABEL`, where what it marks is no mention of that label after
all (`T1` in `T1-T2 level` is no SEQUENCE); or, in lower case, the name of a definition that rows
below it use. How a pattern is written stands in `pattern.py`. The example is a text with the
mention in double square brackets, and a test.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import combinations
from typing import NamedTuple

from pipeline.annotations import LABELS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.lexicon import Term, TermMatch, key_of
from pipeline.terminology.normal_form import BREAK, normal_words
from pipeline.terminology.pattern import (
    FIRST,
    HYPHEN,
    OTHER,
    STOP,
    compile_pattern,
    expand,
    symbols_of,
)  # fmt: skip

COLUMNS = ("id", "label", "pattern", "example")
#: the class of numbers, which need no rows
NUMBER = "number"
#: what ends a sentence for a pattern
STOPS = frozenset((".", ";", "?", "!", BREAK))
_NUMBER_UNIT = frozenset((NUMBER,))
_HYPHENS = frozenset("-\u2010\u2011\u2013")
_DEFINITION = re.compile(r"[a-z][a-z_0-9]*")


class Rule(NamedTuple):
    """A row, definitions put in."""

    id: str
    label: str
    pattern: str
    example: str
    where: str


class RuleMatch(NamedTuple):
    """A rule's mention: token offsets, end exclusive."""

    rule: Rule
    start: int
    end: int


@cache
def load_grammar() -> tuple[Rule, ...]:
    """Read the rules of the grammar, definitions put in their places.

    Raises:
        ResourceError: a label is unknown, or an example marks no mention.
    """
    rules: list[Rule] = []
    definitions: dict[str, str] = {}
    for where, row in read_rows(models_path("rules", "grammar.tsv"), COLUMNS):
        rule = Rule(where=where, **{**row, "pattern": expand(row["pattern"], definitions)})
        if rule.label.removeprefix("!") in LABELS:
            if "[[" not in rule.example:
                raise ResourceError(f"{where}: example marks nothing, expected [[mention]]")
            rules.append(rule)
        elif _DEFINITION.fullmatch(rule.label):
            definitions[rule.label] = rule.pattern
        else:
            raise ResourceError(
                f"{where}: label {rule.label!r}, expected {LABELS}, !LABEL or a name"
            )
    return tuple(rules)


def _symbols(rule: Rule) -> list[str]:
    try:
        return list(symbols_of(rule.pattern))
    except ValueError as problem:
        raise ResourceError(f"{rule.where}: pattern: {problem}") from problem


class GrammarMatcher:
    """Find what the rules put together in a text whose terms are known.

    Raises:
        ResourceError: a pattern cannot be read, or names a class that no term has.
    """

    def __init__(self, rules: Iterable[Rule], terms: Iterable[Term]) -> None:
        rules = tuple(rules)
        self._symbols = {symbol for rule in rules for symbol in _symbols(rule)}
        self._letters: dict[frozenset[str], str] = {frozenset(): OTHER}
        classes = self._name_units(terms)
        self._rules = [(rule, self._compile(rule, classes)) for rule in rules]

    def _name_units(self, terms: Iterable[Term]) -> set[str]:
        """Give a letter to each set of symbols that a unit can bear; give the classes met."""
        always: dict[str, set[str]] = {key: set() for key in self._words()}
        as_written: dict[str, set[str]] = {}
        for term in terms:
            if term.label in self._symbols:
                chosen = always if term.match == "any" else as_written
                chosen.setdefault(key_of(term.term), set()).add(term.label)
        for key in always.keys() | as_written.keys():
            symbols = always.get(key, set()) | ({f"={key}"} & self._symbols)
            optional = as_written.get(key, set()) - symbols
            for size in range(len(optional) + 1):
                for more in combinations(optional, size):
                    self._letter(frozenset(symbols.union(more)))
        self._letter(frozenset((NUMBER,)))
        return set().union(*self._letters)

    def _words(self) -> set[str]:
        return {symbol[1:] for symbol in self._symbols if symbol[0] == "="}

    def _letter(self, symbols: frozenset[str]) -> str:
        return self._letters.setdefault(symbols, chr(FIRST + len(self._letters)))

    def _compile(self, rule: Rule, classes: set[str]) -> re.Pattern[str]:
        for symbol in _symbols(rule):
            if symbol[0] != "=" and symbol not in classes and symbol not in LABELS:
                raise ResourceError(f"{rule.where}: {{{symbol}}} has no terms, expected a class")
        try:
            return compile_pattern(rule.pattern, self._letters_with)
        except ValueError as problem:
            raise ResourceError(f"{rule.where}: pattern: {problem}") from problem

    def _letters_with(self, symbol: str) -> str:
        return "".join(letter for symbols, letter in self._letters.items() if symbol in symbols)

    def match(self, words: Sequence[str], terms: Iterable[TermMatch]) -> list[RuleMatch]:
        """Find the mentions that rules put together, overlaps and all.

        Args:
            words: the tokens of the text.
            terms: the candidates of a `TermMatcher` in them, word classes too.
        """
        letters, units = self._units(normal_words(words), words, terms)
        found: list[RuleMatch] = []
        for rule, regex in self._rules:
            for match in regex.finditer(letters):
                for group in range(1, regex.groups + 1) if regex.groups else (0,):
                    first, last = match.span(group)
                    while first < last and letters[first] == HYPHEN:
                        first += 1
                    if first < last:
                        found.append(RuleMatch(rule, units[first][0], units[last - 1][1]))
        return found

    def _units(
        self, forms: Sequence[str], words: Sequence[str], terms: Iterable[TermMatch]
    ) -> tuple[str, list[tuple[int, int]]]:
        longest: dict[int, tuple[int, set[str]]] = {}
        for term, start, end in terms:
            if term.label in self._symbols:
                known_end, labels = longest.get(start, (0, set()))
                if end > known_end:
                    longest[start] = (end, {term.label})
                elif end == known_end:
                    labels.add(term.label)
        letters: list[str] = []
        units: list[tuple[int, int]] = []
        at = 0
        while at < len(forms):
            end, labels = longest.get(at, (at + 1, set()))
            letter = self._letter_of(forms[at:end], words[at], labels)
            if letter:
                letters.append(letter)
                units.append((at, end))
            at = end
        return "".join(letters), units

    def _letter_of(self, forms: Sequence[str], word: str, labels: set[str]) -> str:
        form = forms[0] if len(forms) == 1 else " ".join(filter(None, forms))
        if not form:
            return HYPHEN if word in _HYPHENS else ""
        symbol = f"={form}"
        if symbol in self._symbols:
            labels = labels | {symbol}
        if labels:
            return self._letters[frozenset(labels)]
        if form in STOPS:
            return STOP
        # a token that begins with a digit is a number, by the rule of the tokenizer
        return self._letters[_NUMBER_UNIT] if form[0].isdigit() else OTHER
