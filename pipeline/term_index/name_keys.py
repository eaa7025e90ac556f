"""Names by the million -> their keys: word by word, each word's once.

A key (`lexicon.key_of`) is the keys of the words between blanks, with a blank between: nothing in
the spelling rules looks beyond a single blank.
"""

from pipeline.terminology.lexicon import key_of

#: words remembered: those of names are many more than those of texts
_REMEMBERED = 1 << 18


class NameKeys(dict[str, str]):
    """Word -> its key, worked out when first met."""

    def of(self, words: list[str]) -> str:
        """Give the key of a name from what stands between its blanks.

        >>> NameKeys().of(["Cooley's", "T1-weighted", "(--)", "oedemas"])
        'cooley t1 weighted ( ) edema'
        """
        return " ".join(filter(None, map(self.__getitem__, words)))

    def __missing__(self, word: str) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        self[word] = key = key_of(word)
        return key
