"""Cases by the chunk: what goes to a worker, what comes back, and how it is told again.

A chunk is the unit of a run: a worker annotates it whole, its rows reach the disk at once or not at
all, and a run that was cut off goes on with the first chunk that is missing.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import islice
from typing import Any, NamedTuple

from pipeline.records import Case, RejectRow

#: items of the first chunk
FIRST = 8

Item = Case | RejectRow


@dataclass(slots=True)
class Tally:
    """What a run has done so far; `rejected` leaves out cases kept with a note.

    `chars` counts the characters of all cases that were read.
    """

    cases: int = 0
    rejected: int = 0
    notes: int = 0
    findings: int = 0
    chars: int = 0

    def add(self, other: "Tally") -> None:
        """Add the counts of a chunk."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


class Chunk(NamedTuple):
    """Some cases in a row, and inputs that gave none; numbered from 0 in order of reading."""

    number: int
    items: Sequence[Item]

    def digest(self) -> str:
        """Give the SHA-256 of all that is in the chunk; another text or order gives another."""
        return hashlib.sha256(pack_items(self.items).encode()).hexdigest()


def chunks_of(stream: Iterable[Item], size: int) -> Iterator[Chunk]:
    """Cut a stream into chunks of `size` items, the last may be smaller.

    The first are small, each twice the one before: rows are on disk soon, and a small input is
    shared out among workers.

    >>> cases = [Case(str(number), "text") for number in range(100)]
    >>> [len(chunk.items) for chunk in chunks_of(cases, 64)]
    [8, 16, 32, 44]
    """
    items = iter(stream)
    number, wanted = 0, min(FIRST, size)
    while taken := list(islice(items, wanted)):
        yield Chunk(number, taken)
        number, wanted = number + 1, min(2 * wanted, size)


def pack_items(items: Iterable[Item]) -> str:
    """Write items as JSON in ASCII, so that any text, lone surrogates too, comes back the same.

    >>> unpack_items(pack_items([Case("a", "text")]))
    [Case(case_id='a', text='text', source='', sections=(), notes=())]
    """
    return json.dumps([{"kind": type(item).__name__, **asdict(item)} for item in items])


def unpack_items(packed: str) -> list[Item]:
    """Read what `pack_items` wrote."""
    return [_item(each) for each in json.loads(packed)]


def _item(data: dict[str, Any]) -> Item:
    kind = data.pop("kind")
    if kind == RejectRow.__name__:
        return RejectRow(**data)
    sections = tuple((label, start, end) for label, start, end in data.pop("sections"))
    return Case(**data | {"sections": sections, "notes": tuple(data["notes"])})
