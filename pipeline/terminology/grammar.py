"""Rows of `models/rules/grammar.tsv` -> mentions put together from words: `high T2 signal`.

A row's label is an entity label; `!LABEL`, where what it marks is no mention of that label after
all (`T1` in `T1-T2 level` is no SEQUENCE); or, in lower case, the name of a definition that rows
below it use. How a pattern is written stands in `pattern.py`. The example is a text with the
mention in double square brackets, and a test.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from pipeline.annotations import LABELS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.lexicon import Found, TermMatcher
from pipeline.terminology.pattern import Pattern, compile_pattern, expand, symbols_of
from pipeline.terminology.units import HYPHEN, OTHER, STOP, UnitEncoder

COLUMNS = ("id", "label", "pattern", "example")
_SENTENCE = re.compile(f"[^{STOP}]+")
#: units beside each other that patterns name
_RUN = re.compile(f"[^{STOP}{OTHER}]+")
#: runs remembered, and units of the longest one: most runs are short and come again
_KEPT_RUNS, _LONGEST_KEPT = 1 << 14, 32
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
#: a rule, the first unit and the one after the last of what it marks
_Marked = tuple[Rule, int, int]


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

    A pattern without a gap lies within a run of units that patterns name. Such runs are short and
    few: what is found in one is remembered. Patterns with a gap are tried sentence by sentence.

    Raises:
        ResourceError: a pattern cannot be read, or names a class that no term has.
    """

    def __init__(self, rules: Iterable[Rule], terms: TermMatcher) -> None:
        rules = tuple(rules)
        symbols = {symbol for rule in rules for symbol in _symbols(rule)}
        self._encoder = UnitEncoder(symbols, terms.terms_by_key)
        near: _RulesByLetter = {}
        self._far: _RulesByLetter = {}
        for rule in rules:
            pattern = self._compile(rule)
            for letter in pattern.needs[0]:
                kind = self._far if pattern.gap else near
                kind.setdefault(letter, []).append((rule, pattern))
        self._runs = _Runs(near)

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
        self, words: Sequence[str], forms: Sequence[str], terms: Sequence[Found]
    ) -> list[RuleMatch]:
        """Find the mentions that rules put together, and what they deny, overlaps and all.

        Args:
            words: the tokens of the text.
            forms: their normal forms, from `normal_words`.
            terms: the candidates of a `TermMatcher` in them, word classes too.
        """
        letters, starts, ends = self._encoder.encode(words, forms, terms)
        return [
            RuleMatch(rule, starts[first], ends[last - 1])
            for rule, first, last in self._marked_units(letters)
        ]

    def _marked_units(self, letters: str) -> list[_Marked]:
        found: list[_Marked] = []
        for run in _RUN.finditer(letters):
            if marked := self._runs[run[0]]:
                start = run.start()
                found += [(rule, start + first, start + last) for rule, first, last in marked]
        if not self._far.keys().isdisjoint(letters):
            for sentence in _SENTENCE.finditer(letters):
                found += _search(letters, self._far, *sentence.span())
        return found


class _Runs(dict[str, list[_Marked]]):
    """Letters of a run -> what rules mark in it, worked out when the run is first met."""

    def __init__(self, rules: _RulesByLetter) -> None:
        self._rules = rules

    def __missing__(self, run: str) -> list[_Marked]:
        found = list(_search(run, self._rules, 0, len(run)))
        if len(run) <= _LONGEST_KEPT:
            if len(self) >= _KEPT_RUNS:
                self.clear()
            self[run] = found
        return found


def _search(letters: str, rules: _RulesByLetter, first: int, last: int) -> Iterator[_Marked]:
    """Give what rules mark from one unit up to another."""
    present = frozenset(letters[first:last])
    tried: set[str] = set()
    for letter in present & rules.keys():
        for rule, pattern in rules[letter]:
            if rule.id not in tried:
                tried.add(rule.id)
                if not any(map(present.isdisjoint, pattern.needs)):
                    for match in pattern.regex.finditer(letters, first, last):
                        for start, end in _marked(match, letters):
                            yield rule, start, end


def _marked(match: re.Match[str], letters: str) -> Iterator[tuple[int, int]]:
    groups = match.re.groups
    for group in range(1, groups + 1) if groups else (0,):
        first, last = match.span(group)
        while first < last and letters[first] == HYPHEN:
            first += 1
        if first < last:
            yield first, last
