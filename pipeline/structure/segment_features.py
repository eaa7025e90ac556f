"""Runs of lines -> features of a possible section, for all runs of some texts at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

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
    """What the line models say of the lines of some texts, one text after the other."""

    words: Floats  # (lines, labels): summed word weights of the segment model
    sizes: Floats  # (lines,): number of features of each line
    log_probs: Floats  # (lines, labels)
    gaps: Floats  # (lines,): log odds that a section ends before the line, 0 for a text's first
    hints: Ints  # (lines,): label whose heading the line starts with, -1 without one
    flags: Floats  # (lines, flags): number of words, and what the line looks like
    overlaps: list[Floats]  # a text: (lines, lines): share of a line's stems that another has too
    strange: Floats  # (lines,): number of words not known
    starts: Ints  # (texts + 1,): the first line of each text, none empty, and the number of lines


class RunsOfUnits(NamedTuple):
    """All runs of units of texts, row by row: the text, its units, its lines counted over all."""

    text: Ints
    first: Ints  # unit
    last: Ints  # unit after the last
    start: Ints  # line
    end: Ints  # line after the last


def line_overlaps(words: LineWords, starts: Ints) -> list[Floats]:
    """Give `[i, j]` for each text: the share of line i's stems that line j has; 0 where i is j."""
    bounds = words.stem_lines.searchsorted(starts).tolist()
    return [
        _overlaps(words.stems[begin:stop], words.stem_lines[begin:stop] - first, end - first)
        for (begin, stop), (first, end) in zip(
            pairwise(bounds), pairwise(starts.tolist()), strict=True
        )
    ]


def _overlaps(stems: Ints, lines: Ints, n_lines: int) -> Floats:
    known, column = np.unique(stems, return_inverse=True)
    table = np.zeros((n_lines, max(len(known), 1)), dtype=np.float32)
    table[lines, column] = 1.0
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


def runs_of_units(cuts: Sequence[Ints], starts: Ints) -> RunsOfUnits:
    """Give every run of units; a unit is the lines of a text from one cut to the next."""
    bounds = [segment_bounds(len(own)) for own in cuts]
    text = np.repeat(np.arange(len(cuts)), [len(first) for first, _ in bounds])
    units = np.repeat(np.cumsum([0, *map(len, cuts[:-1])]), [len(first) for first, _ in bounds])
    first, last = (np.concatenate(ends) for ends in zip(*bounds, strict=True))
    lines = np.concatenate([own + start for own, start in zip(cuts, starts[:-1], strict=True)])
    return RunsOfUnits(text, first, last, lines[units + first], lines[units + last])


def segment_features(
    scores: LineScores, cuts: Sequence[Ints], runs: RunsOfUnits
) -> tuple[Floats, Floats]:
    """Describe every run of units; `cuts` are lines, counted text by text.

    Returns:
        Features of the run `(segments, features)`, the last of them one for each label whose
        heading opens it, and features of the run under each label
        `(segments, labels, 3)`: log probability by the segment model, summed and mean log
        probability of its lines.
    """
    text, _, _, a, b = runs
    n_labels = scores.words.shape[1]
    n_lines = (b - a).astype(np.float64)[:, None]
    sums = running_sums(
        np.hstack([scores.flags, scores.words, scores.log_probs, scores.sizes[:, None]]),
        scores.starts,
    )
    sums = sums[b + text] - sums[a + text]
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
        _bound_features(scores, runs),
        _outside(scores.overlaps, cuts, runs),
        _hint_steps(n_labels)[scores.hints[a]],
    ])  # fmt: skip
    tied = [log_softmax(words / np.sqrt(sums[:, -1:])), log_probs, log_probs / n_lines]
    return shared, np.stack(tied, axis=2)


def running_sums(table: Floats, starts: Ints) -> Floats:
    """Give sums of a text's rows before each row, and of all: the sum over a run is a difference.

    A text has one row more than in the table: row i of the table, in text t, is row `i + t`. Sums
    go text by text, so that they are the same to the last bit in any company.
    """
    total = np.zeros((len(table) + len(starts) - 1, table.shape[1]))
    for text, (first, end) in enumerate(pairwise(starts.tolist())):
        table[first:end].cumsum(axis=0, out=total[first + text + 1 : end + text + 1])
    return total


def log_softmax(scores: Floats) -> Floats:
    """Give log probabilities along the second axis."""
    top = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(top - np.log(np.exp(top).sum(axis=1, keepdims=True)))


def _bound_features(scores: LineScores, runs: RunsOfUnits) -> Floats:
    """Give whether a run opens or ends the text, and log probabilities of its start and gaps."""
    text, _, _, a, b = runs
    end_or_not = np.logaddexp(0.0, scores.gaps)
    end_or_not[scores.starts[:-1]] = 0.0  # no gap stands before the first line
    ongoing = running_sums(end_or_not[:, None], scores.starts)[:, 0]
    features = [
        a == scores.starts[text], b == scores.starts[text + 1],
        (scores.gaps - end_or_not)[a], ongoing[a + text + 1] - ongoing[b + text],
    ]  # fmt: skip
    return np.asarray(np.stack(features, axis=1), dtype=np.float64)


def _outside(overlaps: Sequence[Floats], cuts: Sequence[Ints], runs: RunsOfUnits) -> Floats:
    """Overlap of a run's first line with the lines before and after the run, in steps.

    First the share of its stems that they have, then that of theirs.
    """
    most = max(map(len, cuts)) - 1
    # text x way x first line of a unit x most overlap with a line of another
    both = np.zeros((len(cuts), 2, most, most))
    for number, (table, own) in enumerate(zip(overlaps, cuts, strict=True)):
        starts = own[:-1]
        n = len(starts)
        np.maximum.reduceat(table[starts], starts, axis=1, out=both[number, 0, :n, :n])
        np.maximum.reduceat(table[:, starts].T, starts, axis=1, out=both[number, 1, :n, :n])
    before, after = np.zeros((2, *both.shape[:3], most + 1))
    np.maximum.accumulate(both, axis=3, out=before[..., 1:])
    after[..., :most] = np.maximum.accumulate(both[..., ::-1], axis=3)[..., ::-1]
    text, first, last, *_ = runs
    found = np.stack([before[text, :, first, first], after[text, :, first, last]], axis=2)
    steps = found[..., None] >= OVERLAPS
    return np.asarray(steps.reshape(len(text), -1), dtype=np.float64)


@lru_cache(maxsize=1)
def _hint_steps(n_labels: int) -> Floats:
    """Give a row for each label and, last, one of zeros."""
    return np.eye(n_labels + 1)[:, :n_labels]
