"""Patterns over word classes and words -> regular expressions over the letters of units.

A pattern is an ordinary regular expression over a string with one letter a unit (`units.py`), so
that finding it costs what `re` costs.

    {class}     a term of that word class or entity label, a definition, or `{number}`
    word        that word, whatever its number or spelling; `\\(` for a bracket
    ( | ) ? * + as in regular expressions
    [ ]         the part that is the mention, where it is not all
    ...         up to twelve units of one sentence

Between two parts a hyphen is allowed.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipeline.terminology.normal_form import normal_form
from pipeline.terminology.units import HYPHEN, STOP
from pipeline.tokenizer import TOKEN

_PART = re.compile(
    r"\{(?P<name>\w+)\}|(?P<gap>\.\.\.)|(?P<mark>[()\[\]|?*+])|(?P<word>\\.|[^\s(){}\[\]|?*+\\]+)"
)
_GAP = f"[^{STOP}]{{0,12}}?"
_MARKS = {"(": "(?:", "[": "(", "]": ")"}
_DEPTH = {"(": 1, "[": 1, ")": -1, "]": -1}
#: words that stand in most sentences
FREQUENT = (
    "a", "and", "as", "at", "by", "for", "from", "in", "is", "it", "of", "on", "or", "that", "the",
    "this", "to", "with", ",", "/", "(", ":",
)  # fmt: skip
Needs = tuple[frozenset[str], ...]


class Pattern(NamedTuple):
    """A pattern, compiled; a match has a letter of each set of `needs`, the rarest first.

    Only one with a `gap` reaches across units that no pattern names.
    """

    regex: re.Pattern[str]
    needs: Needs
    gap: bool


def word_symbol(word: str) -> str:
    """Give the symbol of a word in a pattern; those of classes have no `=`.

    Raises:
        ValueError: the word is more than one token of a text.

    >>> word_symbol("images")
    '=image'
    """
    word = word.removeprefix("\\")
    if not TOKEN.fullmatch(word):
        raise ValueError(f"{word!r} is not one token, expected its tokens with blanks between")
    return "=" + normal_form(word)


def symbols_of(pattern: str) -> Iterator[str]:
    """Give the symbols of a pattern: names of classes, and words after a `=`.

    >>> list(symbols_of("{direction} {sequence}? signal"))
    ['direction', 'sequence', '=signal']
    """
    for part in _PART.finditer(pattern):
        if part["name"]:
            yield part["name"]
        elif part["word"]:
            yield word_symbol(part["word"])


def expand(pattern: str, definitions: dict[str, str]) -> str:
    """Put definitions in the place of their names.

    >>> expand("{high} signal", {"high": "high|bright"})
    '(high|bright) signal'
    """

    def replace(name: re.Match[str]) -> str:
        return f"({definitions[name[1]]})" if name[1] in definitions else name[0]

    return re.sub(r"\{(\w+)\}", replace, pattern)


def compile_pattern(pattern: str, letters: Callable[[str], str]) -> Pattern:
    """Compile a pattern; `letters` gives the letters of all units that bear a symbol.

    The whole match is the mention, or group 1 and so on where the pattern has square brackets.

    Raises:
        ValueError: the pattern has characters outside the grammar, or brackets that do not match.
    """
    if rest := _PART.sub("", pattern).strip():
        raise ValueError(f"{rest!r} cannot be read")
    parts = list(_PART.finditer(pattern))
    try:
        regex = re.compile("".join(_regex_of(part, letters) for part in parts))
    except re.error as problem:
        raise ValueError(str(problem)) from problem
    needs = _needs(parts, letters)
    if not needs:
        raise ValueError("all its parts are optional, expected one that is not")
    gap = any(part["gap"] for part in parts)
    return Pattern(regex, tuple(sorted(needs, key=_frequency(letters))), gap)


def _frequency(letters: Callable[[str], str]) -> Callable[[frozenset[str]], tuple[bool, int]]:
    """Give the order of needs, the rarest first: a match is looked for where that one is met."""
    frequent = set(HYPHEN).union(*(letters(f"={word}") for word in FREQUENT))
    return lambda need: (not frequent.isdisjoint(need), len(need))


def _regex_of(part: re.Match[str], letters: Callable[[str], str]) -> str:
    if part["gap"]:
        return _GAP
    if part["mark"]:
        return _MARKS.get(part["mark"], part["mark"])
    found = _letters_of(part, letters)
    if found == HYPHEN:
        return HYPHEN
    # a symbol that no term bears (an empty lexicon) matches nothing
    return f"(?:{HYPHEN}?[{found}])" if found else "(?!)"


def _letters_of(part: re.Match[str], letters: Callable[[str], str]) -> str:
    symbol = part["name"] or word_symbol(part["word"])
    return HYPHEN if symbol == "=-" else letters(symbol)


def _needs(parts: list[re.Match[str]], letters: Callable[[str], str]) -> list[frozenset[str]]:
    """Give the sets of letters of which each match has one: parts not optional, not in a choice.

    A choice between single parts is one set; a choice between longer ones is passed over.
    """
    needs: list[frozenset[str]] = []
    at = 0
    while at < len(parts):
        end = _end_of_item(parts, at)
        optional = end < len(parts) and parts[end]["mark"] in ("?", "*")
        if not optional:
            needs += _needs_of_item(parts[at:end], letters)
        at = end + (end < len(parts) and parts[end]["mark"] in ("?", "*", "+"))
    return needs


def _end_of_item(parts: list[re.Match[str]], at: int) -> int:
    depth = 0
    for i in range(at, len(parts)):
        depth += _DEPTH.get(parts[i]["mark"] or "", 0)
        if depth == 0:
            return i + 1
    return len(parts)


def _needs_of_item(
    item: list[re.Match[str]], letters: Callable[[str], str]
) -> list[frozenset[str]]:
    if len(item) == 1:
        return (
            [] if item[0]["gap"] or item[0]["mark"] else [frozenset(_letters_of(item[0], letters))]
        )
    choices = _choices(item[1:-1])
    if len(choices) == 1:
        return _needs(choices[0], letters)
    if any(part["gap"] or part["mark"] in ("?", "*") for choice in choices for part in choice):
        return []
    # over-wide where a choice is of sequences: one letter of any of them is needed all the same
    words = [part for choice in choices for part in choice if not part["mark"]]
    return [frozenset("".join(_letters_of(part, letters) for part in words))]


def _choices(inner: list[re.Match[str]]) -> list[list[re.Match[str]]]:
    """Split what stands in brackets at its `|`, not at those of brackets within."""
    choices: list[list[re.Match[str]]] = [[]]
    depth = 0
    for part in inner:
        depth += _DEPTH.get(part["mark"] or "", 0)
        if part["mark"] == "|" and not depth:
            choices.append([])
        else:
            choices[-1].append(part)
    return choices
