"""Resident memory of a run and of its worker, by number of cases.

    python -m benchmarks.memory CASES [--fake] [--profile fast]

One worker. With `--fake` it has the pipeline of the tests, which takes no time: what is measured
then is the process that reads, hands out and writes. Needs psutil.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import psutil

import pipeline.batch
from benchmarks.machine import peak_mb
from benchmarks.texts import write_cases
from pipeline.chunks import Tally

#: cases after which memory is looked at; the last look is after the last chunk
MARKS = (1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
FAKE = "tests.fake_pipeline:load"


class MemoryWatcher:
    """Keep the resident memory of this process and of its largest child at some numbers of cases.

    Example:
        >>> watcher = MemoryWatcher((64,))
        >>> watcher(Tally(cases=64))
        >>> [look["cases"] for look in watcher.looks]
        [64]
    """

    def __init__(self, marks: tuple[int, ...]) -> None:
        self._left = list(marks)
        self._own = psutil.Process()
        self.looks: list[dict[str, int]] = []

    def __call__(self, tally: Tally) -> None:
        """Look, if a mark has been passed since the last look."""
        if self._left and tally.cases >= self._left[0]:
            self._left = [mark for mark in self._left if mark > tally.cases]
            self.looks.append({"cases": tally.cases, **self._memory()})

    def _memory(self) -> dict[str, int]:
        worker = max(child.memory_info().rss for child in self._own.children(recursive=True))
        own = self._own.memory_info().rss
        return {"parent_mb": own >> 20, "worker_mb": worker >> 20}


def measure(cases: int, profile: str, *, fake: bool) -> dict[str, object]:
    """Run so many cases and give what memory was at the marks, and the parent's peak."""
    if fake:
        pipeline.batch.LOADER = FAKE
    watcher = MemoryWatcher((*(mark for mark in MARKS if mark < cases), cases))
    with tempfile.TemporaryDirectory() as name:
        given = write_cases(Path(name) / "cases.jsonl", cases)
        begun = time.perf_counter()
        done = pipeline.batch.run(
            given, Path(name) / "run", workers=1, profile=profile, progress=watcher
        )
        seconds = time.perf_counter() - begun
    return {
        "pipeline": "fake" if fake else profile,
        "cases": done.cases,
        "seconds": round(seconds, 1),
        "rows": sum(done.rows.values()),
        "parent_peak_mb": peak_mb(),
        "looks": watcher.looks,
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cases", type=int)
    parser.add_argument("--fake", action="store_true")
    parser.add_argument("--profile", default="default")
    asked = parser.parse_args()
    print(json.dumps(measure(asked.cases, asked.profile, fake=asked.fake)))


if __name__ == "__main__":
    main()
