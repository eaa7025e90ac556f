"""Parquet -> cases, a batch of rows at a time."""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from pipeline.errors import EncodingProblem, FormatProblem, InputError
from pipeline.readers.blobs import Blob
from pipeline.readers.fields import Columns, choose
from pipeline.readers.labelled import case_of
from pipeline.readers.options import ReadOptions
from pipeline.readers.rejects import reject
from pipeline.records import Case, RejectRow

_BATCH = 256


def read_parquet(blob: Blob, options: ReadOptions) -> Iterator[Case | RejectRow]:
    """Yield a case for each row; a source is `file#row`, rows counted from 1.

    Only the columns a case is made of are read.

    Raises:
        FormatProblem: no whole Parquet file, or a missing column.
    """
    with blob.seekable() as handle:
        for number, (row, columns) in enumerate(_rows(handle, options), start=1):
            where, default_id = f"{blob.source}#{number}", f"{blob.stem}-{number}"
            try:
                if isinstance(row, InputError):
                    raise row
                yield case_of(row, columns, where, default_id, options.encoding)
            except InputError as problem:
                yield reject(where, problem)


def _rows(
    handle: IO[bytes], options: ReadOptions
) -> Iterator[tuple[Mapping[str, object] | InputError, Columns]]:
    import pyarrow as pa  # slow to import, and only few inputs need it
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(handle)
        columns = choose(table.schema_arrow.names, options)
        chosen = (columns.id, columns.text, *(name for name, _ in columns.sections))
        wanted = [name for name in chosen if name is not None]
        for batch in table.iter_batches(batch_size=_BATCH, columns=wanted, use_threads=False):
            for row in range(batch.num_rows):
                yield _row(batch, row), columns
    except (pa.ArrowException, OSError) as problem:
        kind = type(problem).__name__
        raise FormatProblem(f"damaged ({kind}), expected a whole Parquet file") from None


def _row(batch: Any, row: int) -> Mapping[str, object] | InputError:  # noqa: ANN401 (pyarrow)
    try:
        return {name: batch.column(name)[row].as_py() for name in batch.schema.names}
    except UnicodeDecodeError:
        return EncodingProblem("a value is not UTF-8, expected a string column in UTF-8")
