"""Whether two names that are spelt alike may mean the same.

Likeness of letters knows nothing of meaning: `exaggerated reflexes` and `absent reflexes` share
most of theirs. So the words of both names are laid side by side: a word that stands for itself, or
a misspelt one for one spelt like it, is matched. What is left over on either side may be no `guard`
and no `quality` of `models/rules/link_words.tsv`, no number and no single letter; no word is
matched with one that begins with another `polar` prefix; and a guard or quality, written as it
should be, with itself alone.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from enum import IntEnum

from pipeline.terminology.link_words import load_link_words
from pipeline.terminology.misspellings import is_one_edit

#: letters a word must have to be matched with one spelt otherwise
SHORTEST_LIKE = 6
#: letters after a beginning that tell whether two words go on alike
GOES_ON = 5
#: slips of the pen in a word of twice as many letters
MOST_SLIPS = 2


class Match(IntEnum):
    """How two names agree: not at all, but for words one lacks, or word by word."""

    NONE = 0
    LOOSE = 1
    WORDS = 2


def match_of(
    asked: Sequence[str],
    found: Sequence[str],
    is_misspelt: Callable[[str], bool] = lambda _: True,
) -> Match:
    """Lay the words of two names side by side, in any order.

    Args:
        asked: the words of a mention, in normal form.
        found: those of a name.
        is_misspelt: says of a word of the mention whether it is a word of no name.

    >>> match_of(["exaggerated", "reflex"], ["absent", "reflex"]).name
    'NONE'
    >>> match_of(["vertebral", "body"], ["flat", "vertebral", "body"]).name
    'NONE'
    >>> match_of(["osteomyelytis"], ["osteomyelitis"]).name
    'WORDS'
    >>> match_of(["renal", "cyst"], ["renal", "cortical", "cyst"]).name
    'LOOSE'
    """
    if "".join(asked) == "".join(found):
        # `alpha1`, `alpha 1`; `pneumo thorax`
        return Match.WORDS
    kinds = load_link_words()
    left, over = Counter(asked), Counter(found)
    same = left & over
    lacked, added = list((left - same).elements()), list((over - same).elements())
    for word in tuple(lacked):
        twin = next((other for other in added if _is_like(word, other)), None)
        if twin is not None and is_misspelt(word):
            lacked.remove(word)
            added.remove(twin)
    if any(_counts(word) for word in (*lacked, *added)):
        return Match.NONE
    idle = kinds["filler"] | kinds["reorder"]
    if set(added) <= idle and set(lacked) <= idle | kinds["light"] | kinds["generic"]:
        return Match.WORDS
    return Match.LOOSE if same or not (lacked and added) else Match.NONE


def may_be_narrower(asked: Sequence[str], found: Sequence[str]) -> bool:
    """Say whether a name may be that of a kind of what a mention names: it turns nothing round.

    >>> may_be_narrower(["hyperprolactinemia"], ["familial", "hyperprolactinemia"])
    True
    >>> may_be_narrower(["hyperthyroid", "disorder"], ["hypothyroidism"])
    False
    """
    added = [word for word in found if word not in asked]
    return not any(_turns(word) or any(_opposed(word, other) for other in asked) for word in added)


def _opposed(word: str, other: str) -> bool:
    """Say whether two words go on alike after different `polar` beginnings."""
    polar = load_link_words()["polar"]
    rests = [
        {form.removeprefix(p)[:GOES_ON] for p in polar if form.startswith(p)} or {form[:GOES_ON]}
        for form in (word, other)
    ]
    begins = [{p for p in polar if form.startswith(p)} for form in (word, other)]
    return begins[0] != begins[1] and bool(rests[0] & rests[1])


def _counts(word: str) -> bool:
    """Say whether a word may neither be added nor dropped."""
    return _turns(word) or word in load_link_words()["quality"]


def _turns(word: str) -> bool:
    """Say whether a word says whether or which way, or which one of several."""
    return (
        word in load_link_words()["guard"] or len(word) == 1
        or any(letter.isdigit() for letter in word) or set(word) <= set("ivx")
    )  # fmt: skip


def _is_like(word: str, other: str) -> bool:
    """Say whether a word is another misspelt or in another number, and no opposite of it."""
    kinds = load_link_words()
    if min(len(word), len(other)) < SHORTEST_LIKE or word[0] != other[0]:
        return False
    if word in kinds["guard"] or word in kinds["quality"]:
        return False
    if abs(len(word) - len(other)) > MOST_SLIPS:
        return False
    if not is_one_edit(word, other) and not _is_two_edits(word, other):
        return False
    return all(word.startswith(p) == other.startswith(p) for p in kinds["polar"])


def _is_two_edits(word: str, other: str) -> bool:
    """Say whether two slips lead from a long word to another, neither in its first letters."""
    if min(len(word), len(other)) < 2 * SHORTEST_LIKE or word[:3] != other[:3]:
        return False
    return _distance(word, other) <= MOST_SLIPS


def _distance(word: str, other: str) -> int:
    """Count the letters to change, put in or leave out (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, start=1):
        before, row[0] = row[0], i
        for j, against in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (letter != against))
    return row[-1]
