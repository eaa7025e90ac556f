"""Word -> the one form under which its spellings meet, and words -> the key of a term.

`masses` and `mass`, `oedema` and `edema`, `T1-weighted` and `T1 weighted`, `Cooley&#39;s` and
`Cooley` meet. A normal form is a key, never shown: it need not be a word. The rules are the rows of
`models/rules/normal_forms.tsv`, of four kinds: `letter` (Greek), `inside` (British to American),
`word` (irregular plurals, words to leave alone) and `ending` (the longest that fits).
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import compress, count
from typing import NamedTuple

from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows

COLUMNS = ("id", "kind", "from", "to", "example")
KINDS = ("letter", "inside", "word", "ending")
#: the form of a token that no term reaches across
BREAK = "\n"
#: words shorter than this keep their ending: `us`, `gas`, `his`
SHORTEST_INFLECTED = 4
#: blanks (after the first) that part the columns of a table
WIDE_GAP = 3
#: distinct words kept in the cache; a longer vocabulary is worked out again
CACHED_WORDS = 1 << 17

_HYPHENS = frozenset("-\u00ad\u2010\u2011\u2013")
_APOSTROPHES = frozenset("'`\u2018\u2019\u02bc")
# `ultrasound1`: a reference mark grown onto a word; `T1`, `L5` and `alpha1` are shorter
_REFERENCE_MARK = re.compile(r"(?<=[^\W\d_]{6})\d{1,2}$")


class SpellingRules(NamedTuple):
    """The rows of `normal_forms.tsv`, ready to apply."""

    letters: dict[int, str]
    inside: re.Pattern[str]
    replacements: dict[str, str]
    words: dict[str, str]
    endings: dict[str, str]
    longest_ending: int


@cache
def spelling_rules() -> SpellingRules:
    """Read the spelling rules.

    Raises:
        ResourceError: a row's kind is unknown, or its `from` is empty or not in lower case.
    """
    by_kind: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    for where, row in read_rows(models_path("rules", "normal_forms.tsv"), COLUMNS):
        if row["kind"] not in by_kind:
            raise ResourceError(f"{where}: kind {row['kind']!r}, expected one of {list(KINDS)}")
        if not row["from"] or row["from"] != row["from"].lower():
            raise ResourceError(f"{where}: from {row['from']!r}, expected lower-case letters")
        by_kind[row["kind"]][row["from"]] = row["to"]
    inside = sorted(by_kind["inside"], key=len, reverse=True)
    return SpellingRules(
        letters={ord(letter): name for letter, name in by_kind["letter"].items()},
        inside=re.compile("|".join(map(re.escape, inside))),
        replacements=by_kind["inside"],
        words=by_kind["word"],
        endings=by_kind["ending"],
        longest_ending=max(map(len, by_kind["ending"])),
    )


@lru_cache(maxsize=CACHED_WORDS)
def plain_word(word: str) -> str:
    """Give a token without HTML entity and, on a word in capitals, without plural s.

    >>> plain_word("MRIs"), plain_word("&#39;"), plain_word("US")
    ('MRI', "'", 'US')
    """
    if word[:1] == "&" and len(word) > 1:
        word = html.unescape(word)
    if word[-1:] == "s" and len(word) > 2 and word[:-1].isupper():
        return word[:-1]
    return word


def normal_form(word: str) -> str:
    """Give the form under which the spellings of one word meet.

    >>> [normal_form(w) for w in ("Masses", "vertebrae", "oedema", "calculi", "&beta;", "MRIs")]
    ['mass', 'vertebra', 'edema', 'calculus', 'beta', 'mri']
    """
    return _FORMS[word]


class _Forms(dict[str, str]):
    """Word -> normal form, worked out when a word is first met; costs less to read than a cache."""

    def __missing__(self, word: str) -> str:
        if len(self) > CACHED_WORDS:
            self.clear()
        self[word] = form = _form_of(word)
        return form


_FORMS = _Forms()


def _form_of(word: str) -> str:
    rules = spelling_rules()
    form = plain_word(word).casefold()
    if not form.isascii():
        form = _unaccented(form.translate(rules.letters))
    if form[-1:].isdigit():
        form = _REFERENCE_MARK.sub("", form)
    if form in rules.words:
        return rules.words[form]
    return _singular(rules.inside.sub(lambda m: rules.replacements[m[0]], form), rules)


def _unaccented(form: str) -> str:
    decomposed = unicodedata.normalize("NFKD", form)
    return "".join(c for c in decomposed if not unicodedata.combining(c)) or form


def _singular(form: str, rules: SpellingRules) -> str:
    if form in rules.words:
        return rules.words[form]
    if len(form) < SHORTEST_INFLECTED or not form.isalpha():
        return form
    for size in range(min(rules.longest_ending, len(form) - 1), 0, -1):
        ending = rules.endings.get(form[-size:])
        if ending is not None:
            return form[:-size] + ending
    return form


class _Marks(dict[str, str]):
    """Form -> `-` for a hyphen, `'` for an apostrophe, a blank for blanks, else nothing."""

    def __missing__(self, form: str) -> str:
        if len(self) > CACHED_WORDS:
            self.clear()
        mark = "-" if form in _HYPHENS else "'" if form in _APOSTROPHES else ""
        self[form] = mark = " " if form.isspace() else mark
        return mark


_MARKS = _Marks()


def normal_words(words: Sequence[str]) -> list[str]:
    """Give the normal form of each token of a text.

    Hyphens, apostrophes with the `s` after them and blanks have the form `""`: terms match with or
    without them. A line's end is a `BREAK`, unless the text goes on in lower case on the next line;
    so is the wide gap between the columns of a table.

    >>> normal_words(["Cooley", "&#39;", "s", "T1", "-", "weighted"])
    ['cooley', '', '', 't1', '', 'weighted']
    """
    forms = list(map(_FORMS.__getitem__, words))
    last = len(forms) - 1
    for i in list(compress(count(), map(_MARKS.__getitem__, forms))):
        mark = _MARKS[forms[i]]
        if mark == " ":
            forms[i] = BREAK if _ends_line(forms[i], words[i + 1 : i + 2]) else ""
        elif mark:
            forms[i] = ""
            if mark == "'" and i < last and forms[i + 1] == "s":
                forms[i + 1] = ""
    return forms


def _ends_line(blank: str, following: Sequence[str]) -> bool:
    line_ends = blank.count("\n")
    if not line_ends:
        return len(blank) >= WIDE_GAP
    return line_ends > 1 or (line_ends == 1 and not (following and following[0].islower()))


def normal_key(words: Iterable[str]) -> str:
    """Give the key of a term from its tokens: their normal forms with a blank between.

    >>> normal_key(["T1", "-", "weighted"]) == normal_key(["T1", "weighted"])
    True
    """
    return " ".join(form for form in normal_words(list(words)) if form)
