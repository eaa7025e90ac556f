"""Memory and load time by number of terms: indexes of invented names, built for the purpose.

    python -m benchmarks.terms CONCEPTS FOLDER

writes names in FOLDER (8 names for 3 concepts), builds an index and measures the pipeline with it.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.synthetic_umls import write_umls


def measure(concepts: int, folder: Path) -> dict[str, object]:
    """Build an index of so many concepts and load the pipeline with it in a new process."""
    names = write_umls(folder / "rrf", concepts)
    begun = time.perf_counter()
    build = ["-m", "pipeline", "terms", "build", folder / "rrf", "-o", folder / "index", "--exact"]
    subprocess.run([sys.executable, *map(str, build)], check=True, capture_output=True)
    built = time.perf_counter() - begun
    command = [sys.executable, "-m", "benchmarks.stages", "--terms", str(folder / "index")]
    said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    kept = {key: said[key] for key in ("load_s", "peak_mb", "ratio")}
    return {"names": names, "build_s": round(built, 1), **kept}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), Path(sys.argv[2]))))
