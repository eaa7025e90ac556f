"""The atlas of a run, on runs of a few rows made here."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from pipeline.atlas.association import association
from pipeline.atlas.pairs import build_atlas
from pipeline.cli import app
from pipeline.errors import RunError, UsageError
from pipeline.manifest import write_manifest
from pipeline.records import DERIVED, TABLES, columns
from pipeline.table_files import read_table_file, schema, write_table

EMPTY: dict[Any, Any] = {
    str: "", int: 0, float: 1.0, bool: False, list[str]: [], int | None: None, float | None: None,
}  # fmt: skip
OSTEOSARCOMA, CHONDROSARCOMA = "DOID:3347", "DOID:3371"


def write_run(folder: Path, findings: Sequence[dict[str, Any]]) -> Path:
    """Write a finished run whose table `findings` has these rows; what is not named is empty."""
    folder.mkdir()
    write_manifest(folder, {"radtab": "1", "state": "complete", "settings": {"format": "parquet"}})
    concepts = [("C:mass", "mass"), ("C:edema", "edema"), (OSTEOSARCOMA, "osteosarcoma")]
    given: dict[str, Sequence[dict[str, Any]]] = {
        "findings": [
            {"relation": "indicates", "basis": "case", "finding_status": "present"}
            | {"finding_id": f"{row['case_id']}#{number}", "evidence": f"says {number}"} | row
            for number, row in enumerate(findings)
        ],
        "entities": [{"concept_id": i, "concept_name": name} for i, name in concepts],
    }  # fmt: skip
    for name, row_class in TABLES.items():
        rows = [
            {c.name: row.get(c.name, EMPTY[c.type]) for c in columns(row_class)}
            for row in given.get(name, [])
        ]
        write_table(pa.Table.from_pylist(rows, schema=schema(name)), folder / f"{name}.parquet")
    return folder


def row(case: str, finding: str, diagnosis: str, **more: Any) -> dict[str, Any]:
    """Make a row of `findings`; what begins like an identifier is a concept, the rest words."""
    ends = {}
    for end, name in (("finding", finding), ("diagnosis", diagnosis)):
        ends[end] = name
        ends[f"{end}_concept_id"] = name if ":" in name else ""
    return {"case_id": case, **ends, **more}


def only(table: pd.DataFrame, **wanted: str) -> Any:
    """Give the one row of an atlas with these cells."""
    for name, value in wanted.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return next(table.itertuples())


def test_cases_are_counted_not_mentions(tmp_path):
    run = write_run(tmp_path / "r", [
        row("a", "C:mass", "D:1"), row("a", "C:mass", "D:1"), row("b", "C:mass", "D:1"),
        row("c", "C:mass", "D:2"), row("d", "C:edema", "D:2"),
    ])  # fmt: skip
    found = only(build_atlas(run), finding="mass", diagnosis_concept_id="D:1")
    assert (found.n_cases, found.n_finding, found.n_diagnosis, found.n_total) == (2, 3, 2, 4)
    assert found.lift == pytest.approx(2 * 4 / (3 * 2), abs=1e-4)
    assert found.lift_low < found.lift < found.lift_high


def test_each_kind_of_row_is_counted_apart(tmp_path):
    run = write_run(tmp_path / "r", [
        row("a", "C:mass", "D:1"), row("a", "C:mass", "D:1", basis="stated"),
        row("b", "C:mass", "D:1"),
        row("c", "C:mass", "D:1", basis="stated", finding_status="general"),
        row("d", "C:mass", "D:1", relation="differential"),
        row("e", "C:mass", "D:1", relation="excludes", basis="stated", finding_status="absent"),
        row("f", "C:mass", "D:1", finding_status="absent", basis="stated"),
        row("g", "C:mass", "D:1", finding_status="historical", basis="stated"),
    ])  # fmt: skip
    found = only(build_atlas(run))
    counts = (found.n_cases, found.n_stated, found.n_by_case)
    assert counts == (2, 1, 1)
    assert (found.n_general, found.n_differential, found.n_excludes) == (1, 1, 1)
    assert found.n_total == 2


def test_a_pair_that_no_patient_has_has_no_lift(tmp_path):
    run = write_run(tmp_path / "r", [
        row("a", "C:mass", "D:1", relation="differential"), row("a", "C:mass", "D:2"),
    ])  # fmt: skip
    found = only(build_atlas(run), diagnosis_concept_id="D:1")
    assert found.n_cases == 0
    assert np.isnan(found.lift)


def test_what_has_no_concept_meets_by_its_words(tmp_path):
    run = write_run(tmp_path / "r", [
        row("a", "odd streaks", "zork"), row("b", "Odd streak", "Zorks"),
    ])  # fmt: skip
    found = only(build_atlas(run))
    assert (found.n_cases, found.finding, found.finding_concept_id) == (2, "odd streak", "")


def test_findings_are_told_apart_by_place_sequence_and_signal(tmp_path):
    run = write_run(tmp_path / "r", [
        row("a", "C:mass", "D:1", anatomy=["liver", "left odd lobe"],
            anatomy_concept_id=["U:1", ""], sequence=["T1", "T2"], intensity="hyper"),
        row("b", "C:mass", "D:1"),
    ])  # fmt: skip
    table = build_atlas(run, by=["anatomy", "sequence", "intensity"])
    assert len(table) == 5
    assert set(table["anatomy"]) == {"", "left odd lobe"}
    assert only(table, anatomy_concept_id="U:1", sequence="T2").intensity == "hyper"
    assert only(table, sequence="").n_cases == 1
    assert only(build_atlas(run)).n_cases == 2


def test_sub_types_roll_up_where_two_of_them_meet(tmp_path):
    run = write_run(tmp_path / "r", [
        row("a", "C:mass", OSTEOSARCOMA), row("b", "C:mass", CHONDROSARCOMA),
        row("c", "C:edema", OSTEOSARCOMA),
    ])  # fmt: skip
    plain = build_atlas(run)
    rolled = build_atlas(run, roll_up=True)
    assert not plain["rolled_up"].any()
    both = only(rolled, diagnosis="bone cancer", finding="mass")
    assert both.rolled_up
    assert (both.n_cases, both.n_finding, both.n_diagnosis, both.n_total) == (2, 2, 3, 3)
    assert "disease" not in set(rolled["diagnosis"])
    kept = rolled[~rolled["rolled_up"]].reset_index(drop=True)
    names = ["finding", "diagnosis_concept_id", "n_cases", "lift"]
    pd.testing.assert_frame_equal(kept[names], plain[names], check_like=True)


def test_examples_are_rows_of_the_run_stated_ones_first(tmp_path):
    run = write_run(tmp_path / "r", [
        row("a", "C:mass", "D:1"), row("b", "C:mass", "D:1", basis="stated", score=0.4),
        row("c", "C:mass", "D:1", basis="stated", score=0.9),
    ])  # fmt: skip
    found = only(build_atlas(run, examples=2))
    assert found.examples == ["c#2", "b#1"]
    assert found.evidence == ["says 2", "says 1"]
    assert only(build_atlas(run, examples=0)).examples == []


def test_an_empty_run_gives_an_empty_atlas(tmp_path):
    table = build_atlas(write_run(tmp_path / "r", []))
    assert list(table.columns) == [column.name for column in columns(DERIVED["atlas"])]
    assert table.empty


def test_pairs_of_few_cases_are_left_out_but_count_in_the_whole(tmp_path):
    run = write_run(tmp_path / "r", [
        row("a", "C:mass", "D:1"), row("b", "C:mass", "D:1"), row("c", "C:edema", "D:2"),
    ])  # fmt: skip
    assert only(build_atlas(run, min_cases=2)).n_total == 3


@pytest.mark.parametrize("wrong", [
    {"by": ["colour"]}, {"by": ["anatomy", "anatomy"]}, {"min_cases": 0}, {"examples": -1},
])  # fmt: skip
def test_a_wrong_argument_is_told(tmp_path, wrong):
    run = write_run(tmp_path / "r", [])
    with pytest.raises(UsageError, match="expected"):
        build_atlas(run, **wrong)


def test_the_bounds_hold_the_lift_of_drawn_cases_as_often_as_they_say():
    """Of 95 % bounds over many draws from known shares, about 95 % hold the true lift."""
    shares = np.array([0.08, 0.02, 0.12, 0.78])
    drawn = np.random.default_rng(5).multinomial(400, shares, 4000).astype(float)
    both, one, other = drawn[:, 0], drawn[:, 0] + drawn[:, 1], drawn[:, 0] + drawn[:, 2]
    found = association(both, one, other, 400)
    true = shares[0] / ((shares[0] + shares[1]) * (shares[0] + shares[2]))
    held = np.mean((found.lift_low < true) & (true < found.lift_high))
    assert 0.93 < held < 0.97


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_the_command_writes_what_the_function_gives(tmp_path, ending):
    run = write_run(tmp_path / "r", [row("a", "C:mass", "D:1"), row("b", "C:edema", "D:2")])
    target = tmp_path / f"atlas.{ending}"
    said = CliRunner().invoke(app, ["atlas", str(run), "-o", str(target)])
    assert said.exit_code == 0, said.output
    assert "2 pairs" in said.output
    assert max(map(len, said.output.splitlines())) <= 80 + len(str(tmp_path))
    written = read_table_file(target, "atlas").to_pylist()
    expected = json.loads(build_atlas(run).to_json(orient="records"))
    assert [r["finding"] for r in written] == [r["finding"] for r in expected]
    assert [r["lift"] for r in written] == [r["lift"] for r in expected]


def test_the_command_tells_a_wrong_ending_and_a_wrong_folder(tmp_path):
    run = write_run(tmp_path / "r", [])
    said = CliRunner().invoke(app, ["atlas", str(run), "-o", str(tmp_path / "a.xls")])
    assert said.exit_code == 2
    assert "expected one of .parquet" in said.output
    with pytest.raises(RunError):
        build_atlas(tmp_path)
