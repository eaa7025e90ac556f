"""Files of other corpora -> their records, and a sample of them."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import FormatProblem, UsageError

Record = dict[str, Any]


def read_records(path: Path) -> Iterator[Record]:
    """Read JSON lines, packed (`.gz`) or not.

    Raises:
        UsageError: the file cannot be read.
        FormatProblem: a line is no JSON object.
    """
    if not path.is_file():
        raise UsageError(f"{path}: no such file, expected JSON lines of a corpus")
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as lines:
        for number, line in enumerate(lines, start=1):
            try:
                record = json.loads(line)
            except ValueError:
                record = None
            if not isinstance(record, dict):
                raise FormatProblem(f"{path.name}:{number}: no JSON object, expected a record")
            yield record


def sampled(records: Iterator[Record], size: int, seed: int) -> list[Record]:
    """Draw records, keeping their order; all of them where there are not more than `size`."""
    every = list(records)
    if len(every) <= size:
        return every
    places = sorted(random.Random(seed).sample(range(len(every)), size))
    return [every[place] for place in places]
