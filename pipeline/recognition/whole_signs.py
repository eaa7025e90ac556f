"""Mentions that hold half a pair of brackets or quotes, or run into the next entry, are mended.

The chains see one word at a time, so a mention may open a bracket and end before it closes. What is
in brackets after a name is another name of it (`Patellar tendinosis (jumper's knee)`), unless it
only describes it (`Astrocytoma (pilocytic)`, `Tear (Grade II)`), when the name is one with it.
"""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.recognition.merging import Marked

#: labels whose mentions are mended
_LABELS = frozenset(("ANATOMY", "DIAGNOSIS", "FINDING"))
_CLOSING = {"(": ")", "[": "]", "“": "”"}
_OPENING = {close: sign for sign, close in _CLOSING.items()}
_BRACKETS = frozenset("()[]")
_QUOTE = '"'
_SIGNS = frozenset((*_CLOSING, *_OPENING, _QUOTE))
#: sections in which a line is an entry
_LISTS = frozenset(("diagnosis", "differential"))
#: blanks that part the columns of a table
_GAP = 3
#: what in brackets only describes the name before it: its first word, the ending of its last
_GRADES = frozenset(("who", "grade", "stage", "type"))
_ADJECTIVES = ("al", "ar", "ary", "ic", "ive", "ous")
#: words that open no mention
_LINKS = frozenset(("and", "or", "with", "of", "aka"))


def with_whole_signs(
    words: Sequence[str], found: Sequence[Marked], sections: Sequence[str]
) -> list[Marked]:
    """Give the mentions of a text, those that half a pair of signs or a gap is in mended.

    Args:
        words: the tokens of the text.
        found: its mentions; those of one label do not overlap.
        sections: section of each token.

    >>> words = ["Tendinosis", "(", "knee", ")"]
    >>> found = with_whole_signs(words, [Marked("DIAGNOSIS", 0, 3, "crf")], [""] * 4)
    >>> [(mention.start, mention.end) for mention in found]
    [(0, 1), (2, 3)]
    """
    kept: list[Marked] = []
    halves: list[Marked] = []
    for mention in found:
        label, start, end, _ = mention
        if label not in _LABELS or end - start == 1:
            kept.append(mention)
            continue
        for part in _entries(mention, words, sections[start] in _LISTS):
            whole = _SIGNS.isdisjoint(words[part.start : part.end])
            (kept if whole else halves).append(part)
    if not halves:
        return kept
    ends = {(m.label, m.end): m for m in kept}
    by_start = {m[:2]: m for m in kept}
    for half in halves:
        for part in _mended(half, words, ends):
            by_start.pop(part[:2], None)  # a part takes the place of what it begins with
            by_start[part[:2]] = part
    return list(by_start.values())


def _entries(mention: Marked, words: Sequence[str], listed: bool) -> Iterator[Marked]:
    """Part a mention where an entry of a list or a column of a table ends."""
    start = mention.start
    for at in range(mention.start + 1, mention.end - 1):
        word = words[at]
        if word.isspace() and (listed if "\n" in word else len(word) >= _GAP):
            yield mention._replace(start=start, end=at)
            start = at + 1
    yield mention if start == mention.start else mention._replace(start=start)


def _mended(
    mention: Marked, words: Sequence[str], ends: Mapping[tuple[str, int], Marked]
) -> Iterator[Marked]:
    opens, closes = _unpaired(words, mention.start, mention.end)
    if opens >= 0:
        yield from _closed(mention, words, opens)
    elif closes >= 0:
        yield from _opened(mention, words, closes, ends.get((mention.label, mention.start - 1)))
    else:
        yield mention


def _unpaired(words: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Give the places of the sign that lacks its closing one and of that which lacks its opening.

    -1 stands for none. A straight quote without another closes what opens just before the mention.
    """
    waiting: list[int] = []
    lone = -1
    for at in range(start, end):
        word = words[at]
        before = words[waiting[-1]] if waiting else ""
        if before and before == _OPENING.get(word, _QUOTE if word == _QUOTE else None):
            waiting.pop()
        elif word in _CLOSING or word == _QUOTE:
            waiting.append(at)
        elif word in _OPENING:
            lone = at
    if waiting and words[waiting[-1]] == _QUOTE == words[max(0, start - 1)]:
        return -1, waiting[-1]
    return (waiting[-1] if waiting else -1), lone


def _closed(mention: Marked, words: Sequence[str], at: int) -> Iterator[Marked]:
    """Close what opens inside: take its end in, or part the mention there."""
    end, sign = mention.end, words[at]
    closes = end < len(words) and words[end] == _CLOSING.get(sign, sign)
    describes = sign not in _BRACKETS or _describes(words[at + 1 : end])
    if closes and describes and mention.start < at < end - 1:
        yield mention._replace(end=end + 1)
    else:
        yield from _parts(mention, words, at)


def _opened(
    mention: Marked, words: Sequence[str], at: int, before: Marked | None
) -> Iterator[Marked]:
    """Open what closes inside: take what is before it in, or part the mention there."""
    opens = bool(mention.start) and words[mention.start - 1] == _OPENING.get(words[at], words[at])
    if not opens or at == mention.end - 1:
        yield from _parts(mention, words, at)
    elif words[at] not in _BRACKETS:
        yield mention._replace(start=mention.start - 1)
    elif before and _LINKS.isdisjoint(words[at : mention.end]):
        yield before._replace(end=mention.end)
    else:
        yield from _parts(mention, words, at)


def _describes(inside: Sequence[str]) -> bool:
    said = [word.lower() for word in inside if word[0].isalnum()]
    return bool(said) and (said[0] in _GRADES or said[-1].endswith(_ADJECTIVES))


def _parts(mention: Marked, words: Sequence[str], at: int) -> Iterator[Marked]:
    """Give what stands before and after a sign, each if there is a word in it."""
    for start, end in ((mention.start, at), (at + 1, mention.end)):
        while start < end and (not words[start][0].isalnum() or words[start].lower() in _LINKS):
            start += 1
        while start < end and words[end - 1].isspace():
            end -= 1
        if start < end:
            yield mention._replace(start=start, end=end)
