"""The command `radtab run`: cases -> the tables of a run folder."""

import os
from pathlib import Path
from typing import Annotated

import typer

from pipeline.colours import one_line
from pipeline.command_options import (
    Approximate,
    Candidates,
    Encoding,
    IdColumn,
    InputFormat,
    MaxChars,
    Profile,
    Recogniser,
    RecogniserLabels,
    Terms,
    TextColumn,
)

REJECTED, INTERRUPTED = 1, 130
_REJECTS_SHOWN = 20


def run_command(  # noqa: PLR0913 (a parameter is an option)
    inputs: Annotated[
        list[str], typer.Argument(metavar="INPUT", help="Files, folders, archives; - is stdin.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="RUN", help="New folder for the tables.")
    ],
    format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="Of the tables: parquet, csv or jsonl.")
    ] = "parquet",
    input_format: InputFormat = "auto",
    id_column: IdColumn = None,
    text_column: TextColumn = None,
    encoding: Encoding = "utf-8",
    max_chars: MaxChars = 1_000_000,
    profile: Profile = "default",
    recogniser: Recogniser = "",
    recogniser_labels: RecogniserLabels = "",
    workers: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            envvar="RADTAB_WORKERS",
            show_envvar=False,
            help="Processes; default: one a core. 0: this one, without time limit.",
        ),
    ] = None,
    scheduler: Annotated[
        str, typer.Option(metavar="WHERE", help="Dask: local:N, tcp://HOST:PORT or tls://...")
    ] = "",
    case_seconds: Annotated[
        float, typer.Option(metavar="S", help="Seconds a case may take; longer: rejected.")
    ] = 30.0,
    spreadsheet_safe: Annotated[
        bool, typer.Option("--spreadsheet-safe", help="CSV: an apostrophe before formulas.")
    ] = False,
    terms: Terms = None,
    approximate: Approximate = False,
    candidates: Candidates = 0,
    min_score: Annotated[
        float,
        typer.Option(metavar="P", help="Leave out relations of a lower score, 0 to 1."),
    ] = 0.0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier run.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was cut off.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Tell what errors say; it may quote case texts.")
    ] = False,
) -> None:
    """Read cases and write the tables of a run folder; exit status 1 if some were rejected."""
    from pipeline.batch import run
    from pipeline.progress import shown_progress
    from pipeline.readers import ReadOptions

    options = ReadOptions(
        id_column=id_column, text_column=text_column, encoding=encoding, max_chars=max_chars
    )
    with shown_progress(inputs) as progress:
        try:
            summary = run(
                inputs, output, progress=progress, format=format, input_format=input_format,
                profile=profile, overwrite=overwrite, resume=resume,
                workers=len(os.sched_getaffinity(0)) if workers is None else workers,
                scheduler=scheduler, case_seconds=case_seconds,
                spreadsheet_safe=spreadsheet_safe, debug=debug,
                options=options,
                recogniser=recogniser, recogniser_labels=recogniser_labels,
                terms=tuple(terms or ()), approximate=approximate, candidates=candidates,
                min_score=min_score,
            )  # fmt: skip
        except KeyboardInterrupt:
            done = progress.tally.cases
            kept = f"{done:,} cases are kept, --resume goes on" if done else "no case written"
            typer.echo(f"radtab: interrupted; {kept}", err=True)
            raise typer.Exit(INTERRUPTED) from None
    _tell_rejects(output)
    notes = f" ({summary.notes} kept with a note)" if summary.notes else ""
    cases = "case" if summary.cases == 1 else "cases"
    typer.echo(
        f"{summary.cases:,} {cases}{notes}, {summary.rejected:,} rejected; tables in {output}:"
    )
    for name, count in summary.rows.items():
        file = f"{name}/" if (output / name).is_dir() else f"{name}.{format}"
        typer.echo(f"  {file:<18}{count:>12,} rows")
    raise typer.Exit(REJECTED if summary.rejected else 0)


def _tell_rejects(run: Path) -> None:
    from pipeline.rejected import KEPT
    from pipeline.run_folder import read_table

    rejects = read_table(run, "rejects")
    kept = rejects["message"].str.endswith(KEPT)
    for word, lines in (
        ("rejected", rejects["message"][~kept]),
        ("note", rejects["message"][kept]),
    ):
        for line in lines[:_REJECTS_SHOWN]:
            typer.echo(f"{word}: {one_line(line)}", err=True)
        if len(lines) > _REJECTS_SHOWN:
            more = f"{len(lines) - _REJECTS_SHOWN:,} more, see rejects in {run}"
            typer.echo(f"{word}: {more}", err=True)
