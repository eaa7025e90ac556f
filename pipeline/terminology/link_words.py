"""What decides how a mention is linked: scores of the ways, words a name may or may not lose."""

from collections.abc import Mapping
from functools import cache

from pipeline.annotations import LABELS
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.normal_form import normal_form

RULE_COLUMNS = ("id", "score", "meaning")
#: ways of linking, the row ids of `models/rules/link_rules.tsv`
RULES = (
    "link:exact", "link:abbreviation", "link:sense", "link:turned", "link:form", "link:head",
    "link:value", "link:typo", "link:near", "link:loose", "link:wider", "link:narrower",
    "link:joined", "link:least",
)  # fmt: skip
COLUMNS = ("id", "kind", "word", "reason")
SIGNAL_COLUMNS = ("id", "value", "stem", "concept_id")
LABEL_COLUMNS = ("id", "mention", "concept", "agreement", "reason")
#: `reorder`: what follows may go before (`fracture of the calcaneus`); `tail`: what follows may
#: go; `filler`: does not count; `part`: `X of Y` is at Y; `guard`: is never dropped
#: `prefix`: may stand apart from its word; `generic`: adds little where it stands last
#: `polar`: a beginning that no slip of the pen adds or takes away
#: `thing`: like `generic`, but says what it is; `joint`: stands between two things
#: `light`: says when or how much, and may be lost at little cost
#: `quality`: says what a body part looks like; like a `guard` no likeness of spelling adds it
KINDS = (
    "reorder", "tail", "filler", "part", "guard", "prefix", "generic", "polar", "light", "quality",
    "thing", "joint",
)  # fmt: skip


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


@cache
def load_link_scores() -> Mapping[str, float]:
    """Read `models/rules/link_rules.tsv`: id of a way of linking -> its score in 0..1.

    Raises:
        ResourceError: a way is missing or unknown, or its score is no number in 0..1.
    """
    path = models_path("rules", "link_rules.tsv")
    scores: dict[str, float] = {}
    for where, row in read_rows(path, RULE_COLUMNS):
        try:
            scores[row["id"]] = float(row["score"])
        except ValueError:
            scores[row["id"]] = -1.0
        if row["id"] not in RULES or not 0 <= scores[row["id"]] <= 1:
            raise ResourceError(f"{where}: {row['id']!r}, expected one of {RULES}, score in 0..1")
    if len(scores) < len(RULES):
        raise ResourceError(f"{path.name}: {len(scores)} rows, expected one each for {RULES}")
    return scores


@cache
def load_fitting_labels() -> Mapping[str, Mapping[str, float]]:
    """Read `models/rules/link_labels.tsv`: label of a mention -> labels of concepts it may have.

    Each has how well it agrees (0..1), the better first; a label without rows is linked to nothing.

    Raises:
        ResourceError: a label is unknown, or its agreement is no number in 0..1.
    """
    fitting: dict[str, dict[str, float]] = {}
    for where, row in read_rows(models_path("rules", "link_labels.tsv"), LABEL_COLUMNS):
        try:
            agreement = float(row["agreement"])
        except ValueError:
            agreement = -1.0
        if not {row["mention"], row["concept"]} <= set(LABELS) or not 0 <= agreement <= 1:
            raise ResourceError(
                f"{where}: {row['mention']!r}, {row['concept']!r}, {row['agreement']!r}, "
                f"expected two of {LABELS} and a number in 0..1"
            )
        fitting.setdefault(row["mention"], {})[row["concept"]] = agreement
    return fitting


@cache
def load_signal_stems() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Read `models/rules/link_signals.tsv`: value of a SIGNAL -> (beginning of a word, concept id).

    A SIGNAL that is no name (`somewhat higher attenuation`) has the concept of the first row whose
    beginning one of its words has; without such a word its direction alone names nothing.

    Raises:
        ResourceError: a row lacks its value, its stem or its concept.
    """
    stems: dict[str, list[tuple[str, str]]] = {}
    for where, row in read_rows(models_path("rules", "link_signals.tsv"), SIGNAL_COLUMNS):
        if not all(row.values()):
            raise ResourceError(f"{where}: an empty cell, expected {list(SIGNAL_COLUMNS)}")
        stems.setdefault(row["value"], []).append((row["stem"], row["concept_id"]))
    return {value: tuple(rows) for value, rows in stems.items()}
