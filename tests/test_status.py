"""Assertion status: marked sentences, rows that do not validate, survival on disk."""

import json
from pathlib import Path

import pytest
import spacy
from spacy.lang.en import English

from pipeline.annotations import mentions_of, new_mention, set_mentions
from pipeline.errors import ResourceError
from pipeline.resources import read_rows
from pipeline.stages.status import make_status_marker
from pipeline.terminology.patient_evidence import PatientJudge
from pipeline.terminology.patient_rows import load_evidence_rows
from pipeline.terminology.section_status import load_section_status
from pipeline.terminology.status_cues import load_status_cues
from pipeline.tokenizer import CaseTokenizer
from tests.marking import VOCAB, marked_doc

SENTENCES = list(
    read_rows(Path(__file__).parent / "data" / "status_sentences.tsv", ("id", "section", "text"))
)
CUE_HEADER = "id\tcue\tkind\tstatus\tdirection\tscope\tpriority\tsections\tlabels\n"


@pytest.fixture(scope="module")
def marker():
    return make_status_marker()


def mark(marker, text):
    """Give the doc and what is expected; the statuses given in the marks are blanked first."""
    doc, expected = marked_doc(text)
    for mention in mentions_of(doc):
        mention["status"] = ""
    return marker(doc), expected


def described(doc):
    return [
        (doc[m["start"] : m["end"]].text, m["status"], m["status_cue"]) for m in mentions_of(doc)
    ]


@pytest.mark.parametrize(("where", "row"), SENTENCES, ids=[row["id"] for _, row in SENTENCES])
def test_marked_sentence(marker, where, row):
    prefix = f"{row['section']}: " if row["section"] else ""
    doc, expected = mark(marker, prefix + row["text"])
    assert described(doc) == expected, where


@pytest.mark.parametrize(("where", "row"), SENTENCES, ids=[row["id"] for _, row in SENTENCES])
def test_cue_stands_at_its_characters(marker, where, row):
    doc, _ = mark(marker, row["text"])
    for mention in mentions_of(doc):
        low, high = mention["status_cue_start"], mention["status_cue_end"]
        assert (low, high) == (-1, -1) or doc.text[low:high] == mention["status_cue"], where
        assert (low == -1) == (mention["status_cue"] == ""), where


def test_rule_names_the_deciding_row(marker):
    doc, _ = mark(marker, "findings: No [effusion|FINDING|absent|]. A [mass|FINDING|present|].")
    rules = [mention["rule"].split() for mention in mentions_of(doc)]
    assert rules[0] == ["L:1", "SC:no"]
    assert rules[1][:2] == ["L:1", "ST:findings"]


def test_no_cue_across_sentences(marker):
    doc, _ = mark(marker, "exam: No fever. [Cough|FINDING|present|] since May.")
    assert described(doc) == [("Cough", "present", "")]


def test_only_asserted_labels_have_a_status(marker):
    doc, _ = mark(marker, "findings: No [liver|ANATOMY||] [lesion|FINDING|absent|].")
    assert [mention["status"] for mention in mentions_of(doc)] == ["", "absent"]


@pytest.mark.parametrize(
    ("method", "status"), [("model", "historical"), ("heading", "present"), ("given", "present")]
)
def test_a_guess_at_the_whole_text_is_no_section(marker, method, status):
    doc, _ = marked_doc("diagnosis: [Asthma|DIAGNOSIS||]")
    doc._.sections[0]["method"] = method
    assert [mention["status"] for mention in mentions_of(marker(doc))] == [status]


def cue_row(**cells):
    row = {
        "id": "C:1", "cue": "no", "kind": "cue", "status": "absent", "direction": "forward",
        "scope": "5", "priority": "50", "sections": "", "labels": "",
    }  # fmt: skip
    return CUE_HEADER + "\t".join((row | cells).values()) + "\n"


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"cue": "No"}, "'No' in the cue"),
        ({"cue": "h/o"}, "'h/o' in the cue"),
        ({"cue": " "}, "no words in the cue"),
        ({"kind": "clue"}, "kind 'clue'"),
        ({"status": "gone"}, "status 'gone'"),
        ({"status": "absent possible"}, "2 of status do not fit the kind 'cue'"),
        ({"kind": "pseudo"}, "1 of status do not fit the kind 'pseudo'"),
        ({"direction": "left"}, "direction 'left'"),
        ({"scope": "far"}, "scope 'far'"),
        ({"priority": "100"}, "priority '100'"),
        ({"sections": "finding"}, "sections 'finding'"),
        ({"labels": "ANATOMY"}, "labels 'ANATOMY'"),
    ],
)
def test_bad_cue_row(tmp_path, cells, problem):
    path = tmp_path / "cues.tsv"
    path.write_text(cue_row(**cells), encoding="utf-8")
    with pytest.raises(ResourceError, match=f"^cues.tsv:2: {problem}"):
        load_status_cues(path)


def test_good_cue_row(tmp_path):
    path = tmp_path / "cues.tsv"
    path.write_text(cue_row(cue="no|without clear| sign of"), encoding="utf-8")
    table = load_status_cues(path)
    found = table.find(["without", "sign", "of", "no", "sign"])
    assert [(low, high, cues[0].id) for low, high, cues in found] == [(0, 3, "C:1")]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("S:1\tplan\t\tpresent\t1\n", "status.tsv:2: section 'plan'"),
        ("S:1\texam\t\tgood\t1\n", "status.tsv:2: status 'good'"),
        ("S:1\texam\t\tpresent\t1\nS:2\texam\t\tabsent\t1\n", "status.tsv:3: section and label"),
        ("S:1\texam\t\tpresent\t1\n", "status.tsv: no row for section ''"),
    ],
)
def test_bad_section_row(tmp_path, rows, problem):
    path = tmp_path / "status.tsv"
    path.write_text("id\tsection\tlabel\tstatus\tpriority\n" + rows, encoding="utf-8")
    with pytest.raises(ResourceError, match=problem):
        load_section_status(path)


@pytest.mark.parametrize("rows", ["E:1\tthe\tafter\n", "E:1\tlength\tshape\n"])
def test_bad_evidence_row(tmp_path, rows):
    path = tmp_path / "evidence.tsv"
    path.write_text("id\tcue\tplace\n" + rows, encoding="utf-8")
    with pytest.raises(ResourceError, match=r"^evidence\.tsv:2: "):
        load_evidence_rows(path)


def test_no_cue_without_its_telling_word(tmp_path):
    path = tmp_path / "cues.tsv"
    rows = ["C:1\tis no longer seen\tcue\tabsent", "C:2\tlonger\tterminator\t"]
    path.write_text(
        "\n".join(
            [
                "id\tcue\tkind\tstatus\tdirection\tscope\tpriority\tsections\tlabels",
                *(f"{row}\tforward\t9\t9\t\t" for row in rows),
            ]
        )
        + "\n",
        encoding="utf-8",
    )
    assert load_status_cues(path).telling() == {"seen"}


@pytest.mark.parametrize("model", ["", "[]", '{"bias": 0}', '{"bias": "x", "weights": {}}'])
def test_bad_weights(tmp_path, model):
    path = tmp_path / "weights.json"
    path.write_text(model, encoding="utf-8")
    with pytest.raises(ResourceError, match=r"^weights\.json: "):
        PatientJudge.load(path)


def test_every_weight_is_of_a_row():
    judge = PatientJudge.load(Path(__file__).parents[1] / "models/trained/status_evidence.json")
    rows = Path(__file__).parents[1] / "models/rules/status_evidence.tsv"
    ids = {row["id"] for _, row in read_rows(rows, ("id", "cue", "place"))}
    assert {name.partition("/")[0] for name in judge.weights} <= ids


def test_survives_disk(tmp_path):
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "radtab_tokenizer"}}})
    nlp.add_pipe("radtab_status", config={"threshold": 0.9})
    nlp.add_pipe("radtab_roles")
    nlp.to_disk(tmp_path / "model")
    again = spacy.load(tmp_path / "model")
    doc, _ = mark(again.get_pipe("radtab_status"), "exam: No [rash|FINDING|absent|No].")
    assert described(doc) == [("rash", "absent", "No")]
    assert again.get_pipe("radtab_status").threshold == 0.9
    assert again.pipe_names == ["radtab_status", "radtab_roles"]


def test_factory_settings_are_json():
    meta = English.get_factory_meta("radtab_status")
    assert json.loads(json.dumps(meta.default_config)) == meta.default_config


@pytest.mark.parametrize("text", ["   ", "A mass.   \n"])
def test_mention_of_white_space(marker, text):
    doc = CaseTokenizer(VOCAB)(text)
    set_mentions(doc, [new_mention("FINDING", len(doc) - 1, len(doc), "L:1")])
    assert [mention["status"] for mention in mentions_of(marker(doc))] == ["present"]
