"""Which names in a list of alternatives are its answers, and the rows that say so."""

import pytest

from pipeline.annotations import mentions_of, set_mentions
from pipeline.errors import ResourceError
from pipeline.recognition.list_answers import AnswerReader
from pipeline.recognition.list_entries import entries_of
from pipeline.recognition.mention_names import is_disease_name
from pipeline.recognition.merging import Marked
from pipeline.stages.status import make_status_marker
from pipeline.terminology.list_words import load_list_words, read_list_words
from tests.marking import marked_doc


def _read(text):
    """Read a text whose mentions are marked; give the words and label of each, in order."""
    doc, _ = marked_doc(text)
    words = [token.text for token in doc]
    spaces = [bool(token.whitespace_) for token in doc]
    sections = [""] * len(doc)
    for note in doc._.sections:
        sections[note["start"] : note["end"]] = [note["section"]] * (note["end"] - note["start"])
    found = [Marked(m["label"], m["start"], m["end"], m["rule"]) for m in mentions_of(doc)]
    reader = AnswerReader(load_list_words(), is_disease_name)
    read = sorted(reader.read(words, lambda: spaces, found, sections), key=lambda m: m[1:3])
    return [(doc[m.start : m.end].text, m.label, m.rule) for m in read]


@pytest.mark.parametrize(
    ("text", "name", "label", "row"),
    [
        ("DDx for [a noise|DIAGNOSIS||]:\n[Gout|DIAGNOSIS||]", "a noise", "FINDING",
         "LW:differential_of"),
        ("Other causes of [gout|DIAGNOSIS||]:\n", "gout", "DIAGNOSIS", "LW:causes_of"),
        ("[noise|DIAGNOSIS||] differential includes [gout|DIAGNOSIS||]", "noise", "FINDING",
         "LW:includes"),
        ("For [noise|DIAGNOSIS||]:\n[Gout|DIAGNOSIS||]", "noise", "FINDING", "LW:opener"),
        ("[Gout|DIAGNOSIS||] - a [noise|DIAGNOSIS||] would be odd", "noise", "FINDING", "LW:modal"),
        ("[Gout|DIAGNOSIS||] – odd for\n  a [noise|DIAGNOSIS||] is seen", "noise", "FINDING",
         "LW:modal"),
        ("[Gout|DIAGNOSIS||] can have [noise|DIAGNOSIS||]", "noise", "FINDING", "LW:have"),
    ],
)  # fmt: skip
def test_none_of_the_answers(text, name, label, row):
    read = {words: (label, rule) for words, label, rule in _read(f"differential: {text}")}
    assert read[name][0] == label
    assert row in read[name][1].split()


@pytest.mark.parametrize(
    "text",
    [
        "For [gout|DIAGNOSIS||] see topic, also [noise|DIAGNOSIS||]",
        "[Gout|DIAGNOSIS||] - [noise|DIAGNOSIS||], [rickets|DIAGNOSIS||]",
        "[Gout|DIAGNOSIS||]-[noise|DIAGNOSIS||] is rare",
        "[Noise|DIAGNOSIS||]: [gout|DIAGNOSIS||]",
    ],
)
def test_answers_stay(text):
    assert {(label, rule) for _, label, rule in _read(f"differential: {text}")} == {
        ("DIAGNOSIS", "L:1")
    }


def test_outside_a_list_nothing_is_read():
    (mention,) = _read("findings: DDx for [noise|DIAGNOSIS||]: none")
    assert mention == ("noise", "DIAGNOSIS", "L:1")


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ("Left [subclavian vein|ANATOMY||]", "Left subclavian vein"),
        ("[Ovary|ANATOMY||]", "Ovary"),
        ("[Fluid collection|FINDING||] (sterile)", "Fluid collection"),
        ("Blood thinners", "Blood thinners"),
    ],
)
def test_an_entry_is_an_answer_by_its_place(entry, found):
    read = _read(f"differential: [Gout|DIAGNOSIS||]\n{entry}\n[Rickets|DIAGNOSIS||]")
    assert (found, "DIAGNOSIS", "LW:entry") in read
    assert not any(label == "FINDING" for _, label, _ in read)
    assert (found, "ANATOMY", "L:1") not in read


@pytest.mark.parametrize(
    "entry",
    [
        "Less often:",
        "Findings are clear",
        "- [Ovary|ANATOMY||]",
        "[CT|MODALITY||] of the [ovary|ANATOMY||]",
        "One of very many words in a long line",
        "...",
    ],
)
def test_an_entry_that_is_no_answer(entry):
    read = _read(f"differential: [Gout|DIAGNOSIS||]\n{entry}\n[Rickets|DIAGNOSIS||]")
    assert [words for words, label, _ in read if label == "DIAGNOSIS"] == ["Gout", "Rickets"]


def test_a_list_without_a_marked_answer_gets_none():
    assert [label for _, label, _ in _read("differential: [Ovary|ANATOMY||]\nColon")] == ["ANATOMY"]


def test_a_line_in_lower_case_goes_on_only_with_a_remark():
    words = ["Gout", "\n", "rickets", "\n"]
    assert [(e.start, e.end) for e in entries_of(words, [False] * 4)] == [(0, 2), (2, 4)]
    assert entries_of(["\n", " "], [False] * 2) == []


def test_what_is_beside_answers_is_no_alternative():
    doc, _ = marked_doc(
        "differential: Differential diagnosis for [gout|DIAGNOSIS||] includes [rickets|DIAGNOSIS||]"
    )
    mentions = mentions_of(doc)
    mentions[0]["rule"] += " LW:differential_of"
    set_mentions(doc, mentions)
    first, second = mentions_of(make_status_marker()(doc))
    assert first["status"] != "differential"
    assert second["status"] == "differential"


@pytest.mark.parametrize(
    ("row", "problem"),
    [("L1\tfor\theading", "kind 'heading'"), ("L1\tFor\ttopic", "'For'")],
)
def test_bad_row(tmp_path, row, problem):
    path = tmp_path / "list_words.tsv"
    path.write_text(f"id\twords\tkind\n{row}\n", encoding="utf-8")
    with pytest.raises(ResourceError, match=rf"list_words\.tsv:2: .*{problem}"):
        read_list_words(path)


def test_a_list_of_many_entries_and_one_of_many_names_come_to_an_end():
    size = 40_000
    reader = AnswerReader(load_list_words(), is_disease_name)
    for words in (["gout", "\n"] * size, ["for", "gout", ":", *["noise", ","] * size]):
        names = [i for i, word in enumerate(words) if word in ("gout", "noise")]
        found = [Marked("DIAGNOSIS", i, i + 1, "x") for i in names]
        spaces = [True] * len(words)
        read = reader.read(words, spaces.copy, found, ["differential"] * len(words))
        assert [m[1:3] for m in read] == [m[1:3] for m in found]
        assert sum("LW:opener" in m.rule for m in read) == (words[0] == "for")
