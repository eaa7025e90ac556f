"""What is counted on other corpora, shown on records made up for it."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from spacy.language import Language
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import FormatProblem, UsageError
from pipeline.scoring import read_gold_cases
from pipeline.training.elsewhere.adaptation import TRAINED_ON, gold_cases, measure_adapted
from pipeline.training.elsewhere.captions import measure_captions
from pipeline.training.elsewhere.conditions import measure_ada
from pipeline.training.elsewhere.documents import Matched, score_documents
from pipeline.training.elsewhere.measuring import MEASURES, measure_elsewhere
from pipeline.training.elsewhere.records import read_records, sampled
from pipeline.training.elsewhere.reports import measure_openi
from pipeline.training.elsewhere.sentences import measure_negex
from pipeline.training.training_data import write_cases


def write(path: Path, *records: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(record) + "\n" for record in records)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


def negex(sentence: str, negation: str = "Affirmed", time: str = "Recent") -> dict[str, Any]:
    return {
        "sentence": sentence, "concept": "pneumonia", "negation": negation, "temporality": time,
    }  # fmt: skip


def test_negated_and_historical_sentences(tmp_path: Path, nlp: Language) -> None:
    write(
        tmp_path / "corpora/negex.jsonl.gz",
        negex("There is no PNEUMONIA.", "Negated"),
        negex("The scan shows PNEUMONIA.", "Negated"),
        negex("History of PNEUMONIA.", time="Historical"),
        negex("Nothing of it is said here.", "Negated"),
    )
    scores = measure_negex(tmp_path, nlp, 0)
    for name in ("negation", "negation, concept found by pipeline"):
        assert (scores[name].gold_hits, scores[name].gold, scores[name].predicted) == (1, 2, 1)
    assert (scores["historical"].hits, scores["historical"].predicted) == (1, 1)
    asked = scores["sentences with the concept"]
    assert (asked.hits, asked.gold) == (3, 4)


def test_documents_are_compared_by_overlap(nlp: Language) -> None:
    text = "CT of the liver showed a hepatic abscess. The spleen was enlarged."
    place = text.index("abscess")
    gold = [
        {"type": "DISORDER", "start": place, "end": place + 7},
        {"type": "DISORDER", "start": 0, "end": 2},
        {"type": "OTHER", "start": text.index("spleen"), "end": text.index("spleen") + 6},
    ]
    compared = {
        "disorders": Matched(("DISORDER",), ("FINDING", "DIAGNOSIS")),
        "organs": Matched(("OTHER",), ("ANATOMY",)),
    }
    scores = score_documents(nlp, [{"text": text, "entities": gold}], compared)
    assert (scores["disorders"].gold_hits, scores["disorders"].gold) == (1, 2)
    assert scores["organs"].recall == 1
    assert scores["organs"].precision < 1


def report_of(number: int) -> dict[str, Any]:
    """Make a document whose guide has a finding ours has not, and a type of its own."""
    text = f"A {20 + number}-year-old man was seen.\nThere was a glimmer of the fibula."
    words = [("FINDING", "glimmer"), ("ANATOMY", "fibula"), ("AGE", f"{20 + number}-year-old")]
    entities = [
        {"id": f"E{i}", "type": kind, "start": text.index(word),
         "end": text.index(word) + len(word), "text": word, "status": None}
        for i, (kind, word) in enumerate(words)
    ]  # fmt: skip
    return {"case_id": f"c{number}", "text": text, "entities": entities}


def test_documents_of_another_guide_become_gold_cases(tmp_path: Path) -> None:
    cases = gold_cases([report_of(number) for number in range(2)])
    read = list(read_gold_cases(write_cases(tmp_path / "gold.jsonl", cases)))
    assert [case["case_id"] for case in read] == ["c0", "c1"]
    assert [e["type"] for e in read[0]["entities"]] == ["FINDING", "ANATOMY"]
    assert read[0]["sections"]


def test_the_recogniser_adapts_to_another_guide(tmp_path: Path, nlp: Language) -> None:
    records = [report_of(number) for number in range(12)]
    write(tmp_path / "corpora/maccrobat.jsonl.gz", *records)
    write(tmp_path / "gold/train.jsonl", *gold_cases([report_of(99)]))
    shipped = nlp(records[0]["text"])
    assert "glimmer" not in {span.text for span in shipped.spans["entities"]}
    told: list[str] = []
    scores = measure_adapted(tmp_path, 0, told.append)
    assert told == list(TRAINED_ON)
    for name in TRAINED_ON:
        finding = scores[f"{name}: FINDING"]
        assert (finding.gold, finding.gold_hits, finding.hits) == (12, 12, finding.predicted)


def caption(case: str, kind: str, text: str, plane: str = "Axial") -> dict[str, Any]:
    said = {"Caption": text, "Plane": plane, "Age": "54", "Sex": "female"}
    return {"Type": kind, "U_id": case, "Description": said}


def test_captions_leave_the_test_set_out(tmp_path: Path, nlp: Language) -> None:
    write(tmp_path / "gold/dev.jsonl", {"case_id": "held"})
    write(
        tmp_path / "medpix/captions_dev.jsonl",
        caption("a", "CT", "Axial CT of the chest."),
        caption("a", "CT", "Axial CT of the chest."),
        caption("b", "MR", "Sagittal T2 weighted image.", "Sagittal"),
        caption("b", "MR", "CT and MRI of the brain.", "Coronal"),
        caption("b", "MR", "Arrow: the lesion."),
        caption("held", "MR", "Axial CT of the chest."),
    )
    write(
        tmp_path / "medpix/rendered_dev.jsonl",
        {"case_id": "a", "text": "Texto: \n54-year-old woman with cough.\n"},
        {"case_id": "b", "text": "Texto: \n10-year-old boy with cough.\n"},
        {"case_id": "held", "text": "Texto: \n54-year-old woman with cough.\n"},
    )
    scores = measure_captions(tmp_path, nlp, 0)
    shares = {name: (score.hits, score.gold) for name, score in scores.items()}
    assert shares["captions that name a modality"] == (3, 4)
    assert shares["modality, first named"] == (2, 3)
    assert shares["modality, among those named"] == (3, 3)
    assert shares["plane, first named"] == (2, 2)
    assert shares["age"] == shares["sex"] == (1, 2)


def test_reports_and_their_headings(tmp_path: Path, nlp: Language) -> None:
    def report(uid: str, headings: str, findings: str) -> dict[str, Any]:
        return {"uid": uid, "MeSH": headings, "findings": findings, "impression": ""}

    write(
        tmp_path / "corpora/openi.jsonl.gz",
        report("1", "normal", "No pleural effusion or pneumothorax."),
        report("2", "normal", "There is a right pleural effusion."),
        report("3", "Pleural Effusion/right;Scoliosis", "There is a right pleural effusion."),
        report("4", "No Indexing", "There is a right pleural effusion."),
        report("5", "normal", ""),
    )
    scores = measure_openi(tmp_path, nlp, 0)
    assert (scores["normal reports"].hits, scores["normal reports"].gold) == (1, 2)
    assert (scores["headings"].hits, scores["headings"].gold) == (1, 2)
    abnormal = scores["abnormal reports"]
    assert (abnormal.hits, abnormal.gold, abnormal.predicted) == (1, 1, 2)


def test_pairs_of_finding_and_condition(tmp_path: Path, nlp: Language) -> None:
    text = "CT shows a cavity in the lung, consistent with tuberculosis. " + "x " * 3000
    far = len(text)
    places = {"cavity": 0, "tuberculosis": 1}
    entities = [
        {"id": f"E{i}", "type": "FINDING" if i == 0 else "DIAGNOSIS", "start": text.index(word),
         "end": text.index(word) + len(word)}
        for word, i in places.items()
    ]  # fmt: skip
    entities.append({"id": "E2", "type": "FINDING", "start": far, "end": far + 5})
    write(
        tmp_path / "corpora/ada.jsonl.gz",
        {"text": text + "cough", "entities": entities, "cases": [["E0", "E1", "E2"], ["E0"]]},
    )
    scores = measure_ada(tmp_path, nlp, 0)
    assert scores["both ends found"].gold == scores["both ends found"].hits == 1
    pairs = scores["finding x condition pairs"]
    assert (pairs.gold_hits, pairs.gold, pairs.predicted) == (1, 1, 1)


def test_a_sample_keeps_the_order_and_follows_the_seed(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl.gz", *({"n": n} for n in range(50)))

    def drawn(size: int, seed: int) -> list[int]:
        return [r["n"] for r in sampled(read_records(tmp_path / "a.jsonl.gz"), size, seed)]

    assert drawn(10, 1) == drawn(10, 1) == sorted(drawn(10, 1))
    assert drawn(10, 1) != drawn(10, 2)
    assert drawn(50, 1) == list(range(50))


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n[2]\n', encoding="utf-8")
    with pytest.raises(FormatProblem, match=r"a\.jsonl:2: no JSON object"):
        list(read_records(path))


def test_an_unknown_corpus_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected some of"):
        measure_elsewhere(tmp_path, ["nowhere"])
    told = CliRunner().invoke(app, ["elsewhere", str(tmp_path), "--corpus", "e3c"])
    assert told.exit_code == 2
    assert "e3c.jsonl.gz: no such file" in told.output


def test_the_command_prints_json(tmp_path: Path) -> None:
    write(tmp_path / "corpora/negex.jsonl.gz", negex("There is no PNEUMONIA.", "Negated"))
    told = CliRunner().invoke(app, ["elsewhere", str(tmp_path), "--corpus", "negex", "--json"])
    assert told.exit_code == 0
    said = json.loads(told.stdout.splitlines()[-1])
    assert said["negex: negation"]["f1"] == 1
    assert "negex" in MEASURES
