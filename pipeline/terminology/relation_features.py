"""What is told of a pair of mentions to the relation ranker: features as strings, `name=value`.

`TEMPLATES` names the features of each relation; they are those that earned their place in a
backward elimination on the training cases. Features of the items between the two are the same for
all members of two coordinations: `shared` gives them, `own` those of the pair itself.
"""

import re
from itertools import repeat
from typing import NamedTuple

from pipeline.annotations import Mention
from pipeline.terminology.relation_items import LETTERS, LINES, ItemView
from pipeline.terminology.relation_pair_values import VALUES, PairFacts

BREAKS = frozenset({"SB", *LINES})
LABEL_LETTERS = "FADM"
#: more symbols than this between two items are one value, `far`
SPAN = 12
#: items read to the right of the second for cues
AHEAD = 12
#: a finding whose own study follows it in its clause: `F in A on M`
STATED = re.compile(r"^((be|seen|w|and|in A|of A) )*(on|in|by) M")

_ITEMS = "core first first2 last2 has lines post counts"
_PAIR = "place rival"
#: relation -> names of its features
TEMPLATES: dict[str, frozenset[str]] = {
    relation: frozenset(f"{_ITEMS} {_PAIR} {names}".split())
    for relation, names in {
        "located_in": "rank before_second left2 right inner member members hw labels nest order"
        " tst tw",
        "seen_on": "after_first left left2 pre hst nest sd secd secst tails carry carry2 carry4"
        " stated named study",
        "indicates": "rank after_first left2 pre hw sd secd st tst order apart rivalst answer"
        " topic topicst",
        "measures": "rank before_second left pre right hst labels nest order sd secst st tails tw",
    }.items()
}
#: relation -> names and values of the features of the pair itself that it has
OWN = {
    relation: tuple((name, value) for name, value in VALUES.items() if name in names)
    for relation, names in TEMPLATES.items()
}


class ItemSides:
    """What stands around one item, not beyond its sentence's marks.

    `left`, `left2`: the one or two symbols before it, nearest first; `right2`: the two after it;
    `right`: the one after it; `before`, `after`: the symbols of its sentence on each side; `rank`:
    how many items of its sentence stand before it, at most 3.
    """

    __slots__ = ("after", "before", "left", "left2", "rank", "right", "right2")

    def __init__(self, symbols: list[str], at: int, start: int) -> None:
        self.left = symbols[at - 1] if at else ""
        two = at > 1 and self.left not in BREAKS
        self.left2 = f"{self.left} {symbols[at - 2]}" if two else self.left
        following = symbols[at + 1 : at + 1 + AHEAD]
        self.right = following[0] if following else ""
        self.right2 = self.right if self.right in BREAKS else " ".join(following[:2])
        end = next((i for i, symbol in enumerate(following) if symbol in BREAKS), len(following))
        self.before = frozenset(symbols[start:at])
        self.after = frozenset(following[:end])
        self.rank = min(at - start, 3)


def item_order(head: int, tail: int) -> str:
    """Say whether the head's item (its number) comes before the tail's: `ht`, `th`, or one."""
    return "" if head == tail else "ht" if head < tail else "th"


class Between(NamedTuple):
    """The symbols between two items, each once, without plain words, and their values."""

    symbols: list[str]
    kinds: set[str]
    core: str
    values: list[tuple[str, str]]


class PairReader:
    """Give the features of pairs of mentions of one doc."""

    def __init__(self, view: ItemView) -> None:
        self.view = view
        starts = _sentence_starts(view.symbols)
        held = {place.item for place in view.places if place.item >= 0}
        self._sides = {i: ItemSides(view.symbols, i, starts[i]) for i in held}
        self._stated: dict[int, bool] = {}
        self._betweens: dict[tuple[int, int], Between] = {}
        self._children: list[str] = _children(view)
        self._keys = [" ".join(view.words[m["start"] : m["end"]]) for m in view.mentions]
        self._answers, self._topics = self._diagnoses()

    def features(self, relation: str, head: int, tail: int) -> list[str]:
        """Give all features of a pair as `name=value`, those of the items after `ht` or `th`."""
        wanted = TEMPLATES[relation]
        one, two = self.view.places[head].item, self.view.places[tail].item
        order = item_order(one, two)
        shared = [] if one == two else self.shared(relation, one, two)
        named = [f"{order}{n}={v}" for n, v in shared if n in wanted]
        return named + [f"{n}={v}" for n, v in self.own(relation, head, tail) if n in wanted]

    def shared(self, relation: str, one: int, two: int) -> list[tuple[str, str]]:
        """Give name and value of the features of two items: between, before and after them."""
        first, second = min(one, two), max(one, two)
        return [*self.between(one, two), *self.before(relation, first), *self.after(second)]

    def between(self, one: int, two: int) -> list[tuple[str, str]]:
        """Give name and value of the features of what stands between two items."""
        return self._between(one, two).values

    def before(self, relation: str, first: int) -> list[tuple[str, str]]:
        """Give name and value of the features of what stands around the first of two items."""
        sides = self._sides[first]
        values = [
            ("left2", sides.left2),
            ("left", sides.left),
            ("after_first", sides.right2),
            ("rank", str(sides.rank)),
        ]
        if "pre" in TEMPLATES[relation]:
            values.extend(zip(repeat("pre"), sides.before))
        return values

    def after(self, second: int) -> list[tuple[str, str]]:
        """Give name and value of the features of what stands around the second of two items."""
        sides = self._sides[second]
        values = [("right", sides.right), ("before_second", sides.left2)]
        return [*values, *zip(repeat("post"), sides.after)]

    def own(self, relation: str, head: int, tail: int) -> list[tuple[str, str]]:
        """Give name and value of the features of the pair itself."""
        one, two = self.view.places[head], self.view.places[tail]
        order = item_order(one.item, two.item) or self._inside(head, tail)
        facts = self._facts(head, tail, order)
        values = [(name, value(facts)) for name, value in OWN[relation]]
        if relation == "seen_on":
            values += self._of_study(head, tail, order)
        elif relation == "indicates":
            values += self._of_diagnosis(head, tail, order)
        return values

    def _between(self, one: int, two: int) -> Between:
        key = (one, two) if one < two else (two, one)
        if key not in self._betweens:
            symbols = self.view.symbols[key[0] + 1 : key[1]]
            kinds = set(symbols)
            core = _core(symbols, kinds)
            values = _between_values(symbols, kinds, core)
            self._betweens[key] = Between(symbols, kinds, core, values)
        return self._betweens[key]

    def _inside(self, head: int, tail: int) -> str:
        """Say how two mentions of one item stand to each other."""
        one, two = self.view.places[head], self.view.places[tail]
        if one.owner != two.owner:
            return "mates"
        if one.owner == head:
            return "tail_in_head"
        return "head_in_tail" if two.owner == tail else "beside"

    def _facts(self, head: int, tail: int, order: str) -> PairFacts:
        view = self.view
        one, two = view.places[head], view.places[tail]
        h, t = view.mentions[head], view.mentions[tail]
        step = max(-4, min(4, two.sentence - one.sentence))
        core = self._between(one.item, two.item).core if one.item != two.item else ""
        rival, inner = self._rival(head, t), self._inner(head, t)
        return PairFacts(view, head, tail, h, t, one, two, order, core, rival, step, inner)

    def _rival(self, head: int, tail: Mention) -> bool:
        """Say whether a mention of the tail's label stands in the head's sentence."""
        sides = self._sides[self.view.places[head].item]
        letter = LETTERS[tail["label"]]
        return letter in sides.before or letter in sides.after

    def _inner(self, head: int, tail: Mention) -> str:
        """Give the letters of labels nested in the head, without the tail's own if it is there."""
        mention = self.view.mentions[head]
        letters = self._children[head]
        if mention["start"] <= tail["start"] and tail["end"] <= mention["end"]:
            letters = letters.replace(tail["label"][0], "")
        return letters

    def _of_study(self, head: int, tail: int, order: str) -> list[tuple[str, str]]:
        """Tell how a study is carried from where it was named to a finding."""
        view = self.view
        one, two = view.places[head], view.places[tail]
        symbols = view.symbols
        between = self._between(one.item, two.item)
        others = min(between.symbols.count("M"), 3) if "M" in between.kinds else 0
        sides = self._sides[one.item]
        near = f"{'M' in sides.before}{'M' in sides.after}"
        step = two.sentence - one.sentence
        edge = self._sides[two.item].left
        edge = "L" if edge in BREAKS or not edge else edge
        sourced = "source" in between.kinds
        if one.item not in self._stated:
            following = " ".join(symbols[one.item + 1 : one.item + 6])
            self._stated[one.item] = STATED.search(following) is not None
        stated = self._stated[one.item]
        inner = len({"M", "S"} & set(self._children[head]))
        status = view.mentions[head]["status"]
        return [
            ("carry", f"{order}{others}|{max(-5, min(1, step))}|{edge}|{near}"),
            ("carry2", f"{order}{others}|{near}{step != 0}|{'NN' in between.kinds}{sourced}"),
            ("carry4", f"{order}{others}|{sourced}|{one.section}{status}"),
            ("stated", f"{order}{stated}{step != 0}{others}"),
            ("named", f"{order}{view.mentions[tail]['label'][0]}{inner}"),
            ("study", view.words[view.mentions[tail]["start"]] + order),
        ]

    def _of_diagnosis(self, head: int, tail: int, order: str) -> list[tuple[str, str]]:
        """Tell whether the diagnosis is the case's answer or what the section is about."""
        view = self.view
        one, two = view.places[head], view.places[tail]
        topic = self._keys[tail] == self._topics.get(one.section)
        step = max(-3, min(3, two.sentence - one.sentence))
        between = self._between(one.item, two.item).kinds
        mark = next((mark for mark in ("NN", "NL", "SB") if mark in between), "")
        return [
            ("answer", f"{self._keys[tail] in self._answers}{one.section}"),
            ("topic", f"{topic}{one.section}{step}"),
            ("topicst", f"{topic}{view.mentions[head]['status']}"),
            ("apart", f"{self._rival(head, view.mentions[tail])}{order}{mark}"),
        ]

    def _diagnoses(self) -> tuple[set[str], dict[str, str]]:
        """Give the diagnoses of the section `diagnosis`, and the first one of each section."""
        answers: set[str] = set()
        topics: dict[str, str] = {}
        for i, mention in enumerate(self.view.mentions):
            if mention["label"] == "DIAGNOSIS":
                section = self.view.places[i].section
                topics.setdefault(section, self._keys[i])
                if section == "diagnosis":
                    answers.add(self._keys[i])
        return answers, topics


def _between_values(symbols: list[str], kinds: set[str], core: str) -> list[tuple[str, str]]:
    """Give the values of the symbols between two items."""
    counts = [str(min(symbols.count(x), 2)) if x in kinds else "0" for x in LABEL_LETTERS]
    lines = sum(symbols.count(line) for line in LINES if line in kinds)
    return [
        ("core", core),
        ("first", symbols[0] if symbols else ""),
        ("first2", " ".join(symbols[:2])),
        ("last2", " ".join(symbols[-2:])),
        ("counts", " ".join(counts)),
        ("lines", str(min(lines, 3))),
        *zip(repeat("has"), kinds),
    ]


def _core(symbols: list[str], kinds: set[str]) -> str:
    if len(symbols) > SPAN:
        return "far"
    return " ".join([s for s in symbols if s != "w"] if "w" in kinds else symbols)


def _children(view: ItemView) -> list[str]:
    """Give the first letters of the labels nested in each mention, sorted."""
    letters: list[set[str]] = [set() for _ in view.mentions]
    for i, place in enumerate(view.places):
        if place.owner != i:
            letters[place.owner].add(view.mentions[i]["label"][0])
    return ["".join(sorted(found)) for found in letters]


def _sentence_starts(symbols: list[str]) -> list[int]:
    """Give for each item the first item of its sentence or line."""
    starts: list[int] = []
    start = 0
    for i, symbol in enumerate(symbols):
        if symbol in BREAKS:
            start = i + 1
        starts.append(start)
    return starts
