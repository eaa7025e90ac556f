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


def _logsumexp(values: Floats, axis: int) -> Floats:
    top = values.max(axis=axis, keepdims=True)
    below = values - top
    np.exp(below, out=below)
    return np.asarray(np.log(below.sum(axis=axis)) + top.squeeze(axis), dtype=np.float64)


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
        self._final = prior.any_order()
        rows = np.arange(prior.n_labels)[:, None] << prior.n_labels
        # where the values by (label, set) stand in a flat table of labels x all sets
        self._to_with, self._to_without = rows + self._with, rows + self._without

    def marginals(self, scores: Floats) -> tuple[Floats, float]:
        """Give the posterior probability of each segment and the log of the partition sum."""
        n = scores.shape[0] - 1
        alpha = self._forward(scores)
        before, total = self._ordered_forward(scores)
        log_z = float(np.logaddexp(_logsumexp(alpha[n] + self._final, 0), total))
        result = self._backward(scores, alpha, log_z)
        self._add_ordered(result, scores, before, log_z)
        return result, log_z

    def _forward(self, scores: Floats) -> Floats:
        n, labels = scores.shape[0] - 1, scores.shape[2]
        alpha = np.full((n + 1, 1 << labels), NEVER)
        alpha[0, 0] = 0.0
        gathered = np.empty((n + 1, labels, self._without.shape[1]))
        gathered[0] = alpha[0][self._without]
        for j in range(1, n + 1):
            arrived = _logsumexp(gathered[:j] + scores[:j, j, :, None], 0)
            alpha[j] = self._collect(arrived, self._to_with)
            gathered[j] = alpha[j][self._without]
        return alpha

    def _collect(self, arrived: Floats, targets: NDArray[np.int64]) -> Floats:
        return _logsumexp(_spread(arrived, targets, NEVER), 0)

    def _backward(self, scores: Floats, alpha: Floats, log_z: float) -> Floats:
        n, labels = scores.shape[0] - 1, scores.shape[2]
        beta = np.empty((n + 1, labels, self._with.shape[1]))
        beta[n] = self._final[self._with]
        result = np.zeros_like(scores)
        for i in range(n - 1, -1, -1):
            onward = beta[i + 1 :] + scores[i, i + 1 :, :, None]
            joint = onward + (alpha[i][self._without] - log_z)
            result[i, i + 1 :] = np.exp(np.minimum(joint, 0.0)).sum(axis=2)
            here = self._collect(_logsumexp(onward, 0), self._to_without)
            beta[i] = here[self._with]
        return result

    def _ordered_forward(self, scores: Floats) -> tuple[list[Floats], float]:
        n, labels = scores.shape[0] - 1, scores.shape[2]
        reach = np.full(n + 1, NEVER)
        reach[0] = 0.0
        before = []
        for s in range(labels):
            before.append(reach)
            reach = np.logaddexp(reach, _logsumexp(reach[:, None] + _upper(scores[:, :, s]), 0))
        return before, float(reach[n] + log(self.prior.canonical))

    def _add_ordered(
        self, result: Floats, scores: Floats, before: list[Floats], log_z: float
    ) -> None:
        n = scores.shape[0] - 1
        rest = np.full(n + 1, NEVER)
        rest[n] = log(self.prior.canonical)
        for s in range(len(before) - 1, -1, -1):
            onward = _upper(scores[:, :, s]) + rest[None, :]
            joint = onward + before[s][:, None] - log_z
            result[:, :, s] += np.exp(np.minimum(joint, 0.0))
            rest = np.logaddexp(rest, _logsumexp(onward, 1))

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


def _spread(values: Floats, places: NDArray[np.int64], empty: float) -> Floats:
    labels = values.shape[0]
    table = np.full(labels << labels, empty)
    table[places] = values
    return table.reshape(labels, 1 << labels)


def _upper(scores: Floats) -> Floats:
    return np.where(np.triu(np.ones(scores.shape, dtype=bool), 1), scores, NEVER)


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
