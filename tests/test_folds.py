"""Folds by case, weights from another folder, and the pipeline cross-validated."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.annotations import RELATIONS
from pipeline.assembly import load
from pipeline.errors import FormatProblem, ResourceError, UsageError
from pipeline.resources import cached_weights, corpus_path, data_root, models_path, trained_from
from pipeline.scoring import score_run
from pipeline.training import cross_validation
from pipeline.training.case_pairs import PAIRS, score_pairs
from pipeline.training.cross_validation import SHARED, FoldOptions, cross_validate
from pipeline.training.fold_report import COLUMNS, shown_lines, write_report
from pipeline.training.folds import folds_of
from pipeline.training.gold import read_gold
from pipeline.training.parts import FITS
from pipeline.training.trained_folder import RECORD
from pipeline.training.training_data import TrainingData, check_gold, read_ids, write_cases

GOLD = corpus_path("gold.jsonl")


@given(st.sets(st.text(min_size=1), min_size=2), st.integers(2, 8), st.integers(0, 99))
def test_every_case_is_in_one_fold(ids: set[str], number: int, seed: int) -> None:
    number = min(number, len(ids))
    folds = folds_of(ids, number, seed)
    assert sorted(case for fold in folds for case in fold) == sorted(ids)
    assert max(map(len, folds)) - min(map(len, folds)) <= 1
    assert len(folds) == number


def test_the_seed_decides_the_folds_and_the_order_of_cases_does_not() -> None:
    ids = [f"case{i}" for i in range(40)]
    assert folds_of(ids, 5, seed=3) == folds_of(reversed(ids), 5, seed=3)
    assert folds_of(ids, 5, seed=3) != folds_of(ids, 5, seed=4)


@pytest.mark.parametrize("number", [-1, 0, 1, 4])
def test_a_number_of_folds_that_cannot_be(number: int) -> None:
    with pytest.raises(UsageError, match="expected from 2"):
        folds_of("abc", number, seed=0)


def test_weights_come_from_the_folder_while_the_context_lasts(tmp_path: Path) -> None:
    shipped = data_root() / "models/trained/relations.json"
    inner = tmp_path / "inner"
    inner.mkdir()
    with trained_from(tmp_path):
        assert models_path("trained", "relations.json") == tmp_path / "relations.json"
        assert models_path("rules", "grammar.tsv") == data_root() / "models/rules/grammar.tsv"
        with trained_from(inner):
            assert models_path("trained") == inner
        assert models_path("trained") == tmp_path
    assert models_path("trained", "relations.json") == shipped


def test_the_context_ends_with_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), trained_from(tmp_path):
        raise RuntimeError
    assert models_path("trained") == data_root() / "models/trained"


def test_cached_weights_are_read_again_from_another_folder(tmp_path: Path) -> None:
    reads: list[Path] = []

    @cached_weights
    def read() -> Path:
        reads.append(models_path("trained"))
        return reads[-1]

    assert read() is read()
    with trained_from(tmp_path):
        assert read() == read() == tmp_path
    assert read() == data_root() / "models/trained"
    assert len(reads) == 3


def test_nothing_is_taken_from_the_shipped_weights_instead(tmp_path: Path) -> None:
    load()
    with trained_from(tmp_path), pytest.raises(ResourceError, match=r"sections\.npz"):
        load()
    load()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="expected one with"), trained_from(tmp_path / "no"):
        pass


def test_every_shipped_weight_has_a_part_that_trains_it() -> None:
    files = [path for path in models_path("trained").iterdir() if path.name != RECORD]
    # a JSON beside an .npz of the same name only says how that was made
    weights = {
        path.name
        for path in files
        if path.suffix != ".json" or not path.with_suffix(".npz").is_file()
    }
    assert weights == {
        "sections.npz", "status_evidence.json", "recogniser_clusters.npz", "recogniser.npz",
        "relations.json",
    }  # fmt: skip
    assert list(FITS) == ["sections", "status", "clusters", "recogniser", "relations"]


def test_gold_that_is_to_be_left_out_is_refused(tmp_path: Path) -> None:
    ids = read_ids([GOLD])
    assert check_gold(TrainingData((GOLD,))) == len(ids)
    with pytest.raises(FormatProblem, match="--exclude"):
        check_gold(TrainingData((GOLD,), excluded=ids))
    copy = write_cases(tmp_path / "copy.jsonl", read_gold(GOLD))
    with pytest.raises(FormatProblem, match="two gold files"):
        check_gold(TrainingData((GOLD, copy)))


def test_pairs_of_key_findings_and_final_diagnoses() -> None:
    text = "mass and edema: glioma"
    case = {
        "case_id": "c",
        "text": text,
        "sections": [["findings", 0, len(text)]],
        "entities": [
            {"id": "a", "type": "FINDING", "start": 0, "end": 4, "status": "present"},
            {"id": "b", "type": "FINDING", "start": 9, "end": 14, "status": "present"},
            {"id": "c", "type": "DIAGNOSIS", "start": 16, "end": 22, "status": "present"},
        ],
        "relations": [],
        "final_diagnosis": ["c"],
        "differential": [],
        "key_findings": ["a", "b"],
    }

    def row(number: int, start: int, end: int, label: str) -> dict[str, object]:
        final = label == "DIAGNOSIS"
        return {
            "entity_id": f"e{number}", "label": label, "start": start, "end": end,
            "text": text[start:end], "status": "present", "role": "final" if final else "",
            "key_finding": not final,
        }  # fmt: skip

    rows = [row(1, 0, 4, "FINDING"), row(2, 5, 8, "FINDING"), row(3, 16, 22, "DIAGNOSIS")]
    score = score_pairs([case], {"c": rows})
    assert (score.gold_hits, score.gold, score.hits, score.predicted) == (1, 2, 1, 2)
    assert score_pairs([case], {}).predicted == 0


def test_relations_cross_validated_with_gold_mentions(tmp_path: Path) -> None:
    result = cross_validate(TrainingData((GOLD,)), FoldOptions(2, True), lambda _: None)
    assert set(result.pooled) == set(RELATIONS)
    assert len(result.by_fold) == 2
    for relation in RELATIONS:
        parts = [fold[relation].gold for fold in result.by_fold]
        assert sum(parts) == result.pooled[relation].gold
    assert result.pooled["located_in"].f1 > 0.6
    beside = cross_validate(TrainingData((GOLD,)), FoldOptions(2, True, jobs=2), lambda _: None)
    assert (beside.pooled, beside.by_fold) == (result.pooled, result.by_fold)
    assert beside.rows == result.rows


def test_the_whole_pipeline_cross_validated(tmp_path: Path) -> None:
    measured = [c for c in read_gold(GOLD) if any(r[0] == "measures" for r in c["relations"])]
    gold = write_cases(tmp_path / "gold.jsonl", measured)
    data = TrainingData((gold,), gold)
    told: list[str] = []
    options = FoldOptions(2)
    result = cross_validate(data, options, told.append)
    assert told.count("  recogniser") == 2
    assert result.pooled["all entities"].gold == sum(len(c["entities"]) for c in read_gold(gold))
    assert result.pooled["all entities"].f1 > 0.6
    assert result.pooled[PAIRS].gold == sum(
        len(c["key_findings"]) * len(c["final_diagnosis"]) for c in read_gold(gold)
    )
    shown = list(shown_lines(result))
    assert any(line.startswith("ANATOMY ") for line in shown)
    assert all(any(what in line for line in shown) for what in SHARED)
    write_report(tmp_path, result, data, options)
    rows = (tmp_path / "cross_validation.tsv").read_text("utf-8").splitlines()
    assert rows[0].split("\t") == list(COLUMNS)
    said = json.loads((tmp_path / "cross_validation.json").read_text("utf-8"))
    assert sorted(i for fold in said["folds"] for i in fold) == sorted(read_ids([gold]))
    assert len(said["scores"]) == len(rows) - 1
    predicted = score_run(gold, tmp_path / "run")
    assert {**predicted, PAIRS: result.pooled[PAIRS]} == dict(result.pooled)
    write_report(tmp_path, result, data, options)


def test_no_part_sees_a_held_out_case(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[TrainingData] = []

    def fit(data: TrainingData, folder: Path, report: Callable[[str], None]) -> None:
        assert read_ids(data.gold) | data.excluded >= read_ids([GOLD])
        assert not read_ids(data.gold) & data.excluded
        seen.append(data)
        shutil.copytree(data_root() / "models/trained", folder, dirs_exist_ok=True)

    monkeypatch.setattr(cross_validation, "fit_all", fit)
    held = frozenset({"elsewhere"})
    data = TrainingData((GOLD,), GOLD, excluded=held)
    result = cross_validate(data, FoldOptions(3), lambda _: None)
    assert [one.excluded for one in seen] == [held | fold for fold in result.fold_ids]


def test_what_every_fold_trains_on_is_not_scored(tmp_path: Path) -> None:
    others = [case | {"case_id": "also " + case["case_id"]} for case in read_gold(GOLD)][:6]
    also = write_cases(tmp_path / "also.jsonl", others)
    result = cross_validate(
        TrainingData((GOLD,), also=(also,)), FoldOptions(2, True), lambda _: None
    )
    alone = cross_validate(TrainingData((GOLD,)), FoldOptions(2, True), lambda _: None)
    assert {row.case_id for row in result.rows["cases"]} == read_ids([GOLD])
    assert result.rows["relations"] != alone.rows["relations"]
    with pytest.raises(FormatProblem, match="two gold files"):
        cross_validate(TrainingData((GOLD,), also=(GOLD,)), FoldOptions(2, True), lambda _: None)


def test_sections_need_rendered_cases() -> None:
    with pytest.raises(UsageError, match="--rendered"):
        cross_validate(TrainingData((GOLD,)), FoldOptions(2), lambda _: None)
