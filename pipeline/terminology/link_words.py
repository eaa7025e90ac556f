"""The words that decide how the name of a concept may be shortened or turned round."""

from collections.abc import Mapping
from functools import cache

from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.normal_form import normal_form

COLUMNS = ("id", "kind", "word", "reason")
#: `reorder`: what follows may go before (`fracture of the calcaneus`); `tail`: what follows may
#: go; `filler`: does not count; `part`: `X of Y` is at Y; `guard`: is never dropped
#: `prefix`: may stand apart from its word; `generic`: adds little where it stands last
KINDS = ("reorder", "tail", "filler", "part", "guard", "prefix", "generic")


@cache
def load_link_words() -> Mapping[str, frozenset[str]]:
    """Read `models/rules/link_words.tsv`: kind -> normal forms of its words.

    Raises:
        ResourceError: a row's kind is unknown or its word is empty.
    """
    words: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for where, row in read_rows(models_path("rules", "link_words.tsv"), COLUMNS):
        if row["kind"] not in words or not row["word"]:
            raise ResourceError(
                f"{where}: kind {row['kind']!r}, word {row['word']!r}, "
                f"expected one of {list(KINDS)} and a word"
            )
        words[row["kind"]].add(normal_form(row["word"]))
    return {kind: frozenset(forms) for kind, forms in words.items()}
