"""The rows of `models/rules/mention_bounds.tsv`: words that say where a mention begins and ends.

The annotation guide leaves out determiners, counts, sizes, degrees and free-standing places
(`multiple bulky paraspinal soft tissue masses`: the finding is `soft tissue masses`). By `place` a
row says of its word:

- `lead`: it opens no mention; its `class` (`count`, `size` ...) is told to the chains, so that what
  they learn of `large` holds for `bulky`.
- `join`: it may stand between two such words (`mild to moderate`).
- `aspect`: it and the `of` after it open no mention (`morphology of the masses`).
- `head`: a mention that ends in it is cut after the ANATOMY it opens with (`mediastinal mass`).
- `name`: ANATOMY that ends in it is part of such a mention (`soft tissue mass`).
- `trail`: it and the ANATOMY after it end no mention (`asymmetry of the optic nerves`).
- `part`: it is no part of a mention; one is parted there (`syrinx, differential includes tumor`).
- `member`: a mention is parted there if the lexicon has both sides (`disk and paraspinal muscle`).
- `shared`: an ending; after a word that has it a mention is not parted: what follows goes with both
  sides (`vertebral and basilar arteries`).
- `whole`: with it alone between two mentions of a label in its `cut_from` they are one, if the
  first ends in a `shared` ending that has the label and the second, of several words, does not
  (`lower thoracic and lower lumbar spine`).
- `disease`: what opens with it is a DIAGNOSIS (`metastatic deposits`).
"""

from functools import cache
from typing import NamedTuple

from pipeline.annotations import LABELS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows

COLUMNS = ("id", "place", "class", "word", "cut_from")
PLACES = (
    "lead",
    "join",
    "aspect",
    "head",
    "name",
    "trail",
    "part",
    "member",
    "shared",
    "whole",
    "disease",
)


class BoundWord(NamedTuple):
    """A row; mentions of the labels in `cut_from` are changed by it."""

    id: str
    kind: str
    cut_from: frozenset[str]


@cache
def load_bound_words() -> dict[str, dict[str, BoundWord]]:
    """Read the rows: place -> word in lower case -> row; read once, then remembered.

    Raises:
        ResourceError: a row has no word, one that another row of its place has, or a place or
            label that is not known.
    """
    words: dict[str, dict[str, BoundWord]] = {place: {} for place in PLACES}
    for where, row in read_rows(models_path("rules", "mention_bounds.tsv"), COLUMNS):
        place, word, labels = row["place"], row["word"], frozenset(row["cut_from"].split())
        if place not in PLACES:
            raise ResourceError(f"{where}: place {place!r}, expected one of {PLACES}")
        if not _is_fit(word, place) or word in words[place]:
            raise ResourceError(f"{where}: word {word!r}, expected a new one in lower case")
        if bool(row["class"]) != (place == "lead"):
            raise ResourceError(f"{where}: class {row['class']!r}, expected one for `lead` alone")
        if labels - set(LABELS):
            raise ResourceError(f"{where}: cut_from {sorted(labels)}, expected among {LABELS}")
        words[place][word] = BoundWord(row["id"], row["class"], labels)
    return words


def _is_fit(word: str, place: str) -> bool:
    """Say whether a row may have the word: a mention is parted at signs too."""
    return (word.isalpha() and word.islower()) or (place == "part" and word in (";", "="))
