"""Patterns over word classes and words -> regular expressions over a string with one letter a unit.

A text is turned into a string in which each unit (a term of a word class, or a token) is one
letter; units that the patterns cannot tell apart share a letter. A pattern is then an ordinary
regular expression, and finding it costs what `re` costs.

    {class}     a term of that word class or entity label, a definition, or `{number}`
    word        that word, whatever its number or spelling; `\\(` for a bracket
    ( | ) ? * + as in regular expressions
    [ ]         the part that is the mention, where it is not all
    ...         up to twelve units of one sentence

Between two parts a hyphen is allowed.
"""

import re
from collections.abc import Callable, Iterator

from pipeline.terminology.normal_form import normal_form
from pipeline.tokenizer import TOKEN

#: letters of the units no pattern names, of sentence ends and of hyphens
OTHER, STOP, HYPHEN = "\ue000", "\ue001", "\ue002"
#: the first letter for units that patterns name
FIRST = 0xE010

_PART = re.compile(
    r"\{(?P<name>\w+)\}|(?P<gap>\.\.\.)|(?P<mark>[()\[\]|?*+])|(?P<word>\\.|[^\s(){}\[\]|?*+\\]+)"
)
_GAP = f"[^{STOP}]{{0,12}}?"
_MARKS = {"(": "(?:", "[": "(", "]": ")"}


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

    >>> expand("{high} signal", {"high": "(high|bright)"})
    '((high|bright)) signal'
    """

    def replace(name: re.Match[str]) -> str:
        return f"({definitions[name[1]]})" if name[1] in definitions else name[0]

    return re.sub(r"\{(\w+)\}", replace, pattern)


def compile_pattern(pattern: str, letters: Callable[[str], str]) -> re.Pattern[str]:
    """Compile a pattern; `letters` gives the letters of all units that bear a symbol.

    The whole match is the mention, or group 1 and so on where the pattern has square brackets.

    Raises:
        ValueError: the pattern has characters outside the grammar, or brackets that do not match.
    """
    if rest := _PART.sub("", pattern).strip():
        raise ValueError(f"{rest!r} cannot be read")
    try:
        return re.compile("".join(_regex_of(part, letters) for part in _PART.finditer(pattern)))
    except re.error as problem:
        raise ValueError(str(problem)) from problem


def _regex_of(part: re.Match[str], letters: Callable[[str], str]) -> str:
    if part["gap"]:
        return _GAP
    if part["mark"]:
        return _MARKS.get(part["mark"], part["mark"])
    symbol = part["name"] or word_symbol(part["word"])
    if symbol == "=-":
        return HYPHEN
    # a symbol that no term bears (an empty lexicon) matches nothing
    found = letters(symbol)
    return f"(?:{HYPHEN}?[{found}])" if found else "(?!)"
