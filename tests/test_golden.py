"""Tables of two example cases, cell by cell, as they were last looked at and found good.

After a change for the better, read the difference, then write them anew:
`python -m tests.test_golden` from the root of a checkout.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import pytest

import pipeline
from pipeline.resources import corpus_path

GOLDEN = Path(__file__).parent / "golden"
CASES = ("spine_schwannoma.txt", "vascular_aortic_dissection.txt")
TABLES = ("sections.csv", "entities.csv", "relations.csv", "findings.csv")


def written(folder: Path) -> Path:
    pipeline.run([corpus_path("cases", name) for name in CASES], folder / "run", format="csv")
    return folder / "run"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("golden"))


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_as_they_were_found_good(name: str, run: Path) -> None:
    expected = (GOLDEN / name).read_text(encoding="utf-8").splitlines()
    assert (run / name).read_text(encoding="utf-8").splitlines() == expected


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        fresh = written(Path(place))
        for table in TABLES:
            shutil.copy(fresh / table, GOLDEN / table)
            sys.stdout.write(f"{table}\n")
