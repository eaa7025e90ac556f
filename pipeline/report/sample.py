"""Choose the cases a page holds, where all of a run would be too many for a browser."""

import hashlib
from pathlib import Path

from pipeline.run_folder import read_arrow

#: characters of text that a page holds at most
MOST_CHARACTERS = 20_000_000


def held_cases(run: Path, most_rows: int) -> tuple[list[str], int]:
    """Choose whole cases until their rows of `findings`, or their characters, reach the limit.

    Cases are taken in the order of a hash of their ids, so that the choice is the same for the
    same run, and has nothing to do with how an archive is sorted. At least one is taken.

    Args:
        run: the run folder.
        most_rows: rows of `findings` at most.

    Returns:
        The ids of the cases in the order of the run, and how many cases the run has.
    """
    table = read_arrow(run, "cases", ("case_id", "n_findings", "n_chars")).to_pydict()
    sizes = list(zip(table["n_findings"], table["n_chars"], strict=True))
    order = list(range(len(sizes)))
    if not _fit(sizes, most_rows):
        order.sort(key=lambda i: hashlib.sha256(table["case_id"][i].encode()).digest())
    kept: list[int] = []
    rows = characters = 0
    for i in order:
        rows, characters = rows + sizes[i][0], characters + sizes[i][1]
        if kept and (rows > most_rows or characters > MOST_CHARACTERS):
            break
        kept.append(i)
    return [table["case_id"][i] for i in sorted(kept)], len(sizes)


def _fit(sizes: list[tuple[int, int]], most_rows: int) -> bool:
    rows, characters = (sum(each) for each in zip(*sizes, strict=True)) if sizes else (0, 0)
    return rows <= most_rows and characters <= MOST_CHARACTERS
