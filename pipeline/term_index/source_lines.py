"""What an index is made of -> lines for a terminal, or JSON."""

import json
from collections.abc import Iterable, Iterator

from pipeline.colours import visible
from pipeline.term_index.index_info import IndexInfo, SourceCounts, meta_of_info

_HEADING = ("source", "version", "date", "names", "concepts", "CUIs", "licence")


def source_lines(sources: Iterable[SourceCounts]) -> Iterator[str]:
    """Give a heading and a line a source; what is not known is `-`."""
    rows = [_HEADING, *map(_cells, sources)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        told = [cell.ljust(width) for cell, width in zip(row[:3], widths[:3], strict=True)]
        told += [cell.rjust(width) for cell, width in zip(row[3:6], widths[3:6], strict=True)]
        yield "  ".join([*told, row[6]])


def _cells(source: SourceCounts) -> tuple[str, ...]:
    counts = (f"{source.names:,}", f"{source.concepts:,}", f"{source.cuis:,}")
    named = (visible(text) or "-" for text in (source.source, source.version, source.date))
    return (*named, *counts, visible(source.licence) or "-")


def total_line(info: IndexInfo) -> str:
    """Say in a line how large an index is."""
    return f"{info.names:,} names of {info.concepts:,} concepts, {info.cuis:,} with a CUI"


def info_lines(info: IndexInfo) -> Iterator[str]:
    """Give the sources of an index, its size and how it was built."""
    yield from source_lines(info.sources)
    yield total_line(info)
    yield f"misspelt names are found: {_yes(info.approximate)}"
    yield f"names are marked in texts: {_yes(info.marks)}"
    for name, value in info.settings:
        if value:
            yield f"{visible(name)}: {visible(value)}"


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def sources_json(sources: Iterable[SourceCounts]) -> str:
    """Give sources as a JSON list."""
    return json.dumps([source._asdict() for source in sources], ensure_ascii=False)


def info_json(info: IndexInfo) -> str:
    """Give an index's info as a JSON object."""
    return json.dumps(meta_of_info(info), ensure_ascii=False)
