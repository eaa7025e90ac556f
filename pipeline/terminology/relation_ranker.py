"""How probable it is that two mentions stand in a relation: logistic regression over features.

For a pair with features x, p = 1 / (1 + exp(-(bias + sum of the weights of x))). The weights are
trained by `python -m pipeline.training.relations` and shipped as JSON: relation -> `bias`,
`threshold` (the least probability taken as stated) and `weights` by feature, as
`pipeline.terminology.relation_names` writes them. All pairs of a doc are scored together.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.errors import ResourceError
from pipeline.terminology.relation_arrays import Floats, symbol_numbers
from pipeline.terminology.relation_candidates import RELATION, Candidates
from pipeline.terminology.relation_columns import ORDERS, Codes, PairColumns
from pipeline.terminology.relation_names import bag_place, feature_code
from pipeline.terminology.relation_templates import BAGS, feature_codes

#: pairs scored at a time, so that long texts take no more room than needed
AT_A_TIME = 4096
#: slots of a table of weights, as a power of 2
SLOTS = 15


class ScoredPair(NamedTuple):
    """A candidate with its probability."""

    head: int
    tail: int
    score: float


class RelationModel(NamedTuple):
    """What was learned of one relation: weights by feature."""

    bias: float
    threshold: float
    weights: Mapping[str, float]


class CodeTable:
    """Weights by code: slots by the upper bits, what collides there in a further table."""

    def __init__(self, weights: Mapping[int, float]) -> None:
        keys = np.zeros(1 << SLOTS, dtype=np.uint64)
        values = np.zeros(1 << SLOTS)
        further: dict[int, float] = {}
        for code, weight in weights.items():
            slot = code >> (64 - SLOTS)
            if keys[slot]:
                further[(code << SLOTS) & ((1 << 64) - 1) | slot] = weight
            else:
                keys[slot], values[slot] = code, weight
        self._keys, self._values = keys, values
        self._further = CodeTable(further) if further else None

    def sums(self, codes: Codes) -> Floats:
        """Give for each column of codes the sum of their weights; 0 for codes that have none."""
        slots = (codes >> np.uint64(64 - SLOTS)).astype(np.intp)
        found: Floats = np.where(self._keys[slots] == codes, self._values[slots], 0.0).sum(axis=0)
        if self._further is None:
            return found
        turned = (codes << np.uint64(SLOTS)) | (codes >> np.uint64(64 - SLOTS))
        return found + self._further.sums(turned)


class PairRanker:
    """Score pairs by the models of their relations."""

    def __init__(self, models: Mapping[str, RelationModel]) -> None:
        self.models = models
        self._bias = np.zeros(len(RELATION))
        self._thresholds = np.full(len(RELATION), 2.0)
        codes: dict[int, float] = {}
        width = len(symbol_numbers()) + 1
        bags = np.zeros((len(BAGS), width, len(RELATION), len(ORDERS)))
        for relation, model in models.items():
            number = RELATION[relation]
            self._bias[number], self._thresholds[number] = model.bias, model.threshold
            for feature, weight in model.weights.items():
                if feature.partition("=")[0] in BAGS:
                    bag, order, symbol = bag_place(feature)
                    bags[bag, symbol, number, order] += weight
                else:
                    codes[feature_code(relation, feature)] = weight
        self._codes = CodeTable(codes)
        self._bags = dict(zip(BAGS, bags.reshape(len(BAGS), width, -1), strict=True))

    def taken(self, columns: PairColumns, pairs: Candidates) -> dict[str, list[ScoredPair]]:
        """Give the pairs whose probability reaches the threshold, by relation."""
        scores = self.scores(columns, pairs)
        which = np.flatnonzero(scores >= self._thresholds[pairs.relation])
        found: dict[str, list[ScoredPair]] = {relation: [] for relation in self.models}
        names = list(RELATION)
        taken = pairs.take(which)
        rows = zip(*(part.tolist() for part in taken), scores[which].tolist(), strict=True)
        for relation, head, tail, score in rows:
            found[names[relation]].append(ScoredPair(head, tail, score))
        return found

    def scores(self, columns: PairColumns, pairs: Candidates) -> Floats:
        """Give the probability of each pair."""
        starts = range(0, len(pairs.head), AT_A_TIME)
        parts = [self._weights(columns, pairs.take(slice(s, s + AT_A_TIME))) for s in starts]
        weights = np.concatenate(parts) if parts else np.zeros(0)
        probabilities: Floats = 1.0 / (1.0 + np.exp(-np.clip(weights, -60.0, 60.0)))
        return probabilities

    def _weights(self, columns: PairColumns, pairs: Candidates) -> Floats:
        table = columns.table(pairs)
        sums = self._codes.sums(feature_codes(table, pairs.relation)) + self._bias[pairs.relation]
        # so that the order of summing, which may differ with the number of pairs, does not tell
        return (sums + self._bag_weights(columns, pairs, table)).round(9)

    def _bag_weights(self, columns: PairColumns, pairs: Candidates, table: Codes) -> Floats:
        """Give the weights of what stands between and around the two."""
        place = pairs.relation * len(ORDERS) + table[0].astype(np.int64)
        first, second = columns.in_order(pairs)
        bags = self._bags
        between = (columns.between(pairs) > 0) @ bags["has"]
        weights: Floats = between[np.arange(len(place)), place]
        weights += (columns.before @ bags["pre"])[first, place]
        weights += (columns.after @ bags["post"])[second, place]
        return weights


def read_models(path: Path) -> dict[str, RelationModel]:
    """Read the models of relations.

    Raises:
        ResourceError: the file is missing or is not of the form above.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        models = {
            relation: RelationModel(
                float(model["bias"]), float(model["threshold"]), dict(model["weights"])
            )
            for relation, model in stored.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ResourceError(
            f"{path}: cannot be read ({type(problem).__name__}), expected models of relations"
        ) from problem
    if not set(models) <= set(RELATION):
        raise ResourceError(
            f"{path}: relations {sorted(models)}, expected some of {list(RELATION)}"
        )
    return models
