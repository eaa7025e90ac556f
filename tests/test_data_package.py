"""What `radtab describe` says of a run is so: checked by the library `frictionless`."""

import json
from pathlib import Path
from typing import Any

import frictionless
import pytest
from frictionless import Package, Resource, Schema
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.data_package import KEYS, VALUES, data_package, table_schema, write_data_package
from pipeline.errors import RunError, UsageError
from pipeline.manifest import read_manifest, write_manifest
from pipeline.records import TABLES, columns, table_columns
from pipeline.resources import corpus_path
from pipeline.table_files import FORMATS, read_table_file
from tests.exchange_runs import write_run

CASES = [json.loads(line) for line in corpus_path("gold.jsonl").read_text("utf-8").splitlines()]


def problems(report: frictionless.Report) -> list[list[Any]]:
    return report.flatten(["name", "type", "fieldName", "note"])


def rows_problems(resource: dict[str, Any], path: Path) -> list[list[Any]]:
    """Have the rows of a file checked by its schema, the file read by Arrow."""
    rows = read_table_file(path, resource["radtab:table"]).to_pylist()
    if not rows:
        return []
    schema = {name: part for name, part in resource["schema"].items() if name != "foreignKeys"}
    return problems(Resource(data=rows, schema=Schema.from_descriptor(schema)).validate())


@pytest.mark.parametrize("ending", FORMATS)
def test_a_described_run_is_valid(ending: str, tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", CASES, ending)
    package = write_data_package(run)
    if ending == "csv":
        assert problems(frictionless.validate(str(run / "datapackage.json"))) == []
    assert list(Package.metadata_validate(package)) == []
    assert [each["radtab:table"] for each in package["resources"]] == list(TABLES)
    for resource in package["resources"]:
        assert rows_problems(resource, run / resource["path"]) == []


def test_what_is_wrong_is_found(tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", CASES, "csv")
    write_data_package(run)
    path = run / "entities.csv"
    wrong = path.read_text("utf-8").replace(",FINDING,", ",TUMOUR,", 1).replace("e2,", "e1,", 1)
    path.write_text(wrong, "utf-8")
    found = {
        kind for _, kind, _, _ in problems(frictionless.validate(str(run / "datapackage.json")))
    }
    assert {"constraint-error", "primary-key", "hash-count"} <= found


def test_every_column_is_told_with_type_unit_and_meaning() -> None:
    for name in TABLES:
        fields = table_schema(name)["fields"]
        assert [each["name"] for each in fields] == [column.name for column in table_columns(name)]
        for column, told in zip(table_columns(name), fields, strict=True):
            assert told["description"] == column.meaning
            lengths = ("start", "end", "n_chars", "cue_start", "cue_end", "evidence_start",
                       "evidence_end")  # fmt: skip
            assert (told.get("unit") == "characters") == (column.name in lengths)
    age = next(each for each in table_schema("cases")["fields"] if each["name"] == "age")
    assert (age["type"], age["unit"]) == ("number", "years")


def test_values_and_keys_are_of_columns_there_are() -> None:
    for table, named in {**VALUES, **KEYS}.items():
        assert set(named) <= {column.name for column in columns(TABLES[table])}


def test_a_label_of_the_users_is_allowed(tmp_path: Path) -> None:
    case = CASES[0] | {"entities": [CASES[0]["entities"][0] | {"type": "DEVICE"}], "relations": []}
    lists = {name: [] for name in ("final_diagnosis", "differential", "key_findings")}
    run = write_run(tmp_path / "w", [case | lists])
    (entities,) = (r for r in data_package(run)["resources"] if r["name"] == "entities")
    (label,) = (each for each in entities["schema"]["fields"] if each["name"] == "label")
    assert label["constraints"]["enum"][-1] == "DEVICE"
    assert rows_problems(entities, run / "entities.parquet") == []


def test_each_part_of_a_large_table_is_a_resource(tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", CASES, "csv")
    manifest = read_manifest(run)
    for name in TABLES:
        (run / name).mkdir()
        (run / f"{name}.csv").rename(run / name / "part-00000.csv")
        manifest["tables"][name]["file"] = f"{name}/part-*.csv"
    header = (run / "entities" / "part-00000.csv").read_text("utf-8").split("\n", 1)[0]
    (run / "entities" / "part-00001.csv").write_text(f"{header}\n", "utf-8")
    write_manifest(run, manifest)
    package = write_data_package(run, tmp_path / "w" / "datapackage.json")
    paths = [each["path"] for each in package["resources"] if each["radtab:table"] == "entities"]
    assert paths == ["run/entities/part-00000.csv", "run/entities/part-00001.csv"]
    names = [each["name"] for each in package["resources"]]
    assert len(set(names)) == len(names) == 7
    assert problems(frictionless.validate(str(tmp_path / "w" / "datapackage.json"))) == []


def test_what_was_added_to_a_description_is_kept(tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", CASES[:2])
    package = write_data_package(run)
    licenses = [{"name": "CC-BY-4.0"}]
    told = json.dumps(package | {"licenses": licenses, "resources": []})
    (run / "datapackage.json").write_text(told, "utf-8")
    assert write_data_package(run) == package | {"licenses": licenses}


def test_the_command_tells_where_the_description_is(tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", CASES[:2])
    done = CliRunner().invoke(app, ["describe", str(run)])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{run / 'datapackage.json'}: 6 files of 6 tables\n"
    assert json.loads((run / "datapackage.json").read_text("utf-8")) == data_package(run)


def test_what_cannot_be_described(tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", CASES[:2])
    with pytest.raises(UsageError, match="is not in it, expected a folder above the run"):
        write_data_package(run, tmp_path / "other" / "datapackage.json")
    (run / "relations.parquet").unlink()
    with pytest.raises(RunError, match="table relations is missing, expected"):
        write_data_package(run)
    write_manifest(run, read_manifest(run) | {"state": "running"})
    with pytest.raises(RunError, match="was cut off, expected one that is complete"):
        write_data_package(run)
    assert not (run / "datapackage.json").exists()
