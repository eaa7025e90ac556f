"""CSV, TSV and their like with a header -> cases, row by row."""

import csv
from collections.abc import Iterator

from pipeline.errors import FormatProblem, InputError, LimitExceeded
from pipeline.readers.blobs import Blob
from pipeline.readers.fields import Columns, choose, known_fields, normal_name
from pipeline.readers.labelled import case_of
from pipeline.readers.lines import Line, line_limit, lines_of
from pipeline.readers.options import ReadOptions
from pipeline.readers.rejects import reject
from pipeline.records import Case, RejectRow

_DELIMITERS = ",\t;|"


def read_delimited(blob: Blob, options: ReadOptions) -> Iterator[Case | RejectRow]:
    """Yield a case for each row; a source is `file:line`, the line the row ends in.

    Raises:
        InputError: no header, a missing column, or a cell so large that a quote must be open; the
            rest of the file is then not read.
    """
    feed = _LineFeed(lines_of(blob, options))
    csv.field_size_limit(max(csv.field_size_limit(), line_limit(options)))
    first = next(feed, "")
    names = header_cells(first, delimiter := delimiter_of(first))
    columns = choose(names, options)
    feed.take_notes()
    for cells in _rows(csv.reader(feed, delimiter=delimiter, strict=True), feed):
        where = f"{blob.source}:{feed.number}"
        notes = feed.take_notes()
        if isinstance(cells, InputError):
            yield reject(where, cells)
        elif cells:
            yield _case(cells, names, columns, (where, f"{blob.stem}-{feed.number}", notes))


def _rows(rows: Iterator[list[str]], feed: "_LineFeed") -> Iterator[list[str] | InputError]:
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error as problem:
            if "field limit" in str(problem):
                raise LimitExceeded(
                    f"line {feed.number}: a cell without end (an open quote?), rest not read"
                ) from None
            yield FormatProblem("row is not CSV, expected quotes doubled within a cell")


def _case(
    cells: list[str], names: list[str], columns: Columns, place: tuple[str, str, tuple[str, ...]]
) -> Case | RejectRow:
    where, default_id, notes = place
    row = dict(zip(names, cells, strict=False))
    needed = (columns.id, columns.text, *(name for name, _ in columns.sections))
    if len(cells) > len(names) or any(name and name not in row for name in needed):
        wrong = FormatProblem(f"{len(cells)} cells, expected {len(names)} as in the header")
        return reject(where, wrong)
    try:
        case = case_of(row, columns, where, default_id, "utf-8")
    except InputError as problem:
        return reject(where, problem)
    return Case(case.case_id, case.text, where, case.sections, notes + case.notes)


class _LineFeed(Iterator[str]):
    """Give csv the text of lines; keep their number and notes."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._notes: list[str] = []
        self.number = 0

    def __next__(self) -> str:
        line = next(self._lines)
        self.number = line.number
        if line.problem is not None:
            raise type(line.problem)(f"line {line.number}: {line.problem}, rest not read")
        self._notes += line.notes
        return line.text

    def take_notes(self) -> tuple[str, ...]:
        notes, self._notes = tuple(dict.fromkeys(self._notes)), []
        return notes


def delimiter_of(header: str) -> str:
    """Tell the delimiter of a header: the one that yields most known names, then most cells.

    >>> delimiter_of("id;text, as delivered")
    ';'
    """
    known = known_fields()
    named = {*known["id"], *known["text"], *known["section"]}

    def fit(delimiter: str) -> tuple[int, int]:
        names = [normal_name(cell) for cell in header_cells(header, delimiter)]
        return sum(name in named for name in names), len(names)

    return max(_DELIMITERS, key=fit)


def header_cells(line: str, delimiter: str) -> list[str]:
    """Split a header line; a line csv cannot read is one cell."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return [line.strip()]
