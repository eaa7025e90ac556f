"""Features of pairs as they are written, `name=value|value`, and the codes they are read as."""

from collections.abc import Callable

from spacy.strings import get_string_id
from spacy.vocab import Vocab

from pipeline.terminology.relation_arrays import LABEL, SECTION, STATUS, symbol_numbers
from pipeline.terminology.relation_candidates import RELATION, Candidates
from pipeline.terminology.relation_columns import BASE, COLUMNS, FAR, ORDERS, SPAN, PairColumns
from pipeline.terminology.relation_templates import BAGS, FACTS, FEATURES, STARTS, TEMPLATES, TIMES

_WHOLE = (1 << 64) - 1
_PLACE = {name: number for number, name in enumerate(FEATURES)}
_NAMED = {"label": LABEL, "status": STATUS, "section": SECTION}


def feature_code(relation: str, feature: str) -> int:
    """Give the code of a feature, as `feature_codes` makes it of facts.

    Raises:
        KeyError, ValueError: no such feature, or a value is none of its facts'.
    """
    name, _, value = feature.partition("=")
    place = _PLACE[name]
    values = value.split("|", len(FACTS[name]) - 1)
    code = int(STARTS[place, RELATION[relation]])
    for fact, said, times in zip(FACTS[name], values, TIMES[place, :, 0].tolist(), strict=False):
        code += _READ[COLUMNS[fact]](said) * times
    return code & _WHOLE


def bag_place(feature: str) -> tuple[int, int, int]:
    """Give the numbers of bag, order and symbol of a feature of a bag.

    Raises:
        ValueError: no such bag or order.
    """
    name, _, value = feature.partition("=")
    order, _, symbol = value.partition("|")
    return BAGS.index(name), ORDERS.index(order), symbol_numbers().get(symbol, 0)


def core_code(symbols: str) -> int:
    """Give the hash of symbols with spaces between, none of them a plain word."""
    if symbols == "far":
        return FAR
    numbers = symbol_numbers()
    codes = (
        numbers.get(symbol, 1) * pow(BASE, k, 1 << 64) for k, symbol in enumerate(symbols.split())
    )
    return sum(codes) & _WHOLE


#: kind of a fact -> the code of a value as it is written
_READ: dict[str, Callable[[str], int]] = {
    "number": int,
    "order": ORDERS.index,
    "symbol": lambda value: symbol_numbers().get(value, 0),
    "word": get_string_id,
    "core": core_code,
    "label": lambda value: LABEL.get(value, 0),
    "status": lambda value: STATUS.get(value, 0),
    "section": lambda value: SECTION.get(value, 0),
}


class FeatureNamer:
    """Write the features of the pairs of a doc: what a model is trained on, and what it saw."""

    def __init__(self, vocab: Vocab, columns: PairColumns, pairs: Candidates) -> None:
        self._strings = vocab.strings
        self._columns = columns
        self._pairs = pairs
        self._table = columns.table(pairs)
        first, second = columns.in_order(pairs)
        self._bags = {
            "has": columns.between(pairs) > 0, "pre": columns.before[first],
            "post": columns.after[second],
        }  # fmt: skip
        symbols = {number: name for name, number in symbol_numbers().items()}
        self._symbols = {0: ""} | symbols
        named = {kind: {n: name for name, n in names.items()} for kind, names in _NAMED.items()}
        self._named = {kind: {0: ""} | names for kind, names in named.items()} | {
            "symbol": self._symbols, "order": dict(enumerate(ORDERS)),
        }  # fmt: skip

    def names(self, pair: int) -> list[str]:
        """Give the features of a pair that its relation's model may use."""
        relation = list(RELATION)[int(self._pairs.relation[pair])]
        wanted = TEMPLATES[relation]
        facts = {fact: self._value(fact, row, pair) for row, fact in enumerate(COLUMNS)}
        names = [
            f"{name}={'|'.join(facts[fact] for fact in of)}"
            for name, of in FACTS.items()
            if name in wanted
        ]
        for bag in wanted & set(BAGS):
            held = self._bags[bag][pair].nonzero()[0].tolist()
            names += [f"{bag}={facts['order']}|{self._symbols[number]}" for number in held]
        return names

    def _value(self, fact: str, row: int, pair: int) -> str:
        kind, code = COLUMNS[fact], int(self._table[row, pair])
        if kind == "core":
            return self._core(pair)
        if kind == "word":
            return self._strings[code]
        if kind == "number":
            return str(code if code < 1 << 63 else code - (1 << 64))
        return self._named[kind][code]

    def _core(self, pair: int) -> str:
        symbols = self._columns.symbols_between(
            int(self._pairs.head[pair]), int(self._pairs.tail[pair])
        )
        if len(symbols) > SPAN:
            return "far"
        known = symbol_numbers()
        return " ".join(s if s in known else self._symbols[1] for s in symbols if s != "w")
