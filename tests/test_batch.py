import json
from pathlib import Path

import pytest

import pipeline.batch
import pipeline.chunk_annotator
import pipeline.chunk_folder
from pipeline.batch import run
from pipeline.chunks import Tally
from pipeline.errors import RunError, UsageError
from pipeline.records import TABLES
from pipeline.run_folder import read_table
from tests import fake_pipeline

TEXT = "CT: lesion in the liver, an abscess."


@pytest.fixture(autouse=True)
def small_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline.batch, "load", fake_pipeline.load)
    monkeypatch.setattr(pipeline.batch, "CHUNK", 4)
    monkeypatch.setattr(pipeline.chunk_annotator, "WARM_CHUNKS", 1)


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "cases"
    folder.mkdir()
    for number in range(10):
        (folder / f"c{number}.txt").write_text(f"Case {number}. {TEXT}", "utf-8")
    return folder


def table_bytes(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.stem in TABLES}


def test_a_run_folder_holds_the_tables(inputs: Path, tmp_path: Path) -> None:
    summary = run(inputs, tmp_path / "run")
    assert (summary.cases, summary.rejected, summary.notes) == (10, 0, 0)
    files = {path.name for path in (tmp_path / "run").iterdir()}
    assert files == {f"{name}.parquet" for name in TABLES} | {"manifest.json"}
    entities = read_table(tmp_path / "run", "entities")
    assert list(entities["case_id"].unique()) == [f"c{n}" for n in range(10)]
    for row in entities.itertuples():
        text = (inputs / f"{row.case_id}.txt").read_text("utf-8")
        assert text[row.start : row.end] == row.text
    assert summary.rows["entities"] == len(entities) == 40


def test_rows_are_sorted_by_case_whatever_the_order_of_inputs(inputs: Path, tmp_path: Path) -> None:
    paths = sorted(inputs.iterdir())
    run(paths, tmp_path / "a")
    run(paths[::-1], tmp_path / "b")
    first, second = table_bytes(tmp_path / "a"), table_bytes(tmp_path / "b")
    assert first == second
    assert len(first) == 6


def test_formats_agree(inputs: Path, tmp_path: Path) -> None:
    for ending in ("parquet", "csv", "jsonl"):
        run(inputs, tmp_path / ending, format=ending)
    for name in TABLES:
        frames = [read_table(tmp_path / e, name) for e in ("parquet", "csv", "jsonl")]
        for other in frames[1:]:
            assert frames[0].equals(other), name
            assert list(frames[0].dtypes) == list(other.dtypes)


@pytest.mark.parametrize(
    ("word", "stage"), [("BOOM", fake_pipeline.BROKEN), ("CRASH", fake_pipeline.CRASHED)]
)
def test_a_case_that_breaks_a_stage_is_rejected_alone(
    word: str, stage: str, inputs: Path, tmp_path: Path
) -> None:
    (inputs / "c5.txt").write_text(f"{word} secret words", "utf-8")
    summary = run(inputs, tmp_path / "run")
    assert (summary.cases, summary.rejected) == (9, 1)
    (row,) = read_table(tmp_path / "run", "rejects").to_dict("records")
    assert (row["case_id"], row["stage"]) == ("c5", stage)
    assert row["message"].endswith("case left out")
    assert "secret" not in row["message"]
    assert "c5" not in set(read_table(tmp_path / "run", "cases")["case_id"])


def test_a_case_whose_rows_cannot_be_made_is_rejected(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.chunk_annotator.case_tables

    def fail(doc):
        if doc._.case_id == "c3":
            raise RuntimeError
        return real(doc)

    monkeypatch.setattr(pipeline.chunk_annotator, "case_tables", fail)
    assert run(inputs, tmp_path / "run").rejected == 1
    rejects = read_table(tmp_path / "run", "rejects")
    assert list(rejects["stage"]) == ["tables"]


def test_a_loss_in_decoding_is_a_note_not_a_reject(inputs: Path, tmp_path: Path) -> None:
    (inputs / "c1.txt").write_bytes(f"Caf\u00e9. {TEXT}".encode("cp1252"))
    summary = run(inputs, tmp_path / "run")
    assert (summary.cases, summary.rejected, summary.notes) == (10, 0, 1)
    (row,) = read_table(tmp_path / "run", "rejects").to_dict("records")
    assert (row["error"], row["case_id"]) == ("EncodingProblem", "c1")
    assert row["message"].endswith("; case kept")


def test_an_interrupted_run_leaves_what_was_done(inputs: Path, tmp_path: Path) -> None:
    seen: list[int] = []

    def interrupt(tally: Tally) -> None:
        seen.append(tally.cases)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(inputs, tmp_path / "run", progress=interrupt)
    assert seen == [0, 4, 8]
    whole = run(inputs, tmp_path / "whole")
    for name in TABLES:
        left = read_table(tmp_path / "run", name)
        full = read_table(tmp_path / "whole", name)
        if name != "rejects":
            assert left.equals(full[full["case_id"] < "c8"].reset_index(drop=True)), name
            assert len(left)
    assert whole.cases == 10
    again = run(inputs, tmp_path / "run", overwrite=True)
    assert again.cases == 10
    assert table_bytes(tmp_path / "run") == table_bytes(tmp_path / "whole")


def test_a_chunk_cut_off_in_writing_does_not_count(
    inputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.chunk_folder.write_arrow

    def fail(table, path):
        if path.name == "sections.arrow" and "00001" in path.parts[-2]:
            raise OSError(28, "No space left on device", str(path))
        real(table, path)

    monkeypatch.setattr(pipeline.chunk_folder, "write_arrow", fail)
    with pytest.raises(RunError, match="No space left on device"):
        run(inputs, tmp_path / "run")
    assert len(read_table(tmp_path / "run", "cases")) == 4
    assert len(read_table(tmp_path / "run", "entities")) == 16


def test_the_manifest_says_what_was_run(inputs: Path, tmp_path: Path) -> None:
    run(inputs, tmp_path / "run", format="csv")
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text("utf-8"))
    assert manifest["radtab"] == pipeline.__version__
    assert manifest["inputs"] == [str(inputs)]
    assert manifest["counts"]["cases"] == 10
    assert manifest["settings"]["format"] == "csv"
    assert manifest["tables"]["entities"]["rows"] == 40
    assert manifest["tables"]["relations"]["columns"]["cue_start"] == {
        "type": "int | None",
        "meaning": "first character of the cue",
    }
    assert manifest["tables"]["cases"]["columns"]["keywords"]["type"] == "list[str]"


def test_an_earlier_run_is_replaced_only_on_demand(inputs: Path, tmp_path: Path) -> None:
    run(inputs, tmp_path / "run")
    (tmp_path / "run" / "my_notes.md").write_text("mine", "utf-8")
    with pytest.raises(UsageError, match="--overwrite"):
        run(inputs, tmp_path / "run")
    run(inputs / "c1.txt", tmp_path / "run", format="jsonl", overwrite=True)
    assert len(read_table(tmp_path / "run", "cases")) == 1
    assert not (tmp_path / "run" / "cases.parquet").exists()
    assert (tmp_path / "run" / "my_notes.md").read_text("utf-8") == "mine"


def test_a_wrong_input_leaves_an_earlier_run_alone(inputs: Path, tmp_path: Path) -> None:
    run(inputs, tmp_path / "run")
    for wrong in (tmp_path / "nowhere", []):
        with pytest.raises(UsageError):
            run(wrong, tmp_path / "run", overwrite=True)
    assert len(read_table(tmp_path / "run", "cases")) == 10


def test_outputs_that_are_in_the_way_are_refused(inputs: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x", "utf-8")
    other = tmp_path / "other"
    other.mkdir()
    (other / "photo.png").write_text("x", "utf-8")
    for wrong in (file, other, inputs, inputs / "run", tmp_path):
        with pytest.raises(UsageError) as problem:
            run(inputs, wrong, overwrite=True)
        assert "\n" not in str(problem.value)
        assert str(wrong) in str(problem.value)
    with pytest.raises(RunError, match="cannot be written"):
        run(inputs, file / "run")
    assert (other / "photo.png").exists()


def test_settings_are_checked(inputs: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'xlsx'"):
        run(inputs, tmp_path / "run", format="xlsx")
    with pytest.raises(TypeError):
        run(inputs, tmp_path / "run", fromat="csv")
    assert not (tmp_path / "run").exists()
