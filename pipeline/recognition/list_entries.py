"""Words of a list of answers -> its entries."""

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.terminology.status_cues import PhraseTable

DASHES = frozenset("-–—")
#: signs that end the name an entry begins with
ENDS = frozenset("(:,;/")
#: words that a name known by its place alone has at most
LONGEST = 6


class Entry(NamedTuple):
    """Tokens `start` to `end` (exclusive), the first word, the dash after a space or -1."""

    start: int
    end: int
    first: int
    dash: int
    bulleted: bool


def entries_of(words: Sequence[str], spaces: Sequence[bool]) -> list[Entry]:
    """Give the lines that hold words; one in lower case goes on with a remark before it.

    Args:
        words: the tokens of a list.
        spaces: whether a space follows each token.

    >>> words = ["Gout", "-", "seldom", "\\n", "seen", "\\n", "Rickets"]
    >>> [(entry.start, entry.end) for entry in entries_of(words, [True] * 7)]
    [(0, 6), (6, 7)]
    """
    found: list[Entry] = []
    start = 0
    for end in [*(i + 1 for i, word in enumerate(words) if "\n" in word), len(words)]:
        entry = _entry(words, spaces, start, end)
        if entry and found and _goes_on(words, found[-1], entry):
            found[-1] = found[-1]._replace(end=end)
        elif entry:
            found.append(entry)
        start = end
    return found


def _entry(words: Sequence[str], spaces: Sequence[bool], start: int, end: int) -> Entry | None:
    first = next((i for i in range(start, end) if not words[i].isspace()), -1)
    if first < 0:
        return None
    dashes = (i for i in range(first + 1, end) if words[i] in DASHES)
    dash = next((i for i in dashes if spaces[i - 1] or words[i - 1].isspace()), -1)
    return Entry(start, end, first, dash, not words[first][0].isalpha())


def _goes_on(words: Sequence[str], before: Entry, entry: Entry) -> bool:
    opened = before.bulleted or words[before.first][0].isupper()
    return before.dash >= 0 and opened and words[entry.first][0].islower()


def name_by_place(
    words: Sequence[str], entry: Entry, no_entry: PhraseTable[str]
) -> tuple[int, int] | None:
    """Give the tokens of the name that an entry begins with; None if it is a sentence or heading.

    Args:
        words: the tokens of the list, in lower case.
        entry: one of its entries, in which nothing is marked that would be an answer.
        no_entry: the words that no such entry has.
    """
    said = [word for word in words[entry.start : entry.end] if not word.isspace()]
    start = next((i for i in range(entry.first, entry.end) if words[i][0].isalpha()), entry.end)
    end = start
    while end < entry.end and end != entry.dash and not (words[end] in ENDS or "\n" in words[end]):
        end += 1
    while end > start and not words[end - 1][0].isalnum():
        end -= 1
    n_words = sum(word[0].isalnum() for word in words[start:end])
    if not 0 < n_words <= LONGEST or said[-1] == ":" or no_entry.found_in(said):
        return None
    return start, end
