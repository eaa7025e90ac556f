"""The trained section model: lines of a body -> labelled runs with their probability."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ResourceError
from pipeline.structure.line_features import GAP_WIDTH, WORD_WIDTH, gap_ids, line_ids
from pipeline.structure.lines import Line, condense
from pipeline.structure.segment_features import (
    LineScores,
    line_overlaps,
    log_softmax,
    segment_features,
)
from pipeline.structure.segmentation import NEVER, OrderPrior, Segmenter, unit_posteriors

Floats = NDArray[np.float64]
#: labels in the order the archive most often gives them; the model's own numbering
LABELS = ("exam", "treatment", "findings", "diagnosis", "differential", "history", "discussion")
#: gaps with log odds below this are no section bounds: fewer runs to weigh
PRUNE = -6.0
MAX_LINES = 400
MAX_UNITS = 80


class LabelledRun(NamedTuple):
    """Characters `start` to `end`, their section, and the probability of that (0..1)."""

    section: str
    start: int
    end: int
    score: float


@dataclass(frozen=True)
class SectionWeights:
    """Weights as trained; `segment` and `tied` weigh `segment_features`."""

    words: Floats  # (WORD_WIDTH, labels)
    word_bias: Floats  # (labels,)
    gaps: Floats  # (GAP_WIDTH,)
    segment: Floats  # (features, labels)
    tied: Floats  # (3, labels)
    canonical: float

    def save(self, path: Path) -> None:
        """Write the weights as `.npz`; word weights at half precision."""
        np.savez_compressed(
            path, words=self.words.astype(np.float16), word_bias=self.word_bias,
            gaps=self.gaps.astype(np.float32), segment=self.segment.astype(np.float32),
            tied=self.tied.astype(np.float32), canonical=np.array(self.canonical),
        )  # fmt: skip


def read_section_weights(path: Path) -> SectionWeights:
    """Read what `SectionWeights.save` wrote.

    Raises:
        ResourceError: the file is missing or its arrays have other shapes than this code expects.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name].astype(np.float64) for name in stored.files}
        weights = SectionWeights(**{**arrays, "canonical": float(arrays["canonical"])})
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ResourceError(
            f"{path.name}: no section weights, expected a .npz of them"
        ) from problem
    shapes = (weights.words.shape, weights.gaps.shape)
    expected = ((WORD_WIDTH, len(LABELS)), (GAP_WIDTH,))
    if shapes != expected:
        raise ResourceError(f"{path.name}: shapes {shapes}, expected {expected}")
    return weights


def read_metadata(path: Path) -> dict[str, object]:
    """Read the JSON beside the weights: configuration, hashes of the data, scores."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


class SectionModel:
    """Find the most probable sections of a body of lines."""

    def __init__(self, weights: SectionWeights) -> None:
        self.weights = weights
        self.segmenter = Segmenter(OrderPrior(len(LABELS), weights.canonical))

    def runs(self, lines: Sequence[Line], headings: Mapping[int, str]) -> list[LabelledRun]:
        """Label all lines: contiguous runs, each label at most once, no line left out.

        `headings` maps the start of a line to the section whose heading the line begins with: a
        hint, since fields hold headings of their own. Decodes for the largest expected number of
        rightly labelled characters; a run's score is the mean posterior probability of its
        characters.
        """
        lines = condense(lines, MAX_LINES)
        if not lines:
            return []
        line_scores = score_lines(self.weights, lines, headings)
        cuts = unit_cuts(line_scores.gaps, len(lines))
        scores = self.segment_scores(lines, line_scores, cuts)
        marginals, _ = self.segmenter.marginals(scores)
        posteriors = np.clip(unit_posteriors(marginals), 0.0, 1.0)
        lengths = np.array([len(line.text) for line in lines], dtype=np.float64)
        sizes = np.add.reduceat(lengths, cuts[:-1])
        reached = np.vstack([np.zeros(len(LABELS)), np.cumsum(posteriors * sizes[:, None], axis=0)])
        gains = reached[None, :, :] - reached[:, None, :]
        return [
            LabelledRun(
                LABELS[label], lines[cuts[i]].start, lines[cuts[j] - 1].end,
                float(gains[i, j, label] / sizes[i:j].sum()),
            )
            for i, j, label in self.segmenter.best(gains)
        ]  # fmt: skip

    def segment_scores(
        self, lines: Sequence[Line], line_scores: LineScores, cuts: NDArray[np.int64]
    ) -> Floats:
        """Give the log potentials of all runs of units, as `Segmenter` takes them."""
        shared, tied = segment_features(lines, line_overlaps(lines), line_scores, cuts)
        return potentials(shared, tied, self.weights, len(cuts))


def potentials(shared: Floats, tied: Floats, weights: SectionWeights, n_cuts: int) -> Floats:
    """Weigh the features of runs; the result is indexed `[first unit, last unit + 1, label]`."""
    table = np.full((n_cuts, n_cuts, len(LABELS)), NEVER)
    first, last = np.triu_indices(n_cuts, 1)
    table[first, last] = shared @ weights.segment + np.einsum("nsq,qs->ns", tied, weights.tied)
    return table


def score_lines(
    weights: SectionWeights, lines: Sequence[Line], headings: Mapping[int, str]
) -> LineScores:
    """Apply the word and gap weights to lines; `headings` as in `SectionModel.runs`."""
    ids = [line_ids(line) for line in lines]
    sizes = np.array([len(x) for x in ids])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    words = np.add.reduceat(weights.words[np.concatenate(ids)], starts, axis=0)
    log_probs = log_softmax(words / np.sqrt(sizes)[:, None] + weights.word_bias)
    gaps = np.array([weights.gaps[x].sum() for x in gap_ids(lines)])
    number = {label: k for k, label in enumerate(LABELS)}
    hints = np.array([number.get(headings.get(line.start, ""), -1) for line in lines])
    return LineScores(words, sizes, log_probs, gaps, hints)


def unit_cuts(
    gaps: Floats, n_lines: int, keep: Sequence[int] = (), prune: float = PRUNE
) -> NDArray[np.int64]:
    """Give the lines at which a section may begin, and `n_lines` at the end.

    `keep` are lines to keep whatever their gap says (the true starts, in training).
    """
    if len(gaps) >= MAX_UNITS:
        prune = max(prune, float(np.sort(gaps)[-MAX_UNITS + 1]))
    likely = np.flatnonzero(gaps >= prune) + 1
    inner = np.union1d(likely, np.array([k for k in keep if 0 < k < n_lines], dtype=np.int64))
    return np.concatenate([[0], inner, [n_lines]]).astype(np.int64)
