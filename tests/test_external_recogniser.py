"""A spaCy model of the user's as a further recogniser, with a small one made and trained here."""

import csv
import logging
import shutil

import pytest
import spacy
from spacy.training import Example
from typer.testing import CliRunner

import pipeline
from pipeline.annotations import mentions_of
from pipeline.cli import app
from pipeline.errors import ResourceError, UsageError
from pipeline.recognition.external_model import ExternalModel
from pipeline.recognition.merge_rules import load_merge_rules
from pipeline.recognition.merging import Marked, MentionMerger
from pipeline.recognition.recogniser_labels import read_labels
from pipeline.stages.external_recogniser import ExternalRecogniser

# words that mean nothing, in sentences in which ours marks nothing
TEXTS = [
    ("She took her glimmerous home.", "glimmerous", "DISEASE"),
    ("He lives with a tarvose and two sons.", "tarvose", "DISEASE"),
    ("They sold the glimmerous to the school.", "glimmerous", "DISEASE"),
    ("The tarvose was left at home.", "tarvose", "DISEASE"),
    ("She was given plorazine twice.", "plorazine", "DRUG"),
    ("Then plorazine was stopped.", "plorazine", "DRUG"),
]
TEXT = "They sold the glimmerous to the school. CT of the liver. She was given plorazine twice.\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A folder with a model that knows three words."""
    nlp = spacy.blank("en")
    nlp.meta["name"] = "three words"
    ner = nlp.add_pipe("ner", config={"model": {"tok2vec": {"width": 32, "embed_size": 200}}})
    examples = []
    for text, word, label in TEXTS:
        start = text.index(word)
        entities = {"entities": [(start, start + len(word), label)]}
        examples.append(Example.from_dict(nlp.make_doc(text), entities))
    spacy.util.fix_random_seed(0)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(60):
        losses = {}
        nlp.update(examples, sgd=optimizer, losses=losses)
        if losses["ner"] < 1e-3:
            break
    assert ner.labels == ("DISEASE", "DRUG")
    folder = tmp_path_factory.mktemp("model") / "three_words"
    nlp.to_disk(folder)
    return folder


@pytest.fixture(scope="module")
def labels(tmp_path_factory):
    path = tmp_path_factory.mktemp("labels") / "labels.tsv"
    path.write_text("model_label\tlabel\nDISEASE\tDIAGNOSIS\nDRUG\t\n", encoding="utf-8")
    return path


def found(doc):
    return {(m["label"], doc[m["start"] : m["end"]].text): m["rule"] for m in mentions_of(doc)}


@pytest.mark.parametrize("profile", ["default", "fast"])
def test_what_it_marks_becomes_a_mention_with_its_name(model, labels, profile):
    nlp = pipeline.load(profile, recogniser=str(model), recogniser_labels=str(labels))
    with_it = found(nlp(TEXT))
    without = found(pipeline.load(profile)(TEXT))
    assert with_it["DIAGNOSIS", "glimmerous"].split()[0] == "MODEL:en_three_words"
    assert ("DIAGNOSIS", "glimmerous") not in without
    assert ("ANATOMY", "liver") in with_it
    assert not any("plorazine" in text for _, text in with_it)


def test_a_model_is_taken_by_its_package_name(model, labels, tmp_path, monkeypatch):
    """As `python -m spacy package` lays it out: the data in a folder with name and version."""
    package = tmp_path / "made_up_words"
    shutil.copytree(model, package / "en_three words-0.0.0")
    shutil.copy(model / "meta.json", package / "meta.json")
    code = "from spacy.util import load_model_from_init_py\n\n\ndef load(**options):\n"
    code += "    return load_model_from_init_py(__file__, **options)\n"
    (package / "__init__.py").write_text(code, encoding="utf-8")
    info = tmp_path / "made_up_words-0.0.0.dist-info"
    info.mkdir()
    metadata = "Metadata-Version: 2.1\nName: made-up-words\nVersion: 0.0.0\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    nlp = pipeline.load("fast", recogniser="made_up_words", recogniser_labels=str(labels))
    assert "MODEL:made_up_words" in found(nlp(TEXT))["DIAGNOSIS", "glimmerous"].split()


def test_ours_comes_first(nlp):
    marked = {
        "recogniser": [Marked("FINDING", 1, 4, "crf-outer")],
        "external": [
            Marked("DIAGNOSIS", 0, 5, "MODEL:x"),
            Marked("ANATOMY", 2, 3, "MODEL:x"),
            Marked("FINDING", 6, 7, "MODEL:x"),
        ],
    }
    merged = MentionMerger(load_merge_rules()).merge(marked, ["findings"] * 8)
    assert [(m.label, m.start, m.end, m.rule) for m in merged] == [
        ("FINDING", 1, 4, "crf-outer"), ("FINDING", 6, 7, "MODEL:x")
    ]  # fmt: skip


def test_both_marking_the_same_are_both_named():
    marked = {
        "recogniser": [Marked("FINDING", 1, 4, "crf-outer")],
        "external": [Marked("FINDING", 1, 4, "MODEL:x")],
    }
    merged = MentionMerger(load_merge_rules()).merge(marked, ["findings"] * 8)
    assert [m.rule for m in merged] == ["crf-outer MODEL:x"]


class FakeModel:
    """Marks what it is told to, by words."""

    name = "fake"

    def __init__(self, marks, labels=()):
        self._marks = marks
        self.labels = list(labels)

    def entities(self, text):
        from pipeline.recognition.external_model import ExternalEntity

        return [
            ExternalEntity(label, text.index(word), text.index(word) + len(word))
            for word, label in self._marks
        ]


def test_spans_end_at_our_tokens(nlp):
    doc = nlp.make_doc("T2-weighted 3cm lesion")
    marks = [("weighted 3", "FINDING"), ("lesi", "ANATOMY")]
    ExternalRecogniser(FakeModel(marks), read_labels())(doc)
    spans = [(span.label_, span.text, span.id_) for span in doc.spans["external"]]
    assert spans == [
        ("FINDING", "weighted 3", "MODEL:fake"), ("ANATOMY", "lesion", "MODEL:fake")
    ]  # fmt: skip


def test_a_label_that_says_nothing_takes_the_lexicon_s(nlp):
    doc = dict(nlp.pipeline)["radtab_lexicon"](nlp.make_doc("dark effusion in the liver"))
    marks = [("liver", "ENTITY"), ("the", "ENTITY"), ("effusion in", "ENTITY")]
    ExternalRecogniser(FakeModel(marks), read_labels())(doc)
    assert [(s.label_, s.text) for s in doc.spans["external"]] == [("ANATOMY", "liver")]


def test_a_label_without_a_row_is_told_of_once(nlp, caplog):
    with caplog.at_level(logging.WARNING, "radtab"):
        stage = ExternalRecogniser(FakeModel([("seen", "GIZMO")], ["WIDGET"]), {})
        for _ in range(3):
            doc = stage(nlp.make_doc("nothing seen here"))
    assert len(doc.spans["external"]) == 0
    told = [record.getMessage() for record in caplog.records]
    assert [("WIDGET" in line, "GIZMO" in line) for line in told] == [(True, False), (False, True)]
    assert all("expected one in the table of --labels" in line for line in told)
    assert not any("nothing" in line or "\n" in line for line in told)


def test_a_model_that_is_not_installed_is_named():
    with pytest.raises(UsageError, match=r"^recogniser 'no_such_model' is not installed, expected"):
        pipeline.load(recogniser="no_such_model")


def test_a_package_that_is_no_model_is_named():
    with pytest.raises(UsageError, match=r"^recogniser 'json' .*expected"):
        pipeline.load(recogniser="json")


def test_a_model_without_entities_is_named(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "plain")
    with pytest.raises(UsageError, match=r"no stage marks entities \(it has: sentencizer\)"):
        ExternalModel(str(tmp_path / "plain"))


def test_a_damaged_model_is_named(model, tmp_path):
    (tmp_path / "config.cfg").write_text("[nlp]\nlang = en\n", encoding="utf-8")
    (tmp_path / "meta.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^recogniser '.*' does not load \(\w+\), expected"):
        ExternalModel(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("model_label\tlabel\nX\tMASS\n", r"labels\.tsv:2: label 'MASS', expected nothing"),
        ("model_label\tlabel\n\tFINDING\n", r"labels\.tsv:2: model_label is empty"),
        ("theirs\tours\n", r"labels\.tsv:1: no column model_label, expected model_label and"),
        ("# a remark\n\n", r"labels\.tsv:1: empty, expected a header"),
        ("model_label\tlabel\nX\t\nX\tFINDING\n", r"labels\.tsv:3: X stands twice"),
        ("model_label\tlabel\nX\t\tmore\n", r"labels\.tsv:2: 3 cells, expected 2"),
    ],
)
def test_a_wrong_table_is_named(text, problem, tmp_path):
    path = tmp_path / "labels.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ResourceError, match=f"^{problem}"):
        read_labels(path)


def test_known_models_have_rows():
    rows = read_labels()
    assert rows["DISEASE"] == "DIAGNOSIS"
    assert rows["CHEMICAL"] == ""
    assert rows["ENTITY"] == "lexicon"
    assert rows["ORGAN"] == rows["ANATOMY"] == "ANATOMY"


def entity_named(run, text):
    with (run / "entities.csv").open(encoding="utf-8") as rows:
        return next(row["entity_id"] for row in csv.DictReader(rows) if row["text"] == text)


def test_the_command_takes_it(model, labels, tmp_path):
    case = tmp_path / "case.txt"
    case.write_text(TEXT, encoding="utf-8")
    options = ["--recogniser", str(model), "--labels", str(labels), "--input-format", "text"]
    run = tmp_path / "run"
    done = CliRunner().invoke(app, ["run", str(case), "-o", str(run), "--format", "csv", *options])
    assert done.exit_code == 0, done.output
    assert "MODEL:en_three_words" in (run / "entities.csv").read_text("utf-8")
    explained = CliRunner().invoke(app, ["explain", str(run), entity_named(run, "glimmerous")])
    assert "a model named by --recogniser" in explained.output
    shown = CliRunner().invoke(app, ["show", str(case), "--tables", "entities", *options])
    assert shown.exit_code == 0, shown.output
    assert "glimmerous" in shown.output


def test_the_command_tells_what_is_missing(tmp_path):
    case = tmp_path / "case.txt"
    case.write_text(TEXT, encoding="utf-8")
    done = CliRunner().invoke(app, ["show", str(case), "--recogniser", "no_such_model"])
    assert done.exit_code == 2
    assert done.output.startswith("radtab: recogniser 'no_such_model' is not installed")
    assert done.output.count("\n") == 1
