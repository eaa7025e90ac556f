"""A text file -> one case: the archive's own format, or plain text with or without headings."""

from collections.abc import Iterator

from pipeline.errors import FormatProblem, LimitExceeded
from pipeline.readers.blobs import Blob
from pipeline.readers.decoding import decode
from pipeline.readers.options import ReadOptions
from pipeline.records import Case

#: what a case of the archive begins with
OPENING = "Texto:"


def read_plain(blob: Blob, options: ReadOptions, *, archive: bool = False) -> Iterator[Case]:
    """Yield the text of a file as one case; its id is the file name without ending.

    The text stays as delivered: line ends, HTML entities and `Texto: ` included. With `archive`
    it must begin with `Texto:`.

    Raises:
        LimitExceeded: the file is so large that its text must be over `max_chars`.
        EncodingProblem: it is binary.
        FormatProblem: with `archive`, another beginning.
    """
    limit = 4 * options.max_chars + 4
    data = blob.buffered().read(limit + 1)
    if len(data) > limit:
        raise LimitExceeded(
            f"text has more than {options.max_chars} characters, the limit (max_chars)"
        )
    text, notes = decode(data, options.encoding)
    if archive and text.strip() and not text.lstrip().startswith(OPENING):
        raise FormatProblem(f"no case of the archive, expected {OPENING!r} at the beginning")
    yield Case(blob.stem or "case", text, blob.source, (), notes)
