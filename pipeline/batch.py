"""An archive of cases -> a run folder, chunk by chunk, by worker processes beside each other."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.chunk_folder import DoneChunk, done_chunks, drop_chunks, drop_damaged
from pipeline.chunks import Chunk, Item, Tally, chunks_of
from pipeline.errors import RunError, UsageError
from pipeline.final_tables import TableWriter
from pipeline.manifest import (
    MANIFEST,
    completed,
    new_manifest,
    read_manifest,
    refuse_changed,
    write_manifest,
)
from pipeline.readers import ReadOptions, read_cases
from pipeline.run_folder import check_output, drop_tables, open_folder, reserved
from pipeline.table_files import FORMATS
from pipeline.workers.alone import Alone
from pipeline.workers.chunk_workers import ChunkWorkers
from pipeline.workers.crew import Crew
from pipeline.workers.work_order import WorkOrder

if TYPE_CHECKING:
    from spacy.language import Language

#: cases annotated and written at a time
CHUNK = 64
#: in the manifest of a run that is complete: the hash of all it has read
INPUT_HASH = "input_sha256"
#: what gives workers their pipeline
LOADER = "pipeline.assembly:load"

Inputs = str | Path | Iterable[str | Path]
#: settings that are those of `pipeline.load`
_LOADED = ("recogniser", "recogniser_labels", "terms", "approximate", "candidates", "min_score")


@dataclass(frozen=True, slots=True)
class RunSettings:
    """The settings of a run.

    Attributes:
        format: of the tables: `parquet`, `csv` (lists as JSON arrays) or `jsonl`.
        input_format: of the inputs, `auto` to tell from name and content.
        profile: of the pipeline, see `pipeline.load`.
        recogniser: a further model that marks mentions, see `pipeline.load`.
        recogniser_labels: what its labels are here, see `pipeline.load`.
        workers: processes that annotate; 0, this process alone: nothing then protects a run from
            a case that takes for ever or crashes.
        scheduler: a Dask cluster that annotates instead of `workers`: `local:N` for N processes
            here (in a script, under `if __name__ == "__main__":`), or the address of a scheduler.
        case_seconds: seconds a case may take in a worker; longer, and it is rejected.
        spreadsheet_safe: make cells of CSV that a spreadsheet would run inert.
        terms: term indexes that mentions are linked to, see `pipeline.load`.
        approximate: whether mentions are linked by likeness too, see `pipeline.load`.
        candidates: how many candidates of a mention are written, see `pipeline.load`.
        min_score: relations of a lower score are left out, see `pipeline.load`.
        overwrite: replace an earlier run in the output folder.
        resume: go on with a run that was cut off; where there is none, begin one.
        debug: tell in `rejects` what errors say, which may quote the text of a case.
        options: how inputs are read.
    """

    format: str = "parquet"
    input_format: str = "auto"
    profile: str = "default"
    recogniser: str = ""
    recogniser_labels: str = ""
    workers: int = 0
    scheduler: str = ""
    case_seconds: float = 30.0
    spreadsheet_safe: bool = False
    terms: tuple[str, ...] = ()
    approximate: bool = False
    candidates: int = 0
    min_score: float = 0.0
    overwrite: bool = False
    resume: bool = False
    debug: bool = False
    options: ReadOptions = field(default_factory=ReadOptions)

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise UsageError(f"format {self.format!r} is not known, expected one of {FORMATS}")
        if self.workers < 0 or not self.case_seconds > 0:
            raise UsageError(
                f"workers {self.workers}, case_seconds {self.case_seconds:g}, "
                "expected at least 0, and more than 0"
            )
        if not 0 <= self.min_score <= 1:
            raise UsageError(f"least score is {self.min_score:g}, expected a number from 0 to 1")
        if self.scheduler:
            from pipeline.workers.dask_crew import check_scheduler

            check_scheduler(self.scheduler)
        if self.resume and self.overwrite:
            raise UsageError("resume and overwrite are both set, expected one of them")

    def pipeline(self) -> dict[str, Any]:
        """Give what `pipeline.load` is called with."""
        given = {name: getattr(self, name) for name in _LOADED}
        return {"profile": self.profile} | {name: each for name, each in given.items() if each}


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

    The same inputs and settings give the same bytes in every table, whatever the order of inputs
    and the number of workers. What is done is on disk after every chunk of up to 64 cases: if the
    run is cut off, `run_folder.read_table` reads it and `resume=True` goes on with it.

    Args:
        inputs: files, folders or archives of cases.
        output: a new or empty folder, or an earlier run with `overwrite=True` or `resume=True`.
        progress: called with the counts so far, at the start and after every chunk.
        **settings: the fields of `RunSettings`.

    Raises:
        UsageError: an output that is in the way, a setting that is not known, no case in inputs.
        RunError: the output cannot be written, or what a run began with has changed.
    """
    begun = time.perf_counter()
    chosen = RunSettings(**settings)
    sources = [inputs] if isinstance(inputs, str | Path) else list(inputs)
    folder = Path(output)
    check_output(folder, sources, overwrite=chosen.overwrite, resume=chosen.resume)
    # workers load while the run prepares
    with closing(_workers(folder, chosen)) as workers:
        stream = _cases(sources, chosen)
        manifest = new_manifest(sources, asdict(chosen))
        try:
            with reserved(folder) as lock:
                # another run may have ended here while this one waited for the lock
                check_output(folder, sources, overwrite=chosen.overwrite, resume=chosen.resume)
                runner = _Runner(folder, chosen, progress, workers, lock)
                manifest = runner.finished(stream, manifest)
        except OSError as problem:
            where = problem.filename or folder
            raise RunError(f"{where}: cannot be written ({problem.strerror})") from problem
    rows = {name: entry["rows"] for name, entry in manifest["tables"].items()}
    counts = {name: manifest["counts"][name] for name in ("cases", "rejected", "notes", "findings")}
    return RunSummary(folder, **counts, seconds=time.perf_counter() - begun, rows=rows)


def _workers(folder: Path, chosen: RunSettings) -> ChunkWorkers:
    """Give what annotates and writes chunks."""
    order = WorkOrder(str(folder), LOADER, chosen.pipeline(), chosen.case_seconds, chosen.debug)
    if chosen.scheduler:
        from pipeline.workers.dask_crew import DaskCrew, absolute

        return DaskCrew(absolute(order), chosen.scheduler)
    return Crew(order, chosen.workers) if chosen.workers else Alone(order, load)


def load(**settings: Any) -> "Language":  # noqa: ANN401 (those of `pipeline.load`)
    """Load the pipeline in this process, which imports what a run with workers does without."""
    from pipeline.assembly import load as assembled

    return assembled(**settings)


def _cases(sources: Sequence[str | Path], chosen: RunSettings) -> Iterator[Item]:
    """Read the first item at once, so that a wrong input is told before anything is touched."""
    stream = iter(read_cases(sources, format=chosen.input_format, options=chosen.options))
    first = next(stream, None)
    if first is None:
        names = ", ".join(map(str, sources))
        raise UsageError(f"{names}: holds no case, expected case texts or an archive of them")
    return chain([first], stream)


@dataclass(frozen=True, slots=True)
class _Runner:
    """A run in a folder whose lock is held."""

    folder: Path
    chosen: RunSettings
    progress: Callable[[Tally], object]
    workers: ChunkWorkers
    lock: int

    def finished(self, stream: Iterable[Item], manifest: dict[str, Any]) -> dict[str, Any]:
        """Annotate what is not done yet, write the tables and give the whole manifest."""
        going_on = self.chosen.resume and (self.folder / MANIFEST).is_file()
        if going_on:
            earlier = read_manifest(self.folder)
            refuse_changed(earlier, manifest, self.folder)
            if earlier["state"] == "complete":
                _refuse_other_input(stream, earlier, self.folder)
                drop_chunks(self.folder)
                return earlier
            drop_damaged(self.folder)
        # workers end before the tables are made, which take the memory they had
        with closing(self.workers):
            self.workers.await_pipeline(self.lock)
            if not going_on:
                open_folder(self.folder, manifest)
            done = self._annotated(stream)
        drop_tables(self.folder)
        inert = self.chosen.spreadsheet_safe
        files = TableWriter(self.folder, sorted(done), self.chosen.format, inert=inert).write()
        read = {INPUT_HASH: _hash_of(done[number].digest for number in sorted(done))}
        counts = asdict(_total(each.tally for each in done.values()))
        whole = completed(manifest | read, counts, files)
        write_manifest(self.folder, whole)
        drop_chunks(self.folder)
        return whole

    def _annotated(self, stream: Iterable[Item]) -> dict[int, DoneChunk]:
        """Have all chunks annotated that are not on disk; give them all by number."""
        there = {done.number: done for done in done_chunks(self.folder)}
        every = dict(there)
        total = _total(done.tally for done in there.values())
        self.progress(replace(total))
        for done in self.workers.run(_missing(stream, there, self.folder)):
            every[done.number] = done
            total.add(done.tally)
            self.progress(replace(total))
        return every


def _missing(
    stream: Iterable[Item], there: dict[int, DoneChunk], folder: Path
) -> Iterator[tuple[Chunk, str]]:
    """Give the chunks that are not on disk; those that are must hold what is read now."""
    number, before = -1, 0
    for chunk in chunks_of(stream, CHUNK):
        number, digest = chunk.number, chunk.digest()
        first, before = before + 1, before + len(chunk.items)
        if number not in there:
            yield chunk, digest
        elif there[number].digest != digest:
            raise RunError(
                f"{folder}: cases {first} to {before} of the input are not those this run has "
                "read, expected the same input for --resume; --overwrite begins anew"
            )
    if there and max(there) > number:
        raise RunError(
            f"{folder}: the input has fewer cases than this run has read, expected the same input "
            "for --resume; --overwrite begins anew"
        )


def _refuse_other_input(stream: Iterable[Item], earlier: dict[str, Any], folder: Path) -> None:
    now = _hash_of(chunk.digest() for chunk in chunks_of(stream, CHUNK))
    if earlier.get(INPUT_HASH) != now:
        raise RunError(
            f"{folder}: the input is not what this run has read, expected the same input for "
            "--resume; --overwrite begins anew"
        )


def _hash_of(digests: Iterable[str]) -> str:
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _total(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total
