"""Finished runs written by hand, of cases given as gold is, with the input they were made of."""

import json
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.manifest import completed, read_manifest, write_manifest
from pipeline.records import TABLES, columns
from pipeline.run_folder import read_arrow
from pipeline.run_texts import sha256_of
from pipeline.table_files import schema, write_table

EMPTY: dict[Any, Any] = {
    str: "", int: 0, float: 1.0, bool: False, list[str]: [], int | None: None, float | None: None,
}  # fmt: skip
ROLES = {"final": "final_diagnosis", "differential": "differential"}


def write_run(folder: Path, cases: Iterable[Mapping[str, Any]], ending: str = "parquet") -> Path:
    """Write `<folder>/run` and `<folder>/cases.jsonl`; give the run."""
    cases = sorted(cases, key=lambda case: case["case_id"])
    run, source = folder / "run", folder / "cases.jsonl"
    run.mkdir(parents=True)
    lines = [json.dumps({"case_id": c["case_id"], "text": c["text"]}) for c in cases]
    source.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    for case in cases:
        for name, some in _rows(case).items():
            rows[name] += some
    for name, row_class in TABLES.items():
        whole = [{c.name: r.get(c.name, EMPTY[c.type]) for c in columns(row_class)}
                 for r in rows[name]]  # fmt: skip
        write_table(pa.Table.from_pylist(whole, schema=schema(name)), run / f"{name}.{ending}")
    files = {name: {"file": f"{name}.{ending}", "rows": len(rows[name])} for name in TABLES}
    manifest = {
        "radtab": "0.1.0", "state": "running", "started": "2026-01-02T03:04:05+00:00",
        "inputs": [str(source)], "settings": {"format": ending},
    }  # fmt: skip
    write_manifest(run, completed(manifest, {"cases": len(cases)}, files))
    return run


def _rows(case: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    case_id, text = case["case_id"], case["text"]
    new = {entity["id"]: f"e{i}" for i, entity in enumerate(case["entities"], start=1)}
    words = {e["id"]: text[e["start"] : e["end"]] for e in case["entities"]}
    return {
        "cases": [{"case_id": case_id, "source": "x.txt", "sha256": sha256_of(text)}],
        "sections": [
            {"case_id": case_id, "section": name, "start": start, "end": end, "method": "given"}
            for name, start, end in case["sections"]
        ],
        "entities": [
            {
                "case_id": case_id, "entity_id": new[e["id"]], "label": e["type"],
                "start": e["start"], "end": e["end"], "text": words[e["id"]],
                "status": e["status"] or "", "key_finding": e["id"] in case["key_findings"],
                "role": " ".join(r for r, name in ROLES.items() if e["id"] in case[name]),
                **e.get("more", {}),
            }
            for e in case["entities"]
        ],
        "relations": [
            {
                "case_id": case_id, "relation_id": f"r{i}", "type": kind, "head_id": new[head],
                "head_text": words[head], "tail_id": new[tail], "tail_text": words[tail],
            }
            for i, (kind, head, tail) in enumerate(case["relations"], start=1)
        ],
    }  # fmt: skip


def case(case_id: str, text: str, *mentions: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    """Make a case; a mention is its words (found from left to right), label and status."""
    entities, at = [], 0
    for number, (words, label, status) in enumerate(mentions, start=1):
        at = text.index(words, at)
        entities.append({
            "id": f"e{number}", "type": label, "start": at, "end": at + len(words),
            "text": words, "status": status or None,
        })  # fmt: skip
    lists = {name: [] for name in (
        "sections", "relations", "final_diagnosis", "differential", "key_findings",
    )}  # fmt: skip
    return {"case_id": case_id, "text": text, **lists, "entities": entities, **more}


def in_parts(run: Path, names: Iterable[str], sizes: Iterable[int]) -> None:
    """Cut tables of a run, by rows, into a folder of parts each, as those of a large run are."""
    manifest = read_manifest(run)
    ending = manifest["settings"]["format"]
    for name in names:
        table, starts = read_arrow(run, name), [0, *sizes]
        (run / f"{name}.{ending}").unlink()
        (run / name).mkdir()
        for number, (first, last) in enumerate(pairwise([*starts, table.num_rows])):
            part = table.slice(first, max(0, last - first))
            write_table(part, run / name / f"part-{number:05}.{ending}")
        manifest["tables"][name]["file"] = f"{name}/part-*.{ending}"
    write_manifest(run, manifest)
