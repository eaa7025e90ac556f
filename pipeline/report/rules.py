"""Where the rules of a page's rows lead, so that an id that decided something says what it is."""

from collections.abc import Iterable
from typing import Any

from pipeline.explain import Source, find_rules
from pipeline.report.packing import shown

_MOST_CHARACTERS = 120
#: cells that a page shows elsewhere, or that say nothing to a reader
_PASSED_OVER = {"id", "concept_id", "cui", "semantic_type"}


def rule_sources(cells: Iterable[str]) -> dict[str, list[Any]]:
    """Find the rules named in cells that hold ids with spaces between.

    Returns:
        Id -> `file:line`, and the row's cells in short.
    """
    ids = {rule for cell in cells for rule in cell.split()}
    return {
        shown(rule): [source.place, _short(source)]
        for rule, source in sorted(find_rules(ids).items())
    }


def _short(source: Source) -> str:
    if source.place.endswith(".json"):  # a weight says little without the others
        return ""
    said = [(name, value) for name, value in source.row.items() if name not in _PASSED_OVER]
    words = shown(", ".join(f"{name}={value}" for name, value in said if value))
    return words if len(words) <= _MOST_CHARACTERS else f"{words[:_MOST_CHARACTERS]}…"
