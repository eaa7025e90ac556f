"""Tokens -> tags: a linear-chain conditional random field, decoded with numpy.

The score of a tag at a token is the sum of the weights of the token's attributes (Lafferty,
McCallum and Pereira 2001). Most attributes depend on a word, a place or a lexicon tag alone: their
weights are summed once a distinct value and kept, for each distance it may stand at.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.recognition.chain_weights import ChainWeights, Floats
from pipeline.recognition.kept_sums import KeptSums, summed
from pipeline.recognition.token_attributes import (
    Place,
    beside_attributes,
    joined_tags,
    pair_attributes,
    place_attributes,
    places,
    term_attributes,
)
from pipeline.recognition.token_view import TokenView
from pipeline.recognition.viterbi import best_tags
from pipeline.recognition.word_attributes import REACH, folded, word_attributes
from pipeline.recognition.word_clusters import WordClusters

#: steps from a token to the words whose attributes it has
STEPS = tuple(range(-REACH, REACH + 1))


def at_step(step: int, attribute: str) -> str:
    """Name an attribute of the word `step` tokens away.

    >>> at_step(0, "w=liver"), at_step(-2, "w=liver")
    ('w=liver', '-2:w=liver')
    """
    return f"{step:+d}:{attribute}" if step else attribute


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
        prefixes = [at_step(step, "") for step in STEPS]

        def of_word(word: str) -> list[list[str]]:
            at = word_attributes(word, clusters).at
            return [
                [prefix + name for name in at[abs(step)]]
                for step, prefix in zip(STEPS, prefixes, strict=True)
            ]

        def of_place(place: Place) -> list[list[str]]:
            return [place_attributes(place)]

        def of_term(key: tuple[str, str]) -> list[list[str]]:
            return [term_attributes(key)]

        def of_beside(joined: str) -> list[list[str]]:
            return [beside_attributes("-", joined), beside_attributes("+", joined)]

        self._weights = weights
        self._words = KeptSums(weights, of_word, len(STEPS))
        self._places = KeptSums(weights, of_place, 1)
        self._terms = KeptSums(weights, of_term, 1)
        self._beside = KeptSums(weights, of_beside, 2)

    def tag(self, view: TokenView) -> dict[str, list[str]]:
        """Give the tags of each token by layer; `O` outside all mentions."""
        scores = self._scores(view)
        bounds = sentence_bounds(view)
        tagged: dict[str, list[str]] = {}
        offset = 0
        for layer in self._weights.layers:
            part = scores[:, offset : offset + len(layer.tags)]
            best = best_tags(part, layer.transitions, bounds).tolist()
            tagged[layer.name] = [layer.tags[number] for number in best]
            offset += len(layer.tags)
        return tagged

    def _scores(self, view: TokenView) -> Floats:
        forms = [folded(word) for word in view.words]
        tags = joined_tags(view)
        scores = summed(self._weights, pair_attributes(view, forms))
        scores += self._places.of(list(places(view, forms)))[:, 0]
        scores += self._terms.of(list(zip(view.sections, tags, strict=True)))[:, 0]
        sentences = np.array(view.sentences, dtype=np.int64)
        _add_shifted(scores, self._words.of(view.words), STEPS, sentences)
        _add_shifted(scores, self._beside.of(tags), (-1, 1), sentences)
        return scores


def _add_shifted(
    scores: Floats, sums: Floats, steps: Sequence[int], sentences: npt.NDArray[np.int64]
) -> None:
    """Add to each token the sums of the tokens at each step, within its sentence."""
    for column, step in enumerate(steps):
        if step == 0:
            scores += sums[:, column]
        elif step < 0:
            together = (sentences[-step:] == sentences[:step])[:, None]
            scores[-step:] += sums[:step, column] * together
        else:
            together = (sentences[step:] == sentences[:-step])[:, None]
            scores[:-step] += sums[step:, column] * together
