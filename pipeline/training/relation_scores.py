"""Measure the rules of relations: `python -m pipeline.training.relation_scores GOLD`.

Each row of `models/rules/relation_rules.tsv` is matched alone against every candidate pair of the
annotated cases, with gold mentions; `fired`, `right` and `score` of the file are written anew. A
pair is right if the annotation has its relation between mentions that overlap both of its own.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pipeline.resources import read_rows
from pipeline.terminology.relation_candidates import RELATION
from pipeline.terminology.relation_rules import (
    COLUMNS,
    RelationRule,
    best_rule,
    measured_score,
    pair_context,
    read_rules,
)
from pipeline.training.relations import Viewed, gold_docs, relaxed, rules_path, viewed


def count_rules(
    cases: Sequence[Viewed], rules: Sequence[RelationRule]
) -> tuple[Counter[str], Counter[str]]:
    """Give how often each rule (id) fires and how often it is right."""
    fired: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for doc, columns, every in cases:
        for relation in {rule.relation for rule in rules}:
            own = [rule for rule in rules if rule.relation == relation]
            pairs = every.take(np.flatnonzero(every.relation == RELATION[relation]))
            for pair in zip(pairs.head.tolist(), pairs.tail.tolist(), strict=True):
                context = pair_context(columns.view, *pair)
                matched = [rule.id for rule in own if best_rule([rule], context)]
                fired.update(matched)
                if matched and relaxed(doc, relation, [pair])[2]:
                    right.update(matched)
    return fired, right


def write_scores(path: Path, fired: Counter[str], right: Counter[str]) -> None:
    """Write what was counted, and the score it makes, into the rows of a file of rules."""
    lines = ["\t".join(COLUMNS)]
    for _, row in read_rows(path, COLUMNS):
        counts = fired[row["id"]], right[row["id"]]
        measured = {"fired": counts[0], "right": counts[1], "score": measured_score(*counts)}
        lines.append("\t".join(str(value) for value in (row | measured).values()))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Read gold cases, count and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--rules", type=Path, default=rules_path())
    arguments = parser.parse_args()
    cases = [viewed(doc) for doc in gold_docs(arguments.gold)]
    write_scores(arguments.rules, *count_rules(cases, read_rules(arguments.rules)))


if __name__ == "__main__":
    main()
