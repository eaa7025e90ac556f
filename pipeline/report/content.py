"""What a page holds as data: counts over the run, rows of `findings`, and cases to read."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.colours import LOOKS, MARKS, OTHER
from pipeline.manifest import read_manifest
from pipeline.report.overview import overview
from pipeline.report.packing import shown
from pipeline.report.reading import MENTION_COLUMNS, case_for_reader
from pipeline.report.rows import finding_rows
from pipeline.report.rules import rule_sources
from pipeline.report.sample import held_cases
from pipeline.report.texts import FoundTexts, find_texts
from pipeline.run_folder import read_parts

_READ = ("cases", "sections", "entities", "relations")


@dataclass(frozen=True)
class ReportContent:
    """The data of one page: cases held, of how many, and the texts found of them."""

    run: Path
    manifest: dict[str, Any]
    held: list[str]
    total: int
    found: FoundTexts

    def summary(self) -> dict[str, Any]:
        """Give what the page says of the run and of itself."""
        counted = overview(self.run, self.manifest)
        return {
            "name": shown(self.run.resolve().name),
            **counted,
            "cases": [shown(case_id) for case_id in self.held],
            "sampled": len(self.held) < self.total,
            "textless": self.textless,
            "mention_columns": MENTION_COLUMNS,
            "looks": {label: look._asdict() for label, look in LOOKS.items()},
            "other": OTHER.background,
            "marks": MARKS,
        }

    @property
    def textless(self) -> dict[str, int]:
        """Count the cases without text by the reason: `missing`, `changed`."""
        reasons = [self.found.without(case_id) for case_id in self.held]
        return {why: reasons.count(why) for why in ("missing", "changed")}

    def findings(self) -> dict[str, Any]:
        """Give the rows of `findings` of the cases held, column by column."""
        numbers = {case_id: i for i, case_id in enumerate(self.held)}
        table = self._of_held("findings").to_pydict()
        return finding_rows(table, numbers, self._places(), self.found.texts)

    def _places(self) -> dict[tuple[str, str], int]:
        """Number the mentions of each case: case id and entity id -> number."""
        table = self._tables["entities"]
        named = zip(*(table[name].to_pylist() for name in ("case_id", "entity_id")), strict=True)
        counts: Counter[str] = Counter()
        places: dict[tuple[str, str], int] = {}
        for case_id, entity_id in named:
            places[case_id, entity_id] = counts[case_id]
            counts[case_id] += 1
        return places

    def cases(self) -> Iterator[dict[str, Any]]:
        """Give each case as the reader shows it."""
        bounds = {name: _bounds(table) for name, table in self._tables.items()}
        for case_id in self.held:
            text, why = self.found.texts.get(case_id), self.found.without(case_id)
            rows = {
                name: table.slice(*bounds[name].get(case_id, (0, 0))).to_pylist()
                for name, table in self._tables.items()
            }
            yield case_for_reader(rows.pop("cases")[0], text, why, rows)

    def rules(self) -> dict[str, list[Any]]:
        """Say of each rule of the rows held where it stands and what it says."""
        tables = [self._of_held("findings"), *map(self._tables.get, ("entities", "relations"))]
        return rule_sources(
            cell for table in tables for cell in pc.unique(table["rule"]).to_pylist()
        )

    @cached_property
    def _tables(self) -> dict[str, pa.Table]:
        return {name: self._of_held(name).combine_chunks() for name in _READ}

    def _of_held(self, name: str) -> pa.Table:
        ids = pa.array(self.held, pa.string())
        parts = (
            part.filter(pc.is_in(part["case_id"], value_set=ids))
            for part in read_parts(self.run, name)
        )
        return pa.concat_tables(parts)


def _bounds(table: pa.Table) -> dict[str, tuple[int, int]]:
    """Give the first row of each case and how many it has: a run writes them together."""
    counts = Counter(table["case_id"].to_pylist())
    starts = accumulate(counts.values(), initial=0)
    return {
        case_id: (start, counts[case_id]) for case_id, start in zip(counts, starts, strict=False)
    }


def report_content(run: Path, inputs: Sequence[str], most_rows: int) -> ReportContent:
    """Choose the cases of a page and find their texts.

    Args:
        run: the run folder.
        inputs: where the texts are; none: the inputs the manifest names.
        most_rows: rows of `findings` the page holds at most.

    Raises:
        RunError: no run folder, or a file in it is missing or damaged.
        UsageError: an input that was given does not exist.
    """
    manifest = read_manifest(run)
    held, total = held_cases(run, most_rows)
    return ReportContent(run, manifest, held, total, find_texts(run, manifest, inputs, held))
