"""Annotation without its texts, and the texts put back."""

import json
from pathlib import Path

import pytest

from pipeline.errors import FormatProblem, UsageError
from pipeline.resources import corpus_path
from pipeline.training.gold import read_gold
from pipeline.training.standoff import main, with_texts, without_text
from pipeline.training.training_data import write_cases

GOLD = corpus_path("gold.jsonl")


def test_no_word_of_a_case_is_left_and_the_texts_bring_all_back(tmp_path: Path) -> None:
    bare, back = tmp_path / "bare.jsonl", tmp_path / "back.jsonl"
    main(["strip", str(GOLD), str(bare)])
    cases = list(read_gold(GOLD))
    for case, line in zip(cases, bare.read_text("utf-8").splitlines(), strict=True):
        words = {e["text"] for e in case["entities"] if len(e["text"]) > 12}
        assert words
        assert [word for word in words if word in line.replace(case["case_id"], "")] == []
        assert set(json.loads(line)) == set(case) - {"text", "sections"} | {"text_sha256"}
    main(["join", str(bare), str(GOLD), str(back)])
    for case, joined in zip(cases, read_gold(back), strict=True):
        bounds = [{k: v for k, v in e.items() if k != "text"} for e in case["entities"]]
        assert joined == case | {"entities": bounds}


def test_another_text_than_was_annotated_is_refused() -> None:
    case = next(read_gold(GOLD))
    bare = [without_text(case)]
    other = case | {"text": case["text"].replace("a", "o", 1)}
    with pytest.raises(FormatProblem, match=f"{case['case_id']}: not the text"):
        list(with_texts(bare, {case["case_id"]: other}))
    with pytest.raises(FormatProblem, match="no such case"):
        list(with_texts(bare, {}))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be used"):
        main(["join", str(tmp_path / "no.jsonl"), str(GOLD), str(tmp_path / "out.jsonl")])
    with pytest.raises(UsageError, match="cannot be read"):
        main(["strip", str(tmp_path / "no.jsonl"), str(tmp_path / "out.jsonl")])


def test_a_line_that_is_no_case(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    write_cases(bad, [{"case_id": "a"}])
    with pytest.raises(FormatProblem, match="a: no"):
        main(["join", str(bad), str(GOLD), str(tmp_path / "out.jsonl")])
