"""What the words of a mention say of it: side, brightness, canonical name, numbers with unit.

The words are rows of `models/lexicons` (`word_classes.tsv`, and the values in `signal.tsv`).
"""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.terminology.lexicon import TermMatch, TermMatcher, load_terms
from pipeline.terminology.normal_form import normal_form
from pipeline.tokenizer import TOKEN

#: word classes that say which way a brightness goes
_WAYS = ("high", "low", "same", "varied", "unusual")
#: values of SIGNAL terms that stand whatever the words beside them
_DECISIVE = frozenset(
    ("hyper", "hypo", "iso", "enhancing", "nonenhancing", "restricted", "facilitated", "anechoic",
     "flow void", "abnormal")
)  # fmt: skip
#: decisive values that another word of the mention may make clearer
_VAGUE = frozenset(("iso", "abnormal"))
_BETWEEN = {"x": " x ", "by": " x ", "×": " x ", "*": " x ", "-": "-", "to": "-", "/": "/"}
_DASHES = frozenset("-\u2010\u2011\u2013\u2212")


class _Part(NamedTuple):
    """A number or what stands between two: `value` is None for the latter."""

    text: str
    value: float | None
    factor: float


#: label -> word classes whose words stand for a mention of it with others: `delayed` images
_CLASSES_OF = {
    "MODALITY": ("MODALITY",),
    "SEQUENCE": ("SEQUENCE", "weighting", "phase", "contrast"),
    "PLANE": ("PLANE", "projection"),
}
#: distinct mentions remembered
_CACHED_MENTIONS = 1 << 14


@cache
def _matcher(*labels: str) -> TermMatcher:
    return TermMatcher(term for term in load_terms() if term.label in labels)


def laterality(words: Sequence[str]) -> str:
    """Give the side that the words of a mention name: both sides are `bilateral`.

    >>> laterality(["left", "lower", "lobe"]), laterality(["liver"])
    ('left', '')
    """
    return _laterality(tuple(words))


@lru_cache(_CACHED_MENTIONS)
def _laterality(words: tuple[str, ...]) -> str:
    sides = {match.term.value for match in _matcher("side", "both").match(words)}
    if "bilateral" in sides or {"left", "right"} <= sides:
        return "bilateral"
    return next(iter(sides), "")


def intensity(words: Sequence[str]) -> str:
    """Give the canonical value of a SIGNAL: `hyper`, `hypo`, `iso`, `mixed`, `enhancing` ...

    A SIGNAL term with a value of its own decides (`increased lucency` is `hypo`); then words such
    as `high`; then what a term is like (`fat attenuation`: `fat`). Two ways at once are `mixed`.

    >>> intensity(["low", "T2", "signal"]), intensity(["iso", "-", "to", "hypointense"])
    ('hypo', 'mixed')
    >>> intensity(["decreased", "enhancement"]), intensity(["increased", "enhancement"])
    ('hypo', 'enhancing')
    """
    return _intensity(tuple(word for word in words if not word.isspace()))


@lru_cache(_CACHED_MENTIONS)
def _intensity(words: tuple[str, ...]) -> str:
    terms = _matcher("SIGNAL", "absence").match(words)
    ways = _matcher(*_WAYS).match(words)
    own = [match for match in terms if match.term.label == "SIGNAL" and match.term.value]
    decisive = {_reversed(match, ways) for match in own if match.term.value in _DECISIVE}
    if "enhancing" in decisive:
        absent = any(match.term.label == "absence" for match in terms)
        less = any(match.term.value == "hypo" and not _is_within(match, own) for match in ways)
        return "nonenhancing" if absent else "hypo" if less else "enhancing"
    beside = {match.term.value for match in ways if not _is_within(match, own)}
    if decisive <= _VAGUE and decisive:
        # `low to intermediate signal`, `heterogeneous signal`: the words beside or inside say more
        return _one(decisive | {match.term.value for match in ways})
    if decisive:
        # `iso- to hypointense`: the prefix stands alone
        return _one(decisive | (beside & {"iso"}))
    return _one(beside) or next((match.term.value for match in own), "")


def _reversed(match: TermMatch, ways: Iterable[TermMatch]) -> str:
    """Give a term's value, turned round after `less`: `less echogenic`."""
    less = any(way.term.value == "hypo" and way.end == match.start for way in ways)
    return "hypo" if less and match.term.value == "hyper" else match.term.value


def _is_within(match: TermMatch, others: Iterable[TermMatch]) -> bool:
    return any(other.start <= match.start and match.end <= other.end for other in others)


def _one(values: set[str]) -> str:
    """Give the one value; two ways are mixed, `abnormal` and `iso` give way to a clearer one."""
    clear = values - {"abnormal"} or values
    return next(iter(clear), "") if len(clear) < 2 else "mixed"


def canonical_value(label: str, words: Sequence[str]) -> str:
    """Give the value of the longest term in a mention: MODALITY, SEQUENCE or PLANE, else nothing.

    A MODALITY's value is its family (`CT`, `MR`, `XR` ...), that of the others a name; terms of one
    length count in their order.

    >>> canonical_value("MODALITY", ["MRI"]), canonical_value("SEQUENCE", ["T1", "-", "weighted"])
    ('MR', 'T1')
    """
    return _canonical_value(label, tuple(words)) if label in _CLASSES_OF else ""


@lru_cache(_CACHED_MENTIONS)
def _canonical_value(label: str, words: tuple[str, ...]) -> str:
    found = [match for match in _matcher(*_CLASSES_OF[label]).match(words) if match.term.value]
    longest = max(found, key=lambda match: (match.end - match.start, -match.start), default=None)
    return longest.term.value if longest else ""


def measurement(text: str) -> tuple[str, str]:
    """Give the numbers of a MEASUREMENT and their unit, lengths in mm, volumes in mL.

    Dimensions have ` x ` between them, the ends of a range `-`, a limit its `<` or `>` before it.
    The unit is empty where the text has none. Numbers have at most six significant digits.

    >>> measurement("3.2 x 2.1 cm"), measurement("-50 HU"), measurement("BP 140/90")
    (('32 x 21', 'mm'), ('-50', 'HU'), ('140/90', ''))
    """
    words = [word for word in TOKEN.findall(text) if not word.isspace()]
    units = {
        match.start: match for match in _matcher("unit", "percent", "number_word").match(words)
    }
    parts: list[_Part] = []
    unit, factor, at = "", 1.0, 0
    while at < len(words):
        match = units.get(at)
        if match is not None and match.term.label != "number_word":
            unit, factor = _unit(match.term.value)
            parts = [p._replace(factor=p.factor or factor) for p in parts]
        else:
            parts += _parts_of(words, at, match)
        at = match.end if match is not None else at + 1
    # numbers after the last unit (`HU = 7`) and without any
    return _joined([p._replace(factor=p.factor or factor) for p in parts]), unit


def _unit(value: str) -> tuple[str, float]:
    """Split `mm 10` into the canonical unit and the factor to it."""
    name, _, factor = value.partition(" ")
    return name, float(factor or 1)


def _parts_of(words: Sequence[str], at: int, match: TermMatch | None) -> list[_Part]:
    word = words[at]
    if match is not None:
        return [_Part("", float(match.term.value), 0.0)]
    # not `isdigit`, which holds for `²`
    if word[0].isdecimal():
        sign = -1 if _is_minus(words, at) else 1
        return [_Part("", sign * _number(word), 0.0)]
    if word in _DASHES:
        word = "-"
    between = _BETWEEN.get(word.lower(), normal_form(word))
    return [_Part(between, None, 1.0)] if between in {*_BETWEEN.values(), "<", ">"} else []


def _is_minus(words: Sequence[str], at: int) -> bool:
    """Say whether a dash is a number's sign: at the start, or after a sign, `to` or a unit."""
    if at == 0 or words[at - 1] not in _DASHES:
        return False
    return at == 1 or words[at - 2].lower() in ("=", "<", ">", ":", "(", "of", "hu", "to", "and")


def _number(word: str) -> float:
    """Read `1,200` as a thousand, `1,5` as a decimal."""
    whole, comma, rest = word.partition(",")
    if comma and len(rest) != 3 and "," not in rest and "." not in word:
        return float(f"{whole}.{rest}")
    digits = word.replace(",", "")
    return float(digits) if digits.count(".") < 2 else float(digits.split(".")[0])


def _joined(parts: Sequence[_Part]) -> str:
    text = ""
    between = ""
    for part in parts:
        if part.value is None:
            # what stands between the last two numbers counts, and a limit with it
            between = part.text if part.text in "<>" or not between else between
        else:
            lead = between if text or between in ("<", ">") else ""
            text += lead if lead or not text else " "
            text += f"{part.value * part.factor:.6g}"
            between = ""
    return text
