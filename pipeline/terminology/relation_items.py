"""A doc as a row of items: mentions, cues and marks, with coordinations folded into one item.

`multiple masses and nodules in the liver and spleen` becomes `F in A`: the two findings are one
item, the two anatomies another, and each mention knows its item and its place in it. What relates
two mentions is then read off the few items between them, whatever the length of the lists.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

from pipeline.annotations import Mention, mentions_of, section_by_token, sections_of
from pipeline.terminology.relation_cues import Cue, CueMatcher, WordKind
from pipeline.tokenizer import token_texts

#: label -> the letter that stands for it
LETTERS = {
    "ANATOMY": "A", "MODALITY": "M", "SEQUENCE": "M", "PLANE": "M", "SIGNAL": "F",
    "FINDING": "F", "DIAGNOSIS": "D", "MEASUREMENT": "N",
}  # fmt: skip
#: what joins the members of a coordination
JOINTS = {(",",), ("and",), (",", "and"), ("/",), ("-",)}
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
#: facts of tokens that are read
TOKEN_FACTS: list[int | str] = ["SENT_START", "LOWER", "SPACY", "IDX"]


class CueAt(NamedTuple):
    """A cue and its tokens."""

    cue: Cue
    start: int
    end: int


@dataclass(slots=True)
class Items:
    """Items in order.

    Attributes:
        symbols: of each item, the letter of a label, the class of a cue, a mark, or `w` for words.
        cues: of items that are cues, the cue.
        members: of items that hold mentions, these (indices).
    """

    symbols: list[str] = field(default_factory=list)
    cues: dict[int, CueAt] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)

    def extend(self, others: "Items", tokens: int, mentions: int) -> None:
        """Add others, whose tokens and mentions count from here on."""
        size = len(self.symbols)
        self.symbols += others.symbols
        for place, (cue, start, end) in others.cues.items():
            self.cues[place + size] = CueAt(cue, start + tokens, end + tokens)
        for place, of in others.members.items():
            self.members[place + size] = [index + mentions for index in of]


@dataclass(slots=True)
class ItemView:
    """The items of a doc, or of several, and where each mention stands, index by index.

    Attributes:
        items: the items.
        mentions: the mentions.
        texts, words: the tokens, as they are and in lower case.
        tokens: of each token `TOKEN_FACTS`.
        item, member: of each mention, its item (-1 in the keywords) and which member of it it is.
        owner: the mention it is nested in, itself if in none.
        sentence, section: where it stands.
        begin, end: its tokens.
        doc: which of the docs it is of.
    """

    items: Items = field(default_factory=Items)
    mentions: list[Mention] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    tokens: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros((0, 4), np.uint64))
    item: list[int] = field(default_factory=list)
    member: list[int] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    section: list[str] = field(default_factory=list)
    begin: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    doc: list[int] = field(default_factory=list)

    @property
    def symbols(self) -> list[str]:
        """The symbols of the items."""
        return self.items.symbols


def view_items(doc: Doc, matcher: CueMatcher) -> ItemView:
    """Read a doc as items; needs mentions, and uses sentences and sections where they are.

    Keywords at the end are no sentences and are not read; mentions there have item -1.
    """
    mentions = mentions_of(doc)
    owner = _owners(mentions)
    texts = token_texts(doc)
    tokens = np.asarray(doc.to_array(TOKEN_FACTS), dtype=np.uint64)
    starts: list[bool] = (tokens[:, 0] == 1).tolist()
    reader = ItemReader(texts, starts, mentions, matcher)
    reader.read(_end_of_sentences(doc), {mentions[i]["start"]: i for i in dict.fromkeys(owner)})
    places = {
        index: (number, member)
        for number, members in reader.items.members.items()
        for member, index in enumerate(members)
    }
    found = [places.get(index, (-1, 0)) for index in owner]
    sections = section_by_token(doc)
    sentences = list(accumulate(starts))
    begins = [mention["start"] for mention in mentions]
    return ItemView(
        reader.items, mentions, texts, reader.words, tokens, [item for item, _ in found],
        [member for _, member in found], owner, [sentences[at] for at in begins],
        [sections[at] for at in begins], begins, [mention["end"] for mention in mentions],
        [0] * len(mentions),
    )  # fmt: skip


def joined(views: Sequence[ItemView]) -> ItemView:
    """Give the items and mentions of docs one after the other, an end of lines around each."""
    whole = ItemView()
    whole.items.symbols.append(LINES[-1])
    for number, view in enumerate(views):
        items, tokens, mentions = len(whole.items.symbols), len(whole.words), len(whole.mentions)
        whole.items.extend(view.items, tokens, mentions)
        whole.items.symbols.append(LINES[-1])
        whole.item += [place + items for place in view.item]
        whole.owner += [owner + mentions for owner in view.owner]
        whole.sentence += [sentence + tokens for sentence in view.sentence]
        whole.begin += [token + tokens for token in view.begin]
        whole.end += [token + tokens for token in view.end]
        whole.doc += [number] * len(view.mentions)
        whole.member += view.member
        whole.section += view.section
        whole.texts += view.texts
        whole.words += view.words
        whole.mentions += view.mentions
    whole.tokens = np.concatenate([view.tokens for view in views])
    return whole


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
    """Read the tokens of a doc as items, the members of coordinations folded into one."""

    def __init__(
        self, text: list[str], starts: list[bool], mentions: list[Mention], matcher: CueMatcher
    ) -> None:
        self.items = Items()
        self._text = text
        self._starts = starts
        self._mentions = mentions
        self._matcher = matcher
        self._kinds: list[WordKind] = matcher.kinds(text)
        self.words = [kind.lower for kind in self._kinds]
        #: the last item that holds mentions
        self._held = -1

    def read(self, end: int, outer: dict[int, int]) -> None:
        """Read the tokens up to `end`; `outer` has the mentions nested in none by first token."""
        at, last = 0, ""
        symbols = self.items.symbols
        while at < end:
            if self._starts[at] and at and last not in LINES:
                symbols.append("SB")
                last = "SB"
            if at in outer:
                at = self._read_mention(outer[at])
                last = symbols[-1]
                continue
            kind = self._kinds[at]
            if kind.single is not None or kind.longer:
                at = self._read_cue(at, outer)
                last = symbols[-1] if symbols else ""
                continue
            if kind.symbol and not kind.symbol == last == "w":
                self._read_mark(kind.symbol, at)
                last = symbols[-1] if symbols else ""
            at += 1

    def _read_cue(self, at: int, outer: dict[int, int]) -> int:
        """Read a cue, unless a mention begins within it, or what else its first word is."""
        cue = self._matcher.at(self.words, at)
        size = len(cue.words) if cue else 1
        if cue is None or (size > 1 and any(i in outer for i in range(at + 1, at + size))):
            symbol = self._kinds[at].symbol
            if (symbol and symbol != "w") or self.items.symbols[-1:] != ["w"]:
                self._read_mark(symbol, at)
            return at + 1
        if cue.kind != DROPPED:
            self.items.cues[len(self.items.symbols)] = CueAt(cue, at, at + size)
            self.items.symbols.append(cue.kind)
        return at + size

    def _read_mark(self, symbol: str, at: int) -> None:
        """Read a mark or a plain word; a line that goes on in lower case is a wrapped one."""
        if symbol == "NL":
            following = "".join(self._text[at + 1 : at + 2])
            symbol = "" if following.isalpha() and following.islower() else symbol
        if symbol:
            self.items.symbols.append(symbol)

    def _read_mention(self, index: int) -> int:
        """Read a mention: a member of the item before, or an item of its own."""
        mention = self._mentions[index]
        symbol, items, held = LETTERS[mention["label"]], self.items, self._held
        if held >= 0 and items.symbols[held] == symbol and self._joined(symbol):
            self._drop_joint()
            items.members[held].append(index)
        else:
            self._held = len(items.symbols)
            items.symbols.append(symbol)
            items.members[self._held] = [index]
        return mention["end"]

    def _drop_joint(self) -> None:
        """Drop the items since the last that holds mentions."""
        for place in range(self._held + 1, len(self.items.symbols)):
            self.items.cues.pop(place, None)
        del self.items.symbols[self._held + 1 :]

    def _joined(self, symbol: str) -> bool:
        """Say whether what stands since the last item with mentions joins another to it."""
        joint = tuple(self.items.symbols[self._held + 1 :])
        return joint in FOLDED.get(symbol, JOINTS) and not (joint == (",",) and self._set_apart())

    def _set_apart(self) -> bool:
        """Say whether the last item alone is what its sentence sets apart: `Unlike X, Y`."""
        symbols = self.items.symbols[max(0, self._held - 2) : self._held]
        return symbols[-1:] == [APART] and symbols[0] in (APART, "SB", ".", *LINES)
