"""The texts of a run come from its inputs, checked."""

from pathlib import Path

import pytest

import pipeline.batch
from pipeline.errors import UsageError
from pipeline.run_texts import sha256_of, texts_of
from tests import fake_pipeline

TEXTS = {"a": "CT: lesion in the liver.\n", "b": "No abscess. \U0001f480 done"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pipeline.batch, "load", fake_pipeline.load)
    (tmp_path / "in").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "in" / f"{name}.txt").write_bytes(text.encode())
    pipeline.batch.run(tmp_path / "in", tmp_path / "run")
    return tmp_path / "run"


def test_texts_are_those_the_run_has_read(run: Path) -> None:
    assert dict(texts_of(run)) == TEXTS


def test_other_inputs_may_be_given(run: Path, tmp_path: Path) -> None:
    (tmp_path / "in").rename(tmp_path / "moved")
    with pytest.raises(UsageError, match="no such file"):
        list(texts_of(run))
    assert dict(texts_of(run, [tmp_path / "moved"])) == TEXTS


def test_a_missing_or_changed_text_is_told_and_left_out(run: Path, tmp_path: Path) -> None:
    (tmp_path / "in" / "a.txt").write_text("Another text of SECRET words.", "utf-8")
    (tmp_path / "in" / "b.txt").unlink()
    told: list[str] = []
    assert list(texts_of(run, missed=told.append)) == []
    assert [line.split(" in ")[0] for line in sorted(told)] == [
        "a: its text is changed", "b: its text is missing",
    ]  # fmt: skip
    assert "SECRET" not in "".join(told)


def test_more_in_the_input_than_in_the_run_does_not_matter(run: Path, tmp_path: Path) -> None:
    (tmp_path / "in" / "c.txt").write_text("CT: lesion.", "utf-8")
    assert dict(texts_of(run)) == TEXTS


def test_only_what_is_wanted_is_read_and_told_of(run: Path, tmp_path: Path) -> None:
    (tmp_path / "in" / "a.txt").write_text("Another text.", "utf-8")
    told: list[str] = []
    assert dict(texts_of(run, missed=told.append, only=["b"])) == {"b": TEXTS["b"]}
    assert told == []


def test_the_hash_of_any_text() -> None:
    assert sha256_of("\ud800") != sha256_of("\ud801")
