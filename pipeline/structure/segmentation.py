"""Scores of segments -> the posterior over segmentations, and the best one.

A semi-Markov model (Sarawagi & Cohen, 2004) whose segments carry section labels, each label used
at most once. Summing over segmentations is exact: a dynamic programme over position and the set
of labels used. The order of labels is drawn from a mixture: with probability `canonical` the
archive's own order, else any order alike.
"""

from dataclasses import dataclass
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: stands for log 0; finite, so that sums of it stay numbers
NEVER = -1e30
#: a partition sum below this has lost too much to rounding
SMALLEST = 1e-250


@dataclass(frozen=True)
class OrderPrior:
    """Prior over the order of labels: labels are 0..n-1 in the archive's order."""

    n_labels: int
    canonical: float

    def sets(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give for each label the sets (bit masks) without it, and the same with it added."""
        masks = np.arange(1 << self.n_labels)
        without = np.stack([masks[(masks >> s) & 1 == 0] for s in range(self.n_labels)])
        return without, without | (1 << np.arange(self.n_labels))[:, None]

    def any_order(self) -> Floats:
        """Give the log prior of an order drawn at random, by set of labels."""
        sizes = [mask.bit_count() for mask in range(1 << self.n_labels)]
        return np.array([log(1 - self.canonical) - lgamma(size + 1) for size in sizes])


class Segmenter:
    """Sum and maximise over segmentations of a text into labelled segments.

    Scores have the shape `(n + 1, n + 1, labels)`: `[i, j, s]` is the log potential of a segment
    from unit `i` up to unit `j` (exclusive) with label `s`; only `i < j` is read.
    """

    def __init__(self, prior: OrderPrior) -> None:
        self.prior = prior
        self._without, self._with = prior.sets()
        self._final = np.exp(prior.any_order())
        rows = np.arange(prior.n_labels)[:, None] << prior.n_labels
        # where the values by (label, set) stand in a flat table of labels x all sets
        self._to_with, self._to_without = rows + self._with, rows + self._without

    def marginals(self, scores: Floats) -> tuple[Floats, float]:
        """Give the posterior probability of each segment and the log of the partition sum.

        Weights are scaled at each unit by the best way to it when labels may repeat, so that sums
        stay in range. Where even so nothing is left (thousands of lines that all call for one
        label), scores are halved until something is: the posterior is then flatter than the truth.
        """
        weights, scale = _scaled_weights(scores)
        before, total = self._forward(weights)
        reached, ordered = self._forward_in_order(weights)
        if total + ordered < SMALLEST:
            return self.marginals(scores / 2)
        joint = np.einsum("isk,jsk->ijs", before, self._backward(weights), optimize=True)
        joint += self._backward_in_order(weights, reached)
        return weights * joint / (total + ordered), log(total + ordered) + scale

    def _forward(self, weights: Floats) -> tuple[Floats, float]:
        """Sum over segmentations up to each unit, by label to come and set without it."""
        n = weights.shape[0] - 1
        before = np.zeros((n + 1, *self._without.shape))
        before[0, :, 0] = 1.0
        sums = np.zeros(0)
        for j in range(1, n + 1):
            arrived = np.einsum("is,isk->sk", weights[:j, j], before[:j])
            sums = _spread(arrived, self._to_with, 0.0).sum(axis=0)
            before[j] = sums[self._without]
        return before, float(sums @ self._final)

    def _backward(self, weights: Floats) -> Floats:
        """Sum over segmentations from each unit on, by label just used and set with it."""
        n = weights.shape[0] - 1
        after = np.zeros((n + 1, *self._with.shape))
        after[n] = self._final[self._with]
        for i in range(n - 1, 0, -1):
            onward = np.einsum("js,jsk->sk", weights[i, i + 1 :], after[i + 1 :])
            after[i] = _spread(onward, self._to_without, 0.0).sum(axis=0)[self._with]
        return after

    def _forward_in_order(self, weights: Floats) -> tuple[Floats, float]:
        n, labels = weights.shape[0] - 1, weights.shape[2]
        reached = np.zeros((labels + 1, n + 1))
        reached[0, 0] = 1.0
        for s in range(labels):
            reached[s + 1] = reached[s] + reached[s] @ weights[:, :, s]
        return reached, float(reached[labels, n] * self.prior.canonical)

    def _backward_in_order(self, weights: Floats, reached: Floats) -> Floats:
        joint = np.zeros_like(weights)
        rest = np.zeros(weights.shape[0])
        rest[-1] = self.prior.canonical
        for s in range(weights.shape[2] - 1, -1, -1):
            joint[:, :, s] = np.outer(reached[s], rest)
            rest = rest + weights[:, :, s] @ rest
        return joint

    def best(self, gains: Floats) -> list[tuple[int, int, int]]:
        """Give the segments `(i, j, label)` that cover all units with the largest sum of gains."""
        n, labels = gains.shape[0] - 1, gains.shape[2]
        value = np.full((n + 1, 1 << labels), NEVER)
        value[0, 0] = 0.0
        came = np.zeros((n + 1, 1 << labels, 2), dtype=np.int64)
        for j in range(1, n + 1):
            options = value[:j][:, self._without] + gains[:j, j, :, None]
            table = _spread(options.max(axis=0), self._to_with, NEVER)
            starts = _spread(options.argmax(axis=0).astype(np.float64), self._to_with, 0.0)
            label = table.argmax(axis=0)
            everywhere = np.arange(1 << labels)
            value[j] = table[label, everywhere]
            came[j, :, 0], came[j, :, 1] = starts[label, everywhere], label
        return _trace(value, came)


def _scaled_weights(scores: Floats) -> tuple[Floats, float]:
    """Give the weights of segments, 1 at most, and the log of what they were divided by."""
    n = scores.shape[0] - 1
    top = scores.max(axis=2)
    best = np.zeros(n + 1)
    for j in range(1, n + 1):
        best[j] = (best[:j] + top[:j, j]).max()
    weights = np.exp(np.minimum(scores + (best[:, None] - best[None, :])[:, :, None], 0.0))
    weights[np.tril_indices(n + 1)] = 0.0
    return weights, float(best[n])


def _spread(values: Floats, places: NDArray[np.int64], empty: float) -> Floats:
    labels = values.shape[0]
    table = np.full(labels << labels, empty)
    table[places] = values
    return table.reshape(labels, 1 << labels)


def _trace(value: Floats, came: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    j, mask = value.shape[0] - 1, int(value[-1].argmax())
    segments = []
    while j > 0:
        i, label = (int(x) for x in came[j, mask])
        segments.append((i, j, label))
        j, mask = i, mask & ~(1 << label)
    return segments[::-1]


def unit_posteriors(marginals: Floats) -> Floats:
    """Give the probability of each label for each unit, shape `(n, labels)`."""
    n = marginals.shape[0] - 1
    change = np.zeros((n + 1, marginals.shape[2]))
    change += marginals.sum(axis=1)
    change -= marginals.sum(axis=0)
    return np.asarray(np.cumsum(change, axis=0)[:n])
