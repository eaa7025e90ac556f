"""Scores of segments -> the posterior over segmentations, and the best one.

A semi-Markov model (Sarawagi & Cohen, 2004) whose segments carry section labels, each label used
at most once. Summing over segmentations is exact: a dynamic programme over position and the set
of labels used. The order of labels is drawn from a mixture: with probability `canonical` the
archive's own order, else any order alike.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import lgamma, log
from operator import add

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: stands for log 0; finite, so that sums of it stay numbers
NEVER = -1e30
#: a partition sum below this has lost too much to rounding
SMALLEST = 1e-250
#: elements of a matrix that OpenBLAS multiplies by a vector in one thread
ONE_THREAD = 9216


@dataclass(frozen=True)
class OrderPrior:
    """Prior over the order of labels: labels are 0..n-1 in the archive's order."""

    n_labels: int
    canonical: float

    def without(self) -> Ints:
        """Give for each label and set (bit mask) the set without the label.

        Shape `(labels, sets)`; where the set has no such label, the number of sets.
        """
        masks = np.arange(1 << self.n_labels)
        bits = 1 << np.arange(self.n_labels)[:, None]
        return np.where(masks & bits, masks ^ bits, len(masks))

    def any_order(self) -> Floats:
        """Give the log prior of an order drawn at random, by set of labels."""
        sizes = [mask.bit_count() for mask in range(1 << self.n_labels)]
        return np.array([log(1 - self.canonical) - lgamma(size + 1) for size in sizes])


class Segmenter:
    """Sum and maximise over segmentations of a text into labelled segments.

    Only the smallest products go through BLAS (`_product`): others would wake threads that cost
    more than they save.

    Scores have the shape `(n + 1, n + 1, labels)`: `[i, j, s]` is the log potential of a segment
    from unit `i` up to unit `j` (exclusive) with label `s`; only `i < j` is read.
    """

    def __init__(self, prior: OrderPrior) -> None:
        self.prior = prior
        self._without = prior.without()
        self._final = np.exp(prior.any_order())
        # set with each label added, for all sets; one that has it leads nowhere
        masks, bits = np.arange(1 << prior.n_labels), 1 << np.arange(prior.n_labels)[:, None]
        self._with = np.where(masks & bits, len(masks), masks | bits)

    def marginals(self, scores: Floats) -> tuple[Floats, float]:
        """Give the posterior probability of each segment and the log of the partition sum.

        Weights are scaled at each unit by the best way to it when labels may repeat, so that sums
        stay in range. Where even so nothing is left (thousands of lines that all call for one
        label), scores are halved until something is: the posterior is then flatter than the truth.
        """
        weights, scale = _scaled_weights(scores)
        before, total = self._forward(weights)
        by_label = np.ascontiguousarray(weights.transpose(2, 0, 1))
        reached, ordered = self._forward_in_order(by_label)
        if total + ordered < SMALLEST:
            return self.marginals(scores / 2)
        # label by label: small products, for which BLAS wakes no threads
        joint = before.transpose(1, 0, 2) @ self._backward(weights).T
        together = joint.transpose(1, 2, 0) + self._backward_in_order(by_label, reached)
        return weights * together / (total + ordered), log(total + ordered) + scale

    def _forward(self, weights: Floats) -> tuple[Floats, float]:
        """Sum over segmentations up to each unit, by next label and set with it.

        Shape `(units + 1, labels, sets)`, and the sum over all with the prior of any order.
        """
        n, labels = weights.shape[0] - 1, weights.shape[2]
        n_sets = 1 << labels
        before = np.zeros((n + 1, labels, n_sets))
        sums = np.zeros(n_sets + 1)  # the last stands for no set and stays 0
        sums[0] = 1.0
        before[0] = sums[self._without]
        rows = before.reshape(-1, n_sets)
        into = np.ascontiguousarray(weights.transpose(1, 0, 2)).reshape(n + 1, -1)
        for j in range(1, n + 1):
            sums[:-1] = _product(into[j, : j * labels], rows[: j * labels])
            sums.take(self._without, out=before[j], mode="clip")
        return before, float(sums[:-1] @ self._final)

    def _backward(self, weights: Floats) -> Floats:
        """Sum over segmentations from each unit on, by set used so far; `(units + 1, sets)`."""
        n, labels = weights.shape[0] - 1, weights.shape[2]
        n_sets = 1 << labels
        after = np.zeros((n + 1, n_sets))
        onward = np.zeros((n + 1, labels, n_sets))
        sums = np.zeros(n_sets + 1)
        sums[:-1] = after[n] = self._final
        onward[n] = sums[self._with]
        rows = onward.reshape(-1, n_sets)
        for i in range(n - 1, 0, -1):
            sums[:-1] = _product(weights[i, i + 1 :].reshape(-1), rows[(i + 1) * labels :])
            after[i] = sums[:-1]
            sums.take(self._with, out=onward[i], mode="clip")
        return after

    def _forward_in_order(self, weights: Floats) -> tuple[Floats, float]:
        """Sum over segmentations in the archive's order; `weights` are label by label."""
        labels, n = len(weights), weights.shape[1] - 1
        reached = np.zeros((labels + 1, n + 1))
        reached[0, 0] = 1.0
        for s in range(labels):
            reached[s + 1] = reached[s] + reached[s] @ weights[s]
        return reached, float(reached[labels, n] * self.prior.canonical)

    def _backward_in_order(self, weights: Floats, reached: Floats) -> Floats:
        labels, n = weights.shape[:2]
        rest = np.zeros((labels, n))
        after = np.zeros(n)
        after[-1] = self.prior.canonical
        for s in range(labels - 1, -1, -1):
            rest[s] = after
            after = after + weights[s] @ after
        return np.asarray(reached[:labels].T[:, None, :] * rest.T[None, :, :])

    def best(self, gains: Floats) -> list[tuple[int, int, int]]:
        """Give the segments `(i, j, label)` that cover all units with the largest sum of gains.

        Args:
            gains: what a unit adds under each label, shape `(units, labels)`.
        """
        freely = _runs(gains.argmax(axis=1))
        if len({label for _, _, label in freely}) == len(freely):
            return freely  # no label comes twice: the best without the rule is the best with it
        n, labels = gains.shape
        n_sets = 1 << labels
        # the best sum by label of the unit and set used, and the way to it: the label before
        value = np.full((labels, n_sets), NEVER)
        reached = np.full(n_sets + 1, NEVER)
        reached[0] = 0.0
        came = np.full((n, labels, n_sets), -1, dtype=np.int8)
        label = np.zeros(n_sets + 1, dtype=np.int64)
        for j in range(n):
            switched = reached[self._without]
            changes = switched > value
            came[j] = np.where(changes, label[self._without], -1)
            value = np.where(changes, switched, value) + gains[j][:, None]
            label[:-1] = value.argmax(axis=0)
            reached[:-1] = value.max(axis=0)
        return _trace(came, int(reached[:-1].argmax()), label)


def _product(vector: Floats, table: Floats) -> Floats:
    """Multiply; BLAS is the faster for what it does in one thread."""
    if table.size < ONE_THREAD:
        return np.asarray(vector @ table)
    return np.asarray(np.einsum("k,km->m", vector, table))


def _scaled_weights(scores: Floats) -> tuple[Floats, float]:
    """Give the weights of segments, 1 at most, and the log of what they were divided by."""
    n = scores.shape[0] - 1
    ways = [0.0]
    for column in scores.max(axis=2).T[1:].tolist():
        ways.append(max(map(add, ways, column)))  # stops where the ways so far do
    best = np.array(ways)
    weights = np.exp(np.minimum(scores + (best[:, None] - best[None, :])[:, :, None], 0.0))
    weights[_not_forward(n + 1)] = 0.0
    return weights, float(best[n])


@lru_cache(maxsize=128)
def _not_forward(n: int) -> tuple[Ints, Ints]:
    return np.tril_indices(n)


def _runs(labels: Ints) -> list[tuple[int, int, int]]:
    bounds = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(labels)]
    return [(i, j, int(labels[i])) for i, j in pairwise(bounds)]


def _trace(came: NDArray[np.int8], used: int, labels: Ints) -> list[tuple[int, int, int]]:
    """Follow the way back from the last unit; `labels` are the best last labels by set."""
    label, end = int(labels[used]), came.shape[0]
    segments = []
    for j in range(end - 1, -1, -1):
        before = int(came[j, label, used])
        if before < 0:
            continue
        segments.append((j, end, label))
        end, used, label = j, used & ~(1 << label), before
    return segments[::-1]


def unit_posteriors(marginals: Floats) -> Floats:
    """Give the probability of each label for each unit, shape `(n, labels)`."""
    n = marginals.shape[0] - 1
    change = np.zeros((n + 1, marginals.shape[2]))
    change += marginals.sum(axis=1)
    change -= marginals.sum(axis=0)
    return np.asarray(np.cumsum(change, axis=0)[:n])
