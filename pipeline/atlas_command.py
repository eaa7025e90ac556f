"""The command `radtab atlas`: a run -> finding by disease, counted over its cases."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import UsageError

#: pairs told in the terminal
_SHOWN = 5
_NAME_WIDTH = 24


def atlas_command(  # noqa: PLR0913 (a parameter is an option)
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder `radtab run` wrote.")],
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="Ends in .parquet, .csv or .jsonl."),
    ],
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Tell findings apart by anatomy, sequence or intensity too; repeatable.",
        ),
    ] = None,
    roll_up: Annotated[
        bool, typer.Option("--roll-up", help="Count for wider diseases too, through is-a.")
    ] = False,
    min_cases: Annotated[
        int, typer.Option(metavar="N", min=1, help="Leave out pairs of fewer cases.")
    ] = 1,
    examples: Annotated[
        int, typer.Option(metavar="N", min=0, help="Rows of the run named for each pair.")
    ] = 3,
) -> None:
    """Count over the cases of a run which finding meets which disease, with lift and evidence."""
    from pipeline.atlas.pairs import build_atlas
    from pipeline.table_files import FORMATS, write_frame

    if output.suffix[1:] not in FORMATS:
        endings = ", ".join(f".{name}" for name in FORMATS)
        raise UsageError(f"{output}: ending {output.suffix!r}, expected one of {endings}")
    table = build_atlas(run, by=by or (), roll_up=roll_up, min_cases=min_cases, examples=examples)
    write_frame(table, "atlas", output)
    total = int(table["n_total"].max()) if len(table) else 0
    typer.echo(f"{output}: {len(table):,} pairs of a finding and a diagnosis in {total:,} cases")
    if len(table):
        typer.echo(f"  {_short('finding')}  {_short('diagnosis')}  cases  lift (95 % bounds)")
    for row in table.head(_SHOWN).itertuples():
        lift = f"{row.lift:.1f} ({row.lift_low:.1f}-{row.lift_high:.1f})"
        names = f"{_short(row.finding)}  {_short(row.diagnosis)}"
        typer.echo(f"  {names}  {row.n_cases:>5,}  {lift if row.n_cases else ''}".rstrip())


def _short(name: object) -> str:
    words = str(name)
    if len(words) > _NAME_WIDTH:
        words = words[: _NAME_WIDTH - 1] + "…"
    return f"{words:<{_NAME_WIDTH}}"
