"""Runs of lines -> features of a possible section, for all runs of a text at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.structure.line_shape import LENGTHS, LineShape
from pipeline.structure.line_words import LineWords

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LENGTHS = np.array(LENGTHS)
LINE_COUNTS = np.array([2, 3, 5, 9, 16])
_LINE_STEPS = np.eye(len(LINE_COUNTS) + 1)
_LENGTH_STEPS = np.eye(len(LENGTHS) + 1)
OVERLAPS = np.array([0.01, 0.2, 0.4, 0.6, 0.8, 0.99])


@dataclass(frozen=True)
class LineScores:
    """What the line models say: sums of word weights and log probabilities, and gap log odds."""

    words: Floats  # (lines, labels): summed word weights of the segment model
    sizes: Floats  # (lines,): number of features of each line
    log_probs: Floats  # (lines, labels)
    gaps: Floats  # (lines - 1,): log odds that a section ends here
    hints: Ints  # (lines,): label whose heading the line starts with, -1 without one
    flags: Floats  # (lines, flags): number of words, and what the line looks like
    overlaps: Floats  # (lines, lines): share of a line's stems that another has too
    strange: Floats  # (lines,): number of words not known


def line_overlaps(words: LineWords) -> Floats:
    """Give `[i, j]`: the share of line i's stems that line j has too; the diagonal is 0."""
    known, column = np.unique(words.stems, return_inverse=True)
    table = np.zeros((len(words.unknown), max(len(known), 1)), dtype=np.float32)
    table[words.stem_lines, column] = 1.0
    shared = table @ table.T
    sizes = np.maximum(shared.diagonal(), 1.0)
    np.fill_diagonal(shared, 0.0)
    return np.asarray(shared / sizes[:, None], dtype=np.float64)


def line_flags(shapes: Sequence[LineShape]) -> Floats:
    """Give a row of numbers and flags for each line, the number of words first."""
    return np.array(
        [
            (
                shape.n_words,
                shape.n_words <= 8 and shape.last not in ".!?",
                shape.bullet != "",
                shape.last in ".!?",
                shape.last in ",;",
                shape.lower_start,
                shape.age,
                shape.blank_before,
                shape.capital_words,
            )
            for shape in shapes
        ],
        dtype=np.float64,
    )


@lru_cache(maxsize=128)
def segment_bounds(n_cuts: int) -> tuple[Ints, Ints]:
    """Give unit indices `i < j` of all segments between so many cuts, in row order."""
    first, last = np.triu_indices(n_cuts, 1)
    return first.astype(np.int64), last.astype(np.int64)


def segment_features(scores: LineScores, cuts: Ints) -> tuple[Floats, Floats]:
    """Describe every run of units; a unit is the lines from one cut to the next.

    Returns:
        Features of the run `(segments, features)`, the last of them one for each label whose
        heading opens it, and features of the run under each label
        `(segments, labels, 3)`: log probability by the segment model, summed and mean log
        probability of its lines.
    """
    first, last = segment_bounds(len(cuts))
    a, b = cuts[first], cuts[last]
    n_labels = scores.words.shape[1]
    n_lines = (b - a).astype(np.float64)[:, None]
    sums = running_sums(
        np.hstack([scores.flags, scores.words, scores.log_probs, scores.sizes[:, None]])
    )
    sums = sums[b] - sums[a]
    n_flags = scores.flags.shape[1]
    n_words, flags = sums[:, :1], sums[:, 1:n_flags]
    words, log_probs = np.split(sums[:, n_flags:-1], [n_labels], axis=1)
    shared = np.hstack([
        np.ones_like(n_lines),
        _LINE_STEPS[np.searchsorted(LINE_COUNTS, b - a, side="right")],
        _LENGTH_STEPS[np.searchsorted(_LENGTHS, n_words[:, 0], side="right")],
        flags / n_lines,
        flags > 0,
        scores.flags[a][:, 1:], scores.flags[b - 1][:, 1:],
        n_words / n_lines < 6,
        np.log1p(n_words),
        _bound_features(scores, a, b),
        _outside(scores.overlaps, a, b),
        _hint_steps(n_labels)[scores.hints[a]],
    ])  # fmt: skip
    tied = [log_softmax(words / np.sqrt(sums[:, -1:])), log_probs, log_probs / n_lines]
    return shared, np.stack(tied, axis=2)


def running_sums(table: Floats) -> Floats:
    """Give sums of the rows before each row, and of all: the sum over a run is a difference."""
    total = np.zeros((len(table) + 1, table.shape[1]))
    np.cumsum(table, axis=0, out=total[1:])
    return total


def log_softmax(scores: Floats) -> Floats:
    """Give log probabilities along the second axis."""
    top = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(top - np.log(np.exp(top).sum(axis=1, keepdims=True)))


def _bound_features(scores: LineScores, a: Ints, b: Ints) -> Floats:
    """Give whether a run opens or ends the text, and log probabilities of its start and gaps."""
    odds = np.concatenate([[0.0], scores.gaps])
    end_or_not = np.logaddexp(0.0, odds)
    end_or_not[0] = 0.0  # no gap stands before the first line
    ongoing = np.cumsum(end_or_not)
    features = [a == 0, b == len(scores.sizes), (odds - end_or_not)[a], ongoing[a] - ongoing[b - 1]]
    return np.asarray(np.stack(features, axis=1), dtype=np.float64)


def _outside(overlaps: Floats, a: Ints, b: Ints) -> Floats:
    """Overlap of a run's first line with the lines before and after the run, in steps.

    First the share of its stems that they have, then that of theirs.
    """
    n = len(overlaps)
    both = np.stack([overlaps, overlaps.T])
    before = np.zeros((2, n, n + 1))
    np.maximum.accumulate(both, axis=2, out=before[:, :, 1:])
    after = np.zeros((2, n, n + 1))
    after[:, :, :n] = np.maximum.accumulate(both[:, :, ::-1], axis=2)[:, :, ::-1]
    found = np.stack([before[:, a, a], after[:, a, b]], axis=2)
    steps = (found[:, :, :, None] >= OVERLAPS).transpose(1, 0, 2, 3)
    return np.asarray(steps.reshape(len(a), -1), dtype=np.float64)


@lru_cache(maxsize=1)
def _hint_steps(n_labels: int) -> Floats:
    """Give a row for each label and, last, one of zeros."""
    return np.eye(n_labels + 1)[:, :n_labels]
