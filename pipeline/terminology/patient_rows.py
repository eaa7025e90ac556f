"""Rows of evidence for or against this patient: loading and checking.

Columns of `models/rules/status_evidence.tsv`: `id`, `cue` (words in the notation of
`status_cues.tsv`) and `place`, which says where the words count:

- `sentence`: in the mention's sentence. The sentence before counts with a weight of its own, named
  `<id>/previous`; the rest of the section likewise, `<id>/section`.
- `before`: right before the mention.
- `determiner`: one word, the first such within four words before the mention. A mention in the
  plural counts once more, `<id>/plural`.
- `shape`: `cue` names a property; see `SHAPES`.

The other places give words a property that shapes tell of, and their rows have no weight:

- `patient`, `general`: words that speak clearly of this patient, or of patients in general. They
  give a sentence its side.
- `past`, `present`: verbs that show a tense.
- `clause`: words at which a clause ends.
"""

from dataclasses import dataclass, field
from pathlib import Path

from pipeline.annotations import ASSERTED, SECTIONS, STATUSES
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.status_cues import PhraseTable, one_of, phrases

COLUMNS = ("id", "cue", "place")
#: sections whose mentions a mention may repeat
REPEATED = ("findings", "diagnosis", "history")
#: what a sentence may speak of; a text's edge has no sentence
SIDED = ("patient", "general")
SIDES = (*SIDED, "both", "neither")
TENSES = ("past", "present")
NONE, EDGE = "none", "edge"
#: places of single words, and of phrases
WORD_PLACES = (*TENSES, "clause", "determiner")
PLACES = ("sentence", "before", "shape", *SIDED, *WORD_PLACES)
#: quarters of a section, and the highest power of two of its number of sentences
QUARTERS, LONGEST = 4, 5
#: properties a row of the place `shape` may name
SHAPES = frozenset((
    "first_sentence", "last_sentence", "first_word", "plural", "past_tense", "has_digit",
    "short_sentence", "bare", "bare_plural",
    *(f"repeat:{name}" for name in REPEATED), *(f"section:{name}" for name in SECTIONS),
    *(f"label:{name}" for name in ASSERTED), *(f"cued:{name}" for name in STATUSES),
    *(f"side:{side}" for side in SIDES), *(f"clause:{side}" for side in SIDES),
    *(f"{place}:{side}" for place in ("side_before", "side_after") for side in (*SIDES, EDGE)),
    *(f"{place}:{side}" for place in ("last_side", "next_side", "unsided_last", "unsided_next",
                                      "near_before", "near_after") for side in (*SIDED, NONE)),
    *(f"near:{one}:{two}" for one in (*SIDED, NONE) for two in (*SIDED, NONE)),
    *(f"{place}:{tense}" for place in ("tense", "near_tense") for tense in (*TENSES, NONE)),
    *(f"quarter:{number}" for number in range(QUARTERS)),
    *(f"length:{number}" for number in range(LONGEST + 1)),
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvidenceRows:
    """The rows by place.

    Phrases looked for in sentences have the row's id, and the side where they show one; single
    words have what they show, determiners their row's id. Phrases before a mention are kept back to
    front.
    """

    sentence: PhraseTable[tuple[str, str]] = field(default_factory=PhraseTable)
    before: PhraseTable[str] = field(default_factory=PhraseTable)
    tenses: dict[str, str] = field(default_factory=dict)
    clause_ends: set[str] = field(default_factory=set)
    determiners: dict[str, str] = field(default_factory=dict)
    shape: dict[str, str] = field(default_factory=dict)

    def add(self, where: str, name: str, cue: str, place: str) -> None:
        """Put a row in its place."""
        if place == "shape":
            self.shape[one_of(where, "cue", cue, sorted(SHAPES))] = name
        elif place in WORD_PLACES:
            for words in phrases(cue):
                self._add_word(where, name, words, place)
        else:
            for words in phrases(cue):
                if place == "before":
                    self.before.add(words[::-1], name)
                else:
                    self.sentence.add(words, (name, place if place in SIDED else ""))

    def _add_word(self, where: str, name: str, words: tuple[str, ...], place: str) -> None:
        if len(words) != 1:
            raise ResourceError(f"{where}: {' '.join(words)!r}, expected one word for {place!r}")
        if place in TENSES:
            self.tenses[words[0]] = place
        elif place == "clause":
            self.clause_ends.add(words[0])
        else:
            self.determiners[words[0]] = name


def load_evidence_rows(path: Path | None = None) -> EvidenceRows:
    """Read and check the rows (default: `models/rules/status_evidence.tsv`).

    Raises:
        ResourceError: a place or a shape is not known, or a place of words holds several.
    """
    rows = EvidenceRows()
    for where, row in read_rows(path or models_path("rules", "status_evidence.tsv"), COLUMNS):
        rows.add(where, row["id"], row["cue"], one_of(where, "place", row["place"], PLACES))
    return rows
