"""Train and measure how relations are found: `python -m pipeline.training.relations GOLD`.

For each relation a logistic regression (L2, liblinear) over the features of candidate pairs, and
the rules of `models/rules/relation_rules.tsv`, are measured by 5-fold cross-validation over cases
with gold mentions; a match is relaxed, as the gold's own scorer has it: both arguments overlap.
"""

import argparse
import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spacy
from spacy.tokens import Doc

from pipeline.annotations import mentions_of, relations_of
from pipeline.resources import models_path
from pipeline.stages.relations import BY_RULE, RelationFinder
from pipeline.stages.sentences import SentenceSplitter
from pipeline.structure.sentences import default_sentences
from pipeline.terminology.relation_arrays import MentionArrays
from pipeline.terminology.relation_candidates import REACH, RELATION, Candidates, candidates
from pipeline.terminology.relation_choice import choose
from pipeline.terminology.relation_columns import PairColumns
from pipeline.terminology.relation_cues import default_matcher
from pipeline.terminology.relation_items import joined, view_items
from pipeline.terminology.relation_names import FeatureNamer
from pipeline.terminology.relation_ranker import RelationModel, ScoredPair
from pipeline.terminology.relation_rules import read_rules
from pipeline.training.gold import gold_doc, read_gold
from pipeline.training.perturbed import perturbed

#: L2 strengths (inverse) of the regressions
STRENGTH = {"located_in": 0.2, "seen_on": 0.1, "indicates": 0.1, "measures": 0.2}
#: features seen in fewer pairs are left out
LEAST = 3
FOLDS = 5
#: relations whose pairs that a perturbed copy lost with a mention count as not found there: half of
#: what is wrong with these are mentions missed, so that copies with few lost ask for too much
LOST_COUNTED = ("indicates",)
THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55)

Pair = tuple[int, int]
Counts = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """A candidate pair of a doc (its number), whether gold has it, and its features."""

    doc: int
    pair: Pair
    gold: bool
    features: tuple[str, ...]


class Viewed(NamedTuple):
    """A doc with gold mentions and relations, and what is known of its pairs."""

    doc: Doc
    columns: PairColumns
    pairs: Candidates


class Measured(NamedTuple):
    """F1 with gold mentions and with perturbed ones, at a threshold."""

    gold: float
    perturbed: float
    threshold: float


def gold_pairs(doc: Doc, relation: str) -> set[Pair]:
    """Give the gold pairs of a relation."""
    return {(n["head"], n["tail"]) for n in relations_of(doc) if n["type"] == relation}


def viewed(doc: Doc) -> Viewed:
    """Give a doc and its candidates."""
    view = joined([view_items(doc, default_matcher())])
    mentions = MentionArrays(view)
    return Viewed(doc, PairColumns(view, mentions), candidates(mentions))


def samples(cases: Sequence[Viewed], relation: str) -> list[Sample]:
    """Give all candidates of a relation with their features."""
    found: list[Sample] = []
    for number, (doc, columns, every) in enumerate(cases):
        gold = gold_pairs(doc, relation)
        pairs = every.take(np.flatnonzero(every.relation == RELATION[relation]))
        namer = FeatureNamer(doc.vocab, columns, pairs)
        for place, pair in enumerate(zip(pairs.head.tolist(), pairs.tail.tolist(), strict=True)):
            found.append(Sample(number, pair, pair in gold, tuple(namer.names(place))))
    return found


def fit(data: Sequence[Sample], relation: str, threshold: float = 0.5) -> RelationModel:
    """Train the model of a relation."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    counts = Counter(f for sample in data for f in set(sample.features))
    rows = [{f: 1.0 for f in s.features if counts[f] >= LEAST} for s in data]
    vectorizer = DictVectorizer()
    matrix = csr_matrix(vectorizer.fit_transform(rows))
    # liblinear takes 32-bit indices only
    matrix.indices, matrix.indptr = matrix.indices.astype("i4"), matrix.indptr.astype("i4")
    labels = [sample.gold for sample in data]
    model = LogisticRegression(C=STRENGTH[relation], solver="liblinear", random_state=0)
    model.fit(matrix, labels)
    weights = {
        name: round(float(w), 4)
        for name, w in zip(vectorizer.feature_names_, model.coef_[0], strict=True)
        if abs(w) >= 0.005
    }
    return RelationModel(round(float(model.intercept_[0]), 4), threshold, weights)


def relaxed(doc: Doc, relation: str, predicted: Iterable[Pair]) -> Counts:
    """Count gold found, gold, predicted right and predicted, both arguments overlapping."""
    mentions = mentions_of(doc)
    gold, pairs = list(gold_pairs(doc, relation)), list(predicted)

    def overlap(one: int, two: int) -> bool:
        a, b = mentions[one], mentions[two]
        return a["start"] < b["end"] and b["start"] < a["end"]

    def hit(pair: Pair, many: list[Pair]) -> bool:
        return any(overlap(pair[0], other[0]) and overlap(pair[1], other[1]) for other in many)

    found = sum(hit(pair, pairs) for pair in gold)
    right = sum(hit(pair, gold) for pair in pairs)
    return np.array([found, len(gold), right, len(pairs)])


def f1(counts: Counts) -> float:
    """Give F1 of counts as `relaxed` makes them."""
    recall, precision = counts[0] / max(counts[1], 1), counts[2] / max(counts[3], 1)
    return float(2 * recall * precision / (recall + precision)) if recall + precision else 0.0


def folds_of(size: int) -> list[int]:
    """Give the fold of each case, shuffled with a fixed seed."""
    order = list(range(size))
    random.Random(0).shuffle(order)
    fold = [0] * size
    for place, number in enumerate(order):
        fold[number] = place % FOLDS
    return fold


def cross_validate(cases: Sequence[Viewed], data: Sequence[Sample], relation: str) -> Measured:
    """Measure over the held-out folds.

    The second half of `cases` are the perturbed copies of the first, in the same order; a case and
    its copy are in one fold. The threshold is the one with the best F1 on the perturbed copies:
    what the recogniser marks is as faulty as those. See `LOST_COUNTED` for pairs lost there.
    """
    half = len(cases) // 2
    fold = folds_of(half) * 2
    scored: dict[int, list[ScoredPair]] = defaultdict(list)
    for held in range(FOLDS):
        model = fit([s for s in data if fold[s.doc] != held], relation)
        for sample in (s for s in data if fold[s.doc] == held):
            known = (model.weights.get(feature, 0.0) for feature in sample.features)
            score = probability(model.bias + sum(known))
            scored[sample.doc].append(ScoredPair(*sample.pair, score))
    measured = [_measured(cases, scored, relation, threshold) for threshold in THRESHOLDS]
    return max(measured, key=lambda m: m.perturbed)


def _measured(
    cases: Sequence[Viewed],
    scored: dict[int, list[ScoredPair]],
    relation: str,
    threshold: float,
) -> Measured:
    halves = np.zeros((2, 4))
    for number, (doc, columns, _) in enumerate(cases):
        pairs = [pair for pair in scored[number] if pair.score >= threshold]
        chosen = [(pair.head, pair.tail) for pair in choose(columns.view, relation, pairs)]
        halves[number * 2 // len(cases)] += relaxed(doc, relation, chosen)
    if relation in LOST_COUNTED:
        halves[1, 1] = halves[0, 1]
    return Measured(f1(halves[0]), f1(halves[1]), threshold)


def measure_rules(cases: Sequence[Viewed], relation: str) -> float:
    """Give F1 of the rules of a relation."""
    finder = RelationFinder(default_matcher(), read_rules(rules_path()), {})
    total = np.zeros(4)
    for doc, columns, pairs in cases:
        found = finder.ruled(columns, pairs, relation)
        total += relaxed(doc, relation, [(pair.head, pair.tail) for pair, _ in found])
    return f1(total)


def probability(weight: float) -> float:
    """Give the probability of a pair whose bias and weights have this sum."""
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, weight))))


def rules_path() -> Path:
    """Give where the rules lie."""
    return models_path("rules", "relation_rules.tsv")


def train(docs: Sequence[Doc], out: Path, report: Callable[[str], None] = print) -> None:
    """Measure rules and ranker on docs with gold mentions, then write the models of all docs."""
    copies = [perturbed(doc, seed) for seed, doc in enumerate(docs)]
    cases = [viewed(doc) for doc in (*docs, *copies)]
    models: dict[str, Any] = {}
    for relation in REACH:
        if relation in BY_RULE:
            report(f"{relation}: rules {measure_rules(cases[: len(docs)], relation):.3f}")
            continue
        data = samples(cases, relation)
        measured = cross_validate(cases, data, relation)
        model = fit(data, relation, measured.threshold)
        models[relation] = {
            "bias": model.bias, "threshold": measured.threshold, "weights": dict(model.weights),
        }  # fmt: skip
        line = (
            f"{relation}: ranker {measured.gold:.3f}, on faulty mentions {measured.perturbed:.3f} "
        )
        report(f"{line}(threshold {measured.threshold}, {len(model.weights)} weights)")
    out.write_text(json.dumps(models, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def main() -> None:
    """Read gold cases, split them into sentences and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--out", type=Path, default=models_path("trained", "relations.json"))
    arguments = parser.parse_args()
    train(gold_docs(arguments.gold), arguments.out)


def gold_docs(path: Path) -> list[Doc]:
    """Give gold cases as Docs with sentences."""
    vocab = spacy.blank("en").vocab
    split = SentenceSplitter(default_sentences())
    return [split(gold_doc(vocab, case)) for case in read_gold(path)]


if __name__ == "__main__":
    main()
