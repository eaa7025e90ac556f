import csv
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.errors import RunError
from pipeline.records import TABLES
from pipeline.table_files import FORMATS, read_table_file, schema, write_table

NASTY = ['a,"b"', "line\nbreak\r\nand\rmore", "", "None", "nan", "=1+1", "\u2028é\U0001f642", " x "]


def rows_of(name: str) -> pa.Table:
    """Make a table with every kind of value a column can hold."""
    made: dict[str, list[Any]] = {}
    for column in fields(TABLES[name]):
        values: dict[Any, list[Any]] = {
            str: NASTY, int: [0, 1, -5, 2**40, 4, 5, 6, 7], bool: [True, False] * 4,
            float: [0.1 + 0.2, 0.0, 1.0, 1e-9, 0.5, 2.0, 3.0, 4.0],
            int | None: [None, 0, 1, None, 2, 3, 4, 5],
            float | None: [None, 0.5, 37.0, None, 1.0, None, None, 0.0],
            list[str]: [[], ["a"], ["a,b", 'c"'], [""], ["\n"], ["[]"], ["é"], []],
        }  # fmt: skip
        made[column.name] = values[column.type]
    return pa.table(made, schema=schema(name))


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("name", TABLES)
def test_what_is_written_is_read(name: str, ending: str, tmp_path: Path) -> None:
    table = rows_of(name)
    first, second = tmp_path / f"a.{ending}", tmp_path / f"b.{ending}"
    write_table(table, first)
    write_table(table, second)
    assert first.read_bytes() == second.read_bytes()
    assert read_table_file(first, name).to_pylist() == table.to_pylist()
    assert sorted(tmp_path.iterdir()) == [first, second]


@pytest.mark.parametrize("ending", FORMATS)
def test_an_empty_table_keeps_its_columns(ending: str, tmp_path: Path) -> None:
    write_table(schema("cases").empty_table(), tmp_path / f"cases.{ending}")
    table = read_table_file(tmp_path / f"cases.{ending}", "cases")
    assert table.num_rows == 0
    assert table.schema == schema("cases")


def test_meanings_are_in_the_parquet_file(tmp_path: Path) -> None:
    write_table(rows_of("entities"), tmp_path / "entities.parquet")
    field = pq.read_schema(tmp_path / "entities.parquet").field("end")
    assert field.metadata[b"meaning"] == b"character after the last"


def test_csv_lists_are_json_arrays(tmp_path: Path) -> None:
    write_table(rows_of("cases"), tmp_path / "cases.csv")
    import pandas as pd

    frame = pd.read_csv(tmp_path / "cases.csv", keep_default_na=False)
    assert [json.loads(cell) for cell in frame["keywords"]] == rows_of("cases")[
        "keywords"
    ].to_pylist()


@pytest.mark.parametrize("ending", FORMATS)
def test_a_damaged_file_is_told_in_one_line(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"cases.{ending}"
    path.write_bytes(b"{\x00 damaged")
    with pytest.raises(RunError, match=rf"cases\.{ending}: cannot be read") as problem:
        read_table_file(path, "cases")
    assert "\n" not in str(problem.value)


FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'", "'=1", "''=1", "''", "'a",
    "a=1", "", " =1", "-", '=HYPERLINK("http://x","y")', "'\t", "'- item",
]  # fmt: skip


def test_what_a_spreadsheet_would_run_is_inert_and_read_back(tmp_path: Path) -> None:
    table = schema("sections").empty_table().to_pydict()
    kinds = {field.name: field.type for field in schema("sections")}
    for name, kind in kinds.items():
        table[name] = FORMULAS if kind == pa.string() else [-1] * len(FORMULAS)
    whole = pa.table(table, schema=schema("sections"))
    path = tmp_path / "sections.csv"
    write_table(whole, path, inert=True)
    assert read_table_file(path, "sections", inert=True).to_pylist() == whole.to_pylist()
    with path.open(encoding="utf-8", newline="") as handle:
        cells = [row["case_id"] for row in csv.DictReader(handle)]
    changed = dict(zip(FORMULAS, cells, strict=True))
    assert not [cell for cell in cells if cell[:1] and cell[0] in "=+-@\t\r\n＝＋－＠"]
    assert changed["=1+1"] == "'=1+1"
    assert changed["'=1"] == "''=1"
    assert {cell for cell in FORMULAS if changed[cell] == cell} == {
        "'", "''", "'a", "a=1", "", " =1",
    }  # fmt: skip
