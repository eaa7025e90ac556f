"""Weights of features: what sets of them weigh together, worked out once for each set."""

import math
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple, TypeVar

#: sets remembered
MOST_SETS = 1 << 15

K = TypeVar("K", bound=Hashable)


class Weighed(NamedTuple):
    """The sum of features' weights, the highest and the lowest (weight, row id)."""

    total: float
    highest: tuple[float, str]
    lowest: tuple[float, str]


#: no feature holds
NOTHING = Weighed(0.0, (-math.inf, ""), (math.inf, ""))


class WeighedSets(dict[K, Weighed]):
    """Sets of features -> what they weigh; sets recur, there are far fewer than mentions.

    `named` gives the ids of a set's features, which `weights` has in whole or in part.

    >>> sets = WeighedSets[tuple[str, ...]]({"SE:now": 2.0, "SE:often": -1.5}, tuple)
    >>> sets["SE:now", "SE:often"]
    Weighed(total=0.5, highest=(2.0, 'SE:now'), lowest=(-1.5, 'SE:often'))
    """

    def __init__(self, weights: dict[str, float], named: Callable[[K], Iterable[str]]) -> None:
        super().__init__()
        self._weights = weights
        self._named = named

    def __missing__(self, features: K) -> Weighed:
        """Weigh a set that was not met before."""
        if len(self) > MOST_SETS:
            self.clear()
        weighed = self[features] = weigh(self._weights, self._named(features))
        return weighed


def weigh(weights: dict[str, float], names: Iterable[str]) -> Weighed:
    """Weigh features; those without a weight count for nothing."""
    found = [(weights[name], name) for name in names if name in weights]
    if not found:
        return NOTHING
    return Weighed(math.fsum([weight for weight, _ in found]), max(found), min(found))


def together(*sets: Weighed) -> Weighed:
    """Put sets together."""
    totals, highest, lowest = zip(*sets, strict=True)
    return Weighed(sum(totals), max(highest), min(lowest))
