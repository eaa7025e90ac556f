"""The commands that train and measure: `radtab train`, `cross-validate` and `elsewhere`.

They are for people who change what lies under models/; users of radtab need none of them.
"""

from pathlib import Path
from typing import Annotated

import typer

Gold = Annotated[
    list[Path], typer.Argument(metavar="GOLD", help="Gold cases, a JSON object a line.")
]
Rendered = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Cases with text and sections, for the section model."),
]
Exclude = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="Cases that no weight may see, by case_id; repeatable."),
]
Seed = Annotated[int, typer.Option(metavar="N", help="Of all that is drawn by chance.")]


def train_command(  # noqa: PLR0913 (a parameter is an option)
    part: Annotated[
        str,
        typer.Argument(
            metavar="PART", help="all, sections, status, clusters, recogniser or relations."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the weights go.")
    ],
    gold: Annotated[
        list[Path] | None,
        typer.Argument(metavar="GOLD", help="Gold cases, a JSON object a line; not for sections."),
    ] = None,
    rendered: Rendered = None,
    corpora: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="JSONL or folder of texts for new word clusters."),
    ] = None,
    exclude: Exclude = None,
    seed: Seed = 0,
) -> None:
    """Train weights from annotated cases, with cross-validated scores beside them."""
    from pipeline.training.trained_folder import PARTS, RECORD, train_parts
    from pipeline.training.training_data import TrainingData, corpus_files, read_ids

    data = TrainingData(
        tuple(gold or []), rendered, corpus_files(corpora or []), read_ids(exclude or []), seed
    )
    train_parts(PARTS if part == "all" else [part], data, output, typer.echo)
    typer.echo(f"weights in {output}; data, settings and scores in {output / RECORD}")


def cross_validate_command(  # noqa: PLR0913 (a parameter is an option)
    gold: Gold,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Write scores and, below run/, predictions."
        ),
    ] = None,
    rendered: Rendered = None,
    exclude: Exclude = None,
    folds: Annotated[int, typer.Option(metavar="N", help="Number of folds.")] = 5,
    gold_entities: Annotated[
        bool, typer.Option("--gold-entities", help="Give the mentions; measure relations alone.")
    ] = False,
    jobs: Annotated[
        int, typer.Option(metavar="N", min=1, help="Folds that run at a time; 700 MB each.")
    ] = 1,
    also: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="Gold cases every fold trains on, not scored; repeatable."
        ),
    ] = None,
    seed: Seed = 0,
) -> None:
    """Score the whole pipeline on cases that none of its weights was trained on."""
    from pipeline.training.cross_validation import FoldOptions, cross_validate
    from pipeline.training.fold_report import shown_lines, write_report
    from pipeline.training.training_data import TrainingData, read_ids

    out = read_ids(exclude or [])
    data = TrainingData(tuple(gold), rendered, excluded=out, seed=seed, also=tuple(also or []))
    options = FoldOptions(folds, gold_entities, jobs)
    result = cross_validate(data, options, lambda said: typer.echo(said, err=True))
    for line in shown_lines(result):
        typer.echo(line)
    if output:
        write_report(output, result, data, options)


def elsewhere_command(
    folder: Annotated[
        Path, typer.Argument(metavar="SHARED", help="Folder with corpora/, medpix/ and gold/.")
    ],
    corpus: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Measure this corpus only; repeatable."),
    ] = None,
    seed: Seed = 0,
    adapt: Annotated[
        bool,
        typer.Option(
            "--adapt", help="Measure MACCROBAT also by a recogniser trained on its other half."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score the pipeline on corpora that others annotated."""
    from pipeline.score_lines import score_json, score_lines
    from pipeline.training.elsewhere.measuring import measure_elsewhere

    scores = measure_elsewhere(
        folder, corpus or [], seed, lambda said: typer.echo(said, err=True), adapt=adapt
    )
    for line in [score_json(scores)] if as_json else score_lines(scores):
        typer.echo(line)


def add_commands(app: typer.Typer) -> None:
    """Add the commands to those of `radtab`."""
    app.command("train")(train_command)
    app.command("cross-validate")(cross_validate_command)
    app.command("elsewhere")(elsewhere_command)
