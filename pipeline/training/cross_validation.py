"""The whole pipeline on cases that none of its weights has seen: k folds by case.

For each fold all of `pipeline.training.parts` is trained on the other folds; the pipeline then
reads the fold's texts, with nothing given but the text, and its tables are scored as by
`radtab score`. What does not change from fold to fold is said by `SHARED`.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import spacy
from spacy.tokens import Doc

from pipeline.annotations import RELATIONS
from pipeline.assembly import annotate_cases, load
from pipeline.errors import UsageError
from pipeline.records import Case
from pipeline.resources import trained_from
from pipeline.scoring import Score, read_gold_cases, score
from pipeline.scoring.gold_cases import GoldCase
from pipeline.table_rows import tables
from pipeline.training.case_pairs import PAIRS, score_pairs
from pipeline.training.folds import folds_of
from pipeline.training.gold import gold_doc
from pipeline.training.parts import fit_all, fit_clusters, fit_relations
from pipeline.training.training_data import TrainingData, check_gold, write_cases

#: what is the same in every fold
SHARED = (
    "lexicons, rules and terminology were written by hand by people who had seen the training "
    "cases; they are not made anew for each fold",
    "word clusters come from texts alone, without annotation, those of the held-out cases among "
    "them; all folds share them",
    "settings (penalties, features, limits) were chosen on the training cases",
)
#: what the relations alone need
_GIVEN_ENTITIES = ("radtab_sentences", "radtab_relations")

Scores = Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class FoldOptions:
    """How folds are made; `given` has gold mentions given and relations alone measured."""

    folds: int = 5
    given: bool = False


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """Scores over all cases together and by fold, and the case ids of each fold."""

    pooled: Scores
    by_fold: Sequence[Scores]
    fold_ids: Sequence[frozenset[str]]


def cross_validate(
    data: TrainingData, options: FoldOptions, report: Callable[[str], None] = print
) -> CrossValidated:
    """Train and score fold by fold.

    Args:
        data: gold cases, and rendered cases for the section model; `corpora` is not used.
        options: number of folds, whether gold mentions are given.
        report: is told what is being done.

    Raises:
        FormatProblem, UsageError: the data cannot be read or divided.
    """
    check_gold(data)
    if data.rendered is None and not options.given:
        raise UsageError("sections are trained on rendered cases, expected --rendered FILE")
    cases = [dict(case) for path in data.gold for case in read_gold_cases(path)]
    folds = folds_of((case["case_id"] for case in cases), options.folds, data.seed)
    by_fold: list[Scores] = []
    parts: list[dict[str, pd.DataFrame]] = []
    for number, held in enumerate(folds, start=1):
        report(f"fold {number} of {len(folds)}")
        found = _run_fold(cases, held, data, options, report)
        parts.append(found)
        by_fold.append(_scores([c for c in cases if c["case_id"] in held], found, options.given))
    whole = {name: pd.concat([part[name] for part in parts]) for name in parts[0]}
    return CrossValidated(_scores(cases, whole, options.given), by_fold, folds)


def _run_fold(
    cases: Sequence[dict[str, Any]],
    held: frozenset[str],
    data: TrainingData,
    options: FoldOptions,
    report: Callable[[str], None],
) -> dict[str, pd.DataFrame]:
    """Train without a fold and give the tables of the fold's cases."""
    with tempfile.TemporaryDirectory(prefix="radtab-fold-") as name:
        folder = Path(name)
        kept = [case for case in cases if case["case_id"] not in held]
        own = write_cases(folder / "gold.jsonl", kept)
        seen = replace(data, gold=(own,), corpora=(), excluded=data.excluded | held)
        if options.given:
            fit_clusters(seen, folder)
            fit_relations(seen, folder)
        else:
            fit_all(seen, folder, lambda part: report(f"  {part}"))
        with trained_from(folder):
            fold = [case for case in cases if case["case_id"] in held]
            return tables(_related(fold) if options.given else _read(fold))


def _read(cases: Sequence[GoldCase]) -> list[Doc]:
    texts = (Case(case["case_id"], case["text"]) for case in cases)
    return list(annotate_cases(load(), texts))


def _related(cases: Sequence[dict[str, Any]]) -> list[Doc]:
    nlp = spacy.blank("en")
    stages = [nlp.add_pipe(name) for name in _GIVEN_ENTITIES]
    docs = [gold_doc(nlp.vocab, case) for case in cases]
    for doc in docs:
        for stage in stages:
            stage(doc)
    return docs


def _scores(
    cases: Sequence[GoldCase], found: Mapping[str, pd.DataFrame], relations_only: bool
) -> dict[str, Score]:
    scores = score(cases, found["entities"], found["relations"], found["sections"])
    if relations_only:
        return {name: scores[name] for name in RELATIONS}
    rows: dict[str, list[Any]] = {}
    for row in found["entities"].to_dict("records"):
        rows.setdefault(row["case_id"], []).append(row)
    return {**scores, PAIRS: score_pairs(cases, rows)}
