"""A run -> `datapackage.json`, a Frictionless data package: what each column of each table means.

Names, types, units and meanings are those of `pipeline.records`, allowed values those the stages
declare. The form is that of Data Package v1 (https://specs.frictionlessdata.io/data-package/):
a resource is a file; a large table, a folder of parts, is a resource a part.

`frictionless validate` checks all of a CSV run; of JSON lines it cannot read a file without rows,
of Parquet no lists and no numbers that may be missing (it reads through pandas), though what is
described is what is there.
"""

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from pipeline.annotations import CHANGES, LABELS, RELATIONS, SECTIONS, STATUSES
from pipeline.errors import RunError, UsageError
from pipeline.manifest import read_manifest
from pipeline.records import TABLES
from pipeline.run_folder import read_arrow
from pipeline.table_files import replacing

FILE = "datapackage.json"
_SIDES = ("left", "right", "bilateral", "midline")
#: table -> column -> the values it may have, besides being empty
VALUES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "cases": {"sex": ("female", "male")},
    "sections": {"section": SECTIONS, "method": ("given", "heading", "model")},
    "entities": {
        "label": LABELS, "section": SECTIONS, "status": STATUSES, "change": CHANGES,
        "role": ("final", "differential", "final differential"), "laterality": _SIDES,
    },
    "relations": {"type": RELATIONS},
    "findings": {
        "finding_status": STATUSES, "diagnosis_status": STATUSES, "change": CHANGES,
        "laterality": _SIDES, "basis": ("stated", "case"),
        "relation": ("indicates", "excludes", "differential"),
    },
}  # fmt: skip
#: columns that together name a row
KEYS: Mapping[str, tuple[str, ...]] = {
    "cases": ("case_id",), "entities": ("case_id", "entity_id"),
    "relations": ("case_id", "relation_id"), "findings": ("finding_id",),
}  # fmt: skip
#: tables whose rows belong to a row of `cases`
_OF_CASES = ("sections", "entities", "relations", "findings")
_TYPES = {
    str: "string", int: "integer", float: "number", bool: "boolean",
    int | None: "integer", float | None: "number", list[str]: "array",
}  # fmt: skip
_PROBABILITIES = ("score", "link_score")
_MEDIA = {
    "csv": "text/csv", "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet",
}  # fmt: skip


def write_data_package(run: Path | str, output: Path | str | None = None) -> dict[str, Any]:
    """Write the description of a run and give it.

    What someone has added to an earlier description, such as `licenses` or `contributors`, is kept.

    Args:
        run: the run folder, complete.
        output: the file; None, `datapackage.json` in the run folder. It may lie in a folder above.

    Raises:
        RunError: no run folder, one that was cut off, or the output cannot be written.
        UsageError: the output lies elsewhere, whence its paths could not lead to the tables.
    """
    path = Path(output) if output else Path(run) / FILE
    package = data_package(run, path.parent)
    package = {name: part for name, part in _earlier(path).items() if name not in package} | package
    try:
        with replacing(path) as draft:
            draft.write_text(json.dumps(package, indent=1, ensure_ascii=False) + "\n", "utf-8")
    except OSError as problem:
        raise RunError(f"{path}: cannot be written ({problem.strerror})") from problem
    return package


def _earlier(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def data_package(run: Path | str, base: Path | str | None = None) -> dict[str, Any]:
    """Describe a run as a data package.

    Args:
        run: the run folder, complete.
        base: the folder that paths begin at, the run folder or one above; None, the run folder.

    Raises:
        RunError: no run folder, one that was cut off, or a file is missing.
        UsageError: `base` is no folder above the run.
    """
    folder = Path(run)
    start = Path(base) if base else folder
    manifest = read_manifest(folder)
    if manifest["state"] != "complete":
        raise RunError(f"{run}: the run was cut off, expected one that is complete")
    if not folder.resolve().is_relative_to(start.resolve()):
        raise UsageError(f"{start}: the run {run} is not in it, expected a folder above the run")
    name = re.sub(r"[^a-z0-9._-]+", "-", folder.resolve().name.casefold()).strip("-") or "run"
    described = "Tables that radtab read out of case texts; offsets count characters of a text."
    if manifest.get("settings", {}).get("spreadsheet_safe"):
        described += " An apostrophe stands before text that a spreadsheet would run as a formula."
    return {
        "profile": "data-package",
        "name": name,
        "title": f"Findings and diagnoses of {manifest['counts'].get('cases', 0)} cases",
        "description": described,
        "created": manifest["ended"],
        "sources": [{"title": source} for source in manifest.get("inputs", [])],
        "radtab": manifest["radtab"],
        "resources": list(_resources(folder, start, manifest)),
    }


def _resources(run: Path, base: Path, manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for table in TABLES:
        files = sorted(run.glob(manifest["tables"][table]["file"]))
        if not files:
            raise RunError(f"{run}: table {table} is missing, expected it as the manifest says")
        schema = table_schema(table)
        if table == "entities":
            _widen_labels(schema, run)
        if len(files) == 1 and table in _OF_CASES and _is_whole(manifest, "cases"):
            reference = {"resource": "cases", "fields": ["case_id"]}
            schema["foreignKeys"] = [{"fields": ["case_id"], "reference": reference}]
        for number, path in enumerate(files):
            whole = _is_whole(manifest, table)
            name = table if whole else f"{table}-{number:05}"
            yield {"name": name, "radtab:table": table} | _file(path, base) | {
                "description": (TABLES[table].__doc__ or "").strip(), "schema": schema,
            }  # fmt: skip


def _is_whole(manifest: Mapping[str, Any], table: str) -> bool:
    return "/" not in manifest["tables"][table]["file"]


def _file(path: Path, base: Path) -> dict[str, Any]:
    ending = path.suffix[1:]
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    # the reader of Parquet in `frictionless` counts no bytes and would call any number wrong
    sizes: dict[str, Any] = (
        {"radtab:sha256": digest}
        if ending == "parquet"
        else {"bytes": path.stat().st_size, "hash": f"sha256:{digest}"}
    )
    return {
        "type": "table", "path": path.resolve().relative_to(base.resolve()).as_posix(),
        "format": ending, "mediatype": _MEDIA[ending], "encoding": "utf-8", **sizes,
    }  # fmt: skip


def _widen_labels(schema: dict[str, Any], run: Path) -> None:
    """Allow labels that terms of the user's have brought into the run."""
    (labels,) = (each for each in schema["fields"] if each["name"] == "label")
    found = pc.unique(read_arrow(run, "entities", ["label"])["label"]).to_pylist()
    labels["constraints"]["enum"] += sorted(set(found) - set(LABELS))


def table_schema(table: str) -> dict[str, Any]:
    """Give the Table Schema of a table of a run.

    >>> table_schema("sections")["fields"][2]["unit"]
    'characters'
    """
    schema: dict[str, Any] = {
        "fields": [_field(table, each) for each in dataclasses.fields(TABLES[table])],
        "missingValues": [""],
    }
    return schema | ({"primaryKey": list(KEYS[table])} if table in KEYS else {})


def _field(table: str, column: "dataclasses.Field[Any]") -> dict[str, Any]:
    described = {
        "name": column.name, "type": _TYPES[column.type],  # type: ignore[index]
        "description": column.metadata["meaning"],
    }  # fmt: skip
    unit = column.metadata["unit"]
    limits = _constraints(table, column.name, described["type"], unit)
    return (
        described | ({"unit": unit} if unit else {}) | ({"constraints": limits} if limits else {})
    )


def _constraints(table: str, name: str, kind: str, unit: str) -> dict[str, Any]:
    if values := VALUES.get(table, {}).get(name):
        return {"enum": list(values)}
    if name in KEYS.get(table, ()):
        return {"required": True}
    if name in _PROBABILITIES:
        return {"minimum": 0, "maximum": 1}
    if kind == "integer" or unit == "years":
        return {"minimum": 0}
    return {}
