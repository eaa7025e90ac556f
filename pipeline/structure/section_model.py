"""The trained section model: lines of a body -> labelled runs with their probability."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
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
    runs_of_units,
    segment_bounds,
    segment_features,
)
from pipeline.structure.segmentation import NEVER, OrderPrior, Segmenter, unit_posteriors

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: the lines of a text, and the section whose heading a line begins with, by its start
HeadedLines = tuple[Sequence[Line], Mapping[int, str]]
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
        return self.runs_of_all([(lines, headings)])[0]

    def runs_of_all(self, bodies: Sequence[HeadedLines]) -> list[list[LabelledRun]]:
        """Label the lines of some texts, as `runs` does those of one."""
        bodies = [(condense(lines, MAX_LINES), headings) for lines, headings in bodies]
        filled = [body for body in bodies if body[0]]
        found = iter(self._runs(filled) if filled else ())
        return [next(found) if lines else [] for lines, _ in bodies]

    def _runs(self, bodies: Sequence[HeadedLines]) -> Iterator[list[LabelledRun]]:
        scores = self.scorer.score(bodies)
        spans = list(pairwise(scores.starts.tolist()))
        cuts = [unit_cuts(scores.gaps[first + 1 : end], end - first) for first, end in spans]
        posteriors = self._posteriors(scores, cuts)
        # units of one text after the other
        starts = np.cumsum([0, *(len(own) - 1 for own in cuts)])
        lines = [line for own, _ in bodies for line in own]
        at = [own[:-1] + first for own, (first, _) in zip(cuts, spans, strict=True)]
        sizes = np.add.reduceat(_lengths(lines), np.concatenate(at))
        gains = np.clip(np.concatenate(posteriors), 0.0, 1.0) * sizes[:, None]
        best = [self.segmenter.best(gains[i:j]) for i, j in pairwise(starts.tolist())]
        probabilities = _shares_right(best, gains, sizes, starts)
        text = np.repeat(np.arange(len(best)), [*map(len, best)])
        bounds = [own[np.array(runs)[:, :2]] for own, runs in zip(cuts, best, strict=True)]
        first, end = np.concatenate(bounds).T + scores.starts[text]
        tempered = iter(_tempered(probabilities, scores, (text, first, end)).tolist())
        ends = iter(zip(first.tolist(), end.tolist(), strict=True))
        for runs in best:
            yield [
                LabelledRun(LABELS[label], lines[i].start, lines[j - 1].end, next(tempered))
                for (_, _, label), (i, j) in zip(runs, ends, strict=False)
            ]

    def _posteriors(self, scores: LineScores, cuts: Sequence[Ints]) -> list[Floats]:
        """Give the probability of each label for each unit, text by text."""
        runs = runs_of_units(cuts, scores.starts)
        weighed = weigh(*segment_features(scores, cuts, runs), self.weights)
        bounds = runs.text.searchsorted(np.arange(len(cuts) + 1)).tolist()
        tables = (
            potentials(weighed[i:j], len(own))
            for (i, j), own in zip(pairwise(bounds), cuts, strict=True)
        )
        return [unit_posteriors(self.segmenter.marginals(table)[0]) for table in tables]

    def whole(
        self, lines: Sequence[Line], headings: Mapping[int, str], barred: Collection[str] = ()
    ) -> LabelledRun | None:
        """Label lines as one section, with none of the labels barred; None without lines."""
        lines = condense(lines, MAX_LINES)
        if not lines:
            return None
        scores = self.scorer.score([(lines, headings)])
        cuts = [np.array([0, len(lines)])]
        runs = runs_of_units(cuts, scores.starts)
        table = weigh(*segment_features(scores, cuts, runs), self.weights)[0]
        table[[LABELS.index(label) for label in barred if label in LABELS]] = NEVER
        probabilities = np.exp(log_softmax(table[None])[0])
        label = int(probabilities.argmax())
        score = _tempered(probabilities[[label]], scores, (runs.text, runs.start, runs.end))
        return LabelledRun(LABELS[label], lines[0].start, lines[-1].end, float(score[0]))


def _shares_right(
    runs: Sequence[Sequence[tuple[int, int, int]]], gains: Floats, sizes: Floats, starts: Ints
) -> Floats:
    """Give the share of characters rightly labelled that is expected of each run of units.

    Args:
        runs: those of each text: first unit, unit after the last, label.
        gains: expected number by unit, counted over all texts, and label.
        sizes: number of characters of each unit.
        starts: first unit of each text, and the number of all.
    """
    sums = running_sums(np.hstack([gains, sizes[:, None]]), starts)
    text = np.repeat(np.arange(len(runs)), [*map(len, runs)])
    first, last, labels = np.concatenate([np.array(own, dtype=np.int64) for own in runs]).T
    i, j = first + starts[text] + text, last + starts[text] + text
    return np.asarray((sums[j, labels] - sums[i, labels]) / (sums[j, -1] - sums[i, -1]))


def _lengths(lines: Sequence[Line]) -> Floats:
    return np.array([len(line.text) for line in lines], dtype=np.float64)


def _tempered(probabilities: Floats, scores: LineScores, runs: tuple[Ints, Ints, Ints]) -> Floats:
    """Move probabilities of runs of lines towards that of a guess by the share of words not known.

    The model was trained on case texts alone and takes any text for one. Case texts have a share
    of up to `USUAL` of names and typing errors: that much says nothing. `runs` are the text, the
    first line and the line after the last of each, counted over all texts.
    """
    text, first, end = runs
    counts = np.stack([scores.strange, scores.flags[:, 0]], axis=1)
    sums = running_sums(counts, scores.starts)
    strange, n_words = (sums[end + text] - sums[first + text]).T
    share = np.minimum(strange / n_words, 1.0)
    guessed = np.maximum(share - USUAL, 0.0) / (1 - USUAL)
    # sums over more texts end in other last bits: what is given does not depend on the company
    return np.asarray(np.round(probabilities * (1 - guessed) + guessed / len(LABELS), 9))


def weigh(shared: Floats, tied: Floats, weights: SectionWeights) -> Floats:
    """Weigh the features of runs: `(runs, labels)`."""
    return np.asarray(shared @ weights.segment + (tied * weights.tied.T).sum(axis=2))


def potentials(weighed: Floats, n_cuts: int) -> Floats:
    """Put the weights of a text's runs in a table: `[first unit, last unit + 1, label]`."""
    table = np.full((n_cuts, n_cuts, len(LABELS)), NEVER)
    table[segment_bounds(n_cuts)] = weighed
    return table


class LineScorer:
    """Apply the word and gap weights to lines, read as when they were trained."""

    def __init__(self, weights: SectionWeights) -> None:
        self._bias = weights.word_bias
        self._words = LineReader(KnownWords(weights.known.tolist()), weights.words)
        self._gaps = GapReader(weights.gaps)

    def score(self, bodies: Sequence[HeadedLines]) -> LineScores:
        """Score the lines of some texts, none without one."""
        lines = [line for own, _ in bodies for line in own]
        shapes = [line_shape(line) for line in lines]
        found = self._words.read(lines, shapes)
        starts = np.cumsum([0, *(len(own) for own, _ in bodies)])
        hints = [_NUMBERS.get(told.get(line.start, ""), -1) for own, told in bodies for line in own]
        gaps = np.zeros(len(lines))
        for first, end in pairwise(starts.tolist()):
            gaps[first + 1 : end] = self._gaps.read(shapes[first:end])
        return LineScores(
            words=found.weights,
            sizes=found.sizes,
            log_probs=log_softmax(found.weights / np.sqrt(found.sizes)[:, None] + self._bias),
            gaps=gaps,
            hints=np.array(hints),
            flags=line_flags(shapes),
            overlaps=line_overlaps(found, starts),
            strange=found.unknown,
            starts=starts,
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
