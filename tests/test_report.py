"""What a report holds as data, and what its page may do; test_report_page opens it."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import pipeline.batch
from pipeline.cli import app
from pipeline.errors import RunError, UsageError
from pipeline.report.content import ReportContent, report_content
from pipeline.report.packing import browser_places, packed, shown
from pipeline.report.page import page_parts, write_report
from pipeline.resources import corpus_path
from pipeline.run_folder import read_table
from tests import fake_pipeline
from tests.report_cases import HOSTILE, HOSTILE_ID

ALL = 100_000


def content(run: Path, *inputs: str, rows: int = ALL) -> ReportContent:
    return report_content(run, inputs, rows)


def data_of(page: str) -> dict[str, object]:
    found = re.findall(r'<script type="application/json" id="data-([\w-]+)">(.*?)</script>', page)
    return {name: json.loads(text) for name, text in found}


def test_the_texts_are_found_where_the_run_says(report_run: Path) -> None:
    made = content(report_run)
    assert made.textless == {"missing": 0, "changed": 0}
    for case_id, shown_case in zip(made.held, made.cases(), strict=True):
        assert shown_case["id"] == shown(case_id)
        for start, end, *_ in shown_case["mentions"]:
            assert 0 <= start < end <= len(shown_case["text"].encode("utf-16-le")) // 2


def test_a_text_that_has_changed_is_not_shown(report_run: Path, tmp_path: Path) -> None:
    case = report_case("abdomen_appendicitis")
    other = tmp_path / case.name
    other.write_text(case.read_text("utf-8") + "More.", "utf-8")
    made = content(report_run, str(other))
    assert made.textless == {"missing": len(made.held) - 1, "changed": 1}
    assert {each["why"] for each in made.cases()} == {"missing", "changed"}
    assert {each["text"] for each in made.cases()} == {None}


def test_without_texts_the_evidence_stays_with_the_rows(report_run: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert any(content(report_run, str(empty)).findings()["evidence"]["texts"])
    assert content(report_run).findings()["evidence"]["texts"] == [""]


def test_an_input_that_does_not_exist_is_told(report_run: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        content(report_run, "nowhere")


def test_a_folder_that_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="expected a folder"):
        content(tmp_path)


def test_a_sample_is_whole_cases_the_same_each_time(report_run: Path) -> None:
    whole = content(report_run)
    rows = len(whole.findings()["case"])
    sample = content(report_run, rows=rows - 1)
    assert sample.held == content(report_run, rows=rows - 1).held
    assert 0 < len(sample.held) < len(whole.held)
    summary = sample.summary()
    assert summary["sampled"] and not whole.summary()["sampled"]
    assert summary["counts"] == whole.summary()["counts"]
    findings = read_table(report_run, "findings")
    of_held = findings["case_id"].isin(sample.held)
    assert len(sample.findings()["case"]) == of_held.sum() < rows


def test_the_overview_counts_what_the_tables_hold(report_run: Path) -> None:
    summary = content(report_run).summary()
    entities = read_table(report_run, "entities")
    assert summary["counts"]["mentions"] == len(entities)
    assert summary["counts"]["rejected inputs"] == 1
    heads, *lines = summary["sections"]
    at = heads.index("FINDING")
    in_findings = entities[(entities["section"] == "findings") & (entities["label"] == "FINDING")]
    assert [line[at] for line in lines if line[0] == "findings"] == [len(in_findings)]
    assert sum(line[-1] for line in lines) == len(entities)


def test_rows_lead_to_their_mentions(report_run: Path) -> None:
    made = content(report_run)
    rows, cases = made.findings(), list(made.cases())
    texts = rows["diagnosis"]["texts"]
    for case, at, tail in zip(rows["case"], rows["diagnosis"]["at"], rows["tail"], strict=True):
        start, end, *_ = cases[case]["mentions"][tail]
        if cases[case]["text"].isascii():
            assert shown(cases[case]["text"][start:end]) == texts[at]


def test_a_page_is_one_file_that_may_ask_for_nothing(report_run: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report(content(report_run), path)
    page = path.read_text("utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src &#x27;none&#x27;;")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert re.findall(r"sha256-([^&]*)&", policy) == hashes
    assert not re.search(r'(src|href)="(?!#|data:,")', page.partition("<script>")[0])
    assert "sourceMappingURL" not in page


def test_what_a_text_says_ends_no_script(report_run: Path) -> None:
    page = "".join(page_parts(content(report_run)))
    data = data_of(page)
    held = [
        case
        for case in data.values()
        if isinstance(case, dict) and HOSTILE_ID in case.get("id", "")
    ]
    assert len(held) == 1
    assert "</script><img" in held[0]["text"]
    assert len(held[0]["text"].encode("utf-16-le")) == len(HOSTILE.encode("utf-16-le"))
    assert "\u202e" not in held[0]["text"]
    assert "<img" not in page.partition("<script>")[0]


def test_rules_say_where_they_stand(report_run: Path) -> None:
    rules = content(report_run).rules()
    used = {rule for cell in read_table(report_run, "findings")["rule"] for rule in cell.split()}
    assert used < rules.keys()
    assert all(re.match(r"models/[\w/]+\.(tsv|json)", place) for place, _ in rules.values())
    assert rules["rel-c0017"][0].startswith("models/rules/relation_cues.tsv:")
    assert "cue=over" in rules["rel-c0017"][1]


def test_the_page_without_data_is_small(report_run: Path) -> None:
    parts = "".join(
        part for part in page_parts(content(report_run)) if "application/json" not in part
    )
    assert len(parts.encode()) < 600_000


def test_the_command_writes_a_page_and_says_what_is_missing(
    report_run: Path, tmp_path: Path
) -> None:
    path = tmp_path / "r.html"
    done = CliRunner().invoke(
        app, ["report", str(report_run), str(report_case("chest_sarcoidosis")), "-o", str(path)]
    )
    assert done.exit_code == 0, done.output
    assert re.search(r"r\.html: \d cases, 0\.\d MB", done.output)
    assert re.search(r"cases without text: \d, expected their texts as INPUT", done.output)
    assert path.is_file()


def test_the_command_says_that_it_sampled(report_run: Path, tmp_path: Path) -> None:
    command = ["report", str(report_run), "-o", str(tmp_path / "r.html"), "--rows", "50"]
    done = CliRunner().invoke(app, command)
    assert re.search(r"r\.html: a sample of [123] of 4 cases, ", done.output)


def full(*_: object, **__: object) -> None:
    raise OSError("full")


def test_a_run_that_was_cut_off_gives_a_page_of_what_it_finished(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pipeline.batch, "load", fake_pipeline.load)
    (tmp_path / "a.txt").write_text("CT: lesion in the liver, an abscess.", "utf-8")
    monkeypatch.setattr(pipeline.batch, "TableWriter", full)
    with pytest.raises(RunError, match="cannot be written"):
        pipeline.batch.run(tmp_path / "a.txt", tmp_path / "run", workers=0)
    made = content(tmp_path / "run")
    assert made.summary()["run"]["state"] == "running"
    assert [case["text"] for case in made.cases()] == ["CT: lesion in the liver, an abscess."]


def report_case(name: str) -> Path:
    return corpus_path("cases", f"{name}.txt")


@pytest.mark.parametrize(
    ("text", "places"),
    [("abc", None), ("µm", None), ("a\U0001f600b", [0, 1, 3, 4]), ("", None)],
)
def test_places_are_counted_as_a_browser_does(text: str, places: list[int] | None) -> None:
    assert browser_places(text) == places


def test_a_column_holds_each_text_once() -> None:
    assert packed([["T1", "T2"], [], "a\nb", ["T1", "T2"]]) == {
        "texts": ["T1, T2", "", "a b"],
        "at": [0, 1, 2, 0],
    }
