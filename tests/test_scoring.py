"""The scores against counts by hand, and against the referee's arithmetic where it is at hand."""

import copy
import importlib.util
import json
import math
import random
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from pipeline.annotations import LABELS, RELATIONS
from pipeline.errors import FormatProblem, RunError, UsageError
from pipeline.scoring import Score, errors, read_gold_cases, score, score_run
from pipeline.table_files import schema, write_table

SHARED = Path(__file__).parents[1] / ".." / "shared"
TEXT = (
    "Texto: \nCT shows a cyst of the left kidney, no mass.\nRenal cyst.\n\n\nKeywords: \n- cyst\n"
)


def entity(number: int, label: str, words: str, status: str | None = None, after: int = 0) -> dict:
    start = TEXT.index(words, after)
    return {
        "id": f"T{number}", "type": label, "start": start, "end": start + len(words),
        "text": words, "status": status,
    }  # fmt: skip


def made_up_gold() -> dict:
    found, answer = TEXT.index("CT"), TEXT.index("Renal")
    keywords = TEXT.index("\n\nKeywords")
    return {
        "case_id": "made-up",
        "text": TEXT,
        "sections": [
            ["findings", found, answer - 1],
            ["diagnosis", answer, keywords - 1],
            ["keywords", keywords, len(TEXT)],
        ],
        "entities": [
            entity(1, "MODALITY", "CT"),
            entity(2, "FINDING", "cyst", "present"),
            entity(3, "ANATOMY", "left kidney"),
            entity(4, "FINDING", "mass", "absent"),
            entity(5, "DIAGNOSIS", "Renal cyst", "present"),
        ],
        "relations": [["located_in", "T2", "T3"], ["seen_on", "T2", "T1"]],
        "final_diagnosis": ["T5"],
        "differential": [],
        "key_findings": ["T2"],
    }


def as_tables(gold: list[dict]) -> dict[str, list[dict]]:
    """Give the rows of a run that found just what is in the gold."""
    tables: dict[str, list[dict]] = {"entities": [], "relations": [], "sections": []}
    for case in gold:
        case_id = case["case_id"]
        for name, start, end in case["sections"]:
            row = {"case_id": case_id, "section": name, "start": start, "end": end}
            tables["sections"].append(row)
        for e in case["entities"]:
            finals, others = case["final_diagnosis"], case["differential"]
            role = " ".join(
                ["final"] * (e["id"] in finals) + ["differential"] * (e["id"] in others)
            )
            tables["entities"].append({
                "case_id": case_id, "entity_id": e["id"], "label": e["type"],
                "start": e["start"], "end": e["end"], "text": case["text"][e["start"] : e["end"]],
                "status": e["status"] or "", "role": role,
                "key_finding": e["id"] in case["key_findings"],
            })  # fmt: skip
        for kind, head, tail in case["relations"]:
            row = {"case_id": case_id, "type": kind, "head_id": head, "tail_id": tail}
            tables["relations"].append(row)
    return tables


def write_run(folder: Path, tables: dict[str, list[dict]], ending: str = "parquet") -> Path:
    folder.mkdir()
    manifest = {"radtab": "0", "state": "complete", "tables": {}}
    for name, rows in tables.items():
        wanted = schema(name)
        empty = {"string": "", "int64": 0, "double": 0.0, "bool": False}
        defaults = {field.name: empty.get(str(field.type)) for field in wanted}
        table = pa.Table.from_pylist([defaults | row for row in rows], schema=wanted)
        write_table(table, folder / f"{name}.{ending}")
        manifest["tables"][name] = {"file": f"{name}.{ending}", "rows": len(rows)}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def write_gold(path: Path, cases: list[dict]) -> Path:
    path.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    return path


def imperfect() -> dict[str, list[dict]]:
    """Give a run with one of each: missed, spurious, confused, wide, wrong status, keyword."""
    tables = as_tables([made_up_gold()])
    modality, cyst, kidney, mass, answer = tables["entities"]
    tables["entities"].remove(modality)  # missed; its relation goes with it
    kidney.update(start=kidney["start"] + 5, text="kidney")  # overlaps, not exact
    mass.update(status="present")
    cyst.update(label="DIAGNOSIS", role="final")  # confused; a spurious final diagnosis
    shows = entity(6, "FINDING", "shows", "present")
    keyword = entity(7, "FINDING", "cyst", "present", after=TEXT.index("Keywords"))
    for e in (shows, keyword):
        tables["entities"].append(as_tables([made_up_gold() | {"entities": [e]}])["entities"][0])
    tables["sections"][0]["end"] = tables["sections"][1]["end"]
    del tables["sections"][1]
    assert answer["role"] == "final"
    return tables


@pytest.fixture
def run(tmp_path):
    gold = write_gold(tmp_path / "gold.jsonl", [made_up_gold()])
    return gold, write_run(tmp_path / "run", imperfect())


def test_counts_by_hand(run):
    scores = score_run(*run)
    assert scores["MODALITY"] == Score(0, 1, 0, 0)
    assert scores["ANATOMY"] == Score(1, 1, 1, 1)
    assert scores["ANATOMY exact"] == Score(0, 1, 0, 1)
    assert scores["FINDING"] == Score(1, 2, 1, 2)  # the keyword does not count
    assert scores["DIAGNOSIS"] == Score(1, 1, 1, 2)
    assert scores["FINDING or DIAGNOSIS"] == Score(3, 3, 3, 4)
    assert scores["all entities"] == Score(3, 5, 3, 5)
    assert scores["all entities exact"] == Score(2, 5, 2, 5)
    assert scores["status"] == Score(1, 2, 1, 2)
    assert scores["status absent"] == Score(0, 1, 0, 0)
    assert scores["status present"] == Score(1, 1, 1, 2)
    assert scores["located_in"] == Score(1, 1, 1, 1)
    assert scores["seen_on"] == Score(0, 1, 0, 0)
    assert scores["case final_diagnosis"] == Score(1, 1, 1, 2)
    assert scores["case key_findings"] == Score(1, 1, 1, 1)
    n_findings = len("CTshowsacystoftheleftkidney,nomass.")
    n_diagnosis = len("Renalcyst.")
    total = n_findings + n_diagnosis
    assert scores["section characters"] == Score(n_findings, total, n_findings, total)
    assert scores["section findings"] == Score(n_findings, n_findings, n_findings, total)
    assert scores["section diagnosis"] == Score(0, n_diagnosis, 0, 0)


def test_scores_by_section(run):
    scores = score_run(*run, by="section")
    assert scores["findings: FINDING"] == Score(1, 2, 1, 2)
    assert scores["findings: DIAGNOSIS"] == Score(0, 0, 0, 1)
    assert scores["diagnosis: DIAGNOSIS"] == Score(1, 1, 1, 1)
    assert scores["diagnosis: section characters"].recall == 0
    assert not any(name.startswith("keywords: ") for name in scores)
    whole = score_run(*run)
    assert {name: scores[name] for name in whole} == whole


@pytest.mark.parametrize("by", ["case", ""])
def test_another_breakdown_is_refused(run, by):
    with pytest.raises(UsageError, match="expected None or 'section'"):
        score_run(*run, by=by)


def test_formulas():
    made = Score(gold_hits=3, gold=4, hits=3, predicted=6)
    assert (made.recall, made.precision) == (0.75, 0.5)
    assert made.f1 == pytest.approx(0.6)
    nothing = Score()
    assert math.isnan(nothing.recall)
    assert math.isnan(nothing.precision)
    assert nothing.f1 == 0.0


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("MODALITY", [("missed", "MODALITY", "", "CT")]),
        (
            "FINDING",
            [("confused", "FINDING", "DIAGNOSIS", "cyst"), ("spurious", "", "FINDING", "shows")],
        ),
        ("DIAGNOSIS", [("confused", "FINDING", "DIAGNOSIS", "cyst")]),
        ("ANATOMY", []),
        ("status", [("confused", "absent", "present", "mass")]),
        ("seen_on", [("missed", "seen_on", "", "CT shows a cyst")]),
        ("final_diagnosis", [("spurious", "", "final_diagnosis", "cyst")]),
        ("key_findings", []),
    ],
)  # fmt: skip
def test_errors(run, name, wanted):
    rows = errors(*run, name)
    assert [(r.kind, r.gold, r.got, TEXT[r.start : r.end]) for r in rows] == wanted
    assert all(row.context == "" and row.case_id == "made-up" for row in rows)


def test_context_is_shown_on_request(run):
    (row,) = errors(*run, "status", context=3)
    assert row.context == "no mass.\nR"


@pytest.mark.parametrize("call", [("TUMOR", 0), ("status", -1)])
def test_wrong_requests_for_errors(run, call):
    with pytest.raises(UsageError, match="expected"):
        errors(*run, *call)


def test_a_type_of_relation_can_be_confused(tmp_path):
    tables = as_tables([made_up_gold()])
    tables["relations"][0]["type"] = "measures"
    gold = write_gold(tmp_path / "gold.jsonl", [made_up_gold()])
    folder = write_run(tmp_path / "run", tables)
    (row,) = errors(gold, folder, "located_in")
    assert (row.kind, row.gold, row.got) == ("confused", "located_in", "measures")


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_every_format_of_a_run_scores_the_same(run, tmp_path, ending):
    gold, folder = run
    other = write_run(tmp_path / ending, imperfect(), ending)
    assert score_run(gold, other) == score_run(gold, folder)


def test_a_run_over_other_texts_is_refused(run, tmp_path):
    gold = made_up_gold()
    other = write_gold(tmp_path / "other.jsonl", [gold | {"case_id": "another"}])
    with pytest.raises(RunError, match="none of the 1 gold cases"):
        score_run(other, run[1])
    moved = gold | {"text": TEXT.replace("left", "deft")}
    moved["entities"] = [e for e in gold["entities"] if e["id"] in ("T2", "T5")]
    moved["relations"] = []
    with pytest.raises(RunError, match="made-up: T3 is not what stands at"):
        tables = {k: pd.DataFrame(v) for k, v in as_tables([gold]).items()}
        score([moved], tables["entities"], tables["relations"], tables["sections"])


def test_a_run_that_was_cut_off_is_refused(run):
    manifest = run[1] / "manifest.json"
    manifest.write_text(manifest.read_text().replace("complete", "running"))
    with pytest.raises(RunError, match="cut off"):
        score_run(*run)


def test_tables_in_memory_score_as_files_do(run):
    tables = [pd.DataFrame(imperfect()[name]) for name in ("entities", "relations", "sections")]
    assert score([made_up_gold()], *tables) == score_run(*run)


def test_no_run_folder(run, tmp_path):
    with pytest.raises(RunError):
        score_run(run[0], tmp_path / "nowhere")


def changed(**changes) -> str:
    return json.dumps(made_up_gold() | changes)


def with_entity(**changes) -> str:
    entities = made_up_gold()["entities"]
    return changed(entities=[entities[0] | changes, *entities[1:]])


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "broken JSON"),
        ("[]", "not an object"),
        (changed(case_id=3), "no string `case_id`"),
        (changed(text=None), "no string `text`"),
        (changed(relations=None), "no list `relations`"),
        (changed(case_id="first"), "stands twice"),
        (changed(sections=[["findings", 5, 9999]]), "section 1 is no"),
        (changed(entities=["x"], relations=[]), "entity 1 is no object"),
        (with_entity(id="T2"), "entity 2: id 'T2' stands twice"),
        (with_entity(type="TUMOR"), "entity 1: type is 'TUMOR', expected one of ANATOMY"),
        (with_entity(status="maybe"), "entity 1: status is 'maybe'"),
        (with_entity(start=9, end=9), "entity 1: 9-9 is no span"),
        (with_entity(start="9"), "is no span"),
        (with_entity(text="MR"), "entity 1: its text is not what stands"),
        (changed(relations=[["located_in", "T2"]]), "relation 1 is no"),
        (changed(relations=[["near", "T2", "T3"]]), "relation 1: type is 'near'"),
        (changed(relations=[["located_in", "T2", "T99"]]), "relation 1 names an unknown"),
        (changed(differential=["T99"]), "`differential` names an unknown"),
        (changed(key_findings=[{}]), "`key_findings` names an unknown"),
    ],
)
def test_gold_is_checked(tmp_path, line, problem):
    path = tmp_path / "gold.jsonl"
    path.write_text(changed(case_id="first") + "\n\n" + line + "\n")
    with pytest.raises(FormatProblem) as caught:
        list(read_gold_cases(path))
    message = str(caught.value)
    assert message.startswith("gold.jsonl:3: ")
    assert problem in message
    assert "\n" not in message
    assert "kidney" not in message


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe{"])
def test_gold_without_cases(tmp_path, content):
    path = tmp_path / "gold.jsonl"
    path.write_bytes(content)
    with pytest.raises(FormatProblem, match=r"gold\.jsonl: .*expected a case a line"):
        list(read_gold_cases(path))


def test_missing_gold_file(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        list(read_gold_cases(tmp_path / "gold.jsonl"))


# --- against the referee ------------------------------------------------------------------------


def referee():
    path = SHARED / "gold/score.py"
    if not path.is_file():
        pytest.skip("needs ../shared/gold/score.py")
    spec = importlib.util.spec_from_file_location("referee", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assert_agreement(gold: list[dict], path: Path, folder: Path) -> None:
    theirs, ours = referee().score(gold, folder), score_run(path, folder)
    for name, row in theirs.items():
        mine = ours.pop(name)
        got = {"p": mine.precision, "r": mine.recall, "f1": mine.f1}
        got |= {"gold": mine.gold, "pred": mine.predicted}
        assert got == pytest.approx(row, abs=5.1e-5, nan_ok=True), name
    assert all(name.startswith("section ") for name in ours)  # the rest is ours alone


def test_agreement_on_a_made_up_run(run):
    assert_agreement([made_up_gold()], *run)


def perturbed(gold: list[dict], seed: int) -> dict[str, list[dict]]:
    """Give a run that found the gold with every kind of mistake in it."""
    dice = random.Random(seed)
    gold = copy.deepcopy(gold)
    texts = {case["case_id"]: case["text"] for case in gold}
    tables = as_tables(gold)
    for name, rows in tables.items():
        tables[name] = [r for r in rows if dice.random() > 0.1] + dice.sample(rows, len(rows) // 9)
    for row in tables["entities"]:
        if dice.random() < 0.2:
            row["label"] = dice.choice(LABELS)
        if dice.random() < 0.2:
            row["status"] = dice.choice(["present", "absent", "possible", ""])
        if dice.random() < 0.2:
            row["role"] = dice.choice(["final", "differential", "final differential", ""])
        if dice.random() < 0.1:
            row["key_finding"] = not row["key_finding"]
        row["start"] = max(0, row["start"] + dice.choice([0, 0, 0, -9, 2]))
        row["end"] = max(row["start"] + 1, row["end"] + dice.choice([0, 0, 0, -2, 14]))
        row["end"] = min(row["end"], len(texts[row["case_id"]]))
        row["text"] = texts[row["case_id"]][row["start"] : row["end"]]
    for row in tables["relations"]:
        if dice.random() < 0.2:
            row["type"] = dice.choice(RELATIONS)
    for row in tables["sections"]:
        row["end"] += dice.choice([0, -20, 30]) if row["section"] != "keywords" else 0
        row["end"] = max(row["start"], row["end"])
    return tables


@pytest.mark.parametrize("seed", [1, 2])
def test_agreement_on_perturbed_gold(tmp_path, seed):
    path = SHARED / "gold/train.jsonl"
    if not path.is_file():
        pytest.skip("needs ../shared/gold/train.jsonl")
    with path.open(encoding="utf-8") as lines:
        gold = [json.loads(line) for line in lines]
    folder = write_run(tmp_path / "run", perturbed(gold[:-1], seed))
    assert_agreement(gold, path, folder)
