"""Words -> numbers of their forms, so that tokens can be compared and looked up as arrays."""

from collections.abc import Iterable, Sequence

from pipeline.recognition.word_attributes import folded

#: stands for a neighbour beyond the sentence
EDGE = "|"
BULLETS = ("-", "•", "*", "–", "·")
BRACKETS = ("(", ")", "()")
DENIALS = ("no", "without", "denies", "denied", "not", "negative", "absence", "absent")
#: forms whose numbers are known beforehand, those of a kind in a row
_LISTED = (EDGE, *BULLETS, *BRACKETS, *DENIALS)
#: words remembered; beyond it all are forgotten but the forms given at the start
KEPT_WORDS = 50_000


def number_range(forms: Sequence[str]) -> tuple[int, int]:
    """Give the lowest number of `BULLETS`, `BRACKETS` or `DENIALS` and the one after the highest.

    >>> number_range(BULLETS)
    (1, 6)
    """
    first = _LISTED.index(forms[0])
    return first, first + len(forms)


class WordNumbers:
    """Number the forms of words; words of one form (`folded`) have one number.

    Numbers hold until the next call of `of`, those of `forms` always.

    >>> numbers = WordNumbers(["liver"])
    >>> numbers.of(["Liver", "liver", "(", "spleen"])
    [17, 17, 6, 18]
    """

    def __init__(self, forms: Iterable[str] = ()) -> None:
        self._fixed = {form: i for i, form in enumerate(dict.fromkeys((*_LISTED, *forms)))}
        self._forms = dict(self._fixed)
        self._words: dict[str, int] = {}

    def of(self, words: Sequence[str]) -> list[int]:
        """Give the number of the form of each word."""
        if len(self._words) > KEPT_WORDS:
            self._words, self._forms = {}, dict(self._fixed)
        known = self._words
        for word in set(words).difference(known):
            known[word] = self._forms.setdefault(folded(word), len(self._forms))
        return [known[word] for word in words]

    def of_form(self, form: str) -> int:
        """Give the number of a form given at the start, -1 for another."""
        return self._fixed.get(form, -1)
