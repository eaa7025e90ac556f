"""The whole pipeline on cases that none of its weights has seen: k folds by case.

For each fold all of `pipeline.training.parts` is trained on the other folds; the pipeline then
reads the fold's texts, with nothing given but the text, and its tables are scored as by
`radtab score`. What does not change from fold to fold is said by `SHARED`. Folds may run side by
side (`FoldOptions.jobs`): the figures are the same.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import Doc

from pipeline.annotations import RELATIONS
from pipeline.assembly import annotate_cases, load
from pipeline.errors import UsageError
from pipeline.records import TABLES, Case, Row, cells
from pipeline.resources import trained_from
from pipeline.scoring import Score, read_gold_cases, score
from pipeline.scoring.gold_cases import GoldCase
from pipeline.table_rows import case_tables, frame
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
Rows = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class FoldOptions:
    """How folds are made and run.

    Attributes:
        folds: number of folds.
        given: gold mentions are given, and relations alone measured.
        jobs: folds that run at a time, each in a process of its own (700 MB).
    """

    folds: int = 5
    given: bool = False
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class FoldTask:
    """What a fold needs: all gold cases, the ids held out, the data, whether mentions are given."""

    cases: Sequence[dict[str, Any]]
    held: frozenset[str]
    data: TrainingData
    given: bool

    def asked(self) -> list[dict[str, Any]]:
        """Give the cases that are held out."""
        return [case for case in self.cases if case["case_id"] in self.held]

    def run(self, report: Callable[[str], None] = lambda _: None) -> Rows:
        """Train without the fold and give the rows of the fold's cases, table by table."""
        with tempfile.TemporaryDirectory(prefix="radtab-fold-") as name:
            folder = Path(name)
            self._train(folder, report)
            with trained_from(folder):
                docs = _related(self.asked()) if self.given else _read(self.asked())
                made = [case_tables(doc) for doc in docs]
        return {table: [row for one in made for row in one[table]] for table in TABLES}

    def _train(self, folder: Path, report: Callable[[str], None]) -> None:
        kept = [case for case in self.cases if case["case_id"] not in self.held]
        own = write_cases(folder / "gold.jsonl", kept)
        excluded = self.data.excluded | self.held
        seen = replace(
            self.data, gold=(own, *self.data.also), also=(), corpora=(), excluded=excluded
        )
        if self.given:
            fit_clusters(seen, folder)
            fit_relations(seen, folder)
        else:
            fit_all(seen, folder, lambda part: report(f"  {part}"))


@dataclass(frozen=True, slots=True)
class CrossValidated:
    """What the folds gave.

    Attributes:
        pooled: scores over all cases together.
        by_fold: scores of each fold.
        fold_ids: case ids of each fold.
        rows: rows of every table, each case read by weights that did not see it.
    """

    pooled: Scores
    by_fold: Sequence[Scores]
    fold_ids: Sequence[frozenset[str]]
    rows: Mapping[str, Sequence[Row]]


def cross_validate(
    data: TrainingData, options: FoldOptions, report: Callable[[str], None] = print
) -> CrossValidated:
    """Train and score fold by fold.

    Args:
        data: gold cases, and rendered cases for the section model; `corpora` is not used.
        options: number of folds, whether gold mentions are given, how many folds run at a time.
        report: is told of each fold, and of each part where one fold runs at a time.

    Raises:
        FormatProblem, UsageError: the data cannot be read or divided.
    """
    check_gold(data)
    if data.rendered is None and not options.given:
        raise UsageError("sections are trained on rendered cases, expected --rendered FILE")
    cases = [dict(case) for path in data.gold for case in read_gold_cases(path)]
    folds = folds_of((case["case_id"] for case in cases), options.folds, data.seed)
    by_fold: list[Scores] = []
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    tasks = [FoldTask(cases, held, data, options.given) for held in folds]
    for task, found in zip(tasks, _run(tasks, options.jobs, report), strict=True):
        for name in TABLES:
            rows[name] += found[name]
        by_fold.append(_scores(task.asked(), found, options.given))
    return CrossValidated(_scores(cases, rows, options.given), by_fold, folds, rows)


def _run(tasks: Sequence["FoldTask"], jobs: int, report: Callable[[str], None]) -> Iterator[Rows]:
    """Run folds one after the other, or some at a time; give their rows in the order of folds."""
    if jobs == 1:
        for number, task in enumerate(tasks, start=1):
            report(f"fold {number} of {len(tasks)}")
            yield task.run(report)
        return
    # a process begun anew carries over no state or threads of this one
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        for number, rows in enumerate(pool.map(FoldTask.run, tasks), start=1):
            report(f"fold {number} of {len(tasks)} done")
            yield rows


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
    cases: Sequence[GoldCase], found: Mapping[str, Sequence[Row]], relations_only: bool
) -> dict[str, Score]:
    entities, relations, sections = (
        frame(name, cells(name, found[name])) for name in ("entities", "relations", "sections")
    )
    scores = score(cases, entities, relations, sections)
    if relations_only:
        return {name: scores[name] for name in RELATIONS}
    rows: dict[str, list[Any]] = {}
    for row in entities.to_dict("records"):
        rows.setdefault(row["case_id"], []).append(row)
    return {**scores, PAIRS: score_pairs(cases, rows)}
