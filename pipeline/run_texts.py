"""A run folder holds no case texts: the inputs it was made of -> the texts of its cases, checked.

A text counts only if its SHA-256 is the one the table `cases` holds, so that what a run says of
characters is never laid over another text.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from pipeline.errors import UsageError
from pipeline.manifest import read_manifest
from pipeline.readers import ReadOptions, read_cases
from pipeline.records import Case
from pipeline.run_folder import read_arrow


def texts_of(
    run: Path | str,
    inputs: Sequence[Path | str] | None = None,
    missed: Callable[[str], object] = lambda _: None,
    only: Collection[str] | None = None,
) -> Iterator[tuple[str, str]]:
    """Yield `(case_id, text)` of the cases of a run, in the order the inputs are read.

    Args:
        run: the run folder.
        inputs: where the texts are; None, the inputs its manifest names.
        missed: told, in a line without any text, of each case whose text is missing or changed;
            such a case is left out.
        only: ids of the cases wanted, no others are told of; None, all.

    Raises:
        RunError: no run folder, or its table `cases` is damaged.
        UsageError: an input that is not there any more, or was standard input.

    >>> import pipeline
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("CT: cyst in the liver.", "utf-8")
    ...     _ = pipeline.run(Path(folder, "a.txt"), Path(folder, "run"))
    ...     list(texts_of(Path(folder, "run")))
    [('a', 'CT: cyst in the liver.')]
    """
    manifest = read_manifest(Path(run))
    sources = [str(path) for path in (inputs or manifest.get("inputs", ()))]
    if not inputs and ("-" in sources or not sources):
        raise UsageError(f"{run}: was read from standard input, expected INPUT with its texts")
    table = read_arrow(run, "cases", ["case_id", "sha256"])
    waiting = dict(zip(*(column.to_pylist() for column in table.itercolumns()), strict=True))
    if only is not None:
        waiting = {case_id: waiting[case_id] for case_id in waiting.keys() & set(only)}
    changed: set[str] = set()
    for case in _cases(sources, manifest.get("settings", {})):
        wanted = waiting.get(case.case_id)
        if wanted is None:
            continue
        if sha256_of(case.text) != wanted:
            changed.add(case.case_id)
            continue
        del waiting[case.case_id]
        yield case.case_id, case.text
        if not waiting:
            return
    where = ", ".join(sources)
    for case_id in waiting:
        what = "changed" if case_id in changed else "missing"
        missed(f"{case_id}: its text is {what} in {where}, expected the text the run has read")


def sha256_of(text: str) -> str:
    """Give the SHA-256 of a text as the table `cases` holds it; of any text, lone surrogates too.

    >>> sha256_of("a")[:8]
    'ca978112'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _cases(sources: Sequence[str], settings: Mapping[str, Any]) -> Iterator[Case]:
    """Read the inputs as the run did; what gives no case here is missed in the end."""
    given = settings.get("options") or {}
    known = {each.name for each in fields(ReadOptions)}
    options = ReadOptions(**{name: value for name, value in given.items() if name in known})
    for item in read_cases(sources, format=settings.get("input_format", "auto"), options=options):
        if isinstance(item, Case):
            yield item
