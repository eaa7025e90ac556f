"""The links of the example cases that were read by hand: still made, and nearly all right."""

import json

import pytest

from pipeline.linking.loading import load_finder
from pipeline.resources import corpus_path, read_rows
from pipeline.tokenizer import TOKEN

COLUMNS = ("id", "mention", "label", "concept", "name", "right", "remark")
#: of a hundred links read
LEAST_RIGHT = 95


@pytest.fixture(scope="module")
def sheet() -> list[dict[str, str]]:
    return [row for _, row in read_rows(corpus_path("links_read.tsv"), COLUMNS)]


def test_a_hundred_links_were_read_and_nearly_all_are_right(sheet) -> None:
    assert len(sheet) == 100
    assert {row["right"] for row in sheet} <= {"yes", "no"}
    assert sum(row["right"] == "yes" for row in sheet) >= LEAST_RIGHT
    assert all(row["remark"] for row in sheet if row["right"] == "no")


def test_what_was_read_is_what_is_linked(sheet) -> None:
    finder, changed = load_finder(), []
    for row in sheet:
        terms = finder.best(tuple(TOKEN.findall(row["mention"])), row["label"]).terms
        now = (terms[0].concept_id, terms[0].concept_name) if terms else ("", "")
        if now != (row["concept"], row["name"]):
            changed.append(f"{row['id']} {row['mention']!r}: was {row['name']!r}, is {now[1]!r}")
    assert not changed, "read these links again: " + "; ".join(changed)


def test_every_mention_read_stands_in_the_example_cases(sheet) -> None:
    cases = [json.loads(line) for line in corpus_path("gold.jsonl").open(encoding="utf-8")]
    marked = {
        (" ".join(case["text"][e["start"] : e["end"]].split()), e["type"])
        for case in cases
        for e in case["entities"]
    }
    assert {(row["mention"], row["label"]) for row in sheet} <= marked
