"""Does a DIAGNOSIS mention name the same diagnosis as another? By words, concept, head, letters.

Two names are the same if

- they are linked to one concept, or
- all words of one stand in the other, and one's head is the other's or two words are shared
  (`encephalocele`, `fronto-nasal encephalocele`), unless one is generic (`tumor`) or the words
  it lacks turn the meaning (`non`), or
- one is written with letters of the other (`OCD`, `osteochondritis dissecans`).

Words are compared in normal form, fillers aside; case texts are full of slips, so words of
`SLIP_LENGTH` letters and more may differ by one letter or by two changed places.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.terminology.normal_form import normal_words
from pipeline.terminology.role_rows import RoleWords

#: letters an abbreviation has
SHORT_LENGTHS = range(2, 7)
#: letters from which on a word may have a slip
SLIP_LENGTH = 7
#: letters a word needs, and letters it may have more, to be the stem of another (`infarct`)
STEM_LENGTH, ENDING_LENGTH = 6, 4
#: words that turn the meaning of a name
TURNING = frozenset({"non", "no", "pseudo", "nonhodgkin"})


class DiagnosisName(NamedTuple):
    """A name: words without fillers in normal form, head word, short form, concept id."""

    words: tuple[str, ...]
    head: str
    generic: bool
    short: str
    concept_id: str


def diagnosis_name(tokens: Sequence[str], concept_id: str, rows: RoleWords) -> DiagnosisName:
    """Read the tokens of a mention as a name."""
    forms = normal_words(tokens)
    splits, fillers = rows.single["splits"], rows.single["filler"]
    words: list[str] = []
    head = ""
    for token, form in zip(map(str.lower, tokens), forms, strict=True):
        if words and not head and token in splits:
            head = words[-1]
        if form.isalnum() and token not in fillers:
            words.append(form)
    last = words[-1] if words else ""
    generic = bool(words) and rows.single["generic"].issuperset(words)
    letters = [token for token in tokens if token.isalnum()]
    short = letters[0] if len(letters) == 1 and _is_short(letters[0]) else ""
    return DiagnosisName(
        tuple(words), head or last, generic, short.removesuffix("s").lower(), concept_id
    )


def _is_short(word: str) -> bool:
    letters = word.removesuffix("s")
    return len(letters) in SHORT_LENGTHS and sum(c.isupper() for c in letters) >= len(letters) - 1


def same_diagnosis(one: DiagnosisName, other: DiagnosisName) -> bool:
    """Say whether two mentions name the same diagnosis.

    >>> from pipeline.terminology.role_rows import load_role_words
    >>> rows = load_role_words()
    >>> full = diagnosis_name(["Osteochondritis", "dissecans"], "", rows)
    >>> same_diagnosis(full, diagnosis_name(["OCD"], "", rows))
    True
    >>> same_diagnosis(full, diagnosis_name(["Osteochondroma"], "", rows))
    False
    """
    if one.concept_id and one.concept_id == other.concept_id:
        return True
    if not one.words or not other.words:
        return False
    if _abbreviates(one, other) or _abbreviates(other, one):
        return True
    few, many = sorted((one, other), key=lambda name: len(name.words))
    return _contained(few, many)


def equal_diagnosis(one: DiagnosisName, other: DiagnosisName) -> bool:
    """Say whether two names are the same and none has a word the other lacks."""
    return len(one.words) == len(other.words) and same_diagnosis(one, other)


def same_words(one: DiagnosisName, other: DiagnosisName) -> bool:
    """Say whether two names are the same word by word, or one is the other's short form.

    >>> from pipeline.terminology.role_rows import load_role_words
    >>> rows = load_role_words()
    >>> names = ["hip dislocation", "dislocation of the hip", "anterior hip dislocation"]
    >>> one, turned, narrower = (diagnosis_name(name.split(), "", rows) for name in names)
    >>> same_words(one, turned), same_words(one, narrower)
    (True, False)
    """
    if _abbreviates(one, other) or _abbreviates(other, one):
        return True
    return bool(other.words) and _without(one.words, other.words) == []


def _abbreviates(short: DiagnosisName, full: DiagnosisName) -> bool:
    """Say whether the short form's letters stand in the full name in order, from its first."""
    if not short.short or full.short or len(full.words) > len(short.short):
        return False
    letters = iter("".join(full.words))
    return short.short[0] == full.words[0][0] and all(c in letters for c in short.short)


def _contained(few: DiagnosisName, many: DiagnosisName) -> bool:
    rest = _without(many.words, few.words)
    if rest is None:
        return False
    if not rest:
        return True
    turned = zip(many.words, many.words[1:], strict=False)
    if few.generic or any(one in TURNING and two not in rest for one, two in turned):
        return False
    return len(few.words) > 1 or any(same_word(few.head, w) for w in (many.head, many.words[-1]))


def _without(words: Sequence[str], taken: Sequence[str]) -> list[str] | None:
    """Take words away, each in one of its spellings or as the initials of several; None if any
    is not there."""
    rest = list(words)
    for word in taken:
        place = next((i for i, other in enumerate(rest) if same_word(word, other)), -1)
        size = 1
        if place < 0 and len(word) in SHORT_LENGTHS:
            size = len(word)
            place = "".join(other[0] for other in rest).find(word)
        if place < 0:
            return None
        del rest[place : place + size]
    return rest


def same_or_broader(one: DiagnosisName, other: DiagnosisName) -> bool:
    """Say whether two names are the same or the head of the one is a word of the other.

    >>> from pipeline.terminology.role_rows import load_role_words
    >>> rows = load_role_words()
    >>> names = [["complete", "tear"], ["posterior", "cruciate", "ligament", "tear"]]
    >>> first, second = (diagnosis_name(words, "", rows) for words in names)
    >>> same_or_broader(first, second), same_diagnosis(first, second)
    (True, False)
    """
    if same_diagnosis(one, other):
        return True
    return not one.generic and any(same_word(one.head, word) for word in other.words)


@lru_cache(maxsize=1 << 15)
def same_word(one: str, other: str) -> bool:
    """Say whether two normal forms are one word, a slip of it or its stem.

    >>> [same_word(*pair) for pair in (("sarcoidosis", "sarciodosis"), ("infarct", "infarction"))]
    [True, True]
    >>> same_word("hyperthyroidism", "hypothyroidism")
    False
    """
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    more = len(long) - len(short)
    if len(short) >= STEM_LENGTH and more <= ENDING_LENGTH and long.startswith(short):
        return True
    return len(short) >= SLIP_LENGTH and more <= 1 and _one_slip(short, long)


def _one_slip(short: str, long: str) -> bool:
    same = next((i for i, pair in enumerate(zip(short, long, strict=False)) if len({*pair}) > 1), 0)
    if len(short) < len(long):
        return short[same:] == long[same + 1 :]
    swapped = short[same + 1 : same + 2] + short[same : same + 1]
    changed = short[same + 1 :] == long[same + 1 :]
    return changed or (swapped == long[same : same + 2] and short[same + 2 :] == long[same + 2 :])
