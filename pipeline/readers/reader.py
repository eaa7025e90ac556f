"""Blob -> cases: the format is told, containers are opened, every case is checked."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from pipeline.errors import EncodingProblem, FormatProblem, InputError, LimitExceeded
from pipeline.readers.blobs import Blob
from pipeline.readers.columnar import read_parquet
from pipeline.readers.containers import members_of
from pipeline.readers.delimited import read_delimited
from pipeline.readers.detection import container_of, format_of, refuse_unreadable
from pipeline.readers.folders import blobs_at
from pipeline.readers.json_cases import read_json, read_json_lines
from pipeline.readers.limits import UnpackMeter
from pipeline.readers.options import ReadOptions
from pipeline.readers.plain import read_plain
from pipeline.readers.rejects import DAMAGE, as_input_error, reject
from pipeline.records import Case, RejectRow

_READERS: dict[str, Callable[[Blob, ReadOptions], Iterator[Case | RejectRow]]] = {
    "archive": partial(read_plain, archive=True),
    "text": read_plain,
    "medpix": partial(read_json, medpix=True),
    "json": read_json,
    "jsonl": read_json_lines,
    "csv": read_delimited,
    "parquet": read_parquet,
}


class CaseReader:
    """Read inputs one after another; a case id may come once in all of them.

    Memory grows only by the ids: about 0.3 kB a case.
    """

    def __init__(self, fmt: str, options: ReadOptions) -> None:
        self._format = fmt
        self._options = options
        self._source_of: dict[str, str] = {}

    def read(self, paths: Iterable[str | Path]) -> Iterator[Case | RejectRow]:
        """Yield a case or a reject row for each case in the inputs."""
        for path in paths:
            for item in blobs_at(path, self._options):
                if isinstance(item, RejectRow):
                    yield item
                else:
                    yield from self._guarded(*item)

    def _guarded(self, blob: Blob, meter: UnpackMeter) -> Iterator[Case | RejectRow]:
        """Read a blob; what goes wrong in it is one reject row and the end of this blob only."""
        try:
            yield from self._opened(blob, meter)
        except InputError as problem:
            if meter.exhausted and blob.depth:
                raise  # the whole archive is given up, not this member alone
            yield reject(blob.source, problem)
        except DAMAGE as problem:
            yield reject(blob.source, as_input_error(problem))

    def _opened(self, blob: Blob, meter: UnpackMeter) -> Iterator[Case | RejectRow]:
        container = container_of(blob)
        if container is None:
            yield from self._cases(blob)
            return
        for member in members_of(blob, container, meter):
            if isinstance(member, RejectRow):
                yield member
            else:
                yield from self._guarded(member, meter)

    def _cases(self, blob: Blob) -> Iterator[Case | RejectRow]:
        refuse_unreadable(blob)
        fmt = format_of(blob) if self._format == "auto" else self._format
        outcome = None
        for outcome in _READERS[fmt](blob, self._options):
            yield self._checked(outcome)
        if outcome is None:
            raise InputError(f"no case in it (read as {fmt}), expected at least one")

    def _checked(self, outcome: Case | RejectRow) -> Case | RejectRow:
        if isinstance(outcome, RejectRow):
            return outcome
        try:
            self._check(outcome)
        except InputError as problem:
            return reject(outcome.source, problem, outcome.case_id)
        self._source_of[outcome.case_id] = outcome.source
        return outcome

    def _check(self, case: Case) -> None:
        if not case.text.strip():
            raise FormatProblem("no text (empty or only white space), expected a case")
        if "\0" in case.text:
            raise EncodingProblem("text holds NUL characters, expected plain text")
        if len(case.text) > self._options.max_chars:
            raise LimitExceeded(
                f"text has {len(case.text)} characters, "
                f"the limit is {self._options.max_chars} (max_chars)"
            )
        if case.case_id in self._source_of:
            first = self._source_of[case.case_id]
            raise FormatProblem(f"case id {case.case_id!r} was already read from {first}")
