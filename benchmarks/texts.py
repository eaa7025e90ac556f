"""The texts that are measured: the example cases of the project, repeated under new ids."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "corpus" / "cases"


def example_texts() -> list[str]:
    """Give the texts of `corpus/cases`, in order of their names."""
    return [path.read_text("utf-8") for path in sorted(CASES.glob("*.txt"))]


def write_cases(path: Path, number: int) -> Path:
    """Write JSON lines of so many cases; a number within each makes its text its own."""
    texts = example_texts()
    with path.open("w", encoding="utf-8") as handle:
        for place in range(number):
            text = f"{texts[place % len(texts)].rstrip()}\nCase number {place}.\n"
            handle.write(json.dumps({"id": f"c{place:07}", "text": text}) + "\n")
    return path
