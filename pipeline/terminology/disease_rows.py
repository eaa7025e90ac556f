"""Classes of disease ontologies -> rows of `models/terminology/diseases.tsv.gz`.

What is taken and what is left out is data: the rows of `models/terminology/disease_build.tsv`. A
name that a hand-written lexicon has is left out here, whatever its label there: those rows decide.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.lexicon import Term, key_of
from pipeline.terminology.ontology import OntologyClass

COLUMNS = ("id", "kind", "value", "reason")
#: fewer letters than this and a synonym names many things: MS, PE, mass
SHORTEST_SYNONYM = 4
_ABBREVIATION = re.compile(r"[A-Z0-9-]*[A-Z]{2}[A-Z0-9-]*")


@dataclass(slots=True)
class BuildRules:
    """The rows of `disease_build.tsv`, ready to apply; `types` in the order of the rows."""

    excluded_branches: set[str] = field(default_factory=set)
    excluded_terms: set[str] = field(default_factory=set)
    excluded_cuis: set[str] = field(default_factory=set)
    excluded_patterns: list[re.Pattern[str]] = field(default_factory=list)
    excluded_synonyms: list[re.Pattern[str]] = field(default_factory=list)
    finding_names: set[str] = field(default_factory=set)
    clinical_sources: set[str] = field(default_factory=set)
    types: list[tuple[str, str]] = field(default_factory=list)


def read_build_rules() -> BuildRules:
    """Read what the build takes and leaves out.

    Raises:
        ResourceError: a row's kind is unknown or its pattern is none.
    """
    rules = BuildRules()
    for where, row in read_rows(models_path("terminology", "disease_build.tsv"), COLUMNS):
        try:
            _add_rule(rules, row["kind"], row["value"])
        except (KeyError, re.error) as problem:
            raise ResourceError(f"{where}: {problem}, expected a known kind, a pattern") from None
    return rules


def _add_rule(rules: BuildRules, kind: str, value: str) -> None:
    if kind == "type_branch":
        branch, _, semantic_type = value.partition("=")
        rules.types.append((branch, semantic_type))
    elif kind == "exclude_pattern":
        rules.excluded_patterns.append(re.compile(value))
    elif kind == "exclude_synonym":
        rules.excluded_synonyms.append(re.compile(value))
    else:
        sets = {
            "exclude_branch": rules.excluded_branches,
            "exclude_term": rules.excluded_terms,
            "exclude_cui": rules.excluded_cuis,
            "finding_name": rules.finding_names,
            "clinical_source": rules.clinical_sources,
        }
        by_key = kind in ("exclude_term", "finding_name")
        sets[kind].add(key_of(value) if by_key else value)


def disease_rows(
    classes: Mapping[str, OntologyClass], hand_written: Sequence[Term], rules: BuildRules
) -> list[Term]:
    """Make the rows, ordered by concept id, the preferred name first.

    A name several concepts have is kept where it is the preferred name of one, else left out. A
    concept with several CUIs gets none.
    """
    taken = {key_of(term.term) for term in hand_written}
    named = {t.concept_id: t for t in reversed(hand_written) if t.concept_id}
    kept = [classes[i] for i in sorted(classes) if _is_clinical(classes[i], rules)]
    preferred = Counter(key_of(c.names[0]) for c in kept)
    shared = Counter(key for c in kept for key in {key_of(name) for name in c.names})
    rows: list[Term] = []
    for found in kept:
        pattern = _row_pattern(found, named.get(found.id), rules)
        seen = set(taken)
        for name in found.names:
            key = key_of(name)
            sole = shared[key] == 1 or (name == found.names[0] and preferred[key] == 1)
            if key and key not in seen and sole and _is_name(found, name, rules):
                seen.add(key)
                rows.append(_row(pattern, name, rules))
    return [row._replace(id=f"DIS{number:05d}") for number, row in enumerate(rows, start=1)]


def _is_clinical(found: OntologyClass, rules: BuildRules) -> bool:
    if found.branches & rules.excluded_branches:
        return False
    return found.id.startswith("DOID:") or bool(found.sources & rules.clinical_sources)


def _is_name(found: OntologyClass, name: str, rules: BuildRules) -> bool:
    if len(name) < SHORTEST_SYNONYM or key_of(name) in rules.excluded_terms:
        return False
    synonym = name != found.names[0]
    patterns = rules.excluded_patterns + (rules.excluded_synonyms if synonym else [])
    return not any(pattern.search(name) for pattern in patterns)


def _row_pattern(found: OntologyClass, hand: Term | None, rules: BuildRules) -> Term:
    cuis = found.cuis - rules.excluded_cuis
    semantic_type = next((tui for branch, tui in rules.types if branch in found.branches), "")
    return Term(
        id="", term="", label="DIAGNOSIS", match="any", concept_id=found.id,
        concept_name=hand.concept_name if hand else found.names[0],
        cui=hand.cui if hand else (next(iter(cuis)) if len(found.cuis) == 1 and cuis else ""),
        semantic_type=hand.semantic_type if hand else semantic_type, value="",
    )  # fmt: skip


def _row(pattern: Term, name: str, rules: BuildRules) -> Term:
    finding = key_of(name) in rules.finding_names
    return pattern._replace(
        term=name,
        label="FINDING" if finding else "DIAGNOSIS",
        match="case" if name.isupper() or _ABBREVIATION.fullmatch(name) else "any",
    )


def concept_count(rows: Iterable[Term]) -> int:
    """Count the concepts of rows."""
    return len({row.concept_id for row in rows})
