"""Rules over the items between two mentions: a row of data says which relation they make.

A row of `models/rules/relation_rules.tsv` matches a pair where every filled cell matches: `order`
(which of the two comes first, or which is nested in the other), `between` (a regular expression
for all symbols from the one item to the other), `before` and `after` (for the end of the symbols
before the first and the beginning of those after the second), the statuses, and words of the head
and the tail. `needs` names symbols, one of which must stand in the sentences of the pair: pairs
without any are not looked at. `fired` and `right` say how often the row matched in the annotated
cases and how often the annotation has that relation, and `score` is (right + 1) / (fired + 2), all
three written by `python -m pipeline.training.relation_scores`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.annotations import RELATIONS, STATUSES
from pipeline.errors import ResourceError
from pipeline.resources import read_rows
from pipeline.terminology.relation_arrays import Bools, symbol_numbers
from pipeline.terminology.relation_candidates import Candidates
from pipeline.terminology.relation_columns import ORDERS as PLACES
from pipeline.terminology.relation_columns import PairColumns
from pipeline.terminology.relation_items import ItemView

COLUMNS = (
    "id", "relation", "order", "between", "before", "after", "head_status", "tail_status",
    "head_words", "tail_words", "needs", "fired", "right", "score",
)  # fmt: skip
#: head before tail, tail before head, nested in the head, nested in the tail, nested side by side
ORDERS = ("ht", "th", "tail_in_head", "head_in_tail", "beside")
#: symbols of context a rule may ask about on each side
CONTEXT = 4
#: items between the two beyond which no rule reads
SPAN = 30

Pattern = re.Pattern[str]


@dataclass(frozen=True, slots=True)
class RelationRule:
    """A row of relation_rules.tsv; None where a cell is empty."""

    id: str
    relation: str
    order: str
    between: Pattern | None
    before: Pattern | None
    after: Pattern | None
    head_status: Pattern | None
    tail_status: Pattern | None
    head_words: Pattern | None
    tail_words: Pattern | None
    needs: frozenset[str]
    score: float


@dataclass(frozen=True, slots=True)
class PairContext:
    """What a rule may ask of a pair, as text."""

    order: str
    between: str
    before: str
    after: str
    head_status: str
    tail_status: str
    head_words: str
    tail_words: str
    kinds: frozenset[str]


def read_rules(path: Path) -> list[RelationRule]:
    """Read and check the rules, best score first.

    Raises:
        ResourceError: a cell holds a value that is not known or no regular expression.
    """
    rules = [_checked(where, row) for where, row in read_rows(path, COLUMNS)]
    return sorted(rules, key=lambda rule: (-rule.score, rule.id))


def _checked(where: str, row: dict[str, str]) -> RelationRule:
    if row["relation"] not in RELATIONS or row["order"] not in ORDERS:
        raise ResourceError(
            f"{where}: relation or order is not known, expected one of {RELATIONS} and {ORDERS}"
        )
    try:
        score = float(row["score"])
        fired, right = int(row["fired"]), int(row["right"])
        cells = [re.compile(row[name]) if row[name] else None for name in COLUMNS[3:10]]
    except (ValueError, re.error) as problem:
        raise ResourceError(
            f"{where}: {problem}, expected numbers and regular expressions"
        ) from problem
    if score != measured_score(fired, right):
        raise ResourceError(
            f"{where}: score is {score}, expected (right + 1) / (fired + 2), {fired} and {right}"
        )
    between, before, after, head_status, tail_status, head_words, tail_words = cells
    return RelationRule(
        row["id"], row["relation"], row["order"], between, before, after, head_status,
        tail_status, head_words, tail_words, frozenset(row["needs"].split()), score,
    )  # fmt: skip


def measured_score(fired: int, right: int) -> float:
    """Give the precision of a rule, as if it had been right once more and wrong once more.

    >>> measured_score(8, 6)
    0.7
    """
    return round((right + 1) / (fired + 2), 2)


def pair_context(view: ItemView, head: int, tail: int) -> PairContext:
    """Give what rules may ask of a pair of mentions."""
    one, two = view.mentions[head], view.mentions[tail]
    first, second = sorted((view.item[head], view.item[tail]))
    symbols = view.symbols
    between = symbols[first + 1 : second] if second - first <= SPAN else ["far"]
    before = symbols[max(0, first - CONTEXT) : first]
    after = symbols[second + 1 : second + 1 + CONTEXT]
    return PairContext(
        order=pair_order(view, head, tail),
        between=" ".join(between),
        before=" ".join(before),
        after=" ".join(after),
        head_status=one["status"],
        tail_status=two["status"],
        head_words=" ".join(view.words[view.begin[head] : view.end[head]]),
        tail_words=" ".join(view.words[view.begin[tail] : view.end[tail]]),
        kinds=frozenset((*between, *before, *after)),
    )


def pair_order(view: ItemView, head: int, tail: int) -> str:
    """Say how two mentions stand to each other, one of ORDERS."""
    if view.owner[head] != view.owner[tail]:
        return "ht" if head < tail else "th"
    if view.owner[head] == head:
        return "tail_in_head"
    return "head_in_tail" if view.owner[tail] == tail else "beside"


def best_rule(rules: Iterable[RelationRule], pair: PairContext) -> RelationRule | None:
    """Give the first of the rules that matches."""
    return next((rule for rule in rules if _matches(rule, pair)), None)


def _matches(rule: RelationRule, pair: PairContext) -> bool:
    return (
        rule.order == pair.order
        and not (rule.needs and rule.needs.isdisjoint(pair.kinds))
        and (rule.between is None or rule.between.fullmatch(pair.between) is not None)
        and _found(rule.before, pair.before)
        and _found(rule.after, pair.after)
        and _found(rule.head_status, pair.head_status)
        and _found(rule.tail_status, pair.tail_status)
        and _found(rule.head_words, pair.head_words)
        and _found(rule.tail_words, pair.tail_words)
    )


def _found(pattern: Pattern | None, text: str) -> bool:
    return pattern is None or pattern.search(text) is not None


class RuleSieve:
    """Tell at once which pairs of a doc no rule of a relation can match.

    A rule with `needs` asks for one of those symbols in the pair's sentences, one without for its
    order and tail status.
    """

    def __init__(self, rules: Iterable[RelationRule]) -> None:
        numbers = symbol_numbers()
        self._needed = np.zeros(len(numbers) + 1, dtype=bool)
        self._free = np.zeros((len(PLACES), len(STATUSES) + 1), dtype=bool)
        for rule in rules:
            self._needed[[numbers[symbol] for symbol in rule.needs]] = True
            if not rule.needs:
                statuses = [_found(rule.tail_status, status) for status in ("", *STATUSES)]
                self._free[PLACES.index(rule.order)] |= statuses
                if rule.order in ("ht", "th"):
                    self._free[PLACES.index("mates")] |= statuses

    def passed(self, columns: PairColumns, pairs: Candidates) -> Bools:
        """Say of each pair whether a rule may match it."""
        free: Bools = self._free[columns.order(pairs), columns.mentions.status[pairs.tail]]
        first, second = columns.in_order(pairs)
        around = (
            columns.before[:, self._needed].any(axis=1),
            columns.after[:, self._needed].any(axis=1),
        )
        between = (columns.between(pairs)[:, self._needed] > 0).any(axis=1)
        passed: Bools = free | around[0][first] | around[1][second] | between
        return passed
