"""Runs of lines -> features of a possible section, for all runs of a text at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.structure.line_features import LENGTHS, TOKEN, bullet_kind, states_age
from pipeline.structure.lines import Line

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LINE_COUNTS = np.array([2, 3, 5, 9, 16])
OVERLAPS = (0.01, 0.2, 0.4, 0.6, 0.8, 0.99)
#: words that carry no topic are short; longer ones are compared by their first letters (typos)
_STEM = 6


@dataclass(frozen=True)
class LineScores:
    """What the line models say: sums of word weights and log probabilities, and gap log odds."""

    words: Floats  # (lines, labels): summed word weights of the segment model
    sizes: Ints  # (lines,): number of features of each line
    log_probs: Floats  # (lines, labels)
    gaps: Floats  # (lines - 1,): log odds that a section ends here
    hints: Ints  # (lines,): label whose heading the line starts with, -1 without one


def content_stems(text: str) -> set[str]:
    """Give the stems of a line's longer words: lower case, the first letters."""
    return {word[:_STEM] for word in TOKEN.findall(text.lower()) if len(word) > 3}


def line_overlaps(lines: Sequence[Line]) -> Floats:
    """Give `[i, j]`: the share of line i's stems that line j has too; the diagonal is 0."""
    stems = [content_stems(line.text) for line in lines]
    known = {stem: k for k, stem in enumerate(sorted(set().union(*stems)))}
    table = np.zeros((len(lines), max(len(known), 1)), dtype=np.float32)
    for row, found in zip(table, stems, strict=True):
        row[[known[stem] for stem in found]] = 1.0
    shared = table @ table.T
    np.fill_diagonal(shared, 0.0)
    return np.asarray(shared / np.maximum(table.sum(axis=1), 1.0)[:, None], dtype=np.float64)


def _flags(lines: Sequence[Line]) -> Floats:
    rows = []
    for line in lines:
        n_words = len(line.text.split())
        rows.append([
            n_words,
            n_words <= 8 and line.text[-1] not in ".!?",
            bool(bullet_kind(line.text)),
            line.text[-1] in ".!?",
            line.text[-1] in ",;",
            line.text[0].islower(),
            states_age(line.text),
            line.blank_before,
            sum(word[0].isupper() for word in line.text.split()) / n_words,
        ])  # fmt: skip
    return np.array(rows, dtype=np.float64)


def segment_bounds(cuts: Ints) -> tuple[Ints, Ints]:
    """Give unit indices `i < j` of all segments between cuts, in row order."""
    first, last = np.triu_indices(len(cuts), 1)
    return first.astype(np.int64), last.astype(np.int64)


def segment_features(
    lines: Sequence[Line], overlaps: Floats, scores: LineScores, cuts: Ints
) -> tuple[Floats, Floats]:
    """Describe every run of units; a unit is the lines from one cut to the next.

    Returns:
        Features of the run `(segments, features)`, the last of them one for each label whose
        heading opens it, and features of the run under each label
        `(segments, labels, 3)`: log probability by the segment model, summed and mean log
        probability of its lines.
    """
    first, last = segment_bounds(cuts)
    a, b = cuts[first], cuts[last]
    n_lines = (b - a).astype(np.float64)
    flags = _flags(lines)
    sums = _spans(flags, a, b)
    gap_sums = np.concatenate([[0.0], np.cumsum(np.logaddexp(0.0, scores.gaps))])
    n_labels = scores.words.shape[1]
    odds = np.concatenate([[0.0], scores.gaps])
    parts = [
        np.ones((len(a), 1)),
        _one_hot(np.searchsorted(LINE_COUNTS, n_lines, side="right"), len(LINE_COUNTS) + 1),
        _one_hot(np.searchsorted(LENGTHS, sums[:, 0], side="right"), len(LENGTHS) + 1),
        sums[:, 1:] / n_lines[:, None],
        (sums[:, 1:] > 0).astype(np.float64),
        flags[a][:, 1:], flags[b - 1][:, 1:],
        (sums[:, 0] / n_lines < 6)[:, None].astype(np.float64),
        np.log1p(sums[:, :1]),
        (a == 0)[:, None], (b == len(lines))[:, None],
        (odds[a] - np.logaddexp(0.0, odds[a]))[:, None] * (a > 0)[:, None],
        -(gap_sums[b - 1] - gap_sums[a])[:, None],
        _outside(overlaps, a, b),
        _outside_last(overlaps, a, b),
        np.eye(n_labels + 1)[scores.hints[a]][:, :n_labels],
    ]  # fmt: skip
    tied = np.stack(
        [
            log_softmax(_spans(scores.words, a, b) / np.sqrt(_spans(scores.sizes, a, b))[:, None]),
            _spans(scores.log_probs, a, b),
            _spans(scores.log_probs, a, b) / n_lines[:, None],
        ],
        axis=2,
    )
    return np.hstack(parts).astype(np.float64), tied


def _spans(values: NDArray[np.generic], a: Ints, b: Ints) -> Floats:
    table = np.asarray(values, dtype=np.float64)
    total = np.concatenate([np.zeros((1, *table.shape[1:])), np.cumsum(table, axis=0)])
    return np.asarray(total[b] - total[a])


def log_softmax(scores: Floats) -> Floats:
    """Give log probabilities along the second axis."""
    top = scores - scores.max(axis=1, keepdims=True)
    return np.asarray(top - np.log(np.exp(top).sum(axis=1, keepdims=True)))


def _one_hot(index: Ints, width: int) -> Floats:
    return np.eye(width)[index]


def _outside(overlaps: Floats, a: Ints, b: Ints) -> Floats:
    """Overlap of a run's first line with the lines before and after the run, in steps."""
    return _steps(_best_outside(overlaps, a, b, a))


def _outside_last(overlaps: Floats, a: Ints, b: Ints) -> Floats:
    """How far a line outside the run is contained in its first line."""
    return _steps(_best_outside(overlaps.T, a, b, a))


def _best_outside(overlaps: Floats, a: Ints, b: Ints, row: Ints) -> tuple[Floats, Floats]:
    n = len(overlaps)
    before = np.zeros((n, n + 1))
    before[:, 1:] = np.maximum.accumulate(overlaps, axis=1)
    after = np.zeros((n, n + 1))
    after[:, :n] = np.maximum.accumulate(overlaps[:, ::-1], axis=1)[:, ::-1]
    return before[row, a], after[row, b]


def _steps(pair: tuple[Floats, Floats]) -> Floats:
    return np.hstack(
        [np.stack([value >= step for step in OVERLAPS], axis=1) for value in pair]
    ).astype(np.float64)
