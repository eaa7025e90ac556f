"""The trained section model: lines of a body -> labelled runs with their probability."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import ResourceError
from pipeline.structure.known_words import KnownWords
from pipeline.structure.line_gaps import GAP_WIDTH, GapReader
from pipeline.structure.line_shape import line_shape
from pipeline.structure.line_words import WORD_WIDTH, LineReader
from pipeline.structure.lines import Line, condense
from pipeline.structure.segment_features import (
    LineScores,
    line_flags,
    line_overlaps,
    log_softmax,
    running_sums,
    segment_bounds,
    segment_features,
)
from pipeline.structure.segmentation import NEVER, OrderPrior, Segmenter, unit_posteriors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: labels in the order the archive most often gives them; the model's own numbering
LABELS = ("exam", "treatment", "findings", "diagnosis", "differential", "history", "discussion")
_NUMBERS = {label: number for number, label in enumerate(LABELS)}
#: gaps with log odds below this are no section bounds: fewer runs to weigh
PRUNE = -4.0
#: share of words not known that case texts have
USUAL = 0.15
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
    known: NDArray[np.int64]  # hashes of known words (`KnownWords.as_array`)

    def save(self, path: Path) -> None:
        """Write the weights as `.npz`; word weights at half precision."""
        np.savez_compressed(
            path, words=self.words.astype(np.float16), word_bias=self.word_bias,
            gaps=self.gaps.astype(np.float32), segment=self.segment.astype(np.float32),
            tied=self.tied.astype(np.float32), canonical=np.array(self.canonical),
            known=self.known.astype(np.int32),
        )  # fmt: skip


def read_section_weights(path: Path) -> SectionWeights:
    """Read what `SectionWeights.save` wrote.

    Raises:
        ResourceError: the file is missing or its arrays have other shapes than this code expects.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {
                name: stored[name].astype(np.int64 if name == "known" else np.float64)
                for name in stored.files
            }
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


class SectionModel:
    """Find the most probable sections of a body of lines."""

    def __init__(self, weights: SectionWeights) -> None:
        self.weights = weights
        self.scorer = LineScorer(weights)
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
        line_scores = self.scorer.score(lines, headings)
        cuts = unit_cuts(line_scores.gaps, len(lines))
        shared, tied = segment_features(line_scores, cuts)
        marginals, _ = self.segmenter.marginals(potentials(shared, tied, self.weights, len(cuts)))
        sizes = np.add.reduceat(_lengths(lines), cuts[:-1])
        gains = np.clip(unit_posteriors(marginals), 0.0, 1.0) * sizes[:, None]
        best = self.segmenter.best(gains)
        first, last, labels = np.array(best, dtype=np.int64).T
        sums = running_sums(np.hstack([gains, sizes[:, None]]))
        right = (sums[last, labels] - sums[first, labels]) / (sums[last, -1] - sums[first, -1])
        scores = _tempered(right, line_scores, cuts[first], cuts[last])
        return [
            LabelledRun(LABELS[label], lines[cuts[i]].start, lines[cuts[j] - 1].end, score)
            for (i, j, label), score in zip(best, scores.tolist(), strict=True)
        ]

    def whole(
        self, lines: Sequence[Line], headings: Mapping[int, str], barred: Collection[str] = ()
    ) -> LabelledRun | None:
        """Label lines as one section, with none of the labels barred; None without lines."""
        lines = condense(lines, MAX_LINES)
        if not lines:
            return None
        line_scores = self.scorer.score(lines, headings)
        cuts = np.array([0, len(lines)])
        table = potentials(*segment_features(line_scores, cuts), self.weights, len(cuts))[0, 1]
        table[[LABELS.index(label) for label in barred if label in LABELS]] = NEVER
        probabilities = np.exp(log_softmax(table[None])[0])
        label = int(probabilities.argmax())
        score = _tempered(probabilities[[label]], line_scores, cuts[:1], cuts[1:])
        return LabelledRun(LABELS[label], lines[0].start, lines[-1].end, float(score[0]))


def _lengths(lines: Sequence[Line]) -> Floats:
    return np.array([len(line.text) for line in lines], dtype=np.float64)


def _tempered(probabilities: Floats, scores: LineScores, first: Ints, last: Ints) -> Floats:
    """Move probabilities of runs of lines towards that of a guess by the share of words not known.

    The model was trained on case texts alone and takes any text for one. Case texts have a share
    of up to `USUAL` of names and typing errors: that much says nothing.
    """
    sums = running_sums(np.stack([scores.strange, scores.flags[:, 0]], axis=1))
    strange, n_words = (sums[last] - sums[first]).T
    share = np.minimum(strange / n_words, 1.0)
    guessed = np.maximum(share - USUAL, 0.0) / (1 - USUAL)
    return np.asarray(probabilities * (1 - guessed) + guessed / len(LABELS))


def potentials(shared: Floats, tied: Floats, weights: SectionWeights, n_cuts: int) -> Floats:
    """Weigh the features of runs; the result is indexed `[first unit, last unit + 1, label]`."""
    table = np.full((n_cuts, n_cuts, len(LABELS)), NEVER)
    first, last = segment_bounds(n_cuts)
    table[first, last] = shared @ weights.segment + (tied * weights.tied.T).sum(axis=2)
    return table


class LineScorer:
    """Apply the word and gap weights to lines, read as when they were trained."""

    def __init__(self, weights: SectionWeights) -> None:
        self._bias = weights.word_bias
        self._words = LineReader(KnownWords(weights.known.tolist()), weights.words)
        self._gaps = GapReader(weights.gaps)

    def score(self, lines: Sequence[Line], headings: Mapping[int, str]) -> LineScores:
        """Score lines; `headings` as in `SectionModel.runs`."""
        shapes = [line_shape(line) for line in lines]
        found = self._words.read(lines, shapes)
        return LineScores(
            words=found.weights,
            sizes=found.sizes,
            log_probs=log_softmax(found.weights / np.sqrt(found.sizes)[:, None] + self._bias),
            gaps=self._gaps.read(shapes),
            hints=np.array([_NUMBERS.get(headings.get(line.start, ""), -1) for line in lines]),
            flags=line_flags(shapes),
            overlaps=line_overlaps(found),
            strange=found.unknown,
        )


def unit_cuts(
    gaps: Floats, n_lines: int, keep: Sequence[int] = (), prune: float = PRUNE
) -> NDArray[np.int64]:
    """Give the lines at which a section may begin, and `n_lines` at the end.

    `keep` are lines to keep whatever their gap says (the true starts, in training).
    """
    if len(gaps) >= MAX_UNITS:
        prune = max(prune, float(np.sort(gaps)[-MAX_UNITS + 1]))
    chosen = np.zeros(n_lines + 1, dtype=bool)
    chosen[1:-1] = gaps >= prune
    chosen[[0, n_lines, *keep]] = True
    return np.flatnonzero(chosen)
