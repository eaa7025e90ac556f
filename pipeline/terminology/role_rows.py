"""The rows behind case roles: words that say nothing, normal results, stated conclusions.

`models/rules/role_words.tsv` (`id`, `words`, `kind`) holds words in the notation of
`status_cues.tsv`; `kind` is

- `normal`: in a FINDING, makes it a normal observation, which is no key finding;
- `abnormal`: in a FINDING, takes that back (`loss of normal`);
- `denied`: in a FINDING, makes it a normal observation whatever it names (`free of ...`);
- `neutral`: as the last word of a FINDING, names what every patient has (`vascularity`): a normal
  observation where its sentence says `normal`;
- `generic`: as the whole name of a diagnosis, names any (`tumor`, `disease`);
- `filler`: adds nothing to the name of a diagnosis (`of`, `possible`);
- `splits`: ends the part of a name its head word stands last in (`recurrence of ...`).

`models/rules/role_cues.tsv` (`id`, `cue`, `role`, `direction`, `scope`) holds words that state a
role of a DIAGNOSIS in running text: `final` (used where a case has no diagnosis section) or
`differential`; direction and scope as in `status_cues.tsv`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pipeline.resources import models_path, read_rows
from pipeline.terminology.status_cues import (
    UNBOUNDED,
    PhraseTable,
    check_words,
    number,
    one_of,
    phrases,
)

WORD_COLUMNS = ("id", "words", "kind")
WORD_KINDS = ("normal", "abnormal", "denied", "neutral", "generic", "filler", "splits")
CUE_COLUMNS = ("id", "cue", "role", "direction", "scope")
ROLES = ("final", "differential")
DIRECTIONS = ("forward", "backward")


class RoleCue(NamedTuple):
    """A row of `role_cues.tsv`."""

    id: str
    role: str
    forward: bool
    scope: int


@dataclass(frozen=True, slots=True)
class RoleWords:
    """The rows of `role_words.tsv`: ids by words for each kind, and phrases of one word."""

    tables: dict[str, PhraseTable[str]]
    single: dict[str, set[str]]

    def is_normal(self, words: Sequence[str], sentence: Sequence[str]) -> bool:
        """Say whether a FINDING of these words in this sentence is a normal observation."""
        if self._has("denied", words):
            return True
        if self._has("abnormal", words):
            return False
        return self._has("normal", words) or (
            self._has("neutral", words[-1:]) and self._has("normal", sentence)
        )

    def _has(self, kind: str, words: Sequence[str]) -> bool:
        return bool(self.tables[kind].found_in(words))


def load_role_words(path: Path | None = None) -> RoleWords:
    """Read and check the word rows.

    Raises:
        ResourceError: a kind is not known or a word is not one word in lower case.
    """
    words = RoleWords(
        {kind: PhraseTable[str]() for kind in WORD_KINDS}, {kind: set() for kind in WORD_KINDS}
    )
    for where, row in read_rows(path or models_path("rules", "role_words.tsv"), WORD_COLUMNS):
        kind = one_of(where, "kind", row["kind"], WORD_KINDS)
        check_words(where, row["words"])
        for phrase in phrases(row["words"]):
            words.tables[kind].add(phrase, row["id"])
            words.single[kind].update(phrase if len(phrase) == 1 else ())
    return words


def load_role_cues(path: Path | None = None) -> PhraseTable[RoleCue]:
    """Read and check the cue rows.

    Raises:
        ResourceError: a role, direction or scope is not known.
    """
    table = PhraseTable[RoleCue]()
    for where, row in read_rows(path or models_path("rules", "role_cues.tsv"), CUE_COLUMNS):
        role = one_of(where, "role", row["role"], ROLES)
        forward = one_of(where, "direction", row["direction"], DIRECTIONS) == "forward"
        unbounded = row["scope"] == "sentence"
        scope = UNBOUNDED if unbounded else number(where, "scope", row["scope"])
        check_words(where, row["cue"])
        for phrase in phrases(row["cue"]):
            table.add(phrase, RoleCue(row["id"], role, forward, scope))
    return table
