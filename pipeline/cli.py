"""The command `radtab`: parse, call, print.

Heavy modules are imported within the commands, so that `--help` answers at once.

Exit status: 0, all inputs gave cases; 1, some were rejected; 2, a wrong argument or file;
130, interrupted; 141, the reader of a pipe went away.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pipeline import __version__
from pipeline.atlas_command import atlas_command
from pipeline.colours import one_line
from pipeline.command_options import (
    Approximate,
    IdColumn,
    InputFormat,
    Profile,
    Recogniser,
    RecogniserLabels,
    RunFolder,
    Terms,
    TextColumn,
)
from pipeline.errors import RadtabError, UsageError
from pipeline.export_commands import add_export_commands
from pipeline.link_command import add_link_command
from pipeline.report_command import report_command
from pipeline.run_command import run_command
from pipeline.terms_commands import add_terms_commands
from pipeline.training_commands import add_commands

WRONG_USE, INTERRUPTED, PIPE_CLOSED = 2, 130, 141
#: what the extra `train` brings
TRAINING_MODULES = ("pycrfsuite", "sklearn")


class ErrorTeller(TyperGroup):
    """Tell what a user can mend in one line instead of a traceback."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 (the type differs between typer's versions)
        """Run a command."""
        try:
            return super().invoke(ctx)
        except RadtabError as problem:
            status = _tell(str(problem), WRONG_USE)
        except ModuleNotFoundError as problem:
            if problem.name not in TRAINING_MODULES:
                raise
            told = f"{problem.name} is not installed, expected the extra: pip install radtab[train]"
            status = _tell(told, WRONG_USE)
        except KeyboardInterrupt:
            status = _tell("interrupted", INTERRUPTED)
        except BrokenPipeError:
            status = _leave_pipe()
        except OSError as problem:
            status = _tell(f"{problem.filename or 'file'}: {problem.strerror}", WRONG_USE)
        raise typer.Exit(status)


app = typer.Typer(
    cls=ErrorTeller, add_completion=False, no_args_is_help=True, rich_markup_mode=None,
    pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]},
    help="Radiology case texts in, tables of findings and diagnoses out.",
)  # fmt: skip


def main() -> None:
    """Run the command; the entry point of `radtab` and `python -m pipeline`."""
    try:
        try:
            app(prog_name="radtab")
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        sys.exit(_leave_pipe())


def _tell(message: str, status: int) -> int:
    typer.echo(f"radtab: {one_line(message)}", err=True)
    return status


def _leave_pipe() -> int:
    """Send what is still buffered nowhere, so that closing the program raises no second error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"radtab {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_say_version, is_eager=True),
    ] = False,
) -> None:
    pass


@app.command("show")
def show_command(  # noqa: PLR0913 (a parameter is an option)
    file: Annotated[str, typer.Argument(metavar="FILE", help="File with the case; - is stdin.")],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page instead of printing.")
    ] = None,
    tables: Annotated[
        str,
        typer.Option(metavar="NAMES", help="Tables below the text, separated by commas."),
    ] = "cases,entities,relations,findings",
    case: Annotated[
        str | None, typer.Option(metavar="ID", help="The case, where the file holds several.")
    ] = None,
    input_format: InputFormat = "auto",
    id_column: IdColumn = None,
    text_column: TextColumn = None,
    profile: Profile = "default",
    recogniser: Recogniser = "",
    recogniser_labels: RecogniserLabels = "",
    terms: Terms = None,
    approximate: Approximate = False,
) -> None:
    """Show one case: its text with the mentions marked, then its rows."""
    from pipeline.one_case import annotate_case, pick_case
    from pipeline.readers import ReadOptions, read_cases
    from pipeline.table_rows import case_tables

    names = _table_names(tables)
    options = ReadOptions(id_column=id_column, text_column=text_column)
    chosen = pick_case(read_cases(file, format=input_format, options=options), file, case)
    doc = annotate_case(
        chosen, profile, recogniser=recogniser, recogniser_labels=recogniser_labels,
        terms=tuple(terms or ()), approximate=approximate,
    )  # fmt: skip
    rows = case_tables(doc)
    if html:
        from pipeline.page import case_page

        html.write_text(case_page(doc, rows), encoding="utf-8")
        typer.echo(f"{html}: {chosen.case_id}")
        return
    from pipeline.display import Terminal, show_case

    show_case(Terminal(), chosen.text, rows, names)


def _table_names(listed: str) -> list[str]:
    from pipeline.records import TABLES

    names = [name.strip() for name in listed.split(",") if name.strip()]
    for name in names:
        if name not in TABLES:
            raise UsageError(f"table {name!r} is not known, expected some of {', '.join(TABLES)}")
    return names


@app.command("score")
def score_command(  # noqa: PLR0913 (a parameter is an option)
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="Gold cases, a JSON object a line.")],
    run: RunFolder,
    errors: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="List the errors of a label, relation, role or status."),
    ] = None,
    context: Annotated[
        int, typer.Option(metavar="N", help="Characters of text around an error.")
    ] = 30,
    by: Annotated[
        str | None, typer.Option(metavar="section", help="Add the scores within each section.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score a run against gold cases: precision, recall, F1."""
    from pipeline import scoring
    from pipeline.score_lines import error_lines, score_json, score_lines

    if errors:
        lines = error_lines(scoring.errors(gold, run, errors, context))
    else:
        scores = scoring.score_run(gold, run, by)
        lines = iter([score_json(scores)]) if as_json else score_lines(scores)
    for line in lines:
        typer.echo(line)


@app.command("explain")
def explain_command(
    run: RunFolder,
    row: Annotated[
        str, typer.Argument(metavar="ID", help="An entity_id, a relation_id or a finding_id.")
    ],
    case: Annotated[
        str | None, typer.Option(metavar="CASE", help="The case, where several have this id.")
    ] = None,
) -> None:
    """Say which lexicon row, cue, rule or model decided a row of a run."""
    from pipeline.display import Terminal, show_explanation
    from pipeline.explain import explain

    console = Terminal()
    for explanation in explain(run, row, case):
        show_explanation(console, explanation)


app.command("run")(run_command)
app.command("atlas")(atlas_command)
app.command("report")(report_command)
add_link_command(app)
add_commands(app)
add_terms_commands(app)
add_export_commands(app)
