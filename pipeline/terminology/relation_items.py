"""A doc as a row of items: mentions, cues and marks, with coordinations folded into one item.

`multiple masses and nodules in the liver and spleen` becomes `F in A`: the two findings are one
item, the two anatomies another, and each mention knows its item and its place in it. What relates
two mentions is then read off the few items between them, whatever the length of the lists.
"""

from dataclasses import dataclass, field

from spacy.tokens import Doc

from pipeline.annotations import Mention, mentions_of, section_by_token, sentence_by_token
from pipeline.terminology.relation_cues import Cue, CueMatcher

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


@dataclass(slots=True)
class Item:
    """One item: its symbol, its tokens, the cue it came from and the mentions in it."""

    symbol: str
    start: int
    end: int
    cue: Cue | None = None
    mentions: list[int] = field(default_factory=list)


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
    """Read a doc as items; needs mentions, and uses sentences and sections where they are."""
    text = [token.text for token in doc]
    words = [word.lower() for word in text]
    sentences = sentence_by_token(doc)
    mentions = mentions_of(doc)
    owners = _owners(mentions)
    items = _fold(_raw_items(text, sentences, mentions, owners, matcher), mentions)
    places = _places(items, mentions, owners)
    sections = section_by_token(doc)
    for place, mention in zip(places, mentions, strict=True):
        place.sentence = sentences[mention["start"]]
        place.section = sections[mention["start"]]
    return ItemView(items, [item.symbol for item in items], places, mentions, words)


def _owners(mentions: list[Mention]) -> list[int]:
    """Give for each mention the outermost one it overlaps, itself if it stands alone."""
    owners: list[int] = []
    owner, end = -1, -1
    for i, mention in enumerate(mentions):
        if mention["start"] >= end:
            owner, end = i, mention["end"]
        owners.append(owner)
    return owners


def _raw_items(
    text: list[str],
    sentences: list[int],
    mentions: list[Mention],
    owners: list[int],
    matcher: CueMatcher,
) -> list[Item]:
    words = [word.lower() for word in text]
    outer = {m["start"]: i for i, m in enumerate(mentions) if owners[i] == i}
    items: list[Item] = []
    i, size = 0, len(words)
    while i < size:
        if i and sentences[i] != sentences[i - 1] and (not items or items[-1].symbol not in LINES):
            items.append(Item("SB", i, i))
        if i in outer:
            index = outer[i]
            mention = mentions[index]
            items.append(Item(LETTERS[mention["label"]], i, mention["end"], None, [index]))
            i = mention["end"]
            continue
        cue = matcher.at(words, i)
        if cue is not None:
            end = i + len(cue.words)
            if not any(j in outer for j in range(i + 1, end)):
                items.append(Item(cue.kind, i, end, cue))
                i = end
                continue
        symbol = _symbol(words[i])
        if symbol == "NL" and i + 1 < size and words[i + 1] == text[i + 1] and text[i + 1].isalpha():
            symbol = ""  # a line that goes on in lower case is a wrapped one
        if symbol and not (symbol == "w" and items and items[-1].symbol == "w"):
            items.append(Item(symbol, i, i + 1))
        i += 1
    return items


def _symbol(word: str) -> str:
    if word.isspace():
        return ("", "NL", "NN")[min(word.count("\n"), 2)]
    if word[0].isalpha():
        return "w"
    if word[0].isdigit() or word[0] == "&":
        return ""
    return "-" if word in "–—-" else word


def _fold(raw: list[Item], mentions: list[Mention]) -> list[Item]:
    """Drop what says nothing and join the members of coordinations."""
    items: list[Item] = []
    pending: list[Item] = []
    for item in raw:
        if not item.mentions:
            pending.append(item)
            continue
        last = items[-1] if items else None
        joint = tuple(p.symbol for p in pending if p.symbol != DROPPED)
        joints = FOLDED.get(item.symbol, JOINTS)
        if last is not None and last.symbol == item.symbol and joint in joints:
            last.mentions.extend(item.mentions)
            last.end = item.end
        else:
            items.extend(p for p in pending if p.symbol != DROPPED)
            items.append(item)
        pending = []
    items.extend(p for p in pending if p.symbol != DROPPED)
    return items


def _places(items: list[Item], mentions: list[Mention], owners: list[int]) -> list[Place]:
    where = {
        index: (number, member)
        for number, item in enumerate(items)
        for member, index in enumerate(item.mentions)
    }
    return [Place(*where[owner], owner, 0, "") for owner in owners]
