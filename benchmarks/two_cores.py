"""What two processes that do nothing but count reach beside each other: the bound for two workers.

python -m benchmarks.two_cores

On a shared or virtual machine it is less than 1.
"""

import json
import subprocess
import sys
import time

COUNTING = "n = 0\nfor i in range(40_000_000): n += i"


def seconds(processes: int) -> float:
    """Give the wall-clock seconds until all have counted."""
    begun = time.perf_counter()
    running = [subprocess.Popen([sys.executable, "-c", COUNTING]) for _ in range(processes)]
    for process in running:
        process.wait()
    return time.perf_counter() - begun


if __name__ == "__main__":
    print(json.dumps(round(seconds(1) / seconds(2), 2)))
