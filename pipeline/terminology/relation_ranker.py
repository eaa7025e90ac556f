"""How probable it is that two mentions stand in a relation: logistic regression over features.

For a pair with features x, p = 1 / (1 + exp(-(bias + sum of the weights of x))). The weights are
trained by `python -m pipeline.training.relations` and shipped as JSON: relation -> `bias`,
`threshold` (the least probability taken as stated) and `weights` by feature.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.annotations import RELATIONS
from pipeline.errors import ResourceError
from pipeline.terminology.relation_candidates import candidates
from pipeline.terminology.relation_features import PairReader


class ScoredPair(NamedTuple):
    """A candidate with its probability."""

    head: int
    tail: int
    score: float


@dataclass(frozen=True, slots=True)
class RelationModel:
    """What was learned of one relation."""

    bias: float
    threshold: float
    weights: Mapping[str, float]

    def weight(self, features: list[str]) -> float:
        """Give the sum of the weights of features."""
        weights = self.weights
        return sum([weights[feature] for feature in features if feature in weights])

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
    shared: dict[tuple[int, int], float] = {}
    for head, tail in candidates(reader.view, relation):
        items = (places[head].item, places[tail].item)
        if items not in shared:
            shared[items] = model.weight(reader.shared(relation, *items))
        score = model.probability(shared[items] + model.weight(reader.own(relation, head, tail)))
        if score >= model.threshold:
            pairs.append(ScoredPair(head, tail, score))
    return pairs
