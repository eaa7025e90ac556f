"""The rows of `models/rules/list_words.tsv`: what stands beside the answers of a list.

Columns: `id`, `words` (in the notation of `status_cues.tsv`) and `kind`:

- `topic`: directly before a name, says that the list is of it (`differential diagnosis for`);
- `named_list`: directly after a name, says the same (`differential includes`);
- `opener`: alone before a name that a colon follows, says the same (`for`);
- `remark`: directly before a name, says something of an answer (`indistinguishable from`);
- `verb`: behind a dash, makes what stands there a remark on the answer before it;
- `no_entry`: in a line, makes it none that names an answer by its place alone.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipeline.resources import models_path, read_rows
from pipeline.terminology.status_cues import PhraseTable, check_words, one_of, phrases

COLUMNS = ("id", "words", "kind")
#: kinds of rows that make a name none of the answers; those read back to front from the name
BESIDE = ("topic", "named_list", "opener", "remark", "verb")
BACKWARDS = ("topic", "opener", "remark")
KINDS = (*BESIDE, "no_entry")


def read_list_words(path: Path | None = None) -> dict[str, PhraseTable[str]]:
    """Read and check the rows: kind -> phrases with the ids of their rows.

    Raises:
        ResourceError: a kind is not known or a word is not one word in lower case.
    """
    tables = {kind: PhraseTable[str]() for kind in KINDS}
    for where, row in read_rows(path or models_path("rules", "list_words.tsv"), COLUMNS):
        kind = one_of(where, "kind", row["kind"], KINDS)
        check_words(where, row["words"])
        for phrase in phrases(row["words"]):
            tables[kind].add(phrase[::-1] if kind in BACKWARDS else phrase, row["id"])
    return tables


@cache
def load_list_words() -> Mapping[str, PhraseTable[str]]:
    """Read the shipped rows once, then remember them.

    Raises:
        ResourceError: as `read_list_words`.
    """
    return read_list_words()


@cache
def ids_beside() -> frozenset[str]:
    """Give the ids of the rows that make a name in a list none of its answers.

    >>> "LW:differential_of" in ids_beside(), "LW:entry" in ids_beside()
    (True, False)
    """
    rows = read_rows(models_path("rules", "list_words.tsv"), COLUMNS)
    return frozenset(row["id"] for _, row in rows if row["kind"] in BESIDE)
