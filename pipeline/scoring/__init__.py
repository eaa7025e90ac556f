"""Precision, recall and F1 of a run against gold cases.

gold_cases     a gold file -> checked gold cases
sides          a case as gold or as a run has it, in one form
counting       two sides of a case -> counts of hits
disagreements  two sides of a case -> what was missed, spurious or confused

A match is relaxed: same label (or relation type) and overlapping characters. `exact` wants the
same start and end.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.errors import RunError, UsageError
from pipeline.scoring.counting import Counts, Score
from pipeline.scoring.disagreements import Disagreement, disagreements
from pipeline.scoring.gold_cases import GoldCase, read_gold_cases
from pipeline.scoring.sides import Side, gold_side, run_side, within

__all__ = ["Disagreement", "Score", "errors", "read_gold_cases", "score", "score_run"]

_TABLES = ("entities", "relations", "sections")
#: a table's rows by case id
_Rows = Mapping[str, Sequence[Mapping[Any, Any]]]


def score(
    gold_cases: Iterable[GoldCase],
    entities: pd.DataFrame,
    relations: pd.DataFrame,
    sections: pd.DataFrame,
    by: str | None = None,
) -> dict[str, Score]:
    """Score the tables of a run; a gold case the tables do not have counts as all missed.

    Names of scores: a label (`ANATOMY`), `<label> exact`, `all entities`, `all entities exact`,
    `FINDING or DIAGNOSIS` (the two as one class), `status` and `status <value>` (over gold
    mentions found with the right label, compared with the one that overlaps most), a relation
    (`indicates`; both ends overlap), `section characters` and `section <name>` (characters that
    are no white space, keywords left out), `case final_diagnosis`, `case differential` and
    `case key_findings` (mentions of these roles). Mentions within keywords do not count.

    Args:
        gold_cases: as `read_gold_cases` gives them.
        entities, relations, sections: as `radtab run` writes them.
        by: `section` adds the scores within each section of the gold, `<section>: <name>`.

    Raises:
        RunError: a mention's text is not what stands at its place in the gold case, or the tables
            have none of the cases.
        UsageError: `by` is something else.
    """
    tables = [_by_case(table.to_dict("records")) for table in (entities, relations, sections)]
    return _scores(gold_cases, tables, by)


def score_run(gold: str | Path, run: str | Path, by: str | None = None) -> dict[str, Score]:
    """Score a run folder (Parquet, CSV or JSON lines) against a gold file.

    Raises:
        FormatProblem: the gold file does not validate; the message begins with `file:line`.
        RunError: no run folder, or it is not of these texts.
    """
    cases = list(read_gold_cases(Path(gold)))
    return _scores(cases, _tables(Path(run), cases), by)


def errors(gold: str | Path, run: str | Path, name: str, context: int = 0) -> list[Disagreement]:
    """List where a run folder and a gold file differ in one label, relation, role or status.

    Args:
        gold: gold file.
        run: run folder.
        name: a label, a relation, `status`, `final_diagnosis`, `differential`, `key_findings`.
        context: characters of case text to show on each side; 0 shows no text at all.

    Raises:
        FormatProblem, RunError: see `score_run`.
        UsageError: unknown name, or negative context.
    """
    found: list[Disagreement] = []
    if context < 0:
        raise UsageError(f"context is {context}, expected a number of characters from 0")
    cases = list(read_gold_cases(Path(gold)))
    for case, gold_case, run_case in _pairs(cases, _tables(Path(run), cases)):
        found += disagreements((gold_case, run_case), name, case, context)
    return found


def _tables(run: Path, cases: Iterable[GoldCase]) -> list[_Rows]:
    """Read the rows of these cases; a run may be far larger than its gold, and in parts."""
    from pipeline.manifest import read_manifest

    manifest = read_manifest(run)
    if manifest["state"] != "complete":
        raise RunError(f"{run}: the run was cut off, expected one that is complete")
    ids = {case["case_id"] for case in cases}
    files = {name: manifest["tables"][name]["file"] for name in _TABLES}
    inert = bool(manifest.get("settings", {}).get("spreadsheet_safe"))
    return [
        _by_case(_rows_of(ids, sorted(run.glob(file)) or [run / file], name, inert))
        for name, file in files.items()
    ]


def _rows_of(
    ids: set[str], paths: Iterable[Path], name: str, inert: bool
) -> Iterator[Mapping[Any, Any]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    from pipeline.table_files import read_table_file

    wanted = pa.array(sorted(ids), pa.string())
    for path in paths:
        table = read_table_file(path, name, inert=inert)
        yield from table.filter(pc.is_in(table["case_id"], wanted)).to_pylist()


def _pairs(
    gold_cases: Iterable[GoldCase], tables: Sequence[_Rows]
) -> Iterator[tuple[GoldCase, Side, Side]]:
    known = {case_id for table in tables for case_id in table}
    met = total = 0
    for case in gold_cases:
        total += 1
        met += case["case_id"] in known
        entities, relations, sections = (table.get(case["case_id"], []) for table in tables)
        yield case, gold_side(case), run_side(case, entities, relations, sections)
    if total and not met:
        raise RunError(f"none of the {total} gold cases is in the run, expected the same case ids")


def _by_case(rows: Iterable[Mapping[Any, Any]]) -> _Rows:
    by_case: dict[str, list[Mapping[Any, Any]]] = {}
    for row in rows:
        by_case.setdefault(row["case_id"], []).append(row)
    return by_case


def _scores(
    gold_cases: Iterable[GoldCase], tables: Sequence[_Rows], by: str | None
) -> dict[str, Score]:
    if by not in (None, "section"):
        raise UsageError(f"by is {by!r}, expected None or 'section'")
    counts = Counts()
    for _, gold, run in _pairs(gold_cases, tables):
        counts.add(gold, run)
        for section in dict.fromkeys(gold.sections) if by else ():
            if section:
                inside = within(gold, section, gold.sections), within(run, section, gold.sections)
                counts.add(*inside, prefix=f"{section}: ")
    return counts.scores()
