"""Values of the features of a pair of mentions, by name: each a function of what is known of it."""

from collections.abc import Callable
from typing import NamedTuple

from pipeline.annotations import Mention
from pipeline.terminology.relation_items import ItemView, Place


class PairFacts(NamedTuple):
    """What the features of a pair are made of.

    `order` is `ht`, `th` or how one is nested in the other; `core` the symbols between their items;
    `rival` says whether a mention of the tail's label stands in the head's sentence; `step` is the
    number of sentences from head to tail; `inner` the letters of labels nested in the head.
    """

    view: ItemView
    head: int
    tail: int
    h: Mention
    t: Mention
    one: Place
    two: Place
    order: str
    core: str
    rival: bool
    step: int
    inner: str

    @property
    def size(self) -> int:
        """How many members of the head's coordination there are from the head on."""
        return self.view.items[self.one.item].size - self.one.member

    @property
    def tails(self) -> int:
        """How many members of the tail's coordination there are from the tail on."""
        return self.view.items[self.two.item].size - self.two.member


def _nest(p: PairFacts) -> str:
    mentions = p.view.mentions
    owners = mentions[p.one.owner]["label"][:2] + mentions[p.two.owner]["label"][:2]
    return f"{p.order}{p.one.owner != p.head}{p.two.owner != p.tail}{owners}"


#: name of a feature -> its value; `h` and `s` are the head and its status, `t` the tail
VALUES: dict[str, Callable[[PairFacts], str]] = {
    "order": lambda p: p.order,
    "labels": lambda p: f"{p.order}{p.h['label'][:2]}{p.t['label'][:2]}",
    "place": lambda p: f"{p.order}{min(p.one.member, 1)}{p.size == 1}{p.core}",
    "member": lambda p: f"{p.order}{min(p.one.member, 2)}",
    "members": lambda p: f"{p.order}{min(p.size, 3)}",
    "tails": lambda p: f"{p.order}{min(p.tails, 3)}",
    "nest": _nest,
    "inner": lambda p: f"{p.order}{p.inner}",
    "hst": lambda p: p.h["status"] + p.order,
    "tst": lambda p: p.t["status"] + p.order,
    "st": lambda p: f"{p.h['status']}|{p.t['status']}",
    "secst": lambda p: f"{p.one.section}|{p.h['status']}",
    "sd": lambda p: str(p.step),
    "secd": lambda p: f"{p.one.section}{max(-2, min(2, p.step))}",
    "rival": lambda p: f"{p.rival}{p.step}{p.order}",
    "rivalst": lambda p: f"{p.rival}{p.step != 0}{p.h['status']}",
    "hw": lambda p: p.view.words[p.h["end"] - 1],
    "tw": lambda p: p.view.words[p.t["end"] - 1],
}
