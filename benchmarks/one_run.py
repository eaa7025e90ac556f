"""Run an archive and say how long it took and how much memory the run itself had.

python -m benchmarks.one_run INPUT OUTPUT [--workers N | --scheduler local:N] [--begun SECONDS]
"""

import argparse
import json
import time

from benchmarks.machine import peak_mb


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--scheduler", default="")
    parser.add_argument("--profile", default="default")
    parser.add_argument("--begun", type=float, default=time.time())
    asked = parser.parse_args()
    from pipeline.batch import run

    reached: list[tuple[int, float]] = []
    summary = run(
        asked.input, asked.output, workers=asked.workers, scheduler=asked.scheduler,
        profile=asked.profile, progress=lambda tally: reached.append((tally.cases, time.time())),
    )  # fmt: skip
    first = next(at for cases, at in reached if cases)
    print(json.dumps({
        "cases": summary.cases,
        "seconds": round(time.time() - asked.begun, 2),
        "loaded_s": round(reached[0][1] - asked.begun, 2),
        "first_row_s": round(first - asked.begun, 2),
        "annotate_s": round(reached[-1][1] - reached[0][1], 2),
        "parent_peak_mb": peak_mb(),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
