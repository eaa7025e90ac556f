"""The best tag sequence of each sentence, all sentences of a text at once.

Viterbi's algorithm with the sentences sorted by length, so that one step serves every sentence
that is long enough.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.recognition.chain_weights import Floats

Ints = npt.NDArray[np.int64]


def best_tags(scores: Floats, transitions: Floats, bounds: Sequence[tuple[int, int]]) -> Ints:
    """Give the number of the best tag of each token.

    Args:
        scores: tokens x tags.
        transitions: tag x next tag.
        bounds: sentences as token ranges, none empty; a token outside all of them gets tag 0.
    """
    path = np.zeros(len(scores), dtype=np.int64)
    if not bounds:
        return path
    ordered = sorted(bounds, key=lambda bound: bound[0] - bound[1])
    starts = np.array([start for start, _ in ordered])
    sizes = np.array([end - start for start, end in ordered])
    longest = int(sizes[0])
    running = [int((sizes > step).sum()) for step in range(longest)]
    best = scores[starts]
    arriving = np.ascontiguousarray(transitions.T)  # the tag left is the last axis: read in a row
    back: list[Ints] = []
    for step in range(1, longest):
        n = running[step]
        candidates = best[:n, None, :] + arriving
        back.append(candidates.argmax(axis=2))
        best[:n] = candidates.max(axis=2) + scores[starts[:n] + step]
    tags = best.argmax(axis=1)
    for step in range(longest - 1, 0, -1):
        n = running[step]
        path[starts[:n] + step] = tags[:n]
        tags[:n] = back[step - 1][np.arange(n), tags[:n]]
    path[starts] = tags
    return path
