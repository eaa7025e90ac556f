"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

IdColumn = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Column or key of the case id; default: the usual names."),
]
TextColumn = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Column or key of the text; default: the usual names."),
]
MaxChars = Annotated[
    int, typer.Option(metavar="N", min=1, help="Characters a case may have; longer: rejected.")
]
Encoding = Annotated[
    str, typer.Option(metavar="NAME", help="Of text files; what does not decode is guessed.")
]
InputFormat = Annotated[
    str,
    typer.Option(metavar="NAME", help="auto, archive, text, medpix, json, jsonl, csv or parquet."),
]
Profile = Annotated[
    str, typer.Option(metavar="NAME", help="default, or fast: without the statistical recogniser.")
]
Recogniser = Annotated[
    str,
    typer.Option(metavar="NAME", help="A spaCy model that marks more mentions: package or folder."),
]
RecogniserLabels = Annotated[
    str,
    typer.Option(
        "--labels", metavar="FILE", help="Table (TSV): model_label, label; for its labels."
    ),
]
Terms = Annotated[
    list[str] | None,
    typer.Option(
        "--terms", metavar="PATH", help="Term index, or hpo; repeatable, the first goes first."
    ),
]
Approximate = Annotated[
    bool, typer.Option("--approximate", help="Link what is spelt much like a name too.")
]
Candidates = Annotated[
    int, typer.Option(metavar="N", min=0, help="Note N concepts each mention may have.")
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="Folder `radtab run` wrote.")]
