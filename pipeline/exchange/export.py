"""A run -> a folder in the form of another program: whole, or not there at all."""

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pipeline.errors import RunError, UsageError
from pipeline.exchange.brat import write_brat
from pipeline.exchange.docbin import write_docbin
from pipeline.exchange.label_studio import write_label_studio
from pipeline.exchange.omop import ENDINGS, write_omop
from pipeline.exchange.run_cases import AnnotatedCase, annotated_cases
from pipeline.manifest import read_manifest

Writer = Callable[[Iterable[AnnotatedCase], Path], int]
WRITERS: dict[str, Writer] = {
    "brat": write_brat, "docbin": write_docbin, "labelstudio": write_label_studio,
}  # fmt: skip
#: the forms a run is exported to
FORMS = (*WRITERS, "omop")


def export_run(  # noqa: PLR0913 (all after `output` have defaults)
    run: Path | str,
    to: str,
    output: Path | str,
    inputs: Sequence[Path | str] | None = None,
    *,
    ending: str = "csv",
    missed: Callable[[str], object] = lambda _: None,
    only: Collection[str] | None = None,
) -> int:
    """Export a run; give the number of cases written.

    Args:
        run: the run folder.
        to: one of `FORMS`.
        output: a folder that is not there yet, or is empty.
        inputs: where the case texts are; None, the inputs the run's manifest names.
        ending: of the tables of `omop`: `csv` or `parquet`.
        missed: told of each case whose text is missing or changed; it is left out.
        only: ids of the cases wanted, see `run_cases.chosen_cases`; None, all.

    Raises:
        UsageError: an unknown form, an output that is in the way, an input that is not there.
        RunError: no run folder, or it is damaged; or the output cannot be written.

    >>> import pipeline
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("CT: cyst in the liver.", "utf-8")
    ...     _ = pipeline.run(Path(folder, "a.txt"), Path(folder, "run"))
    ...     export_run(Path(folder, "run"), "brat", Path(folder, "brat"))
    ...     sorted(path.name for path in Path(folder, "brat").iterdir())
    1
    ['a.ann', 'a.txt', 'annotation.conf', 'cases.json', 'visual.conf']
    """
    if to not in FORMS:
        raise UsageError(f"form {to!r} is not known, expected one of {', '.join(FORMS)}")
    if ending not in ENDINGS:
        raise UsageError(f"format {ending!r} is not known, expected one of {', '.join(ENDINGS)}")
    _refuse_within(Path(output), inputs or read_manifest(Path(run)).get("inputs", ()))
    write: Writer = WRITERS.get(to) or partial(write_omop, run=run, ending=ending)
    try:
        with _appearing(Path(output)) as draft:
            return write(annotated_cases(run, inputs, missed, only), draft)
    except OSError as problem:
        where = problem.filename or output
        raise RunError(f"{where}: cannot be written ({problem.strerror})") from problem


def _refuse_within(output: Path, inputs: Iterable[Path | str]) -> None:
    """Refuse an output among the inputs: its texts would be read as cases from then on."""
    for given in inputs:
        if given != "-" and output.resolve().is_relative_to(Path(given).resolve()):
            raise UsageError(f"{output}: lies within input {given}, expected a folder apart")


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write to; it becomes `folder` in the end, or nothing does."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(f"{folder}: is there already, expected a new or empty folder")
    draft = folder.absolute().with_name(f".{folder.absolute().name}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        yield draft
        if folder.is_dir():
            folder.rmdir()
        draft.rename(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
