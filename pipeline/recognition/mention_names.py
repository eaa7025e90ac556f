"""The rows of `models/rules/mention_names.tsv`: what a mention is called when its name is known.

The recogniser tells a FINDING from a DIAGNOSIS by the words around it. Where all the terms of the
lexicon over just its words have the other label, a row gives the mention that label if the term is
of one of the UMLS semantic types in `semantic_type`, except in the sections of `not_section`
(whatever is listed as an answer is a DIAGNOSIS).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from pipeline.annotations import LABELS, SECTIONS
from pipeline.errors import ResourceError
from pipeline.recognition.mention_layers import layer_id
from pipeline.recognition.merging import Marked
from pipeline.resources import models_path, read_rows
from pipeline.terminology.concepts import load_concepts, words_of

COLUMNS = ("id", "label", "semantic_type", "not_section", "as")
#: what the rule of a mention that the recogniser made begins with
_RECOGNISED = layer_id("outer")
#: words of a name, label of the rows it is looked for among -> semantic type, empty without one
TypeOfName = Callable[[Sequence[str], str], str]


class NameRule(NamedTuple):
    """A row; `given` is the label that a mention takes."""

    id: str
    label: str
    types: frozenset[str]
    not_sections: frozenset[str]
    given: str


class MentionNamer:
    """Give mentions the label of their names."""

    def __init__(self, rules: Sequence[NameRule], type_of: TypeOfName) -> None:
        self._rules = {rule.label: rule for rule in rules}
        self._labels = frozenset(rule.given for rule in rules).union(self._rules)
        self._type_of = type_of

    def name(
        self,
        words: Sequence[str],
        found: Sequence[Marked],
        lexicon: Sequence[Marked],
        sections: Sequence[str],
    ) -> list[Marked]:
        """Give the mentions, those of the recogniser with another label where their name says so.

        Args:
            words: the tokens of the text.
            found: its mentions.
            lexicon: the names in it.
            sections: section of each token.
        """
        named = {name: {term[1:3] for term in lexicon if term[0] == name} for name in self._labels}
        return [
            self._named(mention, words, sections)
            if mention[0] in self._rules
            and mention[1:3] in named[self._rules[mention[0]].given]
            and mention[1:3] not in named[mention[0]]
            else mention
            for mention in found
        ]

    def _named(self, mention: Marked, words: Sequence[str], sections: Sequence[str]) -> Marked:
        label, start, end, made_by = mention
        rule = self._rules[label]
        if sections[start] in rule.not_sections or not made_by.startswith(_RECOGNISED):
            return mention
        if self._type_of(words[start:end], rule.given) not in rule.types:
            return mention
        return Marked(rule.given, start, end, f"{made_by} {rule.id}")


def type_of_name(words: Sequence[str], label: str) -> str:
    """Give the semantic type of the concept that words name, empty if none of a label does.

    >>> type_of_name(["bowel", "obstruction"], "DIAGNOSIS")
    'T047'
    """
    terms = load_concepts().named(words_of(words), label)
    return terms[0].semantic_type if terms and terms[0].label == label else ""


def is_disease_name(words: Sequence[str]) -> bool:
    """Say whether words name a concept of a type that a row makes a DIAGNOSIS.

    >>> is_disease_name(["bowel", "obstruction"]), is_disease_name(["air", "bubbles"])
    (True, False)
    """
    found = type_of_name(words, "DIAGNOSIS")
    return any(rule.given == "DIAGNOSIS" and found in rule.types for rule in load_name_rules())


@cache
def load_name_rules() -> tuple[NameRule, ...]:
    """Read the rows; read once, then remembered.

    Raises:
        ResourceError: a row names a label or section that is not known, or a label twice.
    """
    path = models_path("rules", "mention_names.tsv")
    rules: dict[str, NameRule] = {}
    for where, row in read_rows(path, COLUMNS):
        rule = _rule(where, row)
        if rule.label in rules:
            raise ResourceError(f"{where}: label {rule.label!r} again, expected one row a label")
        rules[rule.label] = rule
    return tuple(rules.values())


def _rule(where: str, row: Mapping[str, str]) -> NameRule:
    for column in ("label", "as"):
        if row[column] not in LABELS:
            raise ResourceError(f"{where}: {column} {row[column]!r}, expected one of {LABELS}")
    unknown = set(row["not_section"].split()) - set(SECTIONS)
    if unknown:
        raise ResourceError(f"{where}: not_section {sorted(unknown)}, expected among {SECTIONS}")
    return NameRule(
        id=row["id"],
        label=row["label"],
        types=frozenset(row["semantic_type"].split()),
        not_sections=frozenset(row["not_section"].split()),
        given=row["as"],
    )
