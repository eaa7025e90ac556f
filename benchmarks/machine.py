"""What was measured on: machine, versions, state of the code; memory of this process."""

import os
import platform
import resource
import subprocess
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def machine() -> dict[str, object]:
    """Describe the machine and the versions of what counts for speed."""
    model = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            x.split(":")[1].strip() for x in info.read_text().splitlines() if "model name" in x
        ]
        model = names[0] if names else model
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("spacy", "numpy", "pyarrow")},
    }


def git_hash() -> str:
    """Give the short hash of the commit, with a `+` where files have changed since."""
    said = [
        subprocess.run(["git", *args], cwd=ROOT, capture_output=True, text=True).stdout.strip()
        for args in (("rev-parse", "--short", "HEAD"), ("status", "--porcelain", "-uno"))
    ]
    return (said[0] or "unknown") + ("+" if said[1] else "")


def peak_mb() -> int:
    """Give the most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
