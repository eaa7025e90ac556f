"""What an index is made of and how: the file `meta.json` of its folder."""

from collections.abc import Mapping
from typing import Any, NamedTuple


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


def meta_of_info(info: IndexInfo) -> dict[str, Any]:
    """Give the items of `meta.json` that say what an index is made of."""
    return {
        **info._asdict(),
        "sources": [source._asdict() for source in info.sources],
        "settings": dict(info.settings),
    }


def info_of_meta(meta: Mapping[str, Any]) -> IndexInfo:
    """Read what `meta_of_info` gave.

    Raises:
        KeyError, TypeError: it is something else.
    """
    told = {name: meta[name] for name in IndexInfo._fields}
    told["sources"] = tuple(SourceCounts(**source) for source in meta["sources"])
    told["settings"] = tuple(meta["settings"].items())
    return IndexInfo(**told)
