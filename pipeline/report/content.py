"""What a page holds as data: counts over the run, rows of `findings`, and cases to read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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
from pipeline.report.sample import held_cases
from pipeline.report.texts import FoundTexts, find_texts
from pipeline.run_folder import read_parts

_READ = ("sections", "entities", "relations")


@dataclass(frozen=True)
class ReportContent:
    """The data of one page."""

    run: Path
    manifest: dict[str, Any]
    held: list[str]
    found: FoundTexts

    def summary(self) -> dict[str, Any]:
        """Give what the page says of the run and of itself."""
        counted = overview(self.run, self.manifest)
        return {
            "name": shown(self.run.resolve().name),
            **counted,
            "cases": [shown(case_id) for case_id in self.held],
            "sampled": len(self.held) < counted["counts"]["cases"],
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
        places = {
            (case_id, row["entity_id"]): i
            for case_id, rows in self._rows["entities"].items()
            for i, row in enumerate(rows)
        }
        table = self._of_held("findings").to_pydict()
        return finding_rows(table, numbers, places, self.found.texts)

    def cases(self) -> Iterator[dict[str, Any]]:
        """Give each case as the reader shows it."""
        known = {row["case_id"]: row for row in self._of_held("cases").to_pylist()}
        for case_id in self.held:
            text, why = self.found.texts.get(case_id), self.found.without(case_id)
            rows = {name: self._rows[name].get(case_id, []) for name in _READ}
            yield case_for_reader(known[case_id], text, why, rows)

    @cached_property
    def _rows(self) -> dict[str, Mapping[str, list[dict[str, Any]]]]:
        return {name: _by_case(self._of_held(name).to_pylist()) for name in _READ}

    def _of_held(self, name: str) -> pa.Table:
        ids = pa.array(self.held, pa.string())
        parts = (
            part.filter(pc.is_in(part["case_id"], value_set=ids))
            for part in read_parts(self.run, name)
        )
        return pa.concat_tables(parts)


def _by_case(rows: Sequence[dict[str, Any]]) -> Mapping[str, list[dict[str, Any]]]:
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row["case_id"]].append(row)
    return grouped


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
    held = held_cases(run, most_rows)
    return ReportContent(run, manifest, held, find_texts(run, manifest, inputs, held))
