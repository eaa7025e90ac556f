"""The name of a mention -> the names it may be linked by, the closest first.

A name that is no term is turned round (`fracture of the calcaneus`: `calcaneus fracture`,
`calcaneal fracture`) or shortened to its head (`healing navicular stress fracture`: `stress
fracture`), as compositional matching of clinical names does: the head of an English noun phrase
stands last or before its first preposition. A body part that a finding or diagnosis loses on the
way (`calcaneal stress fracture`: `stress fracture` and the calcaneus) is named beside it. A word
that says whether or which way (`guard`) is never dropped, so `exaggerated reflexes` cannot become
`reflexes`.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.terminology.concepts import Names, Word, key_of_words
from pipeline.terminology.lexicon import Term
from pipeline.terminology.link_words import load_link_scores, load_link_words

#: the head of these stands first as often as last: `MRI scan`, `FLAIR images`
HEAD_FIRST = ("MODALITY", "SEQUENCE")
#: labels whose head may stand before a body part: `stress fracture right femoral neck`
HEAD_BEFORE_PLACE = ("FINDING", "DIAGNOSIS")
#: a dropped word of side, position, degree or course counts as this much of a word, and so does a
#: dropped body part, however many words it has: other columns and mentions have them
WEIGHT_LIGHT = 0.25
#: labels of mentions whose place is told by another mention
WITH_PLACE = ("FINDING", "DIAGNOSIS", "SIGNAL")
#: words of a body part that is looked for among the words dropped
LONGEST_PLACE = 5
#: longer names are not taken apart: the number of candidates grows with the square
LONGEST_NAME = 16

Words = tuple[Word, ...]


class Candidate(NamedTuple):
    """A name that is one, the score of a link by it (0..1), the rule, the body parts it lost."""

    words: Words
    score: float
    rule: str
    places: tuple[Term, ...] = ()


class BackOff:
    """Make the names to look up for a name that is no term."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._kinds = load_link_words()
        self._scores = load_link_scores()

    def candidates(self, words: Words, label: str) -> list[Candidate]:
        """Give the names found, the highest score first, equal ones in the order of making."""
        if len(words) > LONGEST_NAME:
            return []
        head, tail, rest = self._split(words, label)
        found: dict[str, Candidate] = {}
        for kept, dropped in (*self._turned(head, tail), *self._shortened(head, tail, label)):
            if kept and kept != words and self._names.named(kept, label):
                candidate = self._scored(kept, dropped, rest, label)
                best = found.setdefault(key_of_words(kept), candidate)
                if candidate.score > best.score:
                    found[key_of_words(kept)] = candidate
        valid = [candidate for candidate in found.values() if candidate.score > 0]
        return sorted(valid, key=lambda candidate: -candidate.score)

    def with_prefixes(self, words: Words) -> Words:
        """Join prefixes that stand alone: `sub-arachnoid` is `subarachnoid`."""
        joined: list[Word] = []
        for word in words:
            if joined and joined[-1].form in self._kinds["prefix"]:
                before = joined.pop()
                word = Word(before.text + word.text, before.form + word.form)
            joined.append(word)
        return tuple(joined)

    def _scored(self, kept: Words, dropped: Words, rest: Words, label: str) -> Candidate:
        """Score what is kept; `rest` follows another preposition and adds to the concept."""
        joined = any(word.form in self._kinds["joint"] for word in dropped)
        if joined or any(word.form in self._kinds["guard"] for word in dropped + rest):
            return Candidate(kept, 0.0, "")
        lost, places = self._lost(dropped, label)
        lost += len(rest) * (WEIGHT_LIGHT if label in WITH_PLACE else 1.0)
        rule = "link:head" if dropped or rest else "link:turned"
        return Candidate(kept, self._scores[rule] * len(kept) / (len(kept) + lost), rule, places)

    def _lost(self, dropped: Words, label: str) -> tuple[float, tuple[Term, ...]]:
        """Weigh dropped words; give the body parts among them, where a place may be lost."""
        lost, at = 0.0, 0
        places: list[Term] = []
        while at < len(dropped):
            place, size = self._place_at(dropped[at:]) if label in WITH_PLACE else (None, 1)
            if place:
                places.append(place)
            light = place or self._is_light(dropped[at]) or self._adds_little(dropped[at], label)
            lost += WEIGHT_LIGHT if light else 1.0
            at += size
        return lost, tuple(places)

    def _adds_little(self, word: Word, label: str) -> bool:
        return word.form in self._kinds["part" if label == "ANATOMY" else "generic"]

    def _place_at(self, words: Words) -> tuple[Term | None, int]:
        for size in range(min(len(words), LONGEST_PLACE), 0, -1):
            terms = self._names.named(words[:size], "ANATOMY")
            if terms:
                return terms[0], size
        return None, 1

    def _is_light(self, word: Word) -> bool:
        return word.form in self._kinds["light"] or self._names.is_light(word)

    def _split(self, words: Words, label: str) -> tuple[Words, Words, Words]:
        """Split into head, what may go before it and what may only be dropped.

        The head ends at the first preposition, or before a body part that stands last.
        """
        links = self._kinds["reorder"] | self._kinds["tail"]
        places = [i for i, word in enumerate(words) if i and word.form in links]
        if not places:
            start = self._place_at_end(words) if label in HEAD_BEFORE_PLACE else len(words)
            return self._counted(words[:start]), self._counted(words[start:]), ()
        at, end = places[0], places[1] if len(places) > 1 else len(words)
        if words[at].form in self._kinds["tail"]:
            end = at
        tail = self._counted(words[at + 1 : end])
        return self._counted(words[:at]), tail, self._counted(words[max(at, end) + 1 :])

    def _place_at_end(self, words: Words) -> int:
        for start in range(1, len(words)):
            place = [word for word in words[start:] if not self._is_light(word)]
            if place and self._names.named(place, "ANATOMY"):
                return start
        return len(words)

    def _counted(self, words: Iterable[Word]) -> Words:
        return tuple(word for word in words if word.form not in self._kinds["filler"])

    def _turned(self, head: Words, tail: Words) -> Iterator[tuple[Words, Words]]:
        """Give kept and dropped words with the tail, or its end, before the head."""
        for start in range(len(tail)):
            moved, dropped = tail[start:], tail[:start]
            yield moved + head, dropped
            for name in self._names.other_names(moved):
                yield name + head, dropped

    def _shortened(self, head: Words, tail: Words, label: str) -> Iterator[tuple[Words, Words]]:
        if len(head) > 1 and head[-1].form in self._kinds["generic"] | self._kinds["thing"]:
            yield head[:-1], head[-1:] + tail
        for start in range(len(head)):
            yield from self._renamed(head[start:], head[:start] + tail)
        for start in range(len(head) - 2):
            for after in range(start + 2, len(head)):
                dropped = head[:start] + head[start + 1 : after] + tail
                yield (head[start], *head[after:]), dropped
        if label in HEAD_FIRST:
            for end in range(len(head) - 1, 0, -1):
                yield head[:end], head[end:] + tail
        partitive = "part" if label == "ANATOMY" else "generic"
        if head and head[-1].form in self._kinds[partitive]:
            for start in range(len(tail)):
                yield tail[start:], head + tail[:start]

    def _renamed(self, words: Words, dropped: Words) -> Iterator[tuple[Words, Words]]:
        """Give a name, then the name with another name of the body part it begins with."""
        yield words, dropped
        for end in range(len(words) - 1, 0, -1):
            for name in self._names.other_names(words[:end]):
                yield name + words[end:], dropped
