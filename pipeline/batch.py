"""An archive of cases -> a run folder, chunk by chunk."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from spacy.language import Language

from pipeline.assembly import load
from pipeline.chunks import ChunkAnnotator, Tally
from pipeline.errors import RunError, UsageError
from pipeline.manifest import completed, new_manifest, write_manifest
from pipeline.readers import ReadOptions, read_cases
from pipeline.records import Case, RejectRow
from pipeline.run_folder import (
    PartWriter,
    check_output,
    drop_parts,
    merge_parts,
    open_folder,
)
from pipeline.table_files import FORMATS

#: cases annotated and written at a time
CHUNK = 64
#: chunks run outside spaCy's memory zone, to fill the string store with what every text needs
WARM_CHUNKS = 5

#: settings that are those of `pipeline.load`
_LOADED = ("recogniser", "recogniser_labels", "terms", "approximate", "candidates")

Inputs = str | Path | Iterable[str | Path]


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The settings of a run.

    Attributes:
        format: of the tables: `parquet`, `csv` (lists as JSON arrays) or `jsonl`.
        input_format: of the inputs, `auto` to tell from name and content.
        profile: of the pipeline, see `pipeline.load`.
        recogniser: a further model that marks mentions, see `pipeline.load`.
        recogniser_labels: what its labels are here, see `pipeline.load`.
        terms: term indexes that mentions are linked to, see `pipeline.load`.
        approximate: whether mentions are linked by likeness too, see `pipeline.load`.
        candidates: how many candidates of a mention are written, see `pipeline.load`.
        overwrite: replace an earlier run in the output folder.
        options: how inputs are read.
    """

    format: str = "parquet"
    input_format: str = "auto"
    profile: str = "default"
    recogniser: str = ""
    recogniser_labels: str = ""
    terms: tuple[str, ...] = ()
    approximate: bool = False
    candidates: int = 0
    overwrite: bool = False
    options: ReadOptions = field(default_factory=ReadOptions)

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise UsageError(f"format {self.format!r} is not known, expected one of {FORMATS}")


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run gave: cases kept, inputs rejected, notes on cases kept, findings, seconds."""

    output: Path
    cases: int
    rejected: int
    notes: int
    findings: int
    seconds: float
    rows: dict[str, int]


def run(
    inputs: Inputs,
    output: str | Path,
    *,
    progress: Callable[[Tally], object] = lambda _: None,
    **settings: Any,  # noqa: ANN401 (the fields of RunSettings)
) -> RunSummary:
    """Read cases, annotate them and write the tables of a run folder.

    The same inputs and settings give the same bytes in every table. What is done is on disk after
    every chunk of 64 cases: if the run is cut off, `run_folder.read_table` reads it.

    Args:
        inputs: files, folders or archives of cases.
        output: a new or empty folder, or with `overwrite=True` an earlier run.
        progress: called after every chunk with the counts so far.
        **settings: the fields of `RunSettings`.

    Raises:
        UsageError: an output that is in the way, a setting that is not known, no case in inputs.
        RunError: the output cannot be written.
    """
    begun = time.perf_counter()
    chosen = RunSettings(**settings)
    sources = [inputs] if isinstance(inputs, str | Path) else list(inputs)
    folder = Path(output)
    check_output(folder, sources, overwrite=chosen.overwrite)
    stream = _cases(sources, chosen)
    annotator = ChunkAnnotator(_pipeline(chosen))
    manifest = new_manifest(sources, asdict(chosen))
    try:
        open_folder(folder, manifest)
        _write_chunks(stream, annotator, PartWriter(folder), progress)
        files = merge_parts(folder, chosen.format)
        counts = asdict(annotator.tally)
        write_manifest(folder, completed(manifest, counts, files))
        drop_parts(folder)
    except OSError as problem:
        where = problem.filename or folder
        raise RunError(f"{where}: cannot be written ({problem.strerror})") from problem
    rows = {name: entry["rows"] for name, entry in files.items()}
    return RunSummary(folder, **counts, seconds=time.perf_counter() - begun, rows=rows)


def _pipeline(chosen: RunSettings) -> Language:
    options = {name: getattr(chosen, name) for name in _LOADED}
    return load(chosen.profile, **{name: value for name, value in options.items() if value})


def _cases(sources: Sequence[str | Path], chosen: RunSettings) -> Iterator[Case | RejectRow]:
    """Read the first item at once, so that a wrong input is told before anything is touched."""
    stream = iter(read_cases(sources, format=chosen.input_format, options=chosen.options))
    first = next(stream, None)
    if first is None:
        names = ", ".join(map(str, sources))
        raise UsageError(f"{names}: holds no case, expected case texts or an archive of them")
    return chain([first], stream)


def _write_chunks(
    stream: Iterator[Case | RejectRow],
    annotator: ChunkAnnotator,
    writer: PartWriter,
    progress: Callable[[Tally], object],
) -> None:
    number = 0
    while chunk := list(islice(stream, CHUNK)):
        with _zone(annotator.nlp, number):
            writer.write(annotator.rows(chunk))
        progress(replace(annotator.tally))
        number += 1


def _zone(nlp: Language, number: int) -> AbstractContextManager[object]:
    return nullcontext() if number < WARM_CHUNKS else nlp.memory_zone()
