"""The command `radtab report`: a run -> one page to look at it."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.command_options import RunFolder

#: rows of `findings` that stay fluid in a browser
_MOST_ROWS = 100_000


def report_command(
    run: RunFolder,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The page, an .html file.")
    ],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[INPUT]...", help="Where the texts are; default: the inputs of the run."
        ),
    ] = None,
    rows: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, help="Rows of findings at most; above: a sample of whole cases."
        ),
    ] = _MOST_ROWS,
) -> None:
    """Write a page that opens from disk: overview, findings to filter, cases to read.

    The page holds case texts; the run folder does not.
    """
    from pipeline.report.content import report_content
    from pipeline.report.page import write_report

    content = report_content(run, inputs or (), rows)
    write_report(content, output)
    held, size = len(content.held), output.stat().st_size / 1e6
    cases = f"{held:,} {'case' if held == 1 else 'cases'}"
    if held < content.total:
        cases = f"a sample of {held:,} of {content.total:,} cases"
    typer.echo(f"{output}: {cases}, {size:.1f} MB")
    for why, count in content.textless.items():
        if count:
            typer.echo(f"{_reason(why)}: {count:,}, expected their texts as INPUT", err=True)


def _reason(why: str) -> str:
    return {"missing": "cases without text", "changed": "cases whose text has changed"}[why]
