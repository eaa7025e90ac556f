"""Problem -> a row of the table `rejects`, in one line, without any text of a case."""

import lzma
import struct
import tarfile
import zipfile
import zlib

from pipeline.errors import FormatProblem, InputError
from pipeline.records import RejectRow

#: what the libraries raise on damaged or unreadable bytes
DAMAGE: tuple[type[Exception], ...] = (
    OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError,
    RuntimeError, LookupError, ValueError, OverflowError, MemoryError, struct.error,
)  # fmt: skip


def reject(source: str, problem: InputError, case_id: str = "") -> RejectRow:
    """Make the row: where, what is wrong, what was expected."""
    # the source is in one line already, and is a name: spaces in it count
    message = f"{source}: {' '.join(str(problem).split())}"
    return RejectRow(source, case_id, "read", type(problem).__name__, message)


def as_input_error(problem: Exception) -> InputError:
    """Turn what a library raised into an InputError that quotes no content."""
    if isinstance(problem, InputError):
        return problem
    if isinstance(problem, OSError) and problem.strerror:
        return InputError(f"cannot be read ({problem.strerror}), expected a readable file")
    kind = type(problem).__name__
    return FormatProblem(f"damaged or cut short ({kind}), expected a whole file")
