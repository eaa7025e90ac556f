"""`radtab train`: weights, and what stands beside them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.resources import corpus_path, models_path, trained_from
from pipeline.stages.relations import default_finder
from pipeline.training.trained_folder import PARTS, RECORD, train_parts
from pipeline.training.training_data import TrainingData, corpus_files, digests

GOLD = corpus_path("gold.jsonl")


def invoke(*arguments: object) -> tuple[int, str]:
    told = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return told.exit_code, told.output


def test_parts_say_alike_what_they_were_made_from(tmp_path: Path) -> None:
    for part in ("status", "relations", "clusters"):
        status, told = invoke("train", part, GOLD, "-o", tmp_path)
        assert (status, f"training {part}" in told) == (0, True)
    record = json.loads((tmp_path / RECORD).read_text("utf-8"))
    assert set(record) == {"status", "relations", "clusters"}
    for said in record.values():
        assert set(said) == {"config", "data", "cases", "excluded", "scores", "seed", "date"}
        assert said["data"] == digests([GOLD])
        assert said["cases"] == len(GOLD.read_text("utf-8").splitlines())
    assert record["status"]["scores"]["gold.jsonl: all"] > 0.8
    copied = (tmp_path / "recogniser_clusters.npz").read_bytes()
    assert copied == models_path("trained", "recogniser_clusters.npz").read_bytes()
    with trained_from(tmp_path):
        assert default_finder().ranker.models


def test_the_same_data_give_the_same_weights(tmp_path: Path) -> None:
    data = TrainingData((GOLD,))
    for name in ("one", "two"):
        train_parts(["status"], data, tmp_path / name, lambda _: None)
    one, two = ((tmp_path / name / "status_evidence.json").read_bytes() for name in ("one", "two"))
    assert one == two


def test_new_clusters_leave_cases_out(tmp_path: Path) -> None:
    words = "lesion mass node cyst focus area band spot".split()
    lines = [
        json.dumps({"case_id": f"c{n}", "text": f"The {word} in the {other} was seen. " * 4})
        for n, (word, other) in enumerate(zip(words, reversed(words), strict=True))
    ]
    lines.append(json.dumps({"case_id": "held", "text": "zebra " * 9}))
    corpus = tmp_path / "texts.jsonl"
    corpus.write_text("\n".join(lines) + "\n", encoding="utf-8")
    data = TrainingData((GOLD,), corpora=(corpus,), excluded=frozenset({"held"}), seed=1)
    record = train_parts(["clusters"], data, tmp_path / "out", lambda _: None)
    assert record["clusters"]["data"] == digests([GOLD, corpus])
    assert record["clusters"]["excluded"] == 1
    from pipeline.recognition.word_clusters import read_clusters

    clusters = read_clusters(tmp_path / "out/recogniser_clusters.npz")
    assert clusters.of("lesion")
    assert not clusters.of("zebra")


def test_a_folder_of_corpora_is_taken_without_those_of_a_non_commercial_licence(
    tmp_path: Path,
) -> None:
    for name in ("e3c.jsonl.gz", "b.jsonl", "a.jsonl.gz", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in corpus_files([tmp_path])] == ["a.jsonl.gz", "b.jsonl"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["train", "nothing", GOLD], "part 'nothing' is not known"),
        (["train", "sections"], "expected --rendered FILE"),
        (["train", "all", GOLD], "expected --rendered FILE"),
        (["train", "relations"], "no gold file given"),
        (["train", "relations", GOLD, "--exclude", GOLD], "in the gold and in --exclude"),
        (["train", "relations", "no.jsonl"], "no.jsonl: cannot be read"),
        (["train", "clusters", GOLD, "--corpora", "no.jsonl"], "no.jsonl: no such file"),
        (["cross-validate", GOLD], "expected --rendered FILE"),
        (["cross-validate", GOLD, "--gold-entities", "--folds", "1"], "1 folds of"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, list) else "",
)
def test_what_is_wrong_is_said_in_a_line(
    tmp_path: Path, arguments: list[object], problem: str
) -> None:
    output = ["-o", tmp_path / "out"]
    status, told = invoke(*arguments, *output)
    assert status == 2
    assert problem in told
    assert len(told.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_a_damaged_record_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text("{", encoding="utf-8")
    status, told = invoke("train", "status", GOLD, "-o", tmp_path)
    assert (status, "broken JSON" in told) == (2, True)
    assert (tmp_path / RECORD).read_text("utf-8") == "{"


def test_all_is_every_part() -> None:
    assert PARTS == ("sections", "status", "clusters", "recogniser", "relations")
