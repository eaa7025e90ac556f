"""What speaks against a diagnosis and what brightness is compared with, and what must not count."""

import csv
import time
from pathlib import Path

import pytest

from pipeline.stages.relations import RelationFinder, default_finder
from tests.relation_marks import related_doc, relations_by_name

DATA = Path(__file__).parent / "data" / "relation_polarity.tsv"
KINDS = {"excludes", "compared_to"}


def sentences() -> list[dict[str, str]]:
    with DATA.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def finder() -> RelationFinder:
    return default_finder()


@pytest.mark.parametrize("row", sentences(), ids=lambda row: row["id"])
def test_polarity_of_a_sentence(finder: RelationFinder, row: dict[str, str]) -> None:
    doc, names = related_doc(row["section"], row["text"])
    found = relations_by_name(finder(doc), names)
    expected = {relation for relation in row["relations"].split("; ") if relation}
    assert {relation for relation in found if relation.split()[1] in KINDS} == expected
    # what speaks against a diagnosis does not speak for it
    rivals = {relation.replace("excludes", "indicates") for relation in expected}
    assert not found & (rivals - expected)


def test_time_grows_slowly_with_a_sentence(finder: RelationFinder) -> None:
    """No rule may try the ways to divide a sentence: that takes hours for some twenty items."""
    words = "is not seen, while in and of with it, " * 60
    doc, _ = related_doc("discussion", f"[F1 Mass] {words} [F2 cyst] unlike [D1:general tumor].")
    began = time.process_time()
    finder(doc)
    assert time.process_time() - began < 1
