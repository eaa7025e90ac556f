"""Run the benchmarks, print a table, keep the figures with the state of the code and the machine.

    python -m benchmarks.run [PART ...] [--cases 2000] [--finished 100000] [--terms 18750 187500]

Each measurement has a process of its own. Times depend on the machine, ratios to spaCy's blank
tokenizer hardly. Writes `benchmarks/results/<date>-<hash>.json` after each part; a later run of
other parts on the same day and commit adds to it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import ROOT, git_hash, machine
from benchmarks.texts import write_cases

RESULTS = Path(__file__).with_name("results")


def measured(module: str, *arguments: object) -> Any:  # noqa: ANN401 (JSON)
    """Run a module of the benchmarks in a process of its own; give what it prints."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    print(" ", " ".join(command[2:]), file=sys.stderr, flush=True)
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return json.loads(ended.stdout)


def runs(folder: Path, cases: int) -> dict[str, Any]:
    """Compare whole runs: one worker, two, Dask; memory of a run over few and many cases."""
    few, many = write_cases(folder / "few.jsonl", 64), write_cases(folder / "many.jsonl", cases)
    asked = {
        "few": (few, "--workers", 1),
        "one": (many, "--workers", 1),
        "two": (many, "--workers", 2),
        "dask": (many, "--scheduler", "local:2"),
    }
    said = {
        name: measured("one_run", given, folder / name, *how, "--begun", time.time())
        for name, (given, *how) in asked.items()
    }
    one, two, dask = (said[name]["annotate_s"] for name in ("one", "two", "dask"))
    said["efficiency"] = {
        "two_workers": round(one / two / 2, 2), "dask_against_two": round(two / dask, 2),
        "two_bare_processes": measured("two_cores"),
    }  # fmt: skip
    return said


def parts(asked: argparse.Namespace, folder: Path) -> dict[str, Callable[[], Any]]:
    """Give what can be measured, by name; `peers` only when it is asked for: needs a network."""
    sizes = (1_000, 10_000, asked.finished)
    return {
        "profiles": lambda: [measured("stages", profile) for profile in ("default", "fast")],
        "writing": lambda: measured("writing", min(asked.cases, 512), asked.finished),
        "runs": lambda: runs(folder, asked.cases),
        "terms": lambda: [measured("terms", n, folder / f"terms{n}") for n in asked.terms],
        "tables": lambda: measured("tables", asked.finished),
        "memory": lambda: [
            *(measured("memory", size, "--fake") for size in sizes),
            measured("memory", 5 * asked.cases, "--profile", "fast"),
        ],
        "peers": lambda: measured("peers", *asked.peers),
    }


def measure(asked: argparse.Namespace) -> Path:
    """Measure all that is asked for and write it after each part; give the file."""
    now = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": git_hash(),
        "machine": machine(),
    }
    path = asked.output / f"{now['date'][:10]}-{now['code'].rstrip('+')}.json"
    asked.output.mkdir(parents=True, exist_ok=True)
    result = (json.loads(path.read_text("utf-8")) if path.is_file() else {"loads": {}}) | now
    with tempfile.TemporaryDirectory() as name:
        every = parts(asked, Path(name))
        for part in asked.part or [each for each in every if each != "peers"]:
            # what else the machine was doing
            result["loads"][part] = round(os.getloadavg()[0], 2)
            result[part] = every[part]()
            path.write_text(json.dumps(result, indent=2) + "\n", "utf-8")
    return path


def lines(value: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Lay nested figures out as pairs of a name and a figure."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from lines(each, f"{name} {key}".strip())
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from lines(each, f"{name} {number}".strip())
    else:
        yield name, value


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("part", nargs="*", help="profiles, writing, runs, ...; all but peers")
    parser.add_argument("--cases", type=int, default=2_000, help="of whole runs")
    parser.add_argument("--finished", type=int, default=100_000, help="of the largest run")
    parser.add_argument(
        "--terms", type=int, nargs="*", default=[18_750, 187_500],
        help="concepts of invented indexes: 50k and 500k names; 1500000 for 4 million",
    )  # fmt: skip
    parser.add_argument("--peers", nargs="*", default=[], help="names, for the part peers")
    parser.add_argument("--output", type=Path, default=RESULTS)
    path = measure(parser.parse_args())
    for name, figure in lines(json.loads(path.read_text("utf-8"))):
        print(f"{name:<52} {figure}")
    print(path)


if __name__ == "__main__":
    main()
