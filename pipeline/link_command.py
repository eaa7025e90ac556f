"""The command `radtab link`: the concepts a text may name, with scores."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.linking.asking import LinkRow


def link_command(  # noqa: PLR0913 (a parameter is an option)
    texts: Annotated[
        list[str],
        typer.Argument(metavar="TEXT", help="A mention, several, or - for one a line of stdin."),
    ],
    label: Annotated[
        str, typer.Option(metavar="LABEL", help="FINDING, DIAGNOSIS, ANATOMY ...; default: any.")
    ] = "",
    terms: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="Term index, or hpo; repeatable, the first goes first."),
    ] = None,
    limit: Annotated[
        int, typer.Option("-k", metavar="N", min=1, help="Candidates a mention is given.")
    ] = 5,
    exact: Annotated[
        bool, typer.Option("--exact", help="Leave out names that are only spelt much like it.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, a line a mention.")] = False,
) -> None:
    """Link mentions to concepts: the best candidates with scores, and how each was found.

    One mention is shown as a table; several, or stdin, as rows of tab-separated values.
    """
    from pipeline.linking.asking import ask, labels_of
    from pipeline.linking.loading import load_finder

    labels = labels_of(label)
    finder = load_finder(terms or (), approximate=not exact)
    answers = ((text, ask(finder, text, labels, limit)) for text in _mentions(texts))
    if as_json:
        for text, rows in answers:
            found = [asdict(row) for row in rows]
            typer.echo(json.dumps({"text": text, "candidates": found}, ensure_ascii=False))
    elif len(texts) > 1 or texts == ["-"]:
        _write_rows(row for _, rows in answers for row in rows)
    else:
        _show(*next(answers))


def _mentions(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        if text != "-":
            yield text
            continue
        for line in sys.stdin:
            if line.strip():
                yield line.strip()


def _write_rows(rows: "Iterable[LinkRow]") -> None:
    from pipeline.linking.asking import LinkRow

    lines = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    lines.writerow(field.name for field in fields(LinkRow))
    for row in rows:
        lines.writerow(asdict(row).values())


def _show(text: str, rows: "Sequence[LinkRow]") -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from pipeline.colours import look
    from pipeline.display import Terminal, flat

    console = Terminal()
    if not rows:
        console.print(Text(f"no concept is near {flat(text)!r}"))
        return
    table = Table(
        title=flat(text), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD,
        show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), expand=True,
    )  # fmt: skip
    for heading in ("score", "how", "label", "concept", "id", "CUI", "type", "source"):
        wraps = heading in ("concept", "source")
        ratio = {"concept": 3, "source": 1}.get(heading)
        table.add_column(heading, ratio=ratio, no_wrap=not wraps, overflow="fold")
    for row in rows:
        cells = (
            f"{row.score:.2f}", row.rule.removeprefix("link:"), look(row.label).short, _name(row),
            row.concept_id, row.cui, row.semantic_type, row.source,
        )  # fmt: skip
        table.add_row(*(Text(flat(cell)) for cell in cells))
    console.print(table)


def _name(row: "LinkRow") -> str:
    """Name a concept and the body parts beside it: `stress fracture + calcaneus`."""
    places = [part.partition(" ")[2] for part in row.modifiers.split("; ") if part]
    return " + ".join([row.name, *places])


def add_link_command(app: typer.Typer) -> None:
    """Add the command to those of `radtab`."""
    app.command("link")(link_command)
