"""Relations of marked sentences, as rows of data; and the stage as a component of spaCy."""

import json
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import DocBin

from pipeline.annotations import mentions_of, relations_of
from pipeline.assembly import load
from pipeline.batch import RunSettings
from pipeline.errors import ResourceError, UsageError
from pipeline.stages.relations import RelationFinder, default_finder
from pipeline.terminology.relation_cues import COLUMNS as CUE_COLUMNS
from pipeline.terminology.relation_cues import read_cues
from pipeline.terminology.relation_ranker import read_models
from pipeline.terminology.relation_rules import COLUMNS as RULE_COLUMNS
from pipeline.terminology.relation_rules import read_rules
from tests.relation_marks import related_doc, relations_by_name, sentences

TEXT = "CT of the chest shows a mass in the left lung, consistent with carcinoma."


@pytest.fixture(scope="module")
def finder() -> RelationFinder:
    return default_finder()


@pytest.mark.parametrize("row", sentences("relation_sentences"), ids=lambda row: row["id"])
def test_relations_of_a_sentence(finder: RelationFinder, row: dict[str, str]) -> None:
    doc, names = related_doc(row["section"], row["text"])
    expected = {relation for relation in row["relations"].split("; ") if relation}
    assert relations_by_name(finder(doc), names) == expected


def test_cue_and_rule_are_those_of_the_text(finder: RelationFinder) -> None:
    doc, _ = related_doc("findings", "A [F1 nodule] is suspicious for [D1:possible cancer].")
    (note,) = relations_of(finder(doc))
    assert note["cue"] == "suspicious for"
    assert doc.text[note["cue_start"] : note["cue_end"]] == note["cue"]
    model, cue = note["rule"].split()
    assert model == "rel-ranker-indicates"
    assert {c.id: c.words for c in default_finder().matcher.cues}[cue] == ("suspicious", "for")
    assert 0 < note["score"] <= 1


def test_without_mentions_there_is_nothing(finder: RelationFinder) -> None:
    doc, _ = related_doc("findings", "Nothing is marked here.")
    assert relations_of(finder(doc)) == []


def test_order_does_not_depend_on_the_run(finder: RelationFinder) -> None:
    text = "[M1 CT] shows [F1 edema] of the [A1 brain] and [F2 hemorrhage] in the [A2 pons]."
    notes = [relations_of(finder(related_doc("findings", text)[0])) for _ in range(2)]
    assert notes[0] == notes[1]
    assert notes[0] == sorted(notes[0], key=lambda n: (n["head"], n["type"], n["tail"]))


def test_survives_storage_and_processes(nlp: Language, tmp_path: Path) -> None:
    direct = relations_of(nlp(TEXT))
    assert direct
    nlp.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")
    assert relations_of(again(TEXT)) == direct
    packed = DocBin(store_user_data=True, docs=[nlp(TEXT)]).to_bytes()
    (unpacked,) = DocBin().from_bytes(packed).get_docs(nlp.vocab)
    assert list(relations_of(unpacked)) == direct


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("c1\tdue to\tdue\tcauses\tforward\tstrong", "relation is 'causes'"),
        ("c1\tdue to\tdue\tindicates\tsideways\tstrong", "direction is 'sideways'"),
        ("c1\t\tdue\tindicates\tforward\tstrong", "cue or class is empty"),
    ],
)
def test_faulty_cues_are_named(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "cues.tsv"
    path.write_text("\t".join(CUE_COLUMNS) + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=rf"cues.tsv:2: .*{problem}"):
        read_cues(path)


def test_a_cue_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "cues.tsv"
    row = "due to\tdue\tindicates\tforward\tstrong\n"
    path.write_text("\t".join(CUE_COLUMNS) + f"\nc1\t{row}c2\t{row}", encoding="utf-8")
    with pytest.raises(ResourceError, match="stands twice"):
        read_cues(path)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"order": "sideways"}, "relation or order"),
        ({"between": "("}, "regular expressions"),
        ({"score": "0.6"}, r"expected \(right \+ 1\) / \(fired \+ 2\)"),
    ],
)
def test_faulty_rules_are_named(tmp_path: Path, cells: dict[str, str], problem: str) -> None:
    row = dict.fromkeys(RULE_COLUMNS, "") | {
        "id": "r1", "relation": "excludes", "order": "ht", "fired": "0", "right": "0",
        "score": "0.5",
    }  # fmt: skip
    path = tmp_path / "rules.tsv"
    lines = ["\t".join(RULE_COLUMNS), "\t".join((row | cells).values())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=rf"rules.tsv:2: .*{problem}"):
        read_rules(path)


def test_faulty_models_are_named(tmp_path: Path) -> None:
    path = tmp_path / "relations.json"
    path.write_text(json.dumps({"near": {"bias": 0, "threshold": 0.5, "weights": {}}}))
    with pytest.raises(ResourceError, match="near"):
        read_models(path)
    path.write_text("{")
    with pytest.raises(ResourceError, match="cannot be read"):
        read_models(path)


def test_a_least_score_leaves_out_what_is_less_sure() -> None:
    text = "[M1 CT] shows a [F1 mass] in the [A1 liver]. A [F2 scar] is from [D1:possible gout]."
    every = relations_of(default_finder()(related_doc("findings", text)[0]))
    least = sorted(note["score"] for note in every)[1]
    some = relations_of(default_finder(least)(related_doc("findings", text)[0]))
    assert list(some) == [note for note in every if note["score"] >= least]
    assert 0 < len(some) < len(every)


@pytest.mark.parametrize("least", [-0.1, 1.5, float("nan")])
def test_a_score_lies_between_0_and_1(least: float) -> None:
    with pytest.raises(UsageError, match="expected a number from 0 to 1"):
        RunSettings(min_score=least)
    with pytest.raises(UsageError, match="expected a number from 0 to 1"):
        load(min_score=least)


@pytest.mark.parametrize(
    ("text", "relation", "expected"),
    [
        ("Cysts and stones in the liver and gallbladder, respectively.", "located_in",
         {("Cysts", "liver"), ("stones", "gallbladder")}),
        ("Cysts and stones in the liver and gallbladder.", "located_in",
         {("Cysts", "liver"), ("stones", "gallbladder"), ("Cysts", "gallbladder"),
          ("stones", "liver")}),
        ("CT and MRI show calcification and edema, respectively.", "seen_on",
         {("calcification", "CT"), ("edema", "MRI")}),
    ],
)  # fmt: skip
def test_respectively_says_what_goes_with_what(nlp, text, relation, expected) -> None:
    doc = nlp(f"Findings: There are {text[0].lower()}{text[1:]}" if "show" not in text else text)
    words = [str(doc[m["start"] : m["end"]]) for m in mentions_of(doc)]
    found = {
        (words[note["head"]].lower(), words[note["tail"]])
        for note in relations_of(doc)
        if note["type"] == relation
    }
    assert found == {(head.lower(), tail) for head, tail in expected}
