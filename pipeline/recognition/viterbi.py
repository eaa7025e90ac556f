"""The best tag sequence of each sentence, all sentences and layers of a text at once.

Viterbi's algorithm with the sentences sorted by length, so that one step serves every sentence
that is long enough. Where a path came from is worked out on the way back, for the path alone.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.recognition.chain_weights import Floats

Ints = npt.NDArray[np.int64]


def best_tags(scores: Floats, transitions: Floats, bounds: Sequence[tuple[int, int]]) -> Ints:
    """Give the number of the best tag of each token, layer by layer.

    Args:
        scores: layers x tokens x tags; `-inf` for tags that a layer lacks.
        transitions: layers x tag x next tag.
        bounds: sentences as token ranges, none empty; a token outside all of them gets tag 0.
    """
    n_layers, n_tokens, n_tags = scores.shape
    path = np.zeros((n_layers, n_tokens), dtype=np.int64)
    if not bounds:
        return path
    longest_first = sorted(bounds, key=lambda bound: bound[0] - bound[1])
    layers = np.tile(np.arange(n_layers), len(bounds))
    starts, ends = np.repeat(np.array(longest_first), n_layers, axis=0).T
    sizes = ends - starts
    # how many sequences reach each step
    running = np.searchsorted(-sizes, -np.arange(sizes[0]))
    # step after step, the sequences that reach it side by side
    firsts = np.concatenate([[0], np.cumsum(running)])
    steps = np.repeat(np.arange(sizes[0]), running)
    rows = (layers * n_tokens + starts)[np.arange(len(steps)) - firsts[steps]] + steps
    best = scores.reshape(-1, n_tags)[rows]
    # tag left x sequence x tag arrived at
    moves = np.ascontiguousarray(transitions.transpose(1, 0, 2)[:, layers])
    limits = firsts.tolist()
    _go_forward(best, moves, limits)
    # layer and tag arrived at x tag left
    arriving = transitions.transpose(0, 2, 1).reshape(-1, n_tags)
    path.reshape(-1)[rows] = _tags_back(best, arriving, layers * n_tags, limits)
    return path


def _go_forward(best: Floats, moves: Floats, limits: Sequence[int]) -> None:
    """Add to the scores of each step those of the best way there."""
    add, largest = np.add, np.maximum.reduce
    for step in range(1, len(limits) - 1):
        first, end = limits[step], limits[step + 1]
        left = limits[step - 1]
        n = end - first
        arrived = best[first:end]
        arrived += largest(add(best[left : left + n].T[:, :, None], moves[:, :n]), axis=0)


def _tags_back(best: Floats, arriving: Floats, layers: Ints, limits: Sequence[int]) -> Ints:
    """Follow the best ways from the ends of the sequences to their starts."""
    tags = np.empty(len(best), dtype=np.int64)
    after = tags[:0]
    for step in range(len(limits) - 2, -1, -1):
        first, end = limits[step], limits[step + 1]
        on = len(after)
        if on:
            best[first : first + on] += arriving[layers[:on] + after]
        after = tags[first:end]
        best[first:end].argmax(axis=1, out=after)
    return tags
