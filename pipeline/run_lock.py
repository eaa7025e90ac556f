"""A run folder is written by one run at a time: a lock that ends with the last to hold it."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import RunError

#: seconds to wait for workers of a run that was killed to end, each after the case it is at
_WAIT = 10.0
_PAUSE = 0.05


@contextmanager
def locked(run: Path, wait: float = _WAIT) -> Iterator[int]:
    """Hold the lock of a run folder while the context lasts; give the open file that holds it.

    The folder itself is locked (`flock`), so that nothing is left behind. A process that inherits
    the open file holds the lock too: workers of a run that was killed keep the next one waiting
    until they have ended. Where the file system has no such locks, there is none.

    Raises:
        RunError: another run holds it for longer than `wait` seconds.
    """
    handle = os.open(run, os.O_RDONLY)
    try:
        _take(handle, run, wait)
        if not (run.is_dir() and os.path.samestat(os.fstat(handle), run.stat())):
            raise RunError(f"{run}: taken away by another run, expected it to stay; try again")
        yield handle
    finally:
        os.close(handle)


def _take(handle: int, run: Path, wait: float) -> None:
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            if problem.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                return
            if time.monotonic() > until:
                raise RunError(
                    f"{run}: another run is writing here, expected it to end first"
                ) from None
            time.sleep(_PAUSE)
        else:
            return
