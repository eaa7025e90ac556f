"""The index of names by 3-letter sequences: near names first, exact scores, the same each time."""

import math
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import VocabularyError
from pipeline.term_index import ngrams
from pipeline.term_index.ngrams import NgramIndex, write_ngrams

NAMES = [
    "exaggerated reflexes", "absent reflexes", "hyperreflexia", "hyporeflexia", "liver", "",
    "Ménière disease", "ménière's disease", "osteomyelitis", "osteomyelitis of the jaw", "α",
]  # fmt: skip


@pytest.fixture
def index(tmp_path: Path) -> NgramIndex:
    write_ngrams(tmp_path, NAMES)
    return NgramIndex.open(tmp_path)


def grams(name: str) -> set[str]:
    padded = f" {name} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}


def test_a_misspelt_name_is_found_first(index: NgramIndex) -> None:
    found = index.similar("osteomyelytis", 3)
    assert [NAMES[number] for number, _ in found[:2]] == ["osteomyelitis", NAMES[9]]
    assert 0.5 < found[0].score < 1


def test_letter_case_accents_and_signs_do_not_count(index: NgramIndex) -> None:
    found = index.similar("Meniere  DISEASE", 2)
    assert [number for number, _ in found] == [6, 7]
    assert found[0].score == pytest.approx(1.0)


def test_the_score_is_the_cosine_of_the_weights(tmp_path: Path) -> None:
    names = ["renal cyst", "renal cysts", "hepatic cyst", "spleen"]
    write_ngrams(tmp_path, names)
    of_name = [grams(name) for name in names]

    def square(gram: str) -> float:
        holding = sum(gram in held for held in of_name)
        return (math.log((1 + len(names)) / (1 + holding)) + 1) ** 2

    def length(held: set[str]) -> float:
        return math.sqrt(sum(map(square, held)))

    asked = grams("renal cyste")
    expected = {
        i: sum(map(square, asked & held)) / (length(asked) * length(held))
        for i, held in enumerate(of_name)
        if asked & held
    }
    found = dict(NgramIndex.open(tmp_path).similar("renal cyste", 10))
    assert found == pytest.approx(expected, rel=1e-5)


def test_equal_scores_stand_in_the_order_of_the_names(tmp_path: Path) -> None:
    write_ngrams(tmp_path, ["cyst", "mass", "cyst", "cyst"])
    index = NgramIndex.open(tmp_path)
    assert [number for number, _ in index.similar("cyst", 3)] == [0, 2, 3]
    assert index.similar("cysts", 3) == index.similar("cysts", 3)


def test_few_grams_read_give_the_same_as_all(tmp_path: Path, monkeypatch) -> None:
    names = [f"cyst of the {chr(97 + i % 26)}{chr(97 + i // 26)}ndex" for i in range(600)]
    write_ngrams(tmp_path, names)
    whole = NgramIndex.open(tmp_path).similar("cysts of the bcndex", 1)
    monkeypatch.setattr(ngrams, "READ", 100)
    monkeypatch.setattr(ngrams, "RESCORED", 5)
    assert NgramIndex.open(tmp_path).similar("cysts of the bcndex", 1) == whole


def test_names_written_in_blocks_are_the_same(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    write_ngrams(tmp_path / "one", NAMES)
    monkeypatch.setattr(ngrams, "BLOCK", 3)
    write_ngrams(tmp_path / "many", NAMES)
    for name in ngrams.FILES:
        assert np.array_equal(np.load(tmp_path / "one" / name), np.load(tmp_path / "many" / name))


def test_what_is_in_no_name_finds_nothing(index: NgramIndex) -> None:
    assert index.similar("", 3) == []
    assert index.similar("zzzzqq", 3) == []


def test_an_index_of_no_names_finds_nothing(tmp_path: Path) -> None:
    write_ngrams(tmp_path, [])
    assert NgramIndex.open(tmp_path).similar("cyst", 3) == []


def test_a_missing_or_foreign_file_is_told(index: NgramIndex, tmp_path: Path) -> None:
    np.save(tmp_path / "ngram_starts.npy", np.zeros(3, np.int64))
    with pytest.raises(VocabularyError, match="files of two indexes, expected"):
        NgramIndex.open(tmp_path)
    (tmp_path / "ngram_numbers.npy").unlink()
    assert not NgramIndex.is_in(tmp_path)
    with pytest.raises(VocabularyError, match=r"ngram_numbers\.npy"):
        NgramIndex.open(tmp_path)
