import json
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import pipeline.batch
import pipeline.one_case
from pipeline.cli import app
from pipeline.records import TABLES
from pipeline.run_folder import read_table
from tests import fake_pipeline

TEXT = "CT: lesion in the liver, an abscess."


@pytest.fixture(autouse=True)
def small_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline.batch, "load", fake_pipeline.load)
    monkeypatch.setattr(pipeline.one_case, "load", fake_pipeline.load)
    pipeline.one_case._loaded.cache_clear()
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("RADTAB_WORKERS", "0")


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    folder = tmp_path / "cases"
    folder.mkdir()
    for number in range(3):
        (folder / f"c{number}.txt").write_text(f"Case {number}. {TEXT}", "utf-8")
    return folder


def radtab(*words: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=stdin)


def test_run_prints_where_the_tables_are(inputs: Path, tmp_path: Path) -> None:
    result = radtab("run", inputs, "-o", tmp_path / "run")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"3 cases, 0 rejected; tables in {tmp_path / 'run'}:",
        *(
            f"  {name + '.parquet':<18}{len(read_table(tmp_path / 'run', name)):>12} rows"
            for name in TABLES
        ),
    ]
    assert result.stderr == ""


@pytest.mark.parametrize("ending", ["parquet", "csv", "jsonl"])
def test_run_writes_the_format_asked_for(ending: str, inputs: Path, tmp_path: Path) -> None:
    assert radtab("run", inputs, "-o", tmp_path / "run", "--format", ending).exit_code == 0
    assert (tmp_path / "run" / f"findings.{ending}").is_file()


def test_rejects_are_told_and_make_status_1(inputs: Path, tmp_path: Path) -> None:
    for number in range(25):
        (inputs / f"d{number:02}.txt").write_text(f"BOOM \x1b[31m {number}", "utf-8")
    result = radtab("run", inputs, "-o", tmp_path / "run")
    assert result.exit_code == 1
    assert result.stdout.startswith("3 cases, 25 rejected")
    lines = result.stderr.splitlines()
    assert len(lines) == 21
    assert all(line.startswith("rejected: ") for line in lines)
    assert "d00.txt" in lines[0]
    assert lines[-1].startswith("rejected: 5 more")
    assert "\x1b" not in result.output


def test_a_note_is_no_reject(inputs: Path, tmp_path: Path) -> None:
    (inputs / "c0.txt").write_bytes(f"Caf\u00e9. {TEXT}".encode("cp1252"))
    result = radtab("run", inputs, "-o", tmp_path / "run")
    assert result.exit_code == 0
    (line,) = result.stderr.splitlines()
    assert line.startswith("note: ")
    assert line.endswith("decoded as cp1252, expected utf-8; case kept")
    assert result.stdout.startswith("3 cases (1 kept with a note), 0 rejected")


def test_a_text_over_the_limit_is_rejected(inputs: Path, tmp_path: Path) -> None:
    (inputs / "long.txt").write_text(f"{TEXT} " * 50, "utf-8")
    result = radtab("run", inputs, "-o", tmp_path / "run", "--max-chars", 900)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "long.txt" in line and "the limit is 900" in line


def test_an_encoding_is_taken_and_checked(inputs: Path, tmp_path: Path) -> None:
    (inputs / "c0.txt").write_bytes(f"Caf\u00e9. {TEXT}".encode("cp1252"))
    taken = radtab("run", inputs, "-o", tmp_path / "run", "--encoding", "cp1252")
    assert (taken.exit_code, taken.stderr) == (0, "")
    unknown = radtab("run", inputs, "-o", tmp_path / "other", "--encoding", "no-such")
    assert unknown.exit_code == 2
    assert "encoding 'no-such' is not known" in unknown.stderr


def test_named_columns(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(f'nr,words\nx7,"{TEXT}"\n', "utf-8")
    columns = ("--id-column", "nr", "--text-column", "words")
    assert radtab("run", tmp_path / "cases.csv", "-o", tmp_path / "run", *columns).exit_code == 0
    assert list(read_table(tmp_path / "run", "cases")["case_id"]) == ["x7"]
    result = radtab("show", tmp_path / "cases.csv", *columns, "--tables", "cases")
    assert re.search(r"case_id +x7", result.stdout)


def test_standard_input(tmp_path: Path) -> None:
    result = radtab("run", "-", "-o", tmp_path / "run", stdin=TEXT.encode())
    assert result.exit_code == 0
    assert result.stdout.startswith("1 case, 0 rejected; ")


WRONG = [
    ("run", "{t}/nowhere", "-o", "{t}/r"),
    ("run", "{t}/cases", "-o", "{t}/r", "--format", "xlsx"),
    ("run", "{t}/cases", "-o", "{t}/r", "--input-format", "docx"),
    ("run", "{t}/cases", "-o", "{t}/cases"),
    ("run", "{t}/cases", "-o", "{t}/cases/c0.txt"),
    ("show", "{t}/nowhere"),
    ("show", "{t}/cases"),
    ("show", "{t}/cases", "--case", "c9"),
    ("show", "{t}/cases/c0.txt", "--tables", "finding"),
    ("show", "{t}/cases/c0.txt", "--html", "{t}/nowhere/page.html"),
    ("explain", "{t}/cases", "e1"),
    ("explain", "{t}/run", "e99"),
    ("explain", "{t}/run", "e1"),
    ("explain", "{t}/run", "e1", "--case", "c9"),
    ("score", "{t}/nowhere.jsonl", "{t}/run"),
    ("score", "{t}/cases/c0.txt", "{t}/run"),
]


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_a_mistake_is_told_in_one_line(
    words: tuple[str, ...], inputs: Path, tmp_path: Path
) -> None:
    assert radtab("run", inputs, "-o", tmp_path / "run").exit_code == 0
    result = radtab(*(word.format(t=tmp_path) for word in words))
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert re.fullmatch(r"radtab: [^\n]+\n", result.stderr), result.stderr


@pytest.mark.parametrize("words", [["runn"], ["run"], ["run", "--nope"], ["show"]], ids=" ".join)
def test_a_wrong_command_line_is_status_2(words: list[str]) -> None:
    result = radtab(*words)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_show_marks_nested_mentions_without_colour(inputs: Path) -> None:
    result = radtab("show", inputs, "--case", "c1", "--tables", "entities,relations,findings")
    assert result.exit_code == 0
    assert "[lesion|FINDING] in the [liver|ANATOMY]" in result.stdout
    for heading in ("entities (4)", "relations (2)", "findings ("):
        assert heading in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_show_writes_a_page(inputs: Path, tmp_path: Path) -> None:
    result = radtab("show", inputs / "c1.txt", "--html", tmp_path / "page.html")
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'page.html'}: c1\n")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")


def test_explain_prints_the_row_and_where_its_rules_stand(inputs: Path, tmp_path: Path) -> None:
    radtab("run", inputs, "-o", tmp_path / "run")
    result = radtab("explain", tmp_path / "run", "e2", "--case", "c1")
    assert result.exit_code == 0
    assert re.search(r"^text +lesion", result.stdout, re.MULTILINE)
    assert "FAKE:lesion  not found under models/" in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


def test_score_prints_a_table_or_json(inputs: Path, tmp_path: Path) -> None:
    radtab("run", inputs, "-o", tmp_path / "run")
    text = (inputs / "c1.txt").read_text("utf-8")
    start = text.index("lesion")
    entity = {
        "id": "F1", "type": "FINDING", "start": start, "end": start + 6, "text": "lesion",
        "status": "present",
    }  # fmt: skip
    gold = {
        "case_id": "c1", "text": text, "sections": [["findings", 0, len(text)]],
        "entities": [entity], "relations": [], "final_diagnosis": [], "differential": [],
        "key_findings": ["F1"],
    }  # fmt: skip
    (tmp_path / "gold.jsonl").write_text(json.dumps(gold) + "\n", "utf-8")
    result = radtab("score", tmp_path / "gold.jsonl", tmp_path / "run", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["FINDING"]["f1"] == 1.0
    result = radtab("score", tmp_path / "gold.jsonl", tmp_path / "run")
    assert re.search(r"FINDING .*1\.000", result.stdout)


def test_version_and_help() -> None:
    assert radtab("--version").stdout == f"radtab {pipeline.__version__}\n"
    result = radtab("--help")
    assert result.exit_code == 0
    for command in ("run", "show", "score", "explain"):
        assert re.search(rf"^  {command} ", result.stdout, re.MULTILINE), command
        assert radtab(command, "--help").exit_code == 0


def test_training_without_its_extra_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    for name in [name for name in sys.modules if name.startswith("pipeline.training")]:
        monkeypatch.delitem(sys.modules, name)
    result = radtab("train", "recogniser", tmp_path / "gold.jsonl", "-o", tmp_path / "weights")
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "radtab[train]" in result.stderr
