"""Pieces of the text in a file, by where they start and end.

They are read, not mapped: memory that a process has mapped and looked at counts as its own, and
names looked up here and there would in time bring in the whole file. The system's cache of files
keeps what is read, for all processes.
"""

import os
import weakref
from pathlib import Path

import numpy as np


class TextFile:
    """Read from an array of UTF-8 bytes.

    Raises:
        OSError, ValueError: the file is missing, or holds no such array.
    """

    def __init__(self, path: Path) -> None:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        if mapped.dtype != np.uint8:
            raise ValueError(f"{mapped.dtype} in {path.name}, expected bytes")
        self._offset: int = mapped.offset
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)

    def text(self, start: int, end: int) -> str:
        """Give the text between two places.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "t.npy")
        ...     np.save(path, np.frombuffer(b"hipknee", np.uint8))
        ...     TextFile(path).text(3, 7)
        'knee'
        """
        # forked processes share the place in a file; `pread` leaves it alone
        return os.pread(self._file, end - start, self._offset + start).decode()
