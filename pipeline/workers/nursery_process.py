"""The nursery as the run sees it: start it, have it fork workers, end it.

Nothing heavy is imported here: the process loads the pipeline while the run is still at its own
beginning.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from pipeline import errors
from pipeline.errors import RunError
from pipeline.workers.frames import Message, receive, send
from pipeline.workers.work_order import WorkOrder

#: seconds to wait for the process to end by itself
_PATIENCE = 5.0


class NurseryProcess:
    """A process that loads the pipeline and forks workers; it begins at once.

    Args:
        order: what it loads, and what its workers are told.
    """

    def __init__(self, order: WorkOrder) -> None:
        self._loaded = False
        self._control, theirs = socket.socketpair()
        handle = theirs.fileno()
        # what is imported here is imported there, whatever lies in the folder one stands in
        path = os.pathsep.join(part or str(Path.cwd()) for part in sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pipeline.workers.nursery", str(handle)],
            pass_fds=[handle],
            stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": path},
        )
        theirs.close()
        send(self._control, order._asdict())

    def await_pipeline(self) -> None:
        """Wait until the pipeline is loaded.

        Raises:
            RadtabError: it cannot be loaded; the class is that of the problem.
            RunError: the process died.
        """
        if self._loaded:
            return
        answer = receive(self._control)
        if answer is None:
            raise RunError("the process that loads the pipeline died, expected it to load")
        if "refused" in answer:
            raise getattr(errors, answer["error"])(answer["refused"])
        self._loaded = True

    def fork(self, channel: socket.socket, inherited: Iterable[int]) -> int | None:
        """Have a worker forked; give its process id, None where the nursery is gone.

        Args:
            channel: the socket that the worker is to serve.
            inherited: open files that it keeps open as long as it lives.
        """
        try:
            socket.send_fds(self._control, [b"f"], [channel.fileno(), *inherited])
        except OSError:
            return None
        answer: Message | None = receive(self._control)
        return None if answer is None else int(answer["forked"])

    def close(self) -> None:
        """End the process; one that is still loading is not waited for."""
        self._control.close()
        if not self._loaded:
            self._process.kill()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
