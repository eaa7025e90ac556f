from pathlib import Path

import pytest

import pipeline.batch
import pipeline.explain
from pipeline.errors import UsageError
from pipeline.explain import explain, find_rules, lines_of
from pipeline.run_folder import read_table
from tests import fake_pipeline

ROWS = {
    "lexicons/finding.tsv": "id\tterm\tlabel\nFAKE:lesion\tlesion\tFINDING\nFAKE:x\tx\tFINDING\n",
    "rules/cues.tsv": "# a comment\nid\tcue\tstatus\n\nFAKE:relation\t\tpresent\n",
    "rules/evidence.tsv": "id\tcue\nSE:seen\tis seen\n",
    "trained/judge.json": '{"id": "JUDGE", "bias": 0.5, "weights": {"SE:odd/previous": -1.5}}',
}


@pytest.fixture(autouse=True)
def small_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, content in ROWS.items():
        path = tmp_path / "models" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    import gzip

    packed = tmp_path / "models" / "terminology" / "disease.tsv.gz"
    packed.parent.mkdir()
    with gzip.open(packed, "wt", encoding="utf-8") as handle:
        handle.write("id\tterm\tlabel\nFAKE:abscess\tabscess\tDIAGNOSIS\n")
    monkeypatch.setattr(pipeline.explain, "models_path", lambda: tmp_path / "models")
    monkeypatch.setattr(pipeline.explain, "data_root", lambda: tmp_path)
    monkeypatch.setattr(pipeline.batch, "load", fake_pipeline.load)
    return tmp_path


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "cases").mkdir()
    for name in ("c1", "c2"):
        (tmp_path / "cases" / f"{name}.txt").write_text("CT: lesion in liver, abscess.", "utf-8")
    pipeline.batch.run(tmp_path / "cases", tmp_path / "run")
    return tmp_path / "run"


@pytest.mark.parametrize(
    ("rule", "place", "row"),
    [
        ("FAKE:x", "models/lexicons/finding.tsv:3", {"id": "FAKE:x", "term": "x"}),
        ("FAKE:relation", "models/rules/cues.tsv:4", {"status": "present"}),
        ("FAKE:abscess", "models/terminology/disease.tsv.gz:2", {"term": "abscess"}),
        ("SE:seen/previous", "models/rules/evidence.tsv:2", {"cue": "is seen"}),
        ("SE:odd/previous", "models/trained/judge.json", {"weights": "-1.5"}),
        ("JUDGE", "models/trained/judge.json", {"bias": "0.5"}),
        ("GONE:1", "not found under models/", {}),
    ],
)
def test_a_rule_leads_to_its_row(rule: str, place: str, row: dict[str, str]) -> None:
    source = find_rules([rule])[rule]
    assert (source.rule, source.place) == (rule, place)
    assert row.items() <= source.row.items()


def test_a_mention_is_explained(run: Path) -> None:
    (explanation,) = explain(run, "e2", "c1")
    assert explanation.row["text"] == "lesion"
    (source,) = explanation.sources
    assert source.place == "models/lexicons/finding.tsv:2"
    deciders = {name: explanation.deciders(name) for name in explanation.row}
    assert {name: rules for name, rules in deciders.items() if rules} == {
        "label": ["FAKE:lesion"],
        "text": ["FAKE:lesion"],
    }
    shown = dict(lines_of(explanation))
    assert shown["start"] == "4"
    assert "rule" not in shown and "concept_id" not in shown


def test_a_relation_is_followed_by_its_mentions(run: Path) -> None:
    found = explain(run, "r2", "c2")
    assert [part.table for part in found] == ["relations", "entities", "entities"]
    assert [part.row.get("text") for part in found] == [None, "lesion", "abscess"]
    assert {part.row["case_id"] for part in found} == {"c2"}


def test_a_finding_is_found_by_its_id_alone(run: Path) -> None:
    finding_id = read_table(run, "findings")["finding_id"].iloc[-1]
    found = explain(run, finding_id)
    assert [part.table for part in found] == ["findings", "entities", "entities"]
    assert found[0].row["finding_id"] == finding_id
    assert [part.row["text"] for part in found[1:]] == ["lesion", "abscess"]


@pytest.mark.parametrize(
    ("row_id", "case_id", "told"),
    [
        ("e2", None, r"2 cases \(c1, c2"),
        ("e9", "c1", "no row e9 in case c1"),
        ("nonsense", None, "no row nonsense"),
        ("e1", "c7", "no row e1 in case c7"),
    ],
)
def test_a_wrong_id_is_told(run: Path, row_id: str, case_id: str | None, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        explain(run, row_id, case_id)
