"""A mention that joins two things -> each of them: `skin rashes / lesions`, `MCA and ACA strokes`.

A word that both share stands once: before the first or after the second. None is what the mention
names, so each is a runner-up; and where a guard (`no`) stands before both, there are none.
"""

from collections.abc import Iterator

from pipeline.terminology.concepts import Word
from pipeline.terminology.link_words import load_link_words

Words = tuple[Word, ...]


def joined_parts(words: Words) -> Iterator[Words]:
    """Give the things that a mention joins by one word, those with the shared words first.

    >>> from pipeline.terminology.concepts import words_of
    >>> parts = joined_parts(words_of("skin rashes and lesions".split()))
    >>> [" ".join(word.form for word in part) for part in parts]
    ['skin rash', 'skin lesion', 'skin rash lesion', 'lesion']
    """
    kinds = load_link_words()
    at = [place for place, word in enumerate(words) if word.form in kinds["joint"]]
    if len(at) != 1 or any(word.form in kinds["guard"] for word in words):
        return
    first, second = words[: at[0]], words[at[0] + 1 :]
    if first and second:
        parts = (first, first[:-1] + second, first + second[-1:], second)
        yield from dict.fromkeys(part for part in parts if part)
