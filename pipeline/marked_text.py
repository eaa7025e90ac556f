"""A stretch of case text with its mentions marked, for a terminal with or without colour."""

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text

from pipeline.colours import look, visible
from pipeline.records import EntityRow

#: status -> how the words of a mention look
STATUS_STYLES = {
    "absent": Style(strike=True), "possible": Style(italic=True),
    "differential": Style(italic=True), "historical": Style(underline=True),
    "family": Style(underline=True),
}  # fmt: skip


def marked_text(
    text: str, bounds: tuple[int, int], entities: Sequence[EntityRow], *, labelled: bool
) -> Text:
    """Mark the mentions in a stretch of text.

    The innermost mention colours a character; what holds another mention stands in brackets of its
    own colour. Control characters become signs.

    Args:
        text: the case text.
        bounds: first character and the one after the last.
        entities: mentions of the case; those outside the stretch are passed over.
        labelled: for output without colour: bracket every mention and name its label.
    """
    first, last = bounds
    near = [row for row in entities if row.start < last and row.end > first]
    outer = near if labelled else [row for row in near if _holds_another(row, near)]
    edges = {edge for row in near for edge in (row.start, row.end) if first <= edge <= last}
    places = sorted({first, last} | edges)
    out = Text()
    for place, following in zip(places, [*places[1:], last], strict=True):
        _close(out, place, outer, labelled)
        _open(out, place, outer)
        out.append(visible(text[place:following]), _style_at(place, following, near))
    return out


def _holds_another(row: EntityRow, near: Sequence[EntityRow]) -> bool:
    """Tell whether another mention lies within; of two over the same characters, the first does."""
    return any(
        row.start <= other.start and other.end <= row.end and _rank(row) < _rank(other)
        for other in near
    )


def _rank(row: EntityRow) -> tuple[int, int, str, str]:
    """Sort from the outside to the inside."""
    return row.start - row.end, row.start, row.label, row.entity_id


def _close(out: Text, place: int, outer: Sequence[EntityRow], labelled: bool) -> None:
    for row in sorted((r for r in outer if r.end == place), key=_rank, reverse=True):
        status = f" {row.status}" if row.status not in ("", "present") else ""
        out.append(f"|{row.label}{status}]" if labelled else "]", style_of(row))


def _open(out: Text, place: int, outer: Sequence[EntityRow]) -> None:
    for row in sorted((r for r in outer if r.start == place), key=_rank):
        out.append("[", style_of(row))


def _style_at(place: int, following: int, near: Sequence[EntityRow]) -> Style:
    over = [row for row in near if row.start <= place and following <= row.end]
    if place == following or not over:
        return Style()
    inner = max(over, key=_rank)
    return style_of(inner) + STATUS_STYLES.get(inner.status, Style())


def style_of(row: EntityRow) -> Style:
    """Give the colours of a mention's label."""
    return Style(color="black", bgcolor=look(row.label).background)
