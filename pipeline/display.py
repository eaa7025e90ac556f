"""A case in the terminal: its text with the mentions marked, then its rows as narrow tables."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, cast

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.style import Style
from rich.table import Table
from rich.text import Text

from pipeline.colours import LOOKS, look, visible
from pipeline.explain import Explanation, lines_of
from pipeline.marked_text import STATUS_STYLES, marked_text
from pipeline.records import CaseRow, EntityRow, FindingRow, Row, SectionRow, columns


class Shown(NamedTuple):
    """A column as shown: heading, what of a row it shows, its width.

    A column has a share of what is left (words wrap), or a width of its own (words wrap), or
    neither: then it takes what its longest cell needs.
    """

    heading: str
    cell: Callable[[Any], str]
    share: int | None = None
    width: int | None = None
    #: blank where all columns of this kind say what they said in the row above
    ditto: bool = False


class Terminal(Console):
    """A console that takes words as they are and leaves a closed pipe to its caller."""

    def __init__(self) -> None:
        super().__init__(highlight=False, markup=False)

    def on_broken_pipe(self) -> None:
        """Raise again what rich would end the program with."""
        raise BrokenPipeError


def show_case(
    console: Console, text: str, rows: dict[str, list[Row]], names: Sequence[str]
) -> None:
    """Print the text of a case with its mentions marked, then the tables named.

    Without colour (a pipe, a file, `NO_COLOR`) every mention is bracketed with its label.
    """
    labelled = console.no_color or not console.is_terminal
    entities = cast(list[EntityRow], rows["entities"])
    console.print(_legend(labelled))
    for heading, bounds in _stretches(text, cast(list[SectionRow], rows["sections"])):
        console.print(Rule(heading, align="left", style="dim", characters="─"))
        console.print(marked_text(text, bounds, entities, labelled=labelled))
    for name in names:
        console.print()
        console.print(_table(name, rows[name]) if name != "cases" else _card(rows["cases"]))


def _legend(labelled: bool) -> Text:
    if labelled:
        return Text("[words|LABEL status] is a mention; what is simply present has no status")
    legend = Text("")
    for label, seen in LOOKS.items():
        legend.append(label.lower(), Style(color="black", bgcolor=seen.background))
        legend.append(" ")
    legend.append("\n")
    for status, style in STATUS_STYLES.items():
        legend.append(status, style)
        legend.append("  ")
    return legend.append("[ ] holds another mention")


def _stretches(text: str, sections: Sequence[SectionRow]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Cut the text into sections and what lies between; white space around a piece is left out."""
    edges = [(row.section, row.start, row.end) for row in sections]
    reached = 0
    for heading, start, end in [*edges, ("", len(text), len(text))]:
        for name, (a, b) in (("", (reached, start)), (heading, (start, end))):
            piece = text[a:b]
            if piece.strip():
                begin = a + len(piece) - len(piece.lstrip())
                yield name, (begin, a + len(piece.rstrip()))
        reached = max(reached, end)


def _table(name: str, rows: Sequence[Row]) -> Table:
    title = f"{name} ({len(rows)}){_NOTES.get(name, '')}"
    table = Table(
        title=title, title_justify="left", title_style="bold",
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), expand=True,
    )  # fmt: skip
    shown_columns = SHOWN[name]
    for shown in shown_columns:
        fixed = shown.share is None and shown.width is None
        table.add_column(
            shown.heading, ratio=shown.share, width=shown.width, no_wrap=fixed, overflow="fold"
        )
    above: list[str] = []
    for row in rows:
        cells = [(shown, flat(shown.cell(row))) for shown in shown_columns]
        said = [cell for shown, cell in cells if shown.ditto]
        again = said == above
        table.add_row(*(Text("" if again and shown.ditto else cell) for shown, cell in cells))
        above = said
    return table


def _card(rows: Sequence[Row]) -> Table:
    """Show the row of `cases` as a column of names and values."""
    table = Table(
        title="case", title_justify="left", title_style="bold", box=None, show_header=False,
        pad_edge=False, padding=(0, 2, 0, 0),
    )  # fmt: skip
    for row in rows:
        for column in columns(CaseRow):
            value = getattr(row, column.name)
            if value not in ("", None, []) and column.name != "sha256":
                shown = ", ".join(value) if isinstance(value, list) else f"{value}"
                table.add_row(Text(column.name, style="dim"), Text(flat(shown)))
    return table


def show_explanation(console: Console, explanation: Explanation) -> None:
    """Print a row of a run, each cell with the rules that decided it, then these rules."""
    row = explanation.row
    console.print(Rule(f"{explanation.table}: {row['case_id']}", align="left", style="dim"))
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for name, value in lines_of(explanation):
        by = " ".join(explanation.deciders(name))
        grid.add_row(Text(name, style="dim"), Text(flat(value)), Text(by and f"by {by}"))
    console.print(grid)
    for source in explanation.sources:
        console.print(Text.assemble((source.rule, "bold"), f"  {source.place}"))
        filled = "  ".join(f"{name}={flat(value)}" for name, value in source.row.items() if value)
        console.print(Padding(Text(filled, style="dim"), (0, 0, 0, 4)))
    console.print()


def flat(value: str) -> str:
    """Put a cell on one line and make control characters harmless."""
    return " ".join(visible(value).split())


def _with_status(text: str, status: str) -> str:
    return text if status in ("", "present") else f"{text} ({status})"


def _role(row: EntityRow) -> str:
    """Say `final+diff`, `final`, `diff` or `key`."""
    parts = [part.replace("differential", "diff") for part in row.role.split()]
    return "+".join([*parts, *(["key"] if row.key_finding else [])])


def _diagnosis(row: FindingRow) -> str:
    """Leave out the status where the relation says it already."""
    said = row.diagnosis_status == row.relation
    return row.diagnosis if said else _with_status(row.diagnosis, row.diagnosis_status)


def _joined(*parts: list[str]) -> str:
    return ", ".join(word for part in parts for word in part)


_NOTES = {"findings": " * the text says so; the others follow from the case"}
#: table -> the columns it is shown with at 80 characters; `cases` is shown as a card
SHOWN: dict[str, tuple[Shown, ...]] = {
    "sections": (
        Shown("section", lambda r: r.section, 2),
        Shown("from", lambda r: f"{r.start}"),
        Shown("to", lambda r: f"{r.end}"),
        Shown("method", lambda r: r.method, 2),
        Shown("score", lambda r: f"{r.score:.2f}"),
    ),
    "entities": (
        Shown("id", lambda r: r.entity_id),
        Shown("label", lambda r: look(r.label).short),
        Shown("text", lambda r: r.text, 5),
        Shown("status", lambda r: r.status),
        Shown("role", _role),
        Shown("concept", lambda r: f"{r.concept_name or r.intensity} {r.cui or r.concept_id}", 5),
    ),
    "relations": (
        Shown("id", lambda r: r.relation_id),
        Shown("head", lambda r: r.head_text, 3),
        Shown("type", lambda r: r.type),
        Shown("tail", lambda r: r.tail_text, 3),
        Shown("cue", lambda r: r.cue, 2),
    ),
    "findings": (
        Shown("finding", lambda r: _with_status(r.finding, r.finding_status), 7, ditto=True),
        Shown("where", lambda r: _joined(r.anatomy), 6, ditto=True),
        Shown("seen on", lambda r: _joined(r.modality, r.sequence, r.plane), 7, ditto=True),
        Shown("relation", lambda r: r.relation + " *" * (r.basis == "stated"), width=12),
        Shown("diagnosis", _diagnosis, 9),
    ),
    "rejects": (
        Shown("source", lambda r: r.source, 2),
        Shown("stage", lambda r: r.stage),
        Shown("message", lambda r: r.message, 4),
    ),
}  # fmt: skip
