"""The folder of an index, read from mapped memory: names -> concepts, texts -> names."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import marisa_trie
import numpy as np

from pipeline.errors import VocabularyError
from pipeline.term_index.index_folder import (
    ARRAYS,
    KEYS,
    LINK_ARRAYS,
    PREFERRED,
    TEXTS,
    WRITTEN,
    check_sizes,
    damaged,
    read_meta,
)
from pipeline.term_index.index_info import IndexInfo, info_of_meta
from pipeline.term_index.key_matcher import IndexMatch, KeyMatcher
from pipeline.term_index.spelling_stamp import spelling_stamp
from pipeline.term_index.text_file import TextFile


class IndexedName(NamedTuple):
    """A name: its number, as written, the number of its concept, and how it is compared.

    `match` is `any` (letter case does not matter) or `case` (as written).
    """

    number: int
    text: str
    concept: int
    preferred: bool
    match: str


class IndexedConcept(NamedTuple):
    """A concept; `label` is the label of the mentions it is for, or empty."""

    concept_id: str
    name: str
    cui: str
    semantic_types: tuple[str, ...]
    label: str
    source: str


class TermIndex:
    """Look up the names of an index.

    Names are numbered concept by concept, the preferred one first; concepts in the order in which
    the sources gave them. Nothing is read before it is asked for, and what is read is shared with
    other processes that have the same index open. It can be pickled: by its path.
    """

    def __init__(self, path: Path, meta: dict[str, Any]) -> None:
        #: the folder, as it was opened
        self.path = path
        self.info: IndexInfo = info_of_meta(meta)
        self._types = [tuple(types) for types in meta["semantic_types"]]
        self._labels: list[str] = meta["labels"]
        self._sources: list[str] = meta["concept_sources"]
        self._keys = marisa_trie.Trie().mmap(str(path / KEYS))
        arrays = [*ARRAYS, *LINK_ARRAYS] if "parents.npy" in meta["files"] else ARRAYS
        self._of: dict[str, Any] = {
            name: _mapped(path / f"{name}.npy") for name in arrays if name not in TEXTS
        }
        self._texts = {name: TextFile(path / f"{name}.npy") for name in TEXTS}
        self._matcher = KeyMatcher(self._keys, self._of["key_written"], self._writings)

    @classmethod
    def open(cls, path: Path | str) -> "TermIndex":
        """Open the folder of an index.

        Raises:
            VocabularyError: the folder is missing, is no index, is damaged, or was built in another
                format or by other spelling rules.
        """
        folder = Path(path)
        meta = read_meta(folder)
        try:
            check_sizes(folder, meta)
            if meta["normal_forms"] != spelling_stamp():
                told = "built by other spelling rules, expected those of this version of radtab"
                raise VocabularyError(f"{folder}: {told}: build the index anew")
            return cls(folder, meta)
        except (KeyError, TypeError, ValueError, AttributeError, RuntimeError, OSError) as problem:
            raise damaged(folder, f"does not read ({type(problem).__name__})") from problem

    def __reduce__(self) -> tuple[Any, tuple[Path]]:
        return TermIndex.open, (self.path,)

    def __len__(self) -> int:
        """Give the number of names."""
        return self.info.names

    def named(self, key: str) -> tuple[IndexedName, ...]:
        """Give the names that have a key (`lexicon.key_of`), of all concepts, in their order."""
        number = self._keys.get(f"{key} ")
        return () if number is None else self.of_key(number)

    def of_key(self, key_number: int) -> tuple[IndexedName, ...]:
        """Give the names of a key that `match` found."""
        start = self._of["key_start"]
        numbers = self._of["key_names"][start[key_number] : start[key_number + 1]]
        return tuple(map(self.name, numbers))

    def name(self, number: int) -> IndexedName:
        """Give a name."""
        flags = self._of["name_flags"][number]
        return IndexedName(
            number,
            self._name_text(number),
            self._of["name_concept"][number],
            bool(flags & PREFERRED),
            "case" if flags & WRITTEN else "any",
        )

    def concept(self, number: int) -> IndexedConcept:
        """Give a concept; its name is its first."""
        start = self._of["concept_start"]
        cui = self._of["concept_cui"][number]
        return IndexedConcept(
            self._texts["concept_text"].text(start[number], start[number + 1]),
            self._name_text(self._of["concept_names"][number]),
            f"C{cui:07d}" if cui else "",
            self._types[self._of["concept_types"][number]],
            self._labels[self._of["concept_label"][number]],
            self._sources[self._of["concept_source"][number]],
        )

    def names_of(self, concept: int) -> tuple[IndexedName, ...]:
        """Give the names of a concept, the preferred one first."""
        first = self._of["concept_names"]
        return tuple(map(self.name, range(first[concept], first[concept + 1])))

    def parents(self, concept: int) -> tuple[int, ...]:
        """Give the concepts that a concept is a kind of."""
        if "parents" not in self._of:
            return ()
        start = self._of["parent_start"]
        return tuple(self._of["parents"][start[concept] : start[concept + 1]])

    def match(self, words: Sequence[str], forms: Sequence[str]) -> list[IndexMatch]:
        """Find, at each token of a text, the longest name that begins there; overlaps and all.

        Args:
            words: the tokens of the text.
            forms: their normal forms, from `normal_words`.
        """
        return self._matcher.match(words, forms)

    def _name_text(self, number: int) -> str:
        start = self._of["name_start"]
        return self._texts["name_text"].text(start[number], start[number + 1])

    def _writings(self, key_number: int) -> list[str]:
        return [name.text for name in self.of_key(key_number)]


def _mapped(path: Path) -> memoryview:
    """Map an array; an item of a memoryview is a number of Python and takes less time to read."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    return np.asarray(array).data
