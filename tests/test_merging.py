"""Lexicon and recogniser spans -> mentions, by the rows of `merge.tsv`."""

import pytest
from spacy.tokens import Doc, Span, SpanGroup
from spacy.vocab import Vocab

from pipeline.annotations import SectionNote, mentions_of, set_sections
from pipeline.errors import ResourceError
from pipeline.explain import find_rules
from pipeline.recognition import mention_bounds, mention_names, merge_rules
from pipeline.recognition.bound_cutting import BoundCutter
from pipeline.recognition.list_answers import AnswerReader
from pipeline.recognition.mention_bounds import load_bound_words
from pipeline.recognition.mention_names import (
    MentionNamer,
    is_disease_name,
    load_name_rules,
    type_of_name,
)
from pipeline.recognition.merge_rules import COLUMNS, load_merge_rules
from pipeline.recognition.merging import Marked, MentionMerger
from pipeline.stages.entities import EntityMerger
from pipeline.terminology.list_words import load_list_words

MERGER = EntityMerger(
    MentionMerger(load_merge_rules()),
    BoundCutter(load_bound_words()),
    MentionNamer(load_name_rules(), type_of_name),
    AnswerReader(load_list_words(), is_disease_name),
)


def merged(words, lexicon, recogniser=None, section="findings"):
    """Merge spans given as (label, start, end, id); give (label, words, rule) of each mention."""
    doc = Doc(Vocab(), words=words.split())
    note = SectionNote(section=section, start=0, end=len(doc), method="given", score=1.0)
    set_sections(doc, [note])
    for source, spans in (("lexicon", lexicon), ("recogniser", recogniser)):
        if spans is not None:
            group = [Span(doc, s, e, label=label, span_id=rule) for label, s, e, rule in spans]
            doc.spans[source] = SpanGroup(doc, name=source, spans=group)
    MERGER(doc)
    return [(m["label"], doc[m["start"] : m["end"]].text, m["rule"]) for m in mentions_of(doc)]


def test_ids_of_all_that_agree_are_joined():
    found = merged("axial CT", [("PLANE", 0, 1, "PL1")], [("PLANE", 0, 1, "crf-inner")])
    assert found == [("PLANE", "axial", "PL1 crf-inner")]


def test_a_modality_is_what_the_lexicon_knows():
    found = merged(
        "chest CT and scintigram",
        [("MODALITY", 1, 2, "MO1")],
        [("MODALITY", 0, 2, "crf-inner"), ("MODALITY", 3, 4, "crf-inner")],
    )
    assert found == [("MODALITY", "CT", "MO1")]


def test_the_place_a_study_is_of_is_anatomy():
    found = merged("chest radiograph", [("MODALITY", 0, 2, "MO1"), ("ANATOMY", 0, 1, "AN1")], [])
    assert found == [("MODALITY", "chest radiograph", "MO1"), ("ANATOMY", "chest", "AN1")]
    assert merged("chest pain", [("ANATOMY", 0, 1, "AN1")], []) == []


def test_the_recogniser_decides_findings_and_anatomy():
    found = merged(
        "large renal mass",
        [("FINDING", 2, 3, "FI1"), ("DIAGNOSIS", 1, 3, "DX1"), ("ANATOMY", 1, 2, "AN1")],
        [("FINDING", 2, 3, "crf-outer")],
    )
    assert found == [("FINDING", "mass", "crf-outer FI1")]


def test_a_sequence_stands_in_a_signal():
    found = merged("high T2 signal", [("SIGNAL", 0, 3, "SG1"), ("SEQUENCE", 1, 2, "SQ1")], [])
    assert found == [("SIGNAL", "high T2 signal", "SG1"), ("SEQUENCE", "T2", "SQ1")]


def test_alone_the_longest_of_finding_and_diagnosis_is_taken():
    spans = [("FINDING", 1, 2, "FI1"), ("DIAGNOSIS", 0, 2, "DX1"), ("FINDING", 3, 4, "FI2")]
    found = merged("liver cyst and pain", spans)
    assert found == [("DIAGNOSIS", "liver cyst", "DX1"), ("FINDING", "pain", "FI2")]


@pytest.mark.parametrize("section", ["diagnosis", "differential"])
def test_alone_what_is_listed_as_an_answer_is_a_diagnosis(section):
    found = merged("pleural effusion", [("FINDING", 0, 2, "FI1")], section=section)
    assert [(label, text) for label, text, _ in found] == [("DIAGNOSIS", "pleural effusion")]
    assert "FI1" in found[0][2]


def test_alone_anatomy_in_a_name_is_part_of_it_unless_it_ends_it():
    name = [("DIAGNOSIS", 0, 2, "DX1"), ("ANATOMY", 0, 1, "AN1")]
    assert [label for label, _, _ in merged("brain metastases", name)] == ["DIAGNOSIS"]
    phrase = [("FINDING", 0, 2, "FI1"), ("ANATOMY", 1, 2, "AN1")]
    assert [label for label, _, _ in merged("dilated esophagus", phrase)] == ["FINDING", "ANATOMY"]


def test_keywords_hold_no_mentions():
    spans = [("DIAGNOSIS", 0, 1, "DX1")]
    assert merged("pneumonia", spans, section="keywords") == []
    assert merged("pneumonia", spans, section="history") != []


def test_attributes_are_filled():
    doc = Doc(Vocab(), words="hyperintense left kidney measuring 3 cm".split())
    spans = [("SIGNAL", 0, 1), ("ANATOMY", 1, 3), ("MEASUREMENT", 4, 6)]
    group = [Span(doc, s, e, label=label, span_id="x1") for label, s, e in spans]
    doc.spans["lexicon"] = SpanGroup(doc, name="lexicon", spans=group)
    signal, kidney, size = mentions_of(MERGER(doc))
    assert signal["intensity"] == "hyper"
    assert kidney["laterality"] == "left"
    assert (size["value"], size["unit"]) == ("30", "mm")


def test_a_doc_without_spans_has_no_mentions():
    assert mentions_of(MERGER(Doc(Vocab(), words=["mass"]))) == []
    assert mentions_of(MERGER(Doc(Vocab(), words=[]))) == []


def test_no_two_mentions_of_a_label_overlap():
    spans = {
        "lexicon": [Marked("SIGNAL", i, i + 3, f"SG{i}") for i in range(5)],
        "recogniser": [Marked("SIGNAL", i, i + 2, "crf-inner") for i in range(6)],
    }
    found = MentionMerger(load_merge_rules()).merge(spans, ["findings"] * 8)
    tokens = [i for m in found for i in range(m.start, m.end)]
    assert len(tokens) == len(set(tokens))
    assert len(tokens) >= 6


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("MG1\tMASS\tlexicon\tany\t\t\t\t\t", "label"),
        ("MG1\t\tlexicon\tany\t\t\t\t\t", "label is empty"),
        ("MG1\tPLANE\tnobody\tany\t\t\t\t\t", "source"),
        ("MG1\tPLANE\tlexicon\tnever\t\t\t\t\t", "when"),
        ("MG1\tPLANE\tlexicon\tany\tbody\t\t\t\t", "section"),
        ("MG1\tPLANE\tlexicon\tany\t\t\tMASS\t\t", "blocked_by"),
        ("MG1\tPLANE\tlexicon\tany\t\t\t\t\tMASS", "within"),
    ],
)
def test_a_wrong_row_is_named(cells, problem, tmp_path, monkeypatch):
    path = tmp_path / "merge.tsv"
    path.write_text("\t".join(COLUMNS) + "\n" + cells + "\n", encoding="utf-8")
    monkeypatch.setattr(merge_rules, "models_path", lambda *_: path)
    with pytest.raises(ResourceError, match=rf"merge\.tsv:2: {problem}"):
        load_merge_rules.__wrapped__()


def test_every_label_has_a_source_with_and_without_the_recogniser():
    from pipeline.annotations import LABELS

    for sources in ({"lexicon"}, {"lexicon", "recogniser"}):
        fit = [
            rule
            for rule in load_merge_rules()
            if rule.source in sources and (rule.when == "any" or "recogniser" not in sources)
        ]
        assert set(LABELS) <= {label for rule in fit for label in rule.labels}


@pytest.mark.parametrize(
    ("text", "lexicon", "finding", "expected"),
    [
        ("multiple large masses", [], (0, 3), ["masses"]),
        ("mild to moderate swelling", [], (0, 4), ["swelling"]),
        ("tiny , scattered erosions", [], (0, 4), ["erosions"]),
        (
            "small bowel obstruction",
            [("ANATOMY", 0, 2, "AN1")],
            (0, 3),
            ["small bowel obstruction"],
        ),
        ("multiple exostoses", [("FINDING", 0, 2, "FI1")], (0, 2), ["multiple exostoses"]),
        ("morphology of the cysts", [], (0, 4), ["cysts"]),
        ("distal to the stricture", [], (0, 4), ["distal to the stricture"]),
        ("multiple", [], (0, 1), ["multiple"]),
        ("mild and moderate", [], (0, 3), ["moderate"]),
    ],
)
def test_words_that_open_no_mention_are_cut(text, lexicon, finding, expected):
    found = merged(text, lexicon, [("FINDING", *finding, "crf-outer")])
    assert [words for label, words, _ in found if label == "FINDING"] == expected


def test_a_place_before_a_generic_head_is_its_own():
    found = merged(
        "bulky paraspinal soft tissue masses",
        [("ANATOMY", 1, 4, "AN1"), ("FINDING", 2, 5, "FI1")],
        [("FINDING", 0, 5, "crf-outer"), ("ANATOMY", 1, 2, "crf-inner")],
    )
    assert [(label, words) for label, words, _ in found] == [
        ("ANATOMY", "paraspinal"), ("FINDING", "soft tissue masses")
    ]  # fmt: skip
    assert found[1][2].startswith("crf-outer MB")


def test_the_lexicon_gives_the_place_cut_off_where_the_recogniser_has_none():
    spans = [("ANATOMY", 0, 1, "AN1")]
    found = merged("mediastinal mass", spans, [("FINDING", 0, 2, "crf-outer")])
    assert [(label, words) for label, words, _ in found] == [
        ("ANATOMY", "mediastinal"), ("FINDING", "mass")
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["pleural effusion", "soft tissue mass", "abdominal pain"])
def test_a_name_keeps_its_place(text):
    size = len(text.split())
    spans = [("ANATOMY", 0, size - 1, "AN1")]
    found = merged(text, spans, [("FINDING", 0, size, "crf-outer")])
    assert ("FINDING", text) in [(label, words) for label, words, _ in found]


def test_a_place_after_a_finding_is_cut_unless_the_lexicon_has_the_name():
    marked = [("FINDING", 0, 5, "crf-outer"), ("ANATOMY", 3, 5, "crf-inner")]
    text = "asymmetry of the optic nerves"
    assert ("FINDING", "asymmetry") in [m[:2] for m in merged(text, [], marked)]
    assert ("FINDING", text) in [m[:2] for m in merged(text, [("FINDING", 0, 5, "FI1")], marked)]
    named = [("DIAGNOSIS", 0, 5, "crf-outer"), ("ANATOMY", 3, 5, "crf-inner")]
    assert ("DIAGNOSIS", text) in [m[:2] for m in merged(text, [], named)]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("MB1\tfirst\t\tmass\t", "place"),
        ("MB1\thead\t\t\tFINDING", "word"),
        ("MB1\thead\t\tMass\tFINDING", "word"),
        ("MB1\thead\t\t;\tFINDING", "word"),
        ("MB1\tlead\t\tlarge\tFINDING", "class"),
        ("MB1\thead\t\tmass\tMASS", "cut_from"),
    ],
)
def test_a_wrong_bound_is_named(cells, problem, tmp_path, monkeypatch):
    path = tmp_path / "mention_bounds.tsv"
    header = "\t".join(mention_bounds.COLUMNS)
    path.write_text(f"{header}\n{cells}\n", encoding="utf-8")
    monkeypatch.setattr(mention_bounds, "models_path", lambda *_: path)
    with pytest.raises(ResourceError, match=rf"mention_bounds\.tsv:2: {problem}"):
        load_bound_words.__wrapped__()


def test_a_coordination_is_parted_where_the_lexicon_has_both_sides():
    both = [("ANATOMY", 0, 1, "AN1"), ("ANATOMY", 2, 4, "AN2")]
    marked = [("ANATOMY", 0, 4, "crf-inner")]
    parted = [words for _, words, _ in merged("disk and paraspinal muscle", both, marked)]
    assert parted == ["disk", "paraspinal muscle"]
    shared = [words for _, words, _ in merged("vertebral and basilar arteries", both, marked)]
    assert shared == ["vertebral and basilar arteries"]
    alone = [words for _, words, _ in merged("disk and paraspinal muscle", both[1:], marked)]
    assert alone == ["disk and paraspinal muscle"]


@pytest.mark.parametrize(
    ("text", "label"),
    [("metastatic deposits", "DIAGNOSIS"), ("metallic deposits", "FINDING")],
)
def test_what_opens_with_the_nature_of_a_disease_is_one(text, label):
    found = merged(text, [], [("FINDING", 0, 2, "crf-outer")])
    assert [m[:2] for m in found] == [(label, text)]


@pytest.mark.parametrize(
    ("text", "second", "joined"),
    [
        ("lower thoracic and lower lumbar spine", 3, True),
        ("hepatic and mesenteric", 2, False),
        ("colon and small bowel", 2, False),
        ("hepatic or lumbar veins", 2, False),
        ("hepatic , and lumbar veins", 3, False),
    ],
)
def test_places_that_share_a_head_are_one(text, second, joined):
    size = len(text.split())
    first = text.split().index("and" if "and" in text else "or")
    first -= text.split()[first - 1] == ","
    marked = [("ANATOMY", 0, first, "crf-inner"), ("ANATOMY", second, size, "crf-inner")]
    assert ([words for _, words, _ in merged(text, [], marked)] == [text]) == joined


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("irregular and thickened", [(0, 1), (2, 3)], ["irregular", "thickened"]),
        ("calcified and enlarged node", [(0, 1), (2, 4)], ["calcified and enlarged node"]),
        ("abscess or epithelial tumor", [(0, 1), (2, 4)], ["abscess", "epithelial tumor"]),
        ("alert and oriented", [(0, 1)], ["alert and oriented"]),
    ],
)
def test_findings_named_by_the_lexicon_are_parted_unless_they_share_a_head(text, names, expected):
    lexicon = [("FINDING", start, end, f"FI{start}") for start, end in names]
    marked = [("FINDING", 0, len(text.split()), "crf-outer")]
    assert [words for _, words, _ in merged(text, lexicon, marked)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("differential includes hamartoma", ["hamartoma"]),
        ("Unlike adenoma", ["adenoma"]),
        ("syrinx , differential includes cord tumor", ["syrinx", "cord tumor"]),
        ("abscess versus tumor", ["abscess", "tumor"]),
        ("clear ; normal nodes", ["clear", "normal nodes"]),
    ],
)
def test_words_that_open_a_list_are_no_part_of_a_diagnosis(text, expected):
    found = merged(text, [], [("DIAGNOSIS", 0, len(text.split()), "crf-outer")])
    assert [words for _, words, _ in found] == expected


@pytest.mark.parametrize(
    ("text", "given", "named", "section", "expected"),
    [
        ("bowel obstruction", "FINDING", "DIAGNOSIS", "findings", "DIAGNOSIS"),
        ("sinus tract", "DIAGNOSIS", "FINDING", "findings", "FINDING"),
        ("sinus tract", "DIAGNOSIS", "FINDING", "differential", "DIAGNOSIS"),
        ("unheard of", "FINDING", "DIAGNOSIS", "findings", "FINDING"),
    ],
)
def test_a_known_name_says_the_label(text, given, named, section, expected):
    marked = [(given, 0, 2, "crf-outer")]
    found = merged(text, [(named, 0, 2, "X1")], marked, section)
    assert [label for label, _, _ in found] == [expected]
    both = [(named, 0, 2, "X1"), (given, 0, 2, "X2")]
    assert [label for label, _, _ in merged(text, both, marked, section)] == [given]
    theirs = [(given, 0, 2, "their-model")]
    assert [label for label, _, _ in merged(text, both[:1], theirs, section)] == [given]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("MN1\tMASS\tT047\t\tDIAGNOSIS", "label"),
        ("MN1\tFINDING\tT047\t\tMASS", "as"),
        ("MN1\tFINDING\tT047\tbody\tDIAGNOSIS", "not_section"),
        ("MN1\tFINDING\tT047\t\tDIAGNOSIS\nMN2\tFINDING\tT033\t\tSIGNAL", "label"),
    ],
)
def test_a_wrong_name_rule_is_named(cells, problem, tmp_path, monkeypatch):
    path = tmp_path / "mention_names.tsv"
    header = "\t".join(mention_names.COLUMNS)
    path.write_text(f"{header}\n{cells}\n", encoding="utf-8")
    monkeypatch.setattr(mention_names, "models_path", lambda *_: path)
    with pytest.raises(ResourceError, match=rf"mention_names\.tsv:\d: {problem}"):
        load_name_rules.__wrapped__()


def test_findings_that_each_have_a_place_are_parted():
    places = [("ANATOMY", 3, 4, "crf-inner"), ("ANATOMY", 7, 8, "crf-inner")]
    marked = [("FINDING", 0, 8, "crf-outer"), *places]
    found = merged("thinning of the cortex and loss of trabeculae", [], marked)
    assert [words for label, words, _ in found if label == "FINDING"] == ["thinning", "loss"]
    whole = merged("loss of pain and thermal sense", [], [("FINDING", 0, 6, "crf-outer")])
    assert [words for _, words, _ in whole] == ["loss of pain and thermal sense"]


def test_rows_of_bounds_are_explained():
    ids = [row.id for words in load_bound_words().values() for row in words.values()]
    found = find_rules(ids[:2])
    assert all("mention_bounds.tsv" in source.place for source in found.values())
    assert len(found) == 2
