"""Fit the section model: word and gap weights by logistic regression, then a semi-Markov model.

The semi-Markov weights see word and gap scores from models that did not see the case (inner folds),
as they will at run time. Its likelihood and gradient are exact (`Segmenter.marginals`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.structure.known_words import KnownWords
from pipeline.structure.line_gaps import GAP_WIDTH, gap_ids
from pipeline.structure.line_shape import line_shape
from pipeline.structure.line_words import WORD_WIDTH, line_features
from pipeline.structure.lines import Line
from pipeline.structure.section_model import (
    LABELS,
    LineScorer,
    SectionWeights,
    potentials,
    unit_cuts,
    weigh,
)
from pipeline.structure.segment_features import runs_of_units, segment_bounds, segment_features
from pipeline.structure.segmentation import OrderPrior, Segmenter
from pipeline.training.section_words import known_words

Floats = NDArray[np.float64]
#: inverse strength of the L2 penalty of the word and gap regressions; penalty of the segment model
WORD_C, GAP_C, PENALTY = 10.0, 1.0, 1.0
INNER_FOLDS, SHUFFLES, ITERATIONS = 4, 2, 40
CANONICAL = 0.5
#: at which gradient the word regression stops: less changes no section, and takes twice the time
TOLERANCE = 1e-3
#: where the weights of (segment, summed line, mean line) log probabilities start and shrink to
TIED_START = (1.0, 0.2, 0.0)
#: where the weight of a section's own heading starts and shrinks to: few fields have one
HEADING_START = 3.0


@dataclass(frozen=True)
class LabelledLines:
    """A case to learn from: its lines, the number of each line's label, and headings by start."""

    lines: tuple[Line, ...]
    labels: tuple[int, ...]
    headings: Mapping[int, str]

    def segments(self) -> list[tuple[int, int, int]]:
        """Give `(first line, line after the last, label)` of each section."""
        changes = [k for k in range(1, len(self.labels)) if self.labels[k] != self.labels[k - 1]]
        bounds = [0, *changes, len(self.labels)]
        return [(a, b, self.labels[a]) for a, b in pairwise(bounds)]


@dataclass(frozen=True)
class View:
    """A case as the segment model sees it: features of all runs, and which runs are true."""

    shared: Floats
    tied: Floats
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    true: Floats
    n_cuts: int


def fit_sections(cases: Sequence[LabelledLines], seed: int) -> SectionWeights:
    """Fit all weights on labelled cases; words of names are read from the lexicons."""
    known = known_words(" ".join(line.text for line in case.lines) for case in cases)
    rng = np.random.default_rng(seed)
    inner = rng.permutation(len(cases)) % INNER_FOLDS
    views: list[View] = []
    for fold in range(INNER_FOLDS):
        kept = [case for case, at in zip(cases, inner, strict=True) if at != fold]
        weights = fit_lines(kept, rng, known)
        scorer = LineScorer(weights)
        views += [
            make_view(scorer, case) for case, at in zip(cases, inner, strict=True) if at == fold
        ]
    segment, tied = _fit_segments(views)
    return replace(fit_lines(cases, rng, known), segment=segment, tied=tied)


def fit_lines(
    cases: Sequence[LabelledLines], rng: np.random.Generator, known: KnownWords
) -> SectionWeights:
    """Fit word and gap weights; the segment weights are left empty."""
    words, bias = _fit_words(cases)
    empty = np.zeros((0, len(LABELS)))
    gaps = _fit_gaps(cases, rng)
    return SectionWeights(words, bias, gaps, empty, empty, CANONICAL, known.as_array())


def _fit_words(cases: Sequence[LabelledLines]) -> tuple[Floats, Floats]:
    texts: list[NDArray[np.int64]] = []
    labels: list[int] = []
    weights: list[float] = []
    for case in cases:
        ids = [line_features(line, line_shape(line)) for line in case.lines]
        for a, b, label in case.segments():
            single = ids[a:b] if b - a > 1 else []
            texts += [np.concatenate(ids[a:b]), *single]
            labels += [label] * (1 + len(single))
            weights += [1.0] + [1.0 / (b - a)] * len(single)
    scale = [1.0 / np.sqrt(len(x)) for x in texts]
    model = LogisticRegression(C=WORD_C, max_iter=200, tol=TOLERANCE)
    model.fit(_sparse(texts, scale, WORD_WIDTH), labels, sample_weight=weights)
    full = np.zeros((WORD_WIDTH, len(LABELS)))
    full[:, model.classes_] = model.coef_.T
    bias = np.full(len(LABELS), -10.0)
    bias[model.classes_] = model.intercept_
    return full, bias


def _fit_gaps(cases: Sequence[LabelledLines], rng: np.random.Generator) -> Floats:
    gaps: list[NDArray[np.int64]] = []
    ends: list[bool] = []
    for case in cases:
        for k in range(SHUFFLES + 1):
            lines, labels = _shuffled(case, rng) if k else (list(case.lines), list(case.labels))
            gaps += list(gap_ids([line_shape(line) for line in lines]))
            ends += [a != b for a, b in pairwise(labels)]
    model = LogisticRegression(C=GAP_C, max_iter=300, fit_intercept=False)
    model.fit(_sparse(gaps, [1.0] * len(gaps), GAP_WIDTH), ends)
    return np.asarray(model.coef_[0], dtype=np.float64)


def _shuffled(case: LabelledLines, rng: np.random.Generator) -> tuple[list[Line], list[int]]:
    segments = case.segments()
    lines: list[Line] = []
    labels: list[int] = []
    for k in rng.permutation(len(segments)):
        a, b, label = segments[k]
        lines += [case.lines[a]._replace(blank_before=False), *case.lines[a + 1 : b]]
        labels += [label] * (b - a)
    return lines, labels


def _sparse(ids: Sequence[NDArray[np.int64]], scale: Sequence[float], width: int) -> csr_matrix:
    ends = np.concatenate([[0], np.cumsum([len(x) for x in ids])])
    values = np.repeat(np.asarray(scale), np.diff(ends))
    matrix = csr_matrix((values, np.concatenate(ids), ends), shape=(len(ids), width))
    matrix.sum_duplicates()
    return matrix


def make_view(scorer: LineScorer, case: LabelledLines) -> View:
    """Compute the features of all runs of a case and mark the true ones."""
    scores = scorer.score([(case.lines, case.headings)])
    segments = case.segments()
    cuts = unit_cuts(scores.gaps[1:], len(case.lines), keep=[a for a, _, _ in segments])
    shared, tied = segment_features(scores, [cuts], runs_of_units([cuts], scores.starts))
    first, last = segment_bounds(len(cuts))
    place = {bounds: k for k, bounds in enumerate(zip(cuts[first], cuts[last], strict=True))}
    true = np.zeros((len(first), len(LABELS)))
    for a, b, label in segments:
        true[place[(a, b)], label] = 1.0
    return View(shared, tied, first, last, true, len(cuts))


def _fit_segments(views: Sequence[View]) -> tuple[Floats, Floats]:
    width, n_labels = views[0].shared.shape[1], len(LABELS)
    plain = np.zeros((width, n_labels))
    plain[-n_labels:] = HEADING_START * np.eye(n_labels)
    start = np.concatenate([plain.ravel(), np.repeat(np.array(TIED_START), n_labels)])
    segmenter = Segmenter(OrderPrior(n_labels, CANONICAL))

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = _unpack(flat, width)
        away = flat - start
        value, gradient = PENALTY / 2 * float(away @ away), PENALTY * away
        for view in views:
            one, slope = _case_loss(view, weights, segmenter)
            value, gradient = value + one, gradient + slope
        return value, gradient

    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS})
    weights = _unpack(np.asarray(found.x), width)
    return weights.segment, weights.tied


def _unpack(flat: Floats, width: int) -> SectionWeights:
    split = width * len(LABELS)
    return SectionWeights(
        words=np.zeros((0, 0)), word_bias=np.zeros(0), gaps=np.zeros(0), canonical=CANONICAL,
        known=np.zeros(0, np.int64),
        segment=flat[:split].reshape(width, len(LABELS)),
        tied=flat[split:].reshape(len(TIED_START), len(LABELS)),
    )  # fmt: skip


def _case_loss(view: View, weights: SectionWeights, segmenter: Segmenter) -> tuple[float, Floats]:
    scores = potentials(weigh(view.shared, view.tied, weights), view.n_cuts)
    marginals, log_z = segmenter.marginals(scores)
    of_runs = scores[view.first, view.last]
    value = log_z - float((of_runs * view.true).sum()) - _order_log_prior(view)
    excess = marginals[view.first, view.last] - view.true
    slope_tied = np.einsum("nsq,ns->qs", view.tied, excess)
    return value, np.concatenate([(view.shared.T @ excess).ravel(), slope_tied.ravel()])


def _order_log_prior(view: View) -> float:
    rows, labels = np.nonzero(view.true)
    order = [int(label) for _, label in sorted(zip(view.first[rows], labels, strict=True))]
    free = log(1 - CANONICAL) - lgamma(len(order) + 1)
    return float(np.logaddexp(log(CANONICAL), free)) if order == sorted(order) else free
