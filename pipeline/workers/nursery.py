"""The process that loads the pipeline once and forks workers from it.

A forked worker shares the loaded lexicons and weights with its siblings until it writes to them,
starts in milliseconds, and dies alone. The process is its own program (`python -m`), whose only
thread forks: the run that uses it may have threads, be a notebook or lack a `__main__` guard.

It is told by a socket: first a `WorkOrder`, to which it answers `{"ready"}` or `{"refused": what,
"error": class}`; then a byte with the socket that a new worker is to serve and the files it is to
keep open, to which it answers with the worker's process id. When the other side is gone it ends,
and so do the workers.
"""

import gc
import os
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

from spacy.language import Language

from pipeline.errors import RadtabError
from pipeline.workers.frames import receive, send
from pipeline.workers.work_order import WorkOrder
from pipeline.workers.worker import work

#: files that come with a worker's socket: the lock of the run
_MOST_FILES = 8


def serve(control: socket.socket) -> None:
    """Load the pipeline, then fork a worker for each socket that comes."""
    message = receive(control)
    if message is None:
        return
    order = WorkOrder(**message)
    try:
        module, _, function = order.loader.partition(":")
        nlp = getattr(import_module(module), function)(**order.pipeline)
    except RadtabError as problem:
        send(control, {"refused": str(problem), "error": type(problem).__name__})
        return
    send(control, {"ready": os.getpid()})
    # what is loaded is never freed: left out of collection, its pages stay shared
    gc.collect()
    gc.freeze()
    # the system takes ended workers away, whose end their run sees by their socket
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        asked, handles, _, _ = socket.recv_fds(control, 1, _MOST_FILES)
        if not asked:
            return
        process = os.fork()
        if process == 0:
            control.close()
            _be_worker(socket.socket(fileno=handles[0]), nlp, order)
        for handle in handles:
            os.close(handle)
        send(control, {"forked": process})


def _be_worker(channel: socket.socket, nlp: Language, order: WorkOrder) -> NoReturn:
    """Serve a socket, then end without what Python does at its end: that is the nursery's."""
    try:
        work(channel, nlp, order)
    except BaseException as problem:
        # a message may quote the text of a case
        if not isinstance(problem, BrokenPipeError | ConnectionError):
            os.write(2, f"radtab: a worker ended ({type(problem).__name__})\n".encode())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    # Ctrl-C reaches the whole group of processes; it is the run's to end its workers
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # the run may be killed while the pipeline loads
    with suppress(ConnectionError):
        serve(socket.socket(fileno=int(sys.argv[1])))
