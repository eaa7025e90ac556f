"""The segment model's sums and maxima, against enumeration."""

from itertools import pairwise, permutations
from math import factorial, log

import numpy as np
import pytest

from pipeline.structure.segmentation import OrderPrior, Segmenter, unit_posteriors

N, LABELS, CANONICAL = 4, 3, 0.4


def _segmentations(n, labels):
    """All ways to cut n units into runs and label them, each label at most once."""
    for cuts in range(1 << (n - 1)):
        bounds = [0, *[k + 1 for k in range(n - 1) if cuts >> k & 1], n]
        runs = list(pairwise(bounds))
        for order in permutations(range(labels), len(runs)):
            yield [(i, j, s) for (i, j), s in zip(runs, order, strict=True)]


def _weight(segments, scores):
    order = [s for _, _, s in segments]
    prior = (1 - CANONICAL) / factorial(len(order)) + CANONICAL * (order == sorted(order))
    return np.exp(sum(scores[i, j, s] for i, j, s in segments)) * prior


@pytest.fixture(scope="module")
def scores():
    return np.random.default_rng(1).normal(size=(N + 1, N + 1, LABELS))


@pytest.fixture(scope="module")
def segmenter():
    return Segmenter(OrderPrior(LABELS, CANONICAL))


def test_marginals_are_those_of_enumeration(segmenter, scores):
    expected, total = np.zeros_like(scores), 0.0
    for segments in _segmentations(N, LABELS):
        weight = _weight(segments, scores)
        total += weight
        for i, j, s in segments:
            expected[i, j, s] += weight
    marginals, log_z = segmenter.marginals(scores)
    assert log_z == pytest.approx(log(total))
    assert marginals == pytest.approx(expected / total)


def test_posteriors_of_a_unit_sum_to_one(segmenter, scores):
    marginals, _ = segmenter.marginals(scores)
    assert unit_posteriors(marginals).sum(axis=1) == pytest.approx(np.ones(N))


@pytest.mark.parametrize("seed", range(8))
def test_the_best_segmentation_is_that_of_enumeration(segmenter, seed):
    gains = np.random.default_rng(seed).random(size=(N, LABELS))

    def gain(segments):
        return sum(gains[i:j, s].sum() for i, j, s in segments)

    best = segmenter.best(gains)
    assert gain(best) == pytest.approx(max(map(gain, _segmentations(N, LABELS))))
    assert [i for i, _, _ in best] == [0, *[j for _, j, _ in best[:-1]]]
    assert len({s for _, _, s in best}) == len(best)


def test_scores_of_any_size_give_probabilities(segmenter, scores):
    marginals, log_z = segmenter.marginals(scores * 5000)
    assert np.isfinite(log_z)
    assert unit_posteriors(marginals).sum(axis=1) == pytest.approx(np.ones(N))
