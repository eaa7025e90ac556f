"""The score on cases nothing was trained on does not fall below `corpus/baseline.tsv`.

The README shows the same table. After an improvement, write both anew:
`python -m tests.test_baseline` from the root of a checkout.
"""

import csv
import json
import sys
from pathlib import Path

import pytest

import pipeline
from pipeline.scoring import Score, score_run

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / "corpus" / "baseline.tsv"
#: rounding of the file; a lower score than this is a loss
TOLERANCE = 0.0006
COLUMNS = ("measure", "precision", "recall", "f1", "gold")
MARKS = ("<!-- scores -->\n", "<!-- /scores -->")


def held_out_scores(gold: Path, place: Path) -> dict[str, Score]:
    texts = place / "texts"
    texts.mkdir()
    for line in gold.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        (texts / f"{case['case_id']}.txt").write_text(case["text"], encoding="utf-8", newline="")
    pipeline.run(texts, place / "run")
    return score_run(gold, place / "run")


def baseline() -> list[dict[str, str]]:
    with BASELINE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def table(rows: list[dict[str, str]]) -> str:
    lines = ["| measure | P | R | F1 | in gold |", "| --- | --- | --- | --- | --- |"]
    lines += ["| " + " | ".join(row[name] for name in COLUMNS) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def test_scores_do_not_fall(shared: Path, tmp_path: Path) -> None:
    scores = held_out_scores(shared / "gold" / "dev.jsonl", tmp_path)
    rows = baseline()
    assert len(rows) > 20
    fallen = {
        row["measure"]: (scores[row["measure"]].f1, row["f1"])
        for row in rows
        if scores[row["measure"]].f1 < float(row["f1"]) - TOLERANCE
    }
    assert fallen == {}


def test_the_readme_shows_the_scores_as_they_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    start, end = MARKS
    assert readme.partition(start)[2].partition(end)[0] == table(baseline())


@pytest.mark.parametrize(
    ("measure", "first_line"), [("ANATOMY", 0.65), ("FINDING or DIAGNOSIS", 0.58)]
)
def test_above_a_dictionary_of_ontology_terms(measure: str, first_line: float) -> None:
    (row,) = [row for row in baseline() if row["measure"] == measure]
    assert float(row["f1"]) > first_line


def write_anew(gold: Path, place: Path) -> None:
    rows = [
        {
            "measure": name, "precision": f"{s.precision:.3f}", "recall": f"{s.recall:.3f}",
            "f1": f"{s.f1:.3f}", "gold": str(s.gold),
        }
        for name, s in held_out_scores(gold, place).items()
        if s.gold >= 10  # fewer cannot carry a figure
    ]  # fmt: skip
    with BASELINE.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, start, rest = text.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    readme.write_text(before + start + table(rows) + end + after, encoding="utf-8")


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        write_anew(ROOT.parent / "shared" / "gold" / "dev.jsonl", Path(folder))
    sys.stdout.write(f"wrote {BASELINE.name} and the table of README.md\n")
