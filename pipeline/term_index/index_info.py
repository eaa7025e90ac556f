"""What an index is made of and how: the file `meta.json` of its folder."""

from typing import NamedTuple


class BuildOptions(NamedTuple):
    """How an index is built.

    Attributes:
        approximate: whether spelling variants can be looked up (`ngrams`); None: where there are
            fewer than a million names.
        marks: whether the stage `radtab_lexicon` marks the names in texts.
        overwrite: whether an index already there is replaced.
        settings: what else the names were chosen by, kept in `meta.json` for people to read.
    """

    approximate: bool | None = None
    marks: bool = False
    overwrite: bool = False
    settings: tuple[tuple[str, str], ...] = ()


class SourceCounts(NamedTuple):
    """A vocabulary within an index, and how much of it there is."""

    source: str
    version: str
    date: str
    licence: str
    names: int
    concepts: int
    cuis: int


class IndexInfo(NamedTuple):
    """What stands in `meta.json`."""

    names: int
    concepts: int
    keys: int
    cuis: int
    sources: tuple[SourceCounts, ...]
    marks: bool
    approximate: bool
    settings: tuple[tuple[str, str], ...]
