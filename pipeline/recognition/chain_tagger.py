"""Tokens -> tags: a linear-chain conditional random field, decoded with numpy.

The score of a tag at a token is the sum of the weights of the token's attributes (Lafferty,
McCallum and Pereira 2001). Most attributes depend on a word, a place or a lexicon tag alone: their
weights are summed once a distinct value and kept, for each distance it may stand at. Those of pairs
of words are looked up as numbers (`pair_sums`).
"""

from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pipeline.recognition.attribute_sums import STEPS, AttributeSums
from pipeline.recognition.chain_weights import ChainWeights, Floats
from pipeline.recognition.kept_sums import KeptSums
from pipeline.recognition.pair_sums import PairSums
from pipeline.recognition.token_attributes import (
    beside_attributes,
    cue_attributes,
    cues_before,
    joined_tags,
    term_attributes,
)
from pipeline.recognition.token_places import place_attributes, place_keys
from pipeline.recognition.token_view import TokenView
from pipeline.recognition.viterbi import best_tags
from pipeline.recognition.word_attributes import own_attributes
from pipeline.recognition.word_clusters import WordClusters

K = TypeVar("K", bound=Hashable)


def sentence_bounds(view: TokenView) -> list[tuple[int, int]]:
    """Give the token ranges of the sentences; the keywords are left out, they hold no mentions."""
    bounds: list[tuple[int, int]] = []
    start, n = 0, len(view.words)
    for i in range(1, n + 1):
        if i == n or view.sentences[i] != view.sentences[start]:
            if view.sections[start] != "keywords":
                bounds.append((start, i))
            start = i
    return bounds


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
        self._places = _kept_here(sums, place_attributes)
        self._terms = _kept_here(sums, term_attributes)
        self._cues = _kept_here(sums, cue_attributes)
        self._before = _kept_here(sums, partial(beside_attributes, "-"))
        self._after = _kept_here(sums, partial(beside_attributes, "+"))

    def tag(self, view: TokenView) -> dict[str, list[str]]:
        """Give the tags of each token by layer; `O` outside all mentions."""
        best = best_tags(self._scores(view), self._moves, sentence_bounds(view)).tolist()
        return {
            layer.name: [layer.tags[number] for number in numbers]
            for layer, numbers in zip(self._layers, best, strict=True)
        }

    def _scores(self, view: TokenView) -> Floats:
        """Give the scores: layers x tokens x tags."""
        numbers = np.array(self._pairs.numbers.of(view.words), dtype=np.int64)
        sentences = np.array(view.sentences, dtype=np.int64)
        tags = joined_tags(view)
        scores = self._pairs.of(view.sections, numbers, sentences)
        scores += self._places.of(place_keys(view, numbers))
        scores += self._terms.of(list(zip(view.sections, tags, strict=True)))
        scores += self._cues.of(cues_before(view))
        words = self._words.of(view.words)
        for column, step in enumerate(STEPS):
            _add_shifted(scores, words[:, column], step, sentences)
        _add_shifted(scores, self._before.of(tags), -1, sentences)
        _add_shifted(scores, self._after.of(tags), 1, sentences)
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


def _kept_here(sums: AttributeSums, describe: Callable[[K], list[str]]) -> KeptSums[K]:
    """Keep the sums of values whose attributes count at the token itself."""
    return KeptSums(lambda values: sums.here(describe(value) for value in values))


def _add_shifted(scores: Floats, sums: Floats, step: int, sentences: npt.NDArray[np.int64]) -> None:
    """Add to each token the sums of the token `step` away, within its sentence."""
    if step == 0:
        scores += sums
    elif step < 0:
        scores[-step:] += sums[:step] * (sentences[-step:] == sentences[:step])[:, None]
    else:
        scores[:-step] += sums[step:] * (sentences[step:] == sentences[:-step])[:, None]
