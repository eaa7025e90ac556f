"""What is told of a pair of mentions to the relation ranker: features as strings.

A feature is `name=value`. Those of the items between the two are the same for all members of two
coordinations and are made once. The templates are those that earned their place in a backward
elimination on the training cases; `CONTRIBUTING.md` says how to run it again.
"""

import re

from pipeline.annotations import Mention
from pipeline.terminology.relation_items import LINES, ItemView

BREAKS = frozenset({"SB", *LINES})
LABEL_LETTERS = "FADM"
#: more symbols than this between two items are one value, `far`
SPAN = 12
#: items read to the right of the second for cues
AHEAD = 12
#: a finding whose own study follows it in its clause: `F in A on M`
STATED = re.compile(r"^((be|seen|w|and|in A|of A) )*(on|in|by) M")


class PairReader:
    """Give the features of pairs of mentions of one doc."""

    def __init__(self, view: ItemView) -> None:
        self.view = view
        self._cache: dict[tuple[int, int, bool], list[str]] = {}
        self._starts = _sentence_starts(view.symbols)
        self._children: list[str] = _children(view)
        self._keys = [" ".join(view.words[m["start"] : m["end"]]) for m in view.mentions]
        self._answers, self._topics = self._diagnoses()

    def features(self, relation: str, head: int, tail: int) -> list[str]:
        """Give the features of a pair; `relation` adds those of its own."""
        one, two = self.view.places[head], self.view.places[tail]
        if one.item == two.item:
            order, shared = self._inside(head, tail), []
        else:
            forward = one.item < two.item
            order = "ht" if forward else "th"
            shared = self._between(min(one.item, two.item), max(one.item, two.item), forward)
        own = shared + self._of_pair(head, tail, order)
        if relation == "seen_on":
            own += self._of_study(head, tail, order)
        elif relation in ("indicates", "excludes"):
            own += self._of_diagnosis(head, tail)
        return own

    def _inside(self, head: int, tail: int) -> str:
        """Say how two mentions of one item stand to each other."""
        one, two = self.view.places[head], self.view.places[tail]
        if one.owner != two.owner:
            return "mates"
        if one.owner == head:
            return "tail_in_head"
        return "head_in_tail" if two.owner == tail else "beside"

    def _between(self, first: int, second: int, forward: bool) -> list[str]:
        key = (first, second, forward)
        if key not in self._cache:
            order = "ht" if forward else "th"
            self._cache[key] = [order + f for f in self._of_items(first, second)]
        return self._cache[key]

    def _of_items(self, first: int, second: int) -> list[str]:
        symbols = self.view.symbols
        between = symbols[first + 1 : second]
        start = self._starts[first]
        far = len(between) > SPAN
        counts = [str(min(between.count(letter), 2)) for letter in LABEL_LETTERS]
        features = [
            "core=far" if far else "core=" + " ".join(s for s in between if s != "w"),
            "first=" + " ".join(between[:1]),
            "first2=" + " ".join(between[:2]),
            "last2=" + " ".join(between[-2:]),
            "counts=" + " ".join(counts),
            f"lines={min(sum(s in LINES for s in between), 3)}",
            "left2=" + _left(symbols, first, 2),
            "left=" + _left(symbols, first, 1),
            "right=" + " ".join(symbols[second + 1 : second + 2]),
            "after_first=" + _right(symbols, first),
            "before_second=" + _left(symbols, second, 2),
            f"rank={min(first - start, 3)}",
        ]
        features += ["has=" + symbol for symbol in set(between)]
        features += ["pre=" + symbol for symbol in set(symbols[start:first])]
        features += ["post=" + symbol for symbol in _rest(symbols, second)]
        return features

    def _of_pair(self, head: int, tail: int, order: str) -> list[str]:
        view = self.view
        one, two = view.places[head], view.places[tail]
        h, t = view.mentions[head], view.mentions[tail]
        step = max(-4, min(4, two.sentence - one.sentence))
        near = max(-2, min(2, step))
        size = len(view.items[one.item].mentions) - one.member
        nested = f"{one.owner != head}{two.owner != tail}"
        owners = view.mentions[one.owner]["label"][:2] + view.mentions[two.owner]["label"][:2]
        return [
            "order=" + order,
            f"labels={order}{h['label'][:2]}{t['label'][:2]}",
            f"member={order}{min(one.member, 2)}",
            f"members={order}{min(size, 3)}",
            f"tails={order}{min(len(view.items[two.item].mentions) - two.member, 3)}",
            f"nest={order}{nested}{owners}",
            f"inner={order}{self._inner(head, t)}",
            f"hst={h['status']}{order}",
            f"tst={t['status']}{order}",
            f"st={h['status']}|{t['status']}",
            f"secst={one.section}|{h['status']}",
            f"sd={step}",
            f"secd={one.section}{near}",
            "hw=" + view.words[h["end"] - 1],
            "tw=" + view.words[t["end"] - 1],
        ]

    def _inner(self, head: int, tail: Mention) -> str:
        """Give the letters of labels nested in the head, without the tail's own if it is there."""
        mention = self.view.mentions[head]
        letters = self._children[head]
        if mention["start"] <= tail["start"] and tail["end"] <= mention["end"]:
            letters = letters.replace(tail["label"][0], "")
        return letters

    def _of_study(self, head: int, tail: int, order: str) -> list[str]:
        """Tell how a study is carried from where it was named to a finding."""
        view = self.view
        one, two = view.places[head], view.places[tail]
        symbols = view.symbols
        between = symbols[min(one.item, two.item) + 1 : max(one.item, two.item)]
        others = min(between.count("M"), 3)
        own = f"{'M' in symbols[self._starts[one.item] : one.item]}{'M' in _rest(symbols, one.item)}"
        step = two.sentence - one.sentence
        edge = _left(symbols, two.item, 1)
        edge = "L" if edge in BREAKS or not edge else edge
        gap = f"{'NN' in between}{'source' in between}"
        after = " ".join(symbols[one.item + 1 : one.item + 6])
        stated = STATED.search(after) is not None
        named = {"M", "S"} & set(self._children[head])
        return [
            f"carry={order}{others}|{max(-5, min(1, step))}|{edge}|{own}",
            f"carry2={order}{others}|{own}{step != 0}|{gap}",
            f"carry4={order}{others}|{gap[-5:]}|{one.section}{view.mentions[head]['status']}",
            f"stated={order}{stated}{step != 0}{others}",
            f"own={order}{view.mentions[tail]['label'][0]}{len(named)}",
            f"study={view.words[view.mentions[tail]['start']]}{order}",
        ]

    def _of_diagnosis(self, head: int, tail: int) -> list[str]:
        """Tell whether the diagnosis is the case's answer or what the section is about."""
        one = self.view.places[head]
        two = self.view.places[tail]
        topic = self._keys[tail] == self._topics.get(one.section)
        step = max(-3, min(3, two.sentence - one.sentence))
        return [
            f"answer={self._keys[tail] in self._answers}{one.section}",
            f"topic={topic}{one.section}{step}",
            f"topicst={topic}{self.view.mentions[head]['status']}",
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


def _children(view: ItemView) -> list[str]:
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


def _left(symbols: list[str], at: int, size: int) -> str:
    """Give up to `size` symbols before `at`, nearest first, not beyond the sentence's mark."""
    out: list[str] = []
    for symbol in reversed(symbols[max(0, at - size) : at]):
        out.append(symbol)
        if symbol in BREAKS:
            break
    return " ".join(out)


def _right(symbols: list[str], at: int) -> str:
    out = symbols[at + 1 : at + 3]
    return " ".join(out[:1] if out and out[0] in BREAKS else out)


def _rest(symbols: list[str], at: int) -> set[str]:
    """Give the symbols from `at` to the end of its sentence."""
    rest: set[str] = set()
    for symbol in symbols[at + 1 : at + 1 + AHEAD]:
        if symbol in BREAKS:
            break
        rest.add(symbol)
    return rest
