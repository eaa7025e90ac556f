"""The texts of a page's cases, as far as the inputs of the run are still there and the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.run_texts import texts_of


@dataclass(frozen=True, slots=True)
class FoundTexts:
    """The texts found, by case id, and the ids of cases whose text is another one by now."""

    texts: dict[str, str] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def without(self, case_id: str) -> str:
        """Say why a case has no text: `changed` or `missing`; empty where it has one."""
        if case_id in self.texts:
            return ""
        return "changed" if case_id in self.changed else "missing"

    def miss(self, told: str) -> None:
        """Note what `texts_of` tells of a case whose text it cannot give."""
        case_id, _, what = told.partition(": its text is ")
        if what.startswith("changed"):
            self.changed.add(case_id)


def find_texts(
    run: Path, manifest: Mapping[str, Any], inputs: Sequence[str], held: Sequence[str]
) -> FoundTexts:
    """Read the inputs until the text of each case is found.

    Args:
        run: the run folder.
        manifest: of the run.
        inputs: where to look; none: the inputs the manifest names, as far as they exist.
        held: the cases.

    Raises:
        UsageError: an input that was given does not exist.
    """
    found = FoundTexts()
    wanted = set(held)
    named = manifest.get("inputs", ())
    there = list(inputs) or [path for path in named if Path(path).exists()]
    if not there:
        return found
    for case_id, text in texts_of(run, there, found.miss):
        if case_id in wanted:
            found.texts[case_id] = text
        if len(found.texts) == len(wanted):
            break
    return found
