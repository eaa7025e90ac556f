"""How rows travel in the page: by column, a text once however many rows have it."""

from collections.abc import Iterable
from typing import Any

from pipeline.colours import visible

#: between the values of a cell that holds several
BETWEEN = ", "


def packed(cells: Iterable[object]) -> dict[str, list[Any]]:
    """Number the different texts of a column.

    >>> packed(["MR", "CT", "MR"])
    {'texts': ['MR', 'CT'], 'at': [0, 1, 0]}
    """
    numbers: dict[str, int] = {}
    at = [numbers.setdefault(shown(cell), len(numbers)) for cell in cells]
    return {"texts": list(numbers), "at": at}


def shown(cell: object) -> str:
    """Give a cell as the page shows it: one line, control characters as signs.

    >>> shown(["T1", "T2"]), shown(None)
    ('T1, T2', '')
    """
    if cell is None:
        return ""
    words = BETWEEN.join(map(str, cell)) if isinstance(cell, list) else str(cell)
    return " ".join(visible(words).split())


def browser_places(text: str) -> list[int] | None:
    """Give for each place of a text, its end included, the place a browser counts there.

    Browsers count UTF-16 units: a character beyond U+FFFF is two. None where the two are the same.

    >>> browser_places("a\\U0001f600b"), browser_places("ab")
    ([0, 1, 3, 4], None)
    """
    if text.isascii() or max(text) <= "\uffff":
        return None
    places = [0]
    for character in text:
        places.append(places[-1] + (2 if character > "\uffff" else 1))
    return places
