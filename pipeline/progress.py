"""How far a run is, on a terminal; nothing in a pipe."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipeline.chunks import Tally

T = TypeVar("T")
#: items between two counts shown
_SHOWN_EVERY = 50_000
#: endings of inputs whose size says nothing of the characters in them
_PACKED = frozenset({".zip", ".gz", ".bz2", ".xz", ".tgz", ".tar", ".parquet"})


class ProgressTeller:
    """Keep the counts a run reports and show them.

    Args:
        bar: what shows them.
        size: bytes of all inputs, 0 where they are not known: then no time left is told.
    """

    def __init__(self, bar: Progress, size: int = 0) -> None:
        self.tally = Tally()
        self._bar = bar
        self._size = size
        self._first: Tally | None = None
        self._task = bar.add_task("loading", total=None)

    def __call__(self, tally: Tally) -> None:
        """Take the counts so far; the first are those of what was done before."""
        self.tally = tally
        if self._first is None:
            self._first = replace(tally)
        seconds = self._bar.tasks[self._task].elapsed or 0.0
        self._bar.update(self._task, description=self.line(seconds))

    def line(self, seconds: float) -> str:
        """Say counts, cases a second and, where it can be told, the time that is left.

        The time left is that of the bytes left at the characters a second so far: as good a guess
        as inputs are texts and little else.
        """
        before = self._first or Tally()
        now = self.tally
        rate = (now.cases - before.cases) / seconds if seconds else 0.0
        said = f"{now.cases:,} cases, {rate:.0f}/s, {now.rejected:,} rejected"
        chars = now.chars - before.chars
        if not (self._size and chars and seconds):
            return said
        left = max(self._size - now.chars, 0) * seconds / chars
        return f"{said}, about {timedelta(seconds=round(left))} left"


def size_of(inputs: Iterable[str]) -> int:
    """Give the bytes of all inputs, 0 where some are packed or come through a pipe."""
    total = 0
    for given in inputs:
        path = Path(given)
        for file in path.rglob("*") if path.is_dir() else [path]:
            if given == "-" or file.suffix.lower() in _PACKED or not os.access(file, os.R_OK):
                return 0
            total += file.stat().st_size if file.is_file() else 0
    return total


@contextmanager
def shown_progress(inputs: Iterable[str] = ()) -> Iterator[ProgressTeller]:
    """Show the progress on standard error while the context lasts, if that is a terminal."""
    console = Console(stderr=True)
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=console, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        yield ProgressTeller(bar, size_of(inputs) if console.is_terminal else 0)


def shown_count(items: Iterable[T], what: str) -> Iterator[T]:
    """Give items as they come and show on standard error how many, if that is a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        return
    with console.status(f"reading {what}") as status:
        for number, item in enumerate(items, start=1):
            if number % _SHOWN_EVERY == 0:
                status.update(f"{number:,} {what} read")
            yield item
