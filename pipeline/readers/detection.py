"""First bytes and file name -> format."""

import re

from pipeline.errors import FormatProblem, InputError
from pipeline.readers.blobs import Blob
from pipeline.readers.decoding import decode
from pipeline.readers.delimited import delimiter_of, header_cells
from pipeline.readers.fields import known_fields, normal_name

#: the formats a user can name
FORMATS = ("archive", "text", "medpix", "json", "jsonl", "csv", "parquet")

_CONTAINERS = (
    (0, b"PK\x03\x04", "zip"), (0, b"PK\x05\x06", "zip"), (0, b"\x1f\x8b", "gzip"),
    (0, b"BZh", "bz2"), (0, b"\xfd7zXZ\x00", "xz"), (257, b"ustar", "tar"),
)  # fmt: skip
_NOT_TEXT = (
    (0, b"%PDF", "a PDF"), (0, b"{\\rtf", "RTF"), (0, b"\xd0\xcf\x11\xe0", "an Office document"),
    (0, b"\x89PNG", "a PNG image"), (0, b"\xff\xd8\xff", "a JPEG image"), (0, b"GIF8", "a GIF"),
    (128, b"DICM", "a DICOM file"), (0, b"7z\xbc\xaf", "a 7z archive"), (0, b"Rar!", "a RAR file"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard data"), (0, b"SQLite format 3\0", "an SQLite database"),
    (0, b"\x7fELF", "a program"),
)  # fmt: skip
_ENDINGS = {
    "jsonl": "jsonl", "ndjson": "jsonl", "csv": "csv", "tsv": "csv", "parquet": "parquet",
    "pq": "parquet", "txt": "text", "text": "text", "md": "text",
}  # fmt: skip


def container_of(blob: Blob) -> str | None:
    """Say which container a blob is (`zip`, `tar`, `gzip`, `bz2`, `xz`), None if none."""
    head = blob.stream.head()
    for offset, magic, kind in _CONTAINERS:
        if head.startswith(magic, offset):
            return kind
    return "tar" if blob.name.lower().endswith(".tar") and head else None


def refuse_unreadable(blob: Blob) -> None:
    """Refuse what no format can be read from.

    Raises:
        InputError: it is empty.
        FormatProblem: it is of a kind that holds no plain text (PDF, images ...).
    """
    head = blob.stream.head()
    if not head:
        raise InputError("empty file, expected a case")
    for offset, magic, kind in _NOT_TEXT:
        if head.startswith(magic, offset):
            raise FormatProblem(f"{kind}, expected one of {', '.join(FORMATS)}, zip or tar")


def format_of(blob: Blob) -> str:
    """Tell the format of a blob that is no container, by its ending, else by its first bytes.

    Raises:
        EncodingProblem: it has no telling ending and is binary.
    """
    head = blob.stream.head()
    if head.startswith(b"PAR1"):
        return "parquet"
    ending = blob.name.lower().rpartition(".")[2]
    if ending == "json":
        return _json_kind(decode(head)[0])
    return _ENDINGS.get(ending) or _sniffed(decode(head)[0])


def _sniffed(head: str) -> str:
    start = head.lstrip()
    if re.match(r'\{\s*("|\})|\[\s*(\{|\])', start):
        return _json_kind(start)
    return "csv" if _is_table(head) else "text"


def _json_kind(head: str) -> str:
    """Tell JSON Lines (an object a line) from one JSON value over several lines or a list."""
    first = head.strip().split("\n", 1)[0].rstrip()
    return "jsonl" if first.startswith("{") and first[-1] not in "{,[" else "json"


def _is_table(head: str) -> bool:
    """Say whether the first line is a header with a known text or section column."""
    first = head.split("\n", 1)[0].strip()
    names = [normal_name(cell) for cell in header_cells(first, delimiter_of(first))]
    known = known_fields()
    texts = [name for name in names if name in known["text"] or name in known["section"]]
    return (
        len(names) > 1 and bool(texts) and (len(texts) > 1 or bool(set(names) & set(known["id"])))
    )
