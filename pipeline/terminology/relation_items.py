"""A doc as a row of items: mentions, cues and marks, with coordinations folded into one item.

`multiple masses and nodules in the liver and spleen` becomes `F in A`: the two findings are one
item, the two anatomies another, and each mention knows its item and its place in it. What relates
two mentions is then read off the few items between them, whatever the length of the lists.
"""

from dataclasses import dataclass

import numpy as np
from spacy.tokens import Doc

from pipeline.annotations import Mention, mentions_of, section_by_token, sections_of
from pipeline.terminology.relation_cues import Cue, CueMatcher
from pipeline.tokenizer import token_texts

#: label -> the letter that stands for it
LETTERS = {
    "ANATOMY": "A", "MODALITY": "M", "SEQUENCE": "M", "PLANE": "M", "SIGNAL": "F",
    "FINDING": "F", "DIAGNOSIS": "D", "MEASUREMENT": "N",
}  # fmt: skip
#: what joins the members of a coordination
JOINTS = {(",",), ("and",), (",", "and"), ("/",), (",", "drop"), ("-",)}
#: the words of a study's name need nothing between them: `axial T2 MRI`, `CT (with contrast)`
STUDY_JOINTS = JOINTS | {(), ("(",), (")",), ("with",), ("w",), ("of",)}
#: a diagnosis in brackets is another name or kind of the one before: `tumor (e.g. lymphoma)`
BRACKETED = JOINTS | {("(",), ("(", "."), ("(", ","), (")",), (")", ","), (")", "and")}
FOLDED = {"M": STUDY_JOINTS, "D": BRACKETED}
#: marks of a new line and of an empty line
LINES = ("NL", "NN")
#: classes of cues that leave no item
DROPPED = "drop"
#: class of cues that set one diagnosis apart from another
APART = "notlike"


@dataclass(slots=True)
class Item:
    """One item: its symbol, its tokens, the cue it came from and the mentions in it."""

    symbol: str
    start: int
    end: int
    cue: Cue | None = None
    mentions: list[int] | None = None

    @property
    def size(self) -> int:
        """How many mentions are folded into it."""
        return len(self.mentions or ())


@dataclass(slots=True)
class Place:
    """Where a mention stands: its item, which member of it, and the mention it is nested in."""

    item: int
    member: int
    owner: int
    sentence: int
    section: str


@dataclass(slots=True)
class ItemView:
    """The items of a doc and the place of each mention, index by index."""

    items: list[Item]
    symbols: list[str]
    places: list[Place]
    mentions: list[Mention]
    words: list[str]


def view_items(doc: Doc, matcher: CueMatcher) -> ItemView:
    """Read a doc as items; needs mentions, and uses sentences and sections where they are.

    Keywords at the end are no sentences and are not read; mentions there have item -1.
    """
    text = token_texts(doc)
    sentences = np.cumsum(doc.to_array("SENT_START") == 1).tolist()
    mentions = mentions_of(doc)
    owners = _owners(mentions)
    outer = {m["start"]: i for i, m in enumerate(mentions) if owners[i] == i}
    reader = ItemReader(text, sentences, mentions, outer)
    items = _fold(reader.read(_end_of_sentences(doc), matcher))
    places = _places(items, owners)
    sections = section_by_token(doc)
    for place, mention in zip(places, mentions, strict=True):
        place.sentence = sentences[mention["start"]]
        place.section = sections[mention["start"]]
    return ItemView(items, [item.symbol for item in items], places, mentions, reader.words)


def _end_of_sentences(doc: Doc) -> int:
    """Give the token after the last that is not one of the keywords at the end."""
    sections = sections_of(doc)
    if sections and sections[-1]["section"] == "keywords":
        return sections[-1]["start"]
    return len(doc)


def _owners(mentions: list[Mention]) -> list[int]:
    """Give for each mention the outermost one it overlaps, itself if it stands alone."""
    owners: list[int] = []
    owner, end = -1, -1
    for i, mention in enumerate(mentions):
        if mention["start"] >= end:
            owner, end = i, mention["end"]
        owners.append(owner)
    return owners


class ItemReader:
    """Read tokens as items, not yet folded."""

    def __init__(
        self,
        text: list[str],
        sentences: list[int],
        mentions: list[Mention],
        outer: dict[int, int],
    ) -> None:
        self.words = [word.lower() for word in text]
        self._text = text
        self._sentences = sentences
        self._mentions = mentions
        self._outer = outer

    def read(self, end: int, matcher: CueMatcher) -> list[Item]:
        """Give the items of the tokens up to `end`."""
        items: list[Item] = []
        at = 0
        while at < end:
            last = items[-1].symbol if items else ""
            if at and self._sentences[at] != self._sentences[at - 1] and last not in LINES:
                items.append(Item("SB", at, at))
            item = self._mention_at(at) or self._cue_at(at, matcher) or self._mark_at(at)
            if item.symbol and not item.symbol == last == "w":
                items.append(item)
            at = item.end
        return items

    def _mention_at(self, at: int) -> Item | None:
        index = self._outer.get(at)
        if index is None:
            return None
        mention = self._mentions[index]
        return Item(LETTERS[mention["label"]], at, mention["end"], None, [index])

    def _cue_at(self, at: int, matcher: CueMatcher) -> Item | None:
        """Give the cue at a token, unless a mention begins within it."""
        cue = matcher.at(self.words, at)
        if cue is None:
            return None
        end = at + len(cue.words)
        if end > at + 1 and any(i in self._outer for i in range(at + 1, end)):
            return None
        return Item(cue.kind, at, end, cue)

    def _mark_at(self, at: int) -> Item:
        symbol = _symbol(self.words[at])
        if symbol == "NL":
            # a line that goes on in lower case is a wrapped one
            following = "".join(self._text[at + 1 : at + 2])
            symbol = "" if following.isalpha() and following.islower() else symbol
        return Item(symbol, at, at + 1)


def _symbol(word: str) -> str:
    if word.isspace():
        return ("", "NL", "NN")[min(word.count("\n"), 2)]
    if word[0].isalpha():
        return "w"
    if word[0].isdigit() or word[0] == "&":
        return ""
    return "-" if word in "–—-" else word


def _fold(raw: list[Item]) -> list[Item]:
    """Drop what says nothing and join the members of coordinations."""
    items: list[Item] = []
    pending: list[Item] = []
    for item in raw:
        if item.mentions is None:
            pending.append(item)
            continue
        members = items[-1].mentions if items else None
        joint = tuple(p.symbol for p in pending if p.symbol != DROPPED)
        joints = FOLDED.get(item.symbol, JOINTS)
        same = members is not None and items[-1].symbol == item.symbol and joint in joints
        if members is not None and same and not (joint == (",",) and _set_apart(items)):
            members.extend(item.mentions)
            items[-1].end = item.end
        else:
            items.extend(p for p in pending if p.symbol != DROPPED)
            items.append(item)
        pending = []
    items.extend(p for p in pending if p.symbol != DROPPED)
    return items


def _set_apart(items: list[Item]) -> bool:
    """Say whether the last item alone is what a sentence begins by setting apart: `Unlike X, Y`."""
    symbols = [item.symbol for item in items[-3:-1]]
    return symbols[-1:] == [APART] and symbols[0] in (APART, "SB", ".", *LINES)


def _places(items: list[Item], owners: list[int]) -> list[Place]:
    where = {
        index: (number, member)
        for number, item in enumerate(items)
        for member, index in enumerate(item.mentions or ())
    }
    return [Place(*where.get(owner, (-1, 0)), owner, 0, "") for owner in owners]
