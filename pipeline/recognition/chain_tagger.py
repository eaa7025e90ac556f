"""Tokens -> tags: a linear-chain conditional random field, decoded with numpy.

The score of a tag at a token is the sum of the weights of the token's attributes (Lafferty,
McCallum and Pereira 2001). Most attributes depend on a word alone: their weights are summed once a
distinct word and kept, for the word itself and for each distance it may stand at.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.recognition.chain_weights import ChainWeights, Floats
from pipeline.recognition.token_attributes import token_attributes
from pipeline.recognition.token_view import TokenView
from pipeline.recognition.viterbi import best_tags
from pipeline.recognition.word_attributes import REACH, word_attributes
from pipeline.recognition.word_clusters import WordClusters

#: steps from a token to the words whose attributes it has
STEPS = tuple(range(-REACH, REACH + 1))
#: distinct words whose sums are kept; beyond it they are worked out anew
KEPT_WORDS = 20_000


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
        self._weights = weights
        self._clusters = clusters
        self._width = weights.matrix.shape[1]
        self._place: dict[str, int] = {}
        self._sums: Floats = np.zeros((0, len(STEPS), self._width), dtype=np.float32)

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
        scores = self._summed(token_attributes(view))
        if not view.words:
            return scores
        sums = self._word_sums(view.words)
        sentences = np.array(view.sentences)
        scores += sums[:, STEPS.index(0)]
        for step in range(1, REACH + 1):
            together = (sentences[step:] == sentences[:-step])[:, None]
            scores[step:] += sums[:-step, STEPS.index(-step)] * together
            scores[:-step] += sums[step:, STEPS.index(step)] * together
        return scores

    def _word_sums(self, words: Sequence[str]) -> Floats:
        if len(self._place) > KEPT_WORDS:
            self._forget()
        new = [word for word in dict.fromkeys(words) if word not in self._place]
        if new:
            self._learn(new)
        return self._sums[[self._place[word] for word in words]]

    def _learn(self, words: Sequence[str]) -> None:
        named: list[list[str]] = []
        for word in words:
            at = word_attributes(word, self._clusters).at
            named += [[at_step(step, a) for a in at[abs(step)]] for step in STEPS]
        sums = self._summed(named).reshape(len(words), len(STEPS), self._width)
        start = len(self._place)
        self._place.update({word: start + i for i, word in enumerate(words)})
        if len(self._place) > len(self._sums):
            room = np.zeros((len(self._place), *self._sums.shape[1:]), dtype=np.float32)
            self._sums = np.concatenate([self._sums[:start], room])
        self._sums[start : len(self._place)] = sums

    def _forget(self) -> None:
        self._place = {}
        self._sums = self._sums[:0]

    def _summed(self, named: Sequence[Iterable[str]]) -> Floats:
        """Sum the weights of the attributes of each item."""
        row_of = self._weights.rows.get
        rows: list[int] = []
        sizes: list[int] = []
        for attributes in named:
            known = [row for name in attributes if (row := row_of(name)) is not None]
            rows += known
            sizes.append(len(known))
        sums = np.zeros((len(sizes), self._width), dtype=np.float32)
        filled = np.flatnonzero(sizes)
        if len(filled):
            starts = np.cumsum([0, *sizes[:-1]])[filled]
            sums[filled] = np.add.reduceat(self._weights.matrix[rows], starts, axis=0)
        return sums
