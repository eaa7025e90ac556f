"""Authors of a list of references are no mentions: `Batsakis, J.G.` is no disease.

The chains take names they have not seen for diseases. A name is told by the initials beside it and
by another author or a year on its line; a journal by the year and the semicolon after it. Diseases
in the titles of what is referred to are mentions.
"""

import re
from collections.abc import Sequence

from pipeline.recognition.merging import Marked

#: labels that a name may be taken for
_LABELS = frozenset(("ANATOMY", "DIAGNOSIS", "FINDING"))
#: sections that end in references; elsewhere `Protein C,` is a test
_SECTIONS = frozenset(("discussion", "treatment"))
_INITIALS = re.compile(r"[A-Z]{1,3}")
_YEAR = re.compile(r"(?:19|20)\d\d")
#: words of references that have no year
_CITED = frozenset(("http", "https", "www", "ed", "edition", "al"))
#: words on each side in which another author or the year of the work is looked for
_REACH = 40


def without_authors(
    words: Sequence[str],
    found: Sequence[Marked],
    lexicon: Sequence[Marked],
    sections: Sequence[str],
) -> list[Marked]:
    """Leave out mentions that are authors or journals.

    Args:
        words: the tokens of the text.
        found: its mentions.
        lexicon: the names in it; what one begins with is no author.
        sections: section of each token.

    >>> words = ["Som", ",", "PM", ",", "Curtin", ",", "HD", "."]
    >>> without_authors(words, [Marked("DIAGNOSIS", 0, 1, "crf")], [], ["discussion"] * 8)
    []
    """
    near = [m for m in found if _may_be(words, m, sections)]
    if not near:
        return list(found)
    known = {term.start for term in lexicon}
    names = {m for m in near if m.start not in known and _is_name(words, m)}
    return [m for m in found if m not in names]


def _may_be(words: Sequence[str], mention: Marked, sections: Sequence[str]) -> bool:
    label, start, _, _ = mention
    return label in _LABELS and sections[start] in _SECTIONS and words[start][0].isupper()


def _is_name(words: Sequence[str], mention: Marked) -> bool:
    _, start, end, _ = mention
    if _is_journal(words, end):
        return True
    author = _author_at(words, start) or _author_before(words, start)
    return author and all(map(_in_name, words[start:end])) and _in_reference(words, start)


def _in_name(word: str) -> bool:
    return word[0].isupper() or word in (",", ".", "-", "and") or word.isspace()


def _is_journal(words: Sequence[str], at: int) -> bool:
    return at + 1 < len(words) and bool(_YEAR.fullmatch(words[at])) and words[at + 1] == ";"


def _author_at(words: Sequence[str], at: int) -> bool:
    """Say whether a surname with initials after it begins at a token."""
    if not (words[at].isalpha() and words[at][0].isupper() and words[at][1:].islower()):
        return False
    after = _skip(words, at + 1)
    return after < len(words) and _are_initials(words, after)


def _are_initials(words: Sequence[str], at: int) -> bool:
    if not _INITIALS.fullmatch(words[at]):
        return False
    after = words[at + 1] if at + 1 < len(words) else "."
    return after in (",", ".", ";", ":", "&", "-") or after.lower() == "and"


def _author_before(words: Sequence[str], at: int) -> bool:
    """Say whether initials of the surname before them begin at a token."""
    if not _are_initials(words, at):
        return False
    before = at - 1
    while before >= 0 and (words[before] == "," or words[before].isspace()):
        before -= 1
    return before >= 0 and words[before].isalpha() and words[before][1:].islower()


def _in_reference(words: Sequence[str], at: int) -> bool:
    """Say whether a year or a second author stands near, on the same line."""
    authors = 0
    first, last = at, at
    while first > max(0, at - _REACH) and "\n" not in words[first - 1]:
        first -= 1
    while last < min(len(words), at + _REACH) and "\n" not in words[last]:
        last += 1
    for i in range(first, last):
        if _YEAR.fullmatch(words[i]) or words[i] in _CITED:
            return True
        authors += _author_at(words, i)
    return authors > 1


def _skip(words: Sequence[str], at: int) -> int:
    while at < len(words) and (words[at] == "," or words[at].isspace()):
        at += 1
    return at
