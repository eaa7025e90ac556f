"""Tokens -> tags: a linear-chain conditional random field, decoded with numpy.

The score of a tag at a token is the sum of the weights of the token's attributes (Lafferty,
McCallum and Pereira 2001). Most attributes depend on a word, a place or a lexicon tag alone: their
weights are summed once a distinct value and kept, for each distance it may stand at. Those of pairs
of words are looked up as numbers (`pair_sums`).
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pipeline.recognition.attribute_sums import STEPS, AttributeSums
from pipeline.recognition.chain_weights import ChainWeights, Floats
from pipeline.recognition.kept_sums import KeptSums
from pipeline.recognition.neighbours import Neighbours
from pipeline.recognition.pair_sums import PairSums
from pipeline.recognition.token_attributes import (
    beside_attributes,
    cue_attributes,
    cues_before,
    joined_tags,
    term_attributes,
)
from pipeline.recognition.token_places import place_attributes, place_codes, place_of
from pipeline.recognition.token_view import TokenView
from pipeline.recognition.viterbi import best_tags
from pipeline.recognition.word_attributes import REACH, own_attributes
from pipeline.recognition.word_clusters import WordClusters

K = TypeVar("K", bound=Hashable)


def sentence_bounds(view: TokenView) -> list[tuple[int, int]]:
    """Give the token ranges of the sentences; the keywords are left out, they hold no mentions."""
    ends = (np.flatnonzero(np.diff(view.sentences)) + 1).tolist()
    bounds = pairwise([0, *ends, len(view.words)]) if view.words else ()
    return [(start, end) for start, end in bounds if view.sections[start] != "keywords"]


class ChainTagger:
    """Tag tokens, one sequence of tags a layer."""

    def __init__(self, weights: ChainWeights, clusters: WordClusters) -> None:
        sums = AttributeSums(weights)
        self._layers = weights.layers
        most = max(len(layer.tags) for layer in weights.layers)
        self._moves = np.zeros((len(weights.layers), most, most), dtype=np.float32)
        for number, layer in enumerate(weights.layers):
            self._moves[number, : len(layer.tags), : len(layer.tags)] = layer.transitions
        self._pairs = PairSums(weights)
        self._words = KeptSums[str](
            lambda words: sums.at_all_steps(own_attributes(word, clusters) for word in words)
        )
        self._places = KeptSums[int](
            lambda codes: sums.here(place_attributes(place_of(code)) for code in codes)
        )
        self._terms = _kept_here(sums, term_attributes)
        self._cues = _kept_here(sums, cue_attributes)
        self._beside = KeptSums[str](
            lambda tags: np.stack(
                [sums.here(beside_attributes(mark, joined) for joined in tags) for mark in "-+"],
                axis=1,
            )
        )

    def tag(self, view: TokenView) -> dict[str, list[str]]:
        """Give the tags of each token by layer; `O` outside all mentions."""
        return {
            layer.name: [layer.tags[number] for number in numbers]
            for layer, numbers in zip(self._layers, self._best(view).tolist(), strict=True)
        }

    def tagged_runs(self, view: TokenView) -> Iterator[tuple[str, int, list[str]]]:
        """Give, layer by layer, each run of tokens not tagged `O`: layer, first token, tags.

        A run ends with its text.
        """
        sizes = [end - start for start, end in view.text_bounds()]
        texts = np.repeat(np.arange(len(sizes)), sizes)
        for layer, numbers in zip(self._layers, self._best(view), strict=True):
            for start, end in _runs(np.where(numbers != layer.tags.index("O"), texts, -1)):
                yield layer.name, start, [layer.tags[n] for n in numbers[start:end].tolist()]

    def _best(self, view: TokenView) -> npt.NDArray[np.int64]:
        return best_tags(self._scores(view), self._moves, sentence_bounds(view))

    def _scores(self, view: TokenView) -> Floats:
        """Give the scores: layers x tokens x tags."""
        numbers = np.array(self._pairs.numbers.of(view.words), dtype=np.int64)
        neighbours = Neighbours(np.array(view.sentences, dtype=np.int64), REACH)
        tags = joined_tags(view)
        sections = zip(view.sections, tags, strict=True)
        scores = self._pairs.of(view.sections, numbers, neighbours)
        scores += self._places.of(place_codes(view, numbers).tolist())
        # without a term the section does not count
        scores += self._terms.of([key if key[1] else ("", "") for key in sections])
        scores += self._cues.of(cues_before(view))
        _add_of_neighbours(scores, self._words, view.words, neighbours, STEPS)
        _add_of_neighbours(scores, self._beside, tags, neighbours, (-1, 1))
        return self._by_layer(scores)

    def _by_layer(self, scores: Floats) -> Floats:
        """Put the tags of each layer on an axis of their own, filled up to the most tags."""
        most = self._moves.shape[1]
        parted = np.full((len(self._layers), len(scores), most), -np.inf, dtype=np.float32)
        offset = 0
        for number, layer in enumerate(self._layers):
            size = len(layer.tags)
            parted[number, :, :size] = scores[:, offset : offset + size]
            offset += size
        return parted


def _runs(texts: npt.NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Give the start and end of each run of tokens of one text; -1 stands for none."""
    edges = np.flatnonzero(np.diff(texts, prepend=-1, append=-1))
    marked = texts[edges[:-1]] >= 0
    return zip(edges[:-1][marked].tolist(), edges[1:][marked].tolist(), strict=True)


def _kept_here(sums: AttributeSums, describe: Callable[[K], list[str]]) -> KeptSums[K]:
    """Keep the sums of values whose attributes count at the token itself."""
    return KeptSums(lambda values: sums.here(describe(value) for value in values))


def _add_of_neighbours(
    scores: Floats,
    kept: KeptSums[str],
    values: Sequence[str],
    neighbours: Neighbours,
    steps: Sequence[int],
) -> None:
    """Add to each token the sums that the values of tokens `steps` away have for their step."""
    rows = neighbours.of(kept.rows(values), steps, beyond=0) * len(steps)
    sums = kept.table.reshape(-1, scores.shape[1])
    for column, of_step in enumerate(rows):
        scores += sums.take(of_step + column, axis=0)
