"""Lines -> hashed features: what a line says, and what a gap between two lines looks like.

Feature hashing (Weinberger et al., 2009) keeps the weights small and free of any word of the
texts they were trained on.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pipeline.structure.lines import Line

#: width of the hashed space of words (a power of two) and of gaps
WORD_WIDTH = 1 << 15
GAP_WIDTH = 1 << 11
TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
AGE = re.compile(
    r"\b\d{1,3}\s*-?\s*(?:years?|yrs?|y\.?\s?/?o\b|months?|mo\b|weeks?|wk|days?)[\s-]*(?:old|o\b)?"
    r"|\b\d{1,3}\s*-?\s*y\s?[./]?\s?o|\b\d{1,3}\s*-?\s*(?:[mf]\b|male|female)"
    r"|\bnew-?born\b|\bneonate\b",
    re.IGNORECASE,
)
BULLET = re.compile(
    r"(?:(?P<number>\(?\d{1,2}[.)])|(?P<letter>\(?[A-Za-z][.)])|(?P<mark>[-–—*•·»>+o~]+))(?=\s|[A-Z])"
    r"|(?P<glyph>[•·»*–—-])"
)
_BIGRAM = np.int64(0x9E3779B1)


@lru_cache(maxsize=1 << 16)
def _hash(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass")) & 0x7FFFFFFF


@lru_cache(maxsize=1024)
def states_age(text: str) -> bool:
    """Say whether a line states an age, as histories do."""
    return AGE.search(text) is not None


@lru_cache(maxsize=1024)
def bullet_kind(text: str) -> str:
    """Say what a line starts with: `number`, `letter`, a bullet's first character or nothing."""
    found = BULLET.match(text)
    if not found:
        return ""
    kind = found.lastgroup or ""
    return found.group()[0] if kind in ("mark", "glyph") else kind


def length_bucket(count: int) -> int:
    """Give the bucket of a count: bounds grow by a third to a half."""
    return int(np.searchsorted(LENGTHS, count, side="right"))


LENGTHS = np.array([2, 3, 5, 8, 12, 20, 35, 60, 100, 160, 250])


def line_ids(line: Line) -> NDArray[np.int64]:
    """Give the ids (below `WORD_WIDTH`) of a line's features, one for each occurrence.

    Words, pairs of words, endings of longer words, the first words, and the line's shape.
    """
    words = TOKEN.findall(line.text.lower())[:2000]
    words = ["0" * len(w) if w[0].isdigit() else w for w in words]
    hashes = np.fromiter((_hash(w) for w in words), np.int64, len(words))
    pairs = (hashes[:-1] * _BIGRAM + hashes[1:]) & 0x7FFFFFFF
    ends = [_hash("~" + w[-4:]) for w in words if len(w) > 5]
    start = [_hash("^" + w) for w in words[:1]] + [_hash("^^" + " ".join(words[:2]))]
    shape = [_hash(name) for name in shape_names(line, len(words))]
    ids: NDArray[np.int64] = np.concatenate(
        [hashes, pairs, np.array(ends + start + shape, dtype=np.int64)]
    )
    return ids & (WORD_WIDTH - 1)


def shape_names(line: Line, n_words: int) -> list[str]:
    """Name the shape of a line: length, bullet, end, capitals, a stated age."""
    text = line.text
    last = text[-1]
    ending = last if not last.isalnum() else "a"
    names = [f"len {length_bucket(n_words)}", f"bullet {bullet_kind(text)}", f"end {ending}"]
    if states_age(text):
        names.append("age")
    if text.isupper():
        names.append("capitals")
    if text[0].islower():
        names.append("lower start")
    return [f"#{name}" for name in names]


def _kind(line: Line) -> tuple[str, str, str]:
    count = len(line.text.split())
    size = "s" if count <= 6 else "m" if count <= 14 else "l"
    last = line.text[-1]
    end = "." if last in ".!?" else "," if last in ",;" else ":" if last == ":" else "a"
    bullet = bullet_kind(line.text)
    first = bullet or ("A" if line.text[0].isupper() else "a" if line.text[0].islower() else "0")
    return size, end, first


def gap_ids(lines: Sequence[Line]) -> list[NDArray[np.int64]]:
    """Give for each gap between two lines the ids (below `GAP_WIDTH`) of its features.

    Blank lines count only where the text has both kinds of gap: where every gap is blank, or none,
    they say nothing of fields.
    """
    kinds = [_kind(line) for line in lines]
    blanks = [line.blank_before for line in lines[1:]]
    telling = any(blanks) and not all(blanks)
    return [
        np.array(
            [_hash("|" + name) & (GAP_WIDTH - 1) for name in _gap_names(lines, kinds, i, telling)]
        )
        for i in range(len(lines) - 1)
    ]


def _gap_names(
    lines: Sequence[Line], kinds: Sequence[tuple[str, str, str]], i: int, telling: bool
) -> list[str]:
    (size, end, first), (size2, end2, first2) = kinds[i], kinds[i + 1]
    blank = lines[i + 1].blank_before if telling else False
    indent = (lines[i + 1].indent > 0) - (lines[i].indent > 0)
    before = kinds[i - 1] if i else ("^", "^", "^")
    after = kinds[i + 2] if i + 2 < len(kinds) else ("$", "$", "$")
    blank_next = telling and i + 2 < len(lines) and lines[i + 2].blank_before
    return [
        "bias", f"blank {blank}", f"indent {indent} {lines[i + 1].indent > 0}", f"end {end}",
        f"next {first2}", f"firsts {first} {first2}", f"ends {end} {end2}",
        f"sizes {size} {size2}", f"turn {end} {first2} {blank}",
        f"all {size} {end} {first} {size2} {end2} {first2}",
        f"before {before[0]} {size} {size2}", f"after {size} {size2} {after[0]}",
        f"before {before[2]} {first} {first2}", f"after {first} {first2} {after[2]}",
        f"colon {end == ':'} {first2}", f"blank after {blank_next}",
        f"blank before {telling and lines[i].blank_before}",
    ]  # fmt: skip
