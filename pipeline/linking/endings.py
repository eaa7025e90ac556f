"""A name -> the same name with a word in another form: `enlarged liver`, `liver enlargement`.

The endings are the rows of `models/rules/link_endings.tsv`, words that mean the same in names
(`bleeding`, `low blood pressure`) those of `link_synonyms.tsv`. A participle or adjective before a
noun stands after it as a noun; one that is the whole name stands for its noun.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.concepts import Word, key_of_words
from pipeline.terminology.lexicon import key_of
from pipeline.terminology.normal_form import CACHED_WORDS

COLUMNS = ("id", "from", "to", "example")
SYNONYM_COLUMNS = ("id", "word", "other", "reason")
#: letters a word must have before its ending
SHORTEST_STEM = 3
#: longer names are not turned: what is said of what is no longer plain
LONGEST_TURNED = 4

Words = tuple[Word, ...]


@cache
def load_endings() -> tuple[tuple[str, str], ...]:
    """Read the endings, the longer first.

    Raises:
        ResourceError: an ending is empty.
    """
    pairs = []
    for where, row in read_rows(models_path("rules", "link_endings.tsv"), COLUMNS):
        if not row["from"] or not row["to"]:
            raise ResourceError(f"{where}: an empty ending, expected letters in from and to")
        pairs.append((row["from"], row["to"]))
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


@cache
def load_synonyms() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Read `models/rules/link_synonyms.tsv`: word or words -> others that mean the same.

    Both in normal form: the first as a key, each of the others as its words.

    Raises:
        ResourceError: a word is empty.
    """
    synonyms: dict[str, list[tuple[str, ...]]] = {}
    for where, row in read_rows(models_path("rules", "link_synonyms.tsv"), SYNONYM_COLUMNS):
        if not row["word"] or not row["other"]:
            raise ResourceError(f"{where}: an empty word, expected one in word and in other")
        synonyms.setdefault(key_of(row["word"]), []).append(tuple(key_of(row["other"]).split(" ")))
    return {word: tuple(others) for word, others in synonyms.items()}


@cache
def _longest_synonym() -> Mapping[str, int]:
    """First word of the names of `load_synonyms` -> how many words the longest has."""
    longest: dict[str, int] = {}
    for name in load_synonyms():
        first, size = name.partition(" ")[0], name.count(" ") + 1
        longest[first] = max(longest.get(first, 0), size)
    return longest


@lru_cache(CACHED_WORDS)
def other_forms(form: str) -> tuple[str, ...]:
    """Give the nouns of an adjective or participle, in normal form.

    >>> other_forms("hypertensive"), other_forms("enlarged"), other_forms("liver")
    (('hypertension',), ('enlargement',), ())
    """
    return tuple(
        form.removesuffix(ending) + other
        for ending, other in load_endings()
        if form.endswith(ending) and (form == ending or len(form) >= len(ending) + SHORTEST_STEM)
    )


def with_other_form(words: Words) -> Iterator[Words]:
    """Give names with one word in another form; of a first or last one in either place."""
    for at, word in enumerate(words):
        for form in other_forms(word.form):
            new, rest = Word(form, form), words[:at] + words[at + 1 :]
            yield (*words[:at], new, *words[at + 1 :])
            if len(words) <= LONGEST_TURNED and at == 0 and rest:
                yield (*rest, new)
        for end in range(at + 1, min(len(words), at + _longest_synonym().get(word.form, 0)) + 1):
            for other in load_synonyms().get(key_of_words(words[at:end]), ()):
                yield (*words[:at], *(Word(form, form) for form in other), *words[end:])
