"""The commands `radtab export`, `radtab import` and `radtab describe`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipeline.colours import one_line
from pipeline.command_options import RunFolder

#: exit status: a case was left out
LEFT_OUT = 1
#: lines told one by one
_SHOWN = 20


def export_command(  # noqa: PLR0913 (a parameter is an option)
    run: RunFolder,
    to: Annotated[
        str, typer.Option("--to", metavar="FORM", help="brat, docbin, labelstudio or omop.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="OUT", help="A new or empty folder.")
    ],
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="INPUT", help="Where the case texts are; default: as the run was given."
        ),
    ] = None,
    format: Annotated[
        str, typer.Option(metavar="NAME", help="Of the tables of omop: csv or parquet.")
    ] = "csv",
    case: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="This case alone; repeatable.")
    ] = None,
    sample: Annotated[
        int, typer.Option(metavar="N", min=0, help="N cases drawn by chance; 0: all.")
    ] = 0,
    seed: Annotated[int, typer.Option(metavar="N", help="Another seed, another sample.")] = 0,
) -> None:
    """Export a run with its texts to another program; exit status 1 if a text is not there."""
    from pipeline.exchange.export import export_run
    from pipeline.exchange.run_cases import chosen_cases

    missed: list[str] = []
    only = chosen_cases(run, case or (), sample, seed)
    count = export_run(
        run, to, output, inputs or None, ending=format, missed=missed.append, only=only
    )
    _finish(f"{output}: {count:,} {_cases(count)} for {to}", missed)


def import_command(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="Folder of brat, or JSON of Label Studio.")
    ],
    form: Annotated[str, typer.Option("--from", metavar="FORM", help="brat or labelstudio.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Gold cases, one a line.")
    ],
    predictions: Annotated[
        bool,
        typer.Option("--predictions", help="Take predictions of tasks that nobody annotated."),
    ] = False,
) -> None:
    """Read back what was corrected, as gold that `score` and `train` take."""
    from pipeline.exchange.gold_import import import_gold

    skipped: list[str] = []
    count = import_gold(form, source, output, skipped=skipped.append, predictions=predictions)
    _finish(f"{output}: {count:,} gold {_cases(count)}", skipped)


def describe_command(
    run: RunFolder,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Default: datapackage.json in the run folder."
        ),
    ] = None,
) -> None:
    """Describe the tables of a run, column by column, as a Frictionless data package."""
    from pipeline.data_package import write_data_package

    package = write_data_package(run, output)
    count = len(package["resources"])
    path = output or run / "datapackage.json"
    typer.echo(f"{path}: {count:,} files of {len(_tables(package)):,} tables")


def _tables(package: dict[str, list[dict[str, str]]]) -> set[str]:
    return {resource["radtab:table"] for resource in package["resources"]}


def _cases(count: int) -> str:
    return "case" if count == 1 else "cases"


def _finish(told: str, left_out: Sequence[str]) -> None:
    for line in left_out[:_SHOWN]:
        typer.echo(f"left out: {one_line(line)}", err=True)
    if len(left_out) > _SHOWN:
        typer.echo(f"left out: {len(left_out) - _SHOWN:,} more", err=True)
    typer.echo(f"{told}{f', {len(left_out):,} left out' if left_out else ''}")
    raise typer.Exit(LEFT_OUT if left_out else 0)


def add_export_commands(app: typer.Typer) -> None:
    """Add the commands to those of `radtab`."""
    app.command("export")(export_command)
    app.command("import")(import_command)
    app.command("describe")(describe_command)
