"""Events of a disease -> the same events for the wider diseases it is one of."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.terminology.is_a import load_hierarchy

#: so many classes of the run must meet in a wider one; with fewer it says nothing new
FEWEST_KINDS = 2
#: so many classes stand above a wider one at least: `disease` and what is next to it say little
FEWEST_ABOVE = 2


def with_wider(events: pd.DataFrame) -> pd.DataFrame:
    """Add to events those of wider diseases, for findings that are diseases too.

    Events made so have `rolled_up` true; a concept that the run names itself keeps its own.
    """
    for end in ("diagnosis", "finding"):
        wider = _worth_it(events[end].unique().tolist())
        targets = events[end].map(wider)
        raised = events[targets.notna()].assign(rolled_up=True)
        raised[end] = targets.dropna()
        events = pd.concat([events, raised.explode(end)], ignore_index=True)
    return events


def _worth_it(concept_ids: Sequence[str]) -> Mapping[str, list[str]]:
    """Give for each concept the wider ones in which it meets others of `concept_ids`."""
    hierarchy = load_hierarchy()
    met: dict[str, int] = dict.fromkeys(concept_ids, 1)
    for concept_id in concept_ids:
        for wider in hierarchy.wider(concept_id):
            met[wider] = met.get(wider, 0) + 1
    chosen = {
        concept_id: [
            wider
            for wider in hierarchy.wider(concept_id)
            if met[wider] >= FEWEST_KINDS and len(hierarchy.wider(wider)) >= FEWEST_ABOVE
        ]
        for concept_id in concept_ids
    }
    return {concept_id: found for concept_id, found in chosen.items() if found}
