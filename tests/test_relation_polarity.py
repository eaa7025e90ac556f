"""What speaks against a diagnosis and what brightness is compared with, and what must not count."""

import pytest

from pipeline.stages.relations import RelationFinder, default_finder
from tests.relation_marks import related_doc, relations_by_name, sentences

KINDS = {"excludes", "compared_to"}


@pytest.fixture(scope="module")
def finder() -> RelationFinder:
    return default_finder()


@pytest.mark.parametrize("row", sentences("relation_polarity"), ids=lambda row: row["id"])
def test_polarity_of_a_sentence(finder: RelationFinder, row: dict[str, str]) -> None:
    doc, names = related_doc(row["section"], row["text"])
    found = relations_by_name(finder(doc), names)
    expected = {relation for relation in row["relations"].split("; ") if relation}
    assert {relation for relation in found if relation.split()[1] in KINDS} == expected
    # what speaks against a diagnosis does not speak for it
    rivals = {relation.replace("excludes", "indicates") for relation in expected}
    assert not found & (rivals - expected)


def test_a_long_sentence_comes_to_an_end(finder: RelationFinder) -> None:
    """No rule may try the ways to divide a sentence: that takes hours: CI would not end."""
    words = "is not seen, while in and of with it, " * 60
    doc, _ = related_doc("discussion", f"[F1 Mass] {words} [F2 cyst] unlike [D1:general tumor].")
    assert finder(doc) is doc
