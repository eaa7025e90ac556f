"""Concepts of other corpora against ours, on records made up for it."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from spacy.language import Language

from pipeline.errors import VocabularyError
from pipeline.terminology.ontology import OntologyClass
from pipeline.training.elsewhere import links
from pipeline.training.elsewhere.links import measure_links
from pipeline.training.terminology import CrossReferences, pack_xrefs, xref_rows

TEXT = "Pulmonary embolism (PLEM) and a lump. PLEM came back; hypertensive, aspirin, liver."


def mention(words: str, kind: str, concept: str | None, after: int = 0) -> dict[str, Any]:
    start = TEXT.index(words, after)
    return {"type": kind, "start": start, "end": start + len(words), "concept": concept}


def write(folder: Path, name: str, *entities: dict[str, Any]) -> None:
    path = folder / "corpora" / f"{name}.jsonl.gz"
    path.parent.mkdir(exist_ok=True)
    record = {"case_id": name, "text": TEXT, "entities": entities}
    path.write_bytes(gzip.compress(json.dumps(record).encode() + b"\n"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def missing(_: str) -> Path:
        raise VocabularyError("not installed")

    monkeypatch.setattr(links, "index_path", missing)
    write(
        tmp_path, "e3c",
        mention("Pulmonary embolism", "DISORDER", "C0034065"),
        mention("PLEM", "DISORDER", "C0034065", after=30),
        mention("hypertensive", "DISORDER", "C0020538"),
        mention("lump", "DISORDER", "C9999999"),
        mention("and", "DISORDER", None),
    )  # fmt: skip
    write(
        tmp_path, "mantra",
        mention("aspirin", "CHEM", "C0004057"),
        mention("liver", "None", "C0023884"),
    )  # fmt: skip
    write(
        tmp_path, "ncbi_disease",
        mention("Pulmonary embolism", "DISORDER", "D011655"),
        mention("hypertensive", "DISORDER", "D011655|D006973"),
        mention("lump", "DISORDER", "OMIM:999999"),
    )  # fmt: skip
    write(tmp_path, "bc5cdr", mention("hypertensive", "DISORDER", "D011655"))
    return tmp_path


def test_concepts_are_compared_at_rank_1_and_5(folder: Path, nlp: Language) -> None:
    scores = measure_links(folder, nlp, 0)
    counted = {name: (score.hits, score.gold) for name, score in scores.items()}
    assert counted["e3c, all: top 1"] == (3, 4)
    assert counted["e3c, in index: top 1"] == (3, 3)
    assert counted["e3c, in index: top 5"] == (3, 3)
    assert counted["mantra, all: top 1"] == (1, 1)
    assert counted["ncbi_disease, all: top 1"] == (2, 3)
    assert counted["ncbi_disease, in index: top 1"] == (2, 2)
    assert counted["bc5cdr, in index: top 5"] == (0, 1)
    assert not any("hpo" in name for name in counted)


def test_cross_references_keep_which_ontology_gave_them() -> None:
    found = OntologyClass("DOID:1", ["a"], [], set(), set())
    found.identifiers = {"OMIM:2": "MONDO", "MESH:D1": "DOID", "MESH:D0": "DOID"}
    other = OntologyClass("DOID:2", ["b"], [], set(), set(), identifiers={"MESH:D3": "DOID"})
    rows = xref_rows({"DOID:1": found, "DOID:2": other}, {"DOID:1"})
    assert rows == [CrossReferences("DOID:1", "MESH:D0 MESH:D1", "OMIM:2")]
    packed = gzip.decompress(pack_xrefs(rows)).decode()
    assert packed == "concept_id\tdoid\tmondo\nDOID:1\tMESH:D0 MESH:D1\tOMIM:2\n"
