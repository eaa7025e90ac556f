"""How probable it is that two mentions stand in a relation: logistic regression over features.

For a pair with features x, p = 1 / (1 + exp(-(bias + sum of the weights of x))). The weights are
trained by `python -m pipeline.training.relations` and shipped as JSON: relation -> `bias`,
`threshold` (the least probability taken as stated) and `weights` by feature.
"""

import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from pipeline.annotations import RELATIONS
from pipeline.errors import ResourceError
from pipeline.terminology.relation_candidates import candidates
from pipeline.terminology.relation_features import PairReader, item_order

#: weight of the items of a pair below which nothing of the pair itself makes up for it: in the
#: training cases no pair taken for related has less than -3.4
HOPELESS = -3.5


class ScoredPair(NamedTuple):
    """A candidate with its probability."""

    head: int
    tail: int
    score: float


class RelationModel:
    """What was learned of one relation.

    >>> model = RelationModel(-1.0, 0.5, {"htcore=in": 2.0, "order=ht": 0.5})
    >>> model.weight("ht", [("core", "in"), ("core", "of")])
    2.0
    """

    def __init__(self, bias: float, threshold: float, weights: Mapping[str, float]) -> None:
        self.bias = bias
        self.threshold = threshold
        self.weights = weights
        # order -> (name, value) -> weight: pairs of strings that exist spare making new ones
        self._tables: dict[str, dict[tuple[str, str], float]] = {"ht": {}, "th": {}, "": {}}
        for feature, weight in weights.items():
            name, _, value = feature.partition("=")
            order = name[:2] if name[:2] in ("ht", "th") else ""
            self._tables[order][name[len(order) :], value] = weight

    def weight(self, order: str, values: Iterable[tuple[str, str]]) -> float:
        """Give the sum of the weights of features, given as name and value."""
        return sum(filter(None, map(self._tables[order].get, values)))

    def probability(self, weight: float) -> float:
        """Give the probability of a pair whose features have this weight."""
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, self.bias + weight))))


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
    if not set(models) <= set(RELATIONS):
        raise ResourceError(f"{path}: relations {sorted(models)}, expected some of {RELATIONS}")
    return models


def rank_pairs(reader: PairReader, relation: str, model: RelationModel) -> list[ScoredPair]:
    """Give the pairs of a doc whose probability reaches the model's threshold."""
    pairs: list[ScoredPair] = []
    places = reader.view.places
    items = ItemWeights(reader, relation, model)
    for head, tail in candidates(reader.view, relation):
        shared = items.weight(places[head].item, places[tail].item)
        if shared < HOPELESS:
            continue
        own = model.weight("", reader.own(relation, head, tail))
        score = model.probability(shared + own)
        if score >= model.threshold:
            pairs.append(ScoredPair(head, tail, score))
    return pairs


class ItemWeights:
    """The weights of what pairs of items share; of each item, and each two, taken once."""

    def __init__(self, reader: PairReader, relation: str, model: RelationModel) -> None:
        self._reader = reader
        self._relation = relation
        self._model = model
        self._first: dict[tuple[str, int], float] = {}
        self._second: dict[tuple[str, int], float] = {}
        self._both: dict[tuple[int, int], float] = {}

    def weight(self, one: int, two: int) -> float:
        """Give the weight of the item of a head and that of a tail; 0 if they are the same."""
        if one == two:
            return 0.0
        key = (one, two)
        if key not in self._both:
            order = item_order(one, two)
            between = self._model.weight(order, self._reader.between(one, two))
            self._both[key] = between + self._sides(order, min(key), max(key))
        return self._both[key]

    def _sides(self, order: str, first: int, second: int) -> float:
        before, after = (order, first), (order, second)
        if before not in self._first:
            values = self._reader.before(self._relation, first)
            self._first[before] = self._model.weight(order, values)
        if after not in self._second:
            self._second[after] = self._model.weight(order, self._reader.after(second))
        return self._first[before] + self._second[after]
