"""Half pairs of signs and list entries in mentions; authors of references among them."""

import pytest

from pipeline.recognition.merging import Marked
from pipeline.recognition.reference_names import without_authors
from pipeline.recognition.whole_signs import with_whole_signs
from pipeline.tokenizer import TOKEN


def _spans(text, mentions, label="DIAGNOSIS"):
    """Give words without single blanks, and the mentions as spans of them."""
    words = [word for word in TOKEN.findall(text) if word != " "]
    spans = []
    for mention in mentions:
        inside = [word for word in TOKEN.findall(mention) if word != " "]
        starts = [i for i in range(len(words)) if words[i : i + len(inside)] == inside]
        spans.append(Marked(label, starts[0], starts[0] + len(inside), "crf-outer"))
    return words, spans


@pytest.mark.parametrize(
    ("text", "mention", "expected"),
    [
        ("Tendinosis (runner knee)", "Tendinosis (runner knee", ["Tendinosis", "runner knee"]),
        ("glioma (fibrillary)", "glioma (fibrillary", ["glioma ( fibrillary )"]),
        ("tear (Grade II tear)", "tear (Grade II tear", ["tear ( Grade II tear )"]),
        ("(core) with rim", "core) with rim", ["core", "rim"]),
        ('a "lump" here', '"lump', ["lump"]),
        ('a "whirl" sign', 'whirl" sign', ['" whirl " sign']),
        ("yellow “mud” here", "yellow “mud", ["yellow “ mud ”"]),
        ("RRR      Ext: warm", "RRR      Ext", ["RRR", "Ext"]),
        ("mass (known) here", "mass (known)", ["mass ( known )"]),
    ],
)
def test_half_a_pair_of_signs_is_mended(text, mention, expected):
    words, spans = _spans(text, [mention], "FINDING")
    found = with_whole_signs(words, spans, ["findings"] * len(words))
    assert [" ".join(words[m.start : m.end]) for m in found] == expected


def test_a_name_goes_on_after_its_brackets():
    words, spans = _spans("radicular (apical) cyst", ["radicular", "apical) cyst"])
    found = with_whole_signs(words, spans, ["discussion"] * len(words))
    assert [(m.start, m.end) for m in found] == [(0, 5)]


@pytest.mark.parametrize(("section", "entries"), [("differential", 2), ("findings", 1)])
def test_a_line_ends_an_entry_of_a_list_alone(section, entries):
    words, spans = _spans("sequestration\nblebs", ["sequestration\nblebs"])
    assert len(with_whole_signs(words, spans, [section] * len(words))) == entries


@pytest.mark.parametrize(
    ("text", "mention", "section", "kept"),
    [
        ("Doe, J.G. and Roe, A.", "Doe", "discussion", False),
        ("Roe A. Cysts. Radiology 1999;19:2", "Roe A", "discussion", False),
        ("Roe A. Cysts. Radiology 1999;19:2", "Cysts", "discussion", True),
        ("Cysts. Gut 1999;19:2", "Gut", "discussion", False),
        ("Labs: Protein C, Protein S, 2004", "Protein C", "exam", True),
        ("No author but Crohn disease", "Crohn disease", "discussion", True),
    ],
)
def test_authors_and_journals_are_no_mentions(text, mention, section, kept):
    words, spans = _spans(text, [mention])
    found = without_authors(words, spans, [], [section] * len(words))
    assert bool(found) == kept


def test_what_the_lexicon_knows_is_no_author():
    words, spans = _spans("Neck MR, and Roe A. 1999", ["Neck"], "ANATOMY")
    sections = ["discussion"] * len(words)
    assert without_authors(words, spans, [], sections) == []
    assert without_authors(words, spans, spans, sections) == spans


def test_the_digit_of_a_footnote_is_no_part_of_its_word():
    assert TOKEN.findall("tumor3 T1 IgG4") == ["tumor", "3", " ", "T1", " ", "IgG4"]
