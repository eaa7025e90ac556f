"""Where sentences start in a case text: stops, lines, bullets, lists.

Case texts mix prose, wrapped lines and lists. A stop ends a sentence unless the word before it is
an abbreviation; a line's end does unless the line visibly goes on; in sections that are lists each
line stands alone.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows

COLUMNS = ("id", "kind", "text")
KINDS = ("never", "capital", "link", "letter")
#: a line this long that ends in mid-sentence was wrapped
WRAPPED = 45
#: characters looked at before a stop
_BACK = 60

# begins with one class of characters, so that the search jumps from one of them to the next
CANDIDATE = re.compile(
    r"[\r\n.!?;:,•·»▪●◦‣](?:"
    r"(?<=[\r\n])(?P<line>\s*)"
    r"|(?<=[.!?])(?P<stop>[.!?]{0,40}[\"')\]”’]{0,9}[^\S\r\n]+)(?=[^\s.,;])"
    r"|(?<=[a-z)\d][a-z)\d][.!?])(?=[A-Z][a-z]+\b(?!\.))"
    r"|(?<=[;:,])[^\S\r\n]+(?=\(?\d{1,2}[.)][^\S\r\n]+[A-Za-z])"
    r"|(?<=[^\S\r\n][•·»▪●◦‣])(?P<bullet>)(?=[^\S\r\n]*\w))"
)
ITEM = re.compile(r"(?:[-–—*•·»▪●◦‣>+]+|\(?\d{1,2}[.)](?!\d)|\(?[A-Za-z][.)])[^\S\r\n]*(?=\S)")


class SentenceFinder:
    """Find sentence starts by rows of words.

    Kinds of rows: `never` (an abbreviation that ends no sentence), `capital` (one that ends it
    where a capital follows), `link` (a line that ends so goes on), `letter` (a single capital
    letter after it is a name's end, not an initial).
    """

    def __init__(self, path: Path) -> None:
        self._words: dict[str, set[str]] = {kind: set() for kind in KINDS}
        for where, row in read_rows(path, COLUMNS):
            if row["kind"] not in self._words or not row["text"]:
                problem = f"kind {row['kind']!r} or text {row['text']!r}"
                raise ResourceError(f"{where}: {problem}, expected one of {KINDS} and a word")
            self._words[row["kind"]].add(row["text"].lower())

    def starts(self, text: str, lists: Sequence[tuple[int, int]] = ()) -> list[int]:
        """Give the characters at which sentences start, without the first.

        Args:
            text: the case text.
            lists: parts (start, end) in which each line is an item, in order.
        """
        found: list[int] = []
        begun = 0
        starts = [start for start, _ in lists]
        for match in CANDIDATE.finditer(text):
            start = match.start() if match.lastgroup == "bullet" else match.end()
            if start >= len(text):
                break
            place = bisect_right(starts, match.start()) - 1
            listed = place >= 0 and start <= lists[place][1]
            if start > begun and self._ends(text, match, begun, listed=listed):
                found.append(start)
                begun = start
        return found

    def _ends(self, text: str, match: re.Match[str], begun: int, *, listed: bool) -> bool:
        if match.lastgroup == "line":
            return self._line_ends(text, match, begun, listed=listed)
        if match.lastgroup == "stop":
            return self._stop_ends(text, match.start(), match.end(), begun)
        return True

    def _stop_ends(self, text: str, stop: int, following: int, begun: int) -> bool:
        """Decide on a stop followed by white space."""
        opened = following + (text[following] in "\"'(“‘[")
        after = text[opened : opened + 1]
        first = _word_start(text, max(begun, stop - _BACK), stop)
        word = text[first:stop].lower()
        if _is_marker(word) and not text[max(begun, first - _BACK) : first].strip(" \t("):
            return False
        if text[stop] != ".":
            return True
        if word in self._words["never"] or (
            len(word) == 1 and self._is_initial(text, first, begun)
        ):
            return False
        if word in self._words["capital"]:
            return after.isupper()
        return not after.islower() or len(word) > 3

    def _is_initial(self, text: str, letter: int, begun: int) -> bool:
        if not text[letter].isupper():
            return False
        before = text[max(begun, letter - 20) : letter].rstrip()
        return _last_word(before).lower() not in self._words["letter"]

    def _line_ends(self, text: str, match: re.Match[str], begun: int, *, listed: bool) -> bool:
        """Decide on a line's end."""
        if match.group().count("\n") > 1 or ITEM.match(text, match.end()):
            return True
        line_start = text.rfind("\n", begun, match.start()) + 1
        line = text[max(begun, line_start) : match.start()].rstrip(" \t")
        last, after = line[-1:], text[match.end()]
        if not last or last in ".!?:":
            return not self._abbreviated(line) or not after.islower()
        if line.count("(") > line.count(")"):
            return False
        return not self._goes_on(line, after, listed=listed)

    def _abbreviated(self, line: str) -> bool:
        end = len(line) - 1
        return line[_word_start(line, 0, end) : end].lower() in self._words["never"]

    def _goes_on(self, line: str, after: str, *, listed: bool) -> bool:
        word = _last_word(line)
        if word.lower() in self._words["link"] and (after.islower() or word.islower()):
            return True
        long = len(line) >= WRAPPED
        if after.isupper():
            return line[-1] == "," and long and not listed
        if listed:
            item = ITEM.match(line.lstrip()) is not None
            return (long or item) and line[-1] not in ",;" and after.islower()
        return long or line[-1] == "," or ITEM.match(line.lstrip()) is not None


def _word_start(text: str, start: int, end: int) -> int:
    """Find where the word before `end` starts: letters joined by stops or slashes, or digits."""
    k = _letters_start(text, start, end)
    if k == end:
        while k > start and text[k - 1].isdecimal():
            k -= 1
        return k
    while k - 2 >= start and text[k - 1] in "./" and text[k - 2].isalpha():
        k = _letters_start(text, start, k - 1)
    return k


def _letters_start(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isalpha():
        end -= 1
    return end


def _last_word(text: str) -> str:
    return text[_letters_start(text, 0, len(text)) :]


def _is_marker(word: str) -> bool:
    return (word.isdigit() and len(word) <= 2) or len(word) == 1


@lru_cache(maxsize=1)
def default_sentences() -> SentenceFinder:
    """Give the finder over `models/rules/sentence_words.tsv`, read once."""
    return SentenceFinder(models_path("rules", "sentence_words.tsv"))
