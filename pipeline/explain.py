"""A row of a run -> the lexicon rows, cues, rules and models that decided its cells."""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any, cast

from pipeline.errors import UsageError
from pipeline.resources import data_root, models_path
from pipeline.run_folder import read_table

_ID_COLUMNS = {"entities": "entity_id", "relations": "relation_id", "findings": "finding_id"}
_TABULAR = (".tsv", ".tsv.gz")
#: columns that say which row it is and where it stands, not what was decided of it
_NOT_DECIDED = {"case_id", "entity_id", "relation_id", "finding_id", "rule", "section"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule id leads: `place` is `file:line` below models/, `row` its cells by column."""

    rule: str
    place: str
    row: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A row of a run, where its rule ids lead, and which of them account for a cell."""

    table: str
    row: dict[str, Any]
    sources: tuple[Source, ...]

    def deciders(self, name: str) -> list[str]:
        """Name the rules whose row holds the value of a cell, in words the same."""
        cell = self.row[name]
        if name in _NOT_DECIDED or not isinstance(cell, str) or not cell:
            return []
        return [source.rule for source in self.sources if cell.casefold() in _values(source)]


def _values(source: Source) -> set[str]:
    return {value.casefold() for value in source.row.values()}


def explain(run: Path | str, row_id: str, case_id: str | None = None) -> list[Explanation]:
    """Explain a mention, a relation or a finding; a pair is followed by its two mentions.

    Args:
        run: the run folder.
        row_id: an `entity_id`, `relation_id` or `finding_id`.
        case_id: the case; needed where several cases have a row of this id.

    Raises:
        UsageError: no such row, or several cases have one.
        RunError: no run folder.
    """
    table, row = _found(run, row_id, case_id)
    rows: list[tuple[str, Any]] = [(table, row)]
    entities = read_table(run, "entities", row["case_id"])
    for entity_id in _parts_of(table, row):
        match = entities[entities["entity_id"] == entity_id]
        rows += [("entities", found) for found in match.to_dict("records")]
    places = find_rules(rule for _, found in rows for rule in found["rule"].split())
    return [
        Explanation(table, found, tuple(places[rule] for rule in found["rule"].split()))
        for table, found in rows
    ]


def _found(run: Path | str, row_id: str, case_id: str | None) -> tuple[str, dict[str, Any]]:
    if case_id is None and "#" in row_id:
        case_id = row_id.rpartition("#")[0]
    where = f" in case {case_id}" if case_id else ""
    for table, id_column in _ID_COLUMNS.items():
        rows = read_table(run, table, case_id)
        match = rows[rows[id_column] == row_id].to_dict("records")
        if len(match) > 1:
            some = ", ".join(row["case_id"] for row in match[:3])
            raise UsageError(f"{row_id} stands in {len(match)} cases ({some} ...), expected --case")
        if match:
            return table, cast(dict[str, Any], match[0])
    raise UsageError(
        f"{run}: no row {row_id}{where}, expected an entity_id (e1), a relation_id (r1) or a "
        "finding_id"
    )


def _parts_of(table: str, row: Mapping[str, Any]) -> list[str]:
    """Name the mentions a row is made of."""
    if table == "relations":
        return [row["head_id"], row["tail_id"]]
    if table == "findings":
        finding = row["finding_id"].rpartition("#")[2].partition(">")[0]
        return [finding, row["diagnosis_id"]]
    return []


def find_rules(rules: Iterable[str]) -> dict[str, Source]:
    """Find ids in the data under models/: rows of TSV files, else entries of trained models.

    What follows a `/` says where a rule held (`SE:seen/previous`); it is left off if the whole id
    stands nowhere. The id of a user's model is said to be one; any other that is not found
    is given the place `not found under models/`.
    """
    wanted = set(rules)
    names = wanted | {rule.partition("/")[0] for rule in wanted}
    found: dict[str, Source] = {}
    for path in sorted(models_path().rglob("*")):
        missing = names - found.keys()
        if not missing:
            break
        if path.name.endswith(_TABULAR):
            found |= _rows_in(path, missing)
        elif path.suffix == ".json":
            found |= _entries_in(path, missing)
    return {
        rule: replace(
            found.get(rule) or found.get(rule.partition("/")[0]) or _other(rule), rule=rule
        )
        for rule in wanted
    }


def _other(rule: str) -> Source:
    """Say of an id that is no row's where it comes from."""
    if rule.startswith("MODEL:"):
        return Source("", "a model named by --recogniser")
    if rule.startswith("TERMS:"):
        return Source("", "a name in an index given by --terms")
    return Source("", "not found under models/")


def _rows_in(path: Path, wanted: set[str]) -> dict[str, Source]:
    """Look the ids up in the first column, without reading the rows that are not asked for."""
    found: dict[str, Source] = {}
    with _opened(path) as lines:
        header: list[str] | None = None
        for number, line in enumerate(lines, start=1):
            if line.startswith("#") or not line.strip():
                continue
            rule = line.partition("\t")[0]
            if header is None:
                header = line.rstrip("\r\n").split("\t")
            elif rule in wanted:
                cells = dict(zip(header, line.rstrip("\r\n").split("\t"), strict=False))
                found[rule] = Source("", f"{_short(path)}:{number}", cells)
    return found


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return cast(IO[str], gzip.open(path, "rt", encoding="utf-8", newline="\n"))
    return path.open(encoding="utf-8", newline="\n")


def _entries_in(path: Path, wanted: set[str]) -> dict[str, Source]:
    """Look the ids up in a trained model's JSON: as its own `id`, or as keys of its weights."""
    try:
        known = json.loads(path.read_text("utf-8"))
    except ValueError:
        return {}
    if not isinstance(known, dict):
        return {}
    place = _short(path)
    plain = {key: f"{value}" for key, value in known.items() if isinstance(value, str | float)}
    found = {known["id"]: Source("", place, plain)} if known.get("id") in wanted else {}
    for part, entries in known.items():
        if isinstance(entries, dict):
            found |= {
                rule: Source("", place, {part: f"{entries[rule]}"})
                for rule in wanted & entries.keys()
            }
    return found


def _short(path: Path) -> str:
    return path.relative_to(data_root()).as_posix()


def lines_of(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """Give `(name, value)` of the row's cells that say something, in the order of the columns."""
    for name, cell in explanation.row.items():
        if name != "rule" and not _empty(cell):
            yield name, ", ".join(cell) if isinstance(cell, list) else str(cell)


def _empty(cell: object) -> bool:
    return cell in ("", []) or cell is None or cell is False or cell != cell  # NaN is not itself
