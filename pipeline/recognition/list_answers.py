"""Which names in a list of alternatives are its answers.

What an entry says behind a dash of the answer before it, and what the list is said to be of, are
none (`list_words.tsv`): a DIAGNOSIS there is a FINDING unless the lexicon knows it as a disease,
which stays one and is marked by the row's id for the statuses. An entry in which nothing is marked
but FINDING or ANATOMY names an answer by its place (`Left subclavian vein` among diseases).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from pipeline.recognition.list_entries import Entry, entries_of, name_by_place
from pipeline.recognition.merging import Marked
from pipeline.terminology.status_cues import PhraseTable

#: the section that is a list of answers
LIST = "differential"
#: words between what says that a name is none of the answers and the name
PASSED_OVER = frozenset(("the", "a", "an", "this", "any", "known", "most"))
#: labels that an answer known by its place is made of
MADE_OF = ("FINDING", "ANATOMY")
#: row whose words no such answer has
ENTRY_ROW = "LW:entry"
#: words after a name in which the list may be said to be of it
NEAR = 4


class _Listed(NamedTuple):
    """A list, read once for all the mentions in it; places count from its first token.

    `said` are the words that are no white space and `places` their tokens; `starts` are the first
    tokens of the entries, and `remarks` the rows that make what stands behind their dash a remark.
    """

    lower: list[str]
    entries: list[Entry]
    starts: list[int]
    said: list[str]
    places: list[int]
    remarks: list[str]


class AnswerReader:
    """Tell answers from other names in lists.

    Args:
        tables: rows as `load_list_words` gives them.
        is_disease: says whether words name a disease.
    """

    def __init__(
        self,
        tables: Mapping[str, PhraseTable[str]],
        is_disease: Callable[[Sequence[str]], bool],
    ) -> None:
        self._tables = tables
        self._is_disease = is_disease

    def read(
        self,
        words: Sequence[str],
        spaces: Callable[[], Sequence[bool]],
        found: Sequence[Marked],
        sections: Sequence[str],
    ) -> list[Marked]:
        """Give the mentions, those in the list of alternatives as answers or none.

        Args:
            words: the tokens of the text.
            spaces: gives whether a space follows each; asked where the text has a list.
            found: its mentions.
            sections: section of each token.
        """
        if LIST not in sections:
            return list(found)
        first = sections.index(LIST)
        last = next((i for i in range(first, len(words)) if sections[i] != LIST), len(words))
        listed = self._listed(words[first:last], spaces()[first:last])
        read = [self._read(mention, first, listed) for mention in found]
        return self._completed(read, first, listed)

    def _listed(self, words: Sequence[str], spaces: Sequence[bool]) -> _Listed:
        lower, entries = [word.lower() for word in words], entries_of(words, spaces)
        places = [place for place, word in enumerate(lower) if not word.isspace()]
        said = [lower[place] for place in places]
        remarks = []
        for entry in entries:
            behind = slice(bisect_left(places, entry.dash), bisect_left(places, entry.end))
            hits = self._tables["verb"].find(said[behind]) if entry.dash >= 0 else []
            remarks.append(hits[0][2][0] if hits else "")
        return _Listed(lower, entries, [entry.start for entry in entries], said, places, remarks)

    def _read(self, mention: Marked, first: int, listed: _Listed) -> Marked:
        label, start, end, made_by = mention
        if label != "DIAGNOSIS" or not first <= start < first + len(listed.lower):
            return mention
        row = self._row(listed, start - first, end - first)
        if not row:
            return mention
        kept = self._is_disease(listed.lower[start - first : end - first])
        return Marked("DIAGNOSIS" if kept else "FINDING", start, end, f"{made_by} {row}")

    def _row(self, listed: _Listed, start: int, end: int) -> str:
        """Give the id of the row that makes the name over some tokens none of the answers."""
        number = bisect_right(listed.starts, start) - 1
        entry, said = listed.entries[number], listed.said
        low, high, begin, stop = (
            bisect_left(listed.places, place) for place in (entry.start, start, end, entry.end)
        )
        while high > low and said[high - 1] in PASSED_OVER and not self._ends(said, low, high):
            high -= 1
        rows = self._ends(said, low, high)
        after = said[begin : min(begin + NEAR, stop)]
        hits = self._tables["named_list"].find(after)
        rows += [row for at, _, ids in hits if at == 0 for row in ids]
        if high - low == 1 and ":" in after[:3]:
            rows += self._tables["opener"].backwards(said, low, high)
        if 0 <= entry.dash < start and listed.remarks[number]:
            rows.append(listed.remarks[number])
        return rows[0] if rows else ""

    def _ends(self, said: Sequence[str], low: int, high: int) -> list[str]:
        tables = (self._tables["topic"], self._tables["remark"])
        return [row for table in tables for row in table.backwards(said, low, high)]

    def _completed(self, found: list[Marked], first: int, listed: _Listed) -> list[Marked]:
        """Add the answers that are known by their place, in lists of which others are marked."""
        labels = _labels(found, first, listed)
        entries = list(zip(listed.entries, labels, strict=True))
        named = [entry for entry, inside in entries if "DIAGNOSIS" in inside]
        bulleted = sum(entry.bulleted for entry in named) * 2 > len(named)
        answers = []
        for entry, inside in entries:
            if not named or entry.bulleted != bulleted or inside.difference(MADE_OF):
                continue
            name = name_by_place(listed.lower, entry, self._tables["no_entry"])
            if name:
                answers.append(Marked("DIAGNOSIS", first + name[0], first + name[1], ENTRY_ROW))
        starts = [answer.start for answer in answers]
        return [m for m in found if not _is_part(m, answers, starts)] + answers


def _labels(found: Sequence[Marked], first: int, listed: _Listed) -> list[set[str]]:
    """Give the labels of the mentions in each entry."""
    labels: list[set[str]] = [set() for _ in listed.entries]
    for label, start, end, _ in found:
        number = max(0, bisect_right(listed.starts, start - first) - 1)
        while number < len(labels) and listed.starts[number] < end - first:
            if start - first < listed.entries[number].end:
                labels[number].add(label)
            number += 1
    return labels


def _is_part(mention: Marked, answers: Sequence[Marked], starts: Sequence[int]) -> bool:
    """Say whether one of some answers, in order, stands for a mention.

    It does for a FINDING that it shares a word with and for the ANATOMY that it is.
    """
    label, start, end, _ = mention
    # of answers that do not overlap, the last that begins before a mention ends
    number = bisect_left(starts, end) - 1
    if number < 0 or label not in MADE_OF:
        return False
    answer = answers[number]
    return start < answer.end if label == "FINDING" else (start, end) == answer[1:3]
