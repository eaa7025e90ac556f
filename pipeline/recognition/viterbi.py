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
    # how many sequences reach each step, and after the last: none
    running = np.searchsorted(-sizes, -np.arange(sizes[0] + 1)).tolist()
    places = layers * n_tokens + starts
    flat = scores.reshape(-1, n_tags)
    # tag left x sequence x tag arrived at
    moves = np.ascontiguousarray(transitions.transpose(1, 0, 2)[:, layers])
    steps = [flat[places]]
    for step, n in enumerate(running[1:-1], start=1):
        arrived = (steps[-1][:n].T[:, :, None] + moves[:, :n]).max(axis=0)
        arrived += flat[places[:n] + step]
        steps.append(arrived)
    arriving = np.ascontiguousarray(transitions.transpose(0, 2, 1))
    tags = np.zeros(len(places), dtype=np.int64)
    flat_path = path.reshape(-1)
    for step in range(len(steps) - 1, -1, -1):
        n, on = running[step], running[step + 1]
        best = steps[step]
        best[:on] += arriving[layers[:on], tags[:on]]
        tags[:n] = best.argmax(axis=1)
        flat_path[places[:n] + step] = tags[:n]
    return path
