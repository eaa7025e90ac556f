"""Every rule of relations in a sentence it must match and in one like it that it must not."""

from collections import defaultdict

import pytest

from pipeline.resources import models_path
from pipeline.stages.relations import BY_RULE, default_finder
from pipeline.terminology.relation_candidates import RELATION
from pipeline.terminology.relation_rules import (
    RelationRule,
    best_rule,
    measured_score,
    pair_context,
    read_rules,
)
from pipeline.training.relation_scores import count_rules
from pipeline.training.relations import viewed
from tests.relation_marks import related_doc, relations_by_name, sentences

RULES = {rule.id: rule for rule in read_rules(models_path("rules", "relation_rules.tsv"))}
ROWS = sentences("relation_rule_sentences")
RANKERS = {f"rel-ranker-{relation}" for relation in RELATION if relation not in BY_RULE}


def matched(rule: RelationRule, section: str, text: str) -> set[str]:
    """Give the pairs that a rule alone matches, as `F1 excludes D1`."""
    doc, names = related_doc(section, text)
    by_index = {index: name for name, index in names.items()}
    case = viewed(doc)
    found = set()
    for number, head, tail in zip(*(part.tolist() for part in case.pairs), strict=True):
        own = number == RELATION[rule.relation]
        if own and best_rule([rule], pair_context(case.columns.view, head, tail)):
            found.add(f"{by_index[head]} {rule.relation} {by_index[tail]}")
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_rule_fires_where_it_should(row: dict[str, str]) -> None:
    if row["rule"] in RULES:
        found = matched(RULES[row["rule"]], row["section"], row["text"])
    else:
        doc, names = related_doc(row["section"], row["text"])
        found = relations_by_name(default_finder()(doc), names)
    assert (row["relation"] in found) == (row["fires"] == "yes"), found


def test_every_rule_has_a_sentence_it_matches_and_one_it_does_not() -> None:
    kinds = defaultdict(set)
    for row in ROWS:
        kinds[row["rule"]].add(row["fires"])
    assert dict(kinds) == {rule: {"yes", "no"} for rule in {*RULES, *RANKERS}}


def test_there_are_marked_sentences_enough() -> None:
    names = ("relation_rule_sentences", "relation_polarity", "relation_sentences")
    texts = {(row["section"], row["text"]) for name in names for row in sentences(name)}
    assert len(texts) >= 250


def test_what_the_stage_takes_for_related_is_what_a_rule_matches() -> None:
    """Pairs that are passed over unread are no pairs that a rule would match."""
    finder = default_finder()
    for row in ROWS:
        if row["rule"] in RULES and row["fires"] == "yes":
            doc, names = related_doc(row["section"], row["text"])
            assert row["relation"] in relations_by_name(finder(doc), names), row["id"]


def test_a_score_is_how_often_a_rule_was_right() -> None:
    text = "The [F1 thin wall] makes [D1:general abscess] unlikely."
    doc, names = related_doc("discussion", text)
    default_finder()(doc)
    rule = RULES["rel-r076"]
    fired, right = count_rules([viewed(doc)], [rule])
    assert (fired[rule.id], right[rule.id]) == (1, 1)
    doc._.relations = []
    fired, right = count_rules([viewed(doc)], [rule])
    assert (fired[rule.id], right[rule.id]) == (1, 0)
    assert measured_score(1, 1) > measured_score(0, 0) > measured_score(1, 0)
    assert names["F1"] == 0
