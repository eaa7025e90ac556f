"""What the workers of a run are told once."""

from typing import Any, NamedTuple


class WorkOrder(NamedTuple):
    """The run folder, where the pipeline comes from, limits.

    `loader` is `module:function`, which is called with `pipeline` and gives a spaCy `Language`.
    """

    run: str
    loader: str
    pipeline: dict[str, Any]
    case_seconds: float
    debug: bool
