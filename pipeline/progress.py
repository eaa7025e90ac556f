"""How far a run is, on a terminal; nothing in a pipe."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipeline.chunks import Tally


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
