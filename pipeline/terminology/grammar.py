"""Rows of `models/rules/grammar.tsv` -> mentions put together from words: `high T2 signal`.

A row's label is an entity label; `!LABEL`, where what it marks is no mention of that label after
all (`T1` in `T1-T2 level` is no SEQUENCE); or, in lower case, the name of a definition that rows
below it use. How a pattern is written stands in `pattern.py`. The example is a text with the
mention in double square brackets, and a test.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from functools import cache
from typing import NamedTuple

from pipeline.annotations import LABELS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.lexicon import TermMatch, TermMatcher
from pipeline.terminology.pattern import Pattern, compile_pattern, expand, symbols_of
from pipeline.terminology.units import HYPHEN, STOP, UnitEncoder

COLUMNS = ("id", "label", "pattern", "example")
_SENTENCE = re.compile(f"[^{STOP}]+")
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


#: letter -> the rules that need a unit of it
_RulesByLetter = dict[str, list[tuple[Rule, Pattern]]]


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

    def __init__(self, rules: Iterable[Rule], terms: TermMatcher) -> None:
        rules = tuple(rules)
        symbols = {symbol for rule in rules for symbol in _symbols(rule)}
        self._encoder = UnitEncoder(symbols, terms.terms_by_key)
        self._rules: _RulesByLetter = {}
        self._denials: _RulesByLetter = {}
        self._denied = {rule.label[1:] for rule in rules if rule.label[0] == "!"}
        for rule in rules:
            pattern = self._compile(rule)
            for letter in pattern.needs[0]:
                kind = self._denials if rule.label[0] == "!" else self._rules
                kind.setdefault(letter, []).append((rule, pattern))

    def _compile(self, rule: Rule) -> Pattern:
        for symbol in _symbols(rule):
            known = symbol[0] == "=" or symbol in LABELS or self._encoder.letters_with(symbol)
            if not known:
                raise ResourceError(f"{rule.where}: {{{symbol}}} has no terms, expected a class")
        try:
            return compile_pattern(rule.pattern, self._encoder.letters_with)
        except ValueError as problem:
            raise ResourceError(f"{rule.where}: pattern: {problem}") from problem

    def match(
        self, words: Sequence[str], forms: Sequence[str], terms: Iterable[TermMatch]
    ) -> list[RuleMatch]:
        """Find the mentions that rules put together, overlaps and all.

        What denies a label is looked for only in sentences where something bears it.

        Args:
            words: the tokens of the text.
            forms: their normal forms, from `normal_words`.
            terms: the candidates of a `TermMatcher` in them, word classes too.
        """
        letters, starts, ends = self._encoder.encode(words, forms, terms)
        sentences = [sentence.span() for sentence in _SENTENCE.finditer(letters)]
        openings = [starts[first] for first, _ in sentences]
        borne = self._labels_by_sentence(terms, openings)
        found: list[RuleMatch] = []
        for (first, last), labels in zip(sentences, borne, strict=True):
            present = frozenset(letters[first:last])
            for rules in (self._rules, self._denials):
                for rule, pattern in _rules_for(present, rules, labels):
                    for match in pattern.regex.finditer(letters, first, last):
                        labels.add(rule.label)
                        found += [
                            RuleMatch(rule, starts[i], ends[j - 1])
                            for i, j in _marked(match, letters)
                        ]
        return found

    def _labels_by_sentence(
        self, terms: Iterable[TermMatch], openings: Sequence[int]
    ) -> list[set[str]]:
        """Give the labels of the terms in each sentence, those alone that rules may deny."""
        borne: list[set[str]] = [set() for _ in openings]
        for term, start, _ in terms:
            if term.label in self._denied and borne:
                borne[bisect_right(openings, start) - 1].add(term.label)
        return borne


def _rules_for(
    present: frozenset[str], rules: _RulesByLetter, labels: Set[str]
) -> Iterator[tuple[Rule, Pattern]]:
    """Give the rules whose needs the letters of a sentence meet; of denials, those of `labels`."""
    tried: set[str] = set()
    for letter in present & rules.keys():
        for rule, pattern in rules[letter]:
            if rule.id not in tried:
                tried.add(rule.id)
                wanted = rule.label[0] != "!" or rule.label[1:] in labels
                if wanted and not any(map(present.isdisjoint, pattern.needs)):
                    yield rule, pattern


def _marked(match: re.Match[str], letters: str) -> Iterator[tuple[int, int]]:
    groups = match.re.groups
    for group in range(1, groups + 1) if groups else (0,):
        first, last = match.span(group)
        while first < last and letters[first] == HYPHEN:
            first += 1
        if first < last:
            yield first, last
