"""Which names in a list of alternatives are its answers.

What an entry says behind a dash of the answer before it, and what the list is said to be of, are
none (`list_words.tsv`): a DIAGNOSIS there is a FINDING unless the lexicon knows it as a disease,
which stays one and is marked by the row's id for the statuses. An entry in which nothing is marked
but FINDING or ANATOMY names an answer by its place (`Left subclavian vein` among diseases).
"""

from collections.abc import Callable, Mapping, Sequence

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
        listed = words[first:last]
        entries = entries_of(listed, spaces()[first:last])
        lower = [word.lower() for word in listed]
        read = [self._read(mention, first, (lower, entries)) for mention in found]
        return self._completed(read, first, (lower, entries))

    def _read(
        self, mention: Marked, first: int, listed: tuple[list[str], Sequence[Entry]]
    ) -> Marked:
        label, start, end, made_by = mention
        lower, entries = listed
        if label != "DIAGNOSIS" or not first <= start < first + len(lower):
            return mention
        entry = next(e for e in reversed(entries) if e.start <= start - first)
        row = self._row(lower, start - first, end - first, entry)
        if not row:
            return mention
        kept = self._is_disease(lower[start - first : end - first])
        return Marked("DIAGNOSIS" if kept else "FINDING", start, end, f"{made_by} {row}")

    def _row(self, lower: list[str], start: int, end: int, entry: Entry) -> str:
        """Give the id of the row that makes the name over some tokens none of the answers."""
        before = _said(lower[entry.start : start])
        while before and before[-1] in PASSED_OVER and not self._ends(before):
            before.pop()
        rows = self._ends(before)
        after = _said(lower[end : entry.end])
        hits = self._tables["named_list"].find(after[:4])
        rows += [row for at, _, ids in hits if at == 0 for row in ids]
        if len(before) == 1 and ":" in after[:3]:
            rows += self._tables["opener"].backwards(before, 0, 1)
        if 0 <= entry.dash < start:
            behind = self._tables["verb"].find(_said(lower[entry.dash : entry.end]))
            rows += [row for *_, ids in behind for row in ids]
        return rows[0] if rows else ""

    def _ends(self, before: list[str]) -> list[str]:
        tables = (self._tables["topic"], self._tables["remark"])
        return [row for table in tables for row in table.backwards(before, 0, len(before))]

    def _completed(
        self, found: list[Marked], first: int, listed: tuple[list[str], Sequence[Entry]]
    ) -> list[Marked]:
        """Add the answers that are known by their place, in lists of which others are marked."""
        lower, entries = listed
        labels = [_labels(found, first + entry.start, first + entry.end) for entry in entries]
        named = [e for e, inside in zip(entries, labels, strict=True) if "DIAGNOSIS" in inside]
        bulleted = sum(entry.bulleted for entry in named) * 2 > len(named)
        for entry, inside in zip(entries, labels, strict=True):
            if not named or entry.bulleted != bulleted or inside.difference(MADE_OF):
                continue
            name = name_by_place(lower, entry, self._tables["no_entry"])
            if name:
                answer = Marked("DIAGNOSIS", first + name[0], first + name[1], ENTRY_ROW)
                found = [m for m in found if not _is_part(m, answer)] + [answer]
        return found


def _said(words: Sequence[str]) -> list[str]:
    return [word for word in words if not word.isspace()]


def _labels(found: Sequence[Marked], start: int, end: int) -> set[str]:
    return {mention.label for mention in found if mention.start < end and start < mention.end}


def _is_part(mention: Marked, answer: Marked) -> bool:
    """Say whether an answer stands for a mention: a FINDING in it, the ANATOMY it is."""
    if mention.label == "FINDING":
        return mention.start < answer.end and answer.start < mention.end
    return mention.label == "ANATOMY" and mention[1:3] == answer[1:3]
