"""Counts over a whole run, also where the page holds only some of its cases."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.colours import LOOKS
from pipeline.rejected import KEPT
from pipeline.report.packing import shown
from pipeline.run_folder import read_parts

_DIAGNOSES_SHOWN = 15
_REJECTS_SHOWN = 200
NO_SECTION = "outside sections"

Cells = list[list[Any]]
Counts = Counter[tuple[str, ...]]


def overview(run: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Count what a run gave.

    Returns:
        `counts`: name -> number; `run`: what was run; `sections`, `statuses`: tables of counts
        whose first row names the columns; `diagnoses`: name, concept, cases; `rejects`: rows.
    """
    by_section, by_status = _counted_mentions(run)
    rejects = [row for part in read_parts(run, "rejects") for row in part.to_pylist()]
    cases = _values(run, "cases", ("final_concept_id", "final_diagnosis"))
    bases = _values(run, "findings", ("basis", "relation"))
    kept = sum(row["message"].endswith(KEPT) for row in rejects)
    counts = {
        "cases": cases.total(), "rejected inputs": len(rejects) - kept, "notes": kept,
        "mentions": sum(by_section.values()),
        "relations": _values(run, "relations", ("type",)).total(),
        "finding–diagnosis pairs": bases.total(),
    }  # fmt: skip
    return {
        "counts": counts,
        "run": _about(manifest),
        "sections": _crossed(by_section, "section"),
        "statuses": _crossed(by_status, "status"),
        "pairs": _crossed(bases, "basis"),
        "diagnoses": _diagnoses(cases),
        "rejects": [
            [shown(row[name]) for name in ("source", "case_id", "stage", "error", "message")]
            for row in rejects[:_REJECTS_SHOWN]
        ],
    }


def _counted_mentions(run: Path) -> tuple[Counts, Counts]:
    """Count mentions by section and label, and by status and label where they have one."""
    by_section: Counts = Counter()
    by_status: Counts = Counter()
    for (section, status, label), count in _values(
        run, "entities", ("section", "status", "label")
    ).items():
        by_section[section or NO_SECTION, label] += count
        if status:
            by_status[status, label] += count
    return by_section, by_status


def _values(run: Path, table: str, names: Sequence[str]) -> Counts:
    """Count the rows of a table by the values of some columns, a part at a time."""
    counts: Counts = Counter()
    for part in read_parts(run, table):
        counted = part.group_by(list(names)).aggregate([([], "count_all")]).to_pydict()
        columns = (counted[name] for name in names)
        for *values, count in zip(*columns, counted["count_all"], strict=True):
            counts[tuple(values)] += count
    return counts


def _crossed(counts: Counts, name: str) -> Cells:
    """Lay counts out: a row for each first value, a column for each second, frequent ones first."""
    lines: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    for (line, head), count in counts.items():
        lines[line] += count
        heads[head] += count
    order = [label for label in LOOKS if label in heads]
    order += [head for head, _ in heads.most_common() if head not in LOOKS]
    rows = [
        [shown(line), *(counts[line, head] for head in order), lines[line]]
        for line, _ in lines.most_common()
    ]
    return [[name, *map(shown, order), "all"], *rows]


def _diagnoses(cases: Counts) -> Cells:
    """Count cases by final diagnosis: its concept, else its words in lower case."""
    counts: Counter[tuple[str, str]] = Counter()
    names: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (concept, words), count in cases.items():
        if words:
            key = (concept, "" if concept else words.lower())
            counts[key] += count
            names[key][words] += count
    return [
        [shown(names[key].most_common(1)[0][0]), shown(key[0]), count]
        for key, count in counts.most_common(_DIAGNOSES_SHOWN)
    ]


def _about(manifest: Mapping[str, Any]) -> dict[str, str]:
    settings = manifest.get("settings", {})
    said = {
        "state": manifest["state"], "started": manifest.get("started"),
        "ended": manifest.get("ended"), "inputs": manifest.get("inputs", []),
        "profile": settings.get("profile"), "terms": settings.get("terms"),
        "recogniser": settings.get("recogniser"), "radtab": manifest["radtab"],
    }  # fmt: skip
    return {name: shown(value) for name, value in said.items() if value}
