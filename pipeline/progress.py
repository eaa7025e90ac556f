"""How far a run is, on a terminal; nothing in a pipe."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipeline.chunks import Tally

T = TypeVar("T")
#: items between two counts shown
_SHOWN_EVERY = 50_000


class ProgressTeller:
    """Keep the counts a run reports and show them."""

    def __init__(self, bar: Progress) -> None:
        self.tally = Tally()
        self._bar = bar
        self._task = bar.add_task("loading", total=None)

    def __call__(self, tally: Tally) -> None:
        """Take the counts so far."""
        self.tally = tally
        seconds = self._bar.tasks[self._task].elapsed or 0.0
        rate = tally.cases / seconds if seconds else 0.0
        said = f"{tally.cases:,} cases, {rate:.0f}/s, {tally.rejected:,} rejected"
        self._bar.update(self._task, description=said)


@contextmanager
def shown_progress() -> Iterator[ProgressTeller]:
    """Show the progress on standard error while the context lasts, if that is a terminal."""
    console = Console(stderr=True)
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=console, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        yield ProgressTeller(bar)


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
