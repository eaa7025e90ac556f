"""Cases -> folds: which cases are held out together."""

import random
from collections.abc import Iterable

from pipeline.errors import UsageError


def folds_of(case_ids: Iterable[str], folds: int, seed: int) -> list[frozenset[str]]:
    """Divide cases into folds whose sizes differ by one at most.

    The same ids, number and seed give the same folds, in whatever order the ids come.

    Raises:
        UsageError: fewer than two folds, or more folds than cases.

    >>> [sorted(fold) for fold in folds_of("abcde", 2, seed=0)]
    [['a', 'c', 'd'], ['b', 'e']]
    """
    ids = sorted(set(case_ids))
    if not 2 <= folds <= len(ids):
        raise UsageError(f"{folds} folds of {len(ids)} cases, expected from 2 to as many as cases")
    random.Random(seed).shuffle(ids)
    return [frozenset(ids[fold::folds]) for fold in range(folds)]
