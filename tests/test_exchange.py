"""Runs to other programs and back: what comes back is what the run says."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from spacy.tokens import DocBin
from typer.testing import CliRunner, Result

import pipeline
from pipeline.cli import app
from pipeline.errors import FormatProblem, RunError, UsageError
from pipeline.exchange.brat import fragments, standoff
from pipeline.exchange.brat_files import FileNamer
from pipeline.exchange.export import FORMS, export_run
from pipeline.exchange.gold_form import gold_case, marked
from pipeline.exchange.gold_import import import_gold
from pipeline.exchange.label_studio import config
from pipeline.exchange.omop import SCHEMAS
from pipeline.exchange.run_cases import annotated_cases, chosen_cases
from pipeline.manifest import read_manifest, write_manifest
from pipeline.resources import corpus_path
from pipeline.run_folder import read_arrow, read_table
from pipeline.scoring import read_gold_cases, score_run
from pipeline.table_files import write_table
from pipeline.training.gold import gold_doc, read_gold
from tests.exchange_runs import case, in_parts, write_run

LOOKALIKE = "T1\tFINDING 0 3\tfoo\nR1\tindicates Arg1:T1 Arg2:T2\n#1\tnote"
HOSTILE = [
    case("../T1", f"{LOOKALIKE}\nsoft\n  tissue\r\n\tmass\u2028here \U0001f480 no cyst\x85",
         ("soft\n  tissue\r\n\tmass\u2028here", "FINDING", "present"),
         ("\U0001f480 no", "DIAGNOSIS", "differential"), ("cyst", "FINDING", "absent"),
         sections=[["findings", 0, 9], ["discussion", 12, 60]], differential=["e2"],
         final_diagnosis=["e2"], key_findings=["e1"],
         relations=[["indicates", "e1", "e2"], ["excludes", "e3", "e2"]]),
    case("a \"b\" <&>;", "  T2 \t\n mass", ("T2 \t\n mass", "SIGNAL", "general")),
    case("CON", LOOKALIKE, ("FINDING 0 3\tfoo\nR1", "FINDING", "family")),
    case("con", "liver", ("liver", "ANATOMY", "")),
    case("x" * 180, "lesion of liver", ("lesion", "FINDING", "present"), ("liver", "ANATOMY", ""),
         relations=[["located_in", "e1", "e2"]]),
    case("\u00e9\U0001f480", "nothing here"),
]  # fmt: skip


def corpus() -> list[dict[str, Any]]:
    lines = corpus_path("gold.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def runs_gold(run: Path) -> dict[str, Any]:
    """What a run says, as gold."""
    return {each.case_id: gold_case(marked(each)) for each in annotated_cases(run)}


def gold_in(path: Path) -> dict[str, Any]:
    return {each["case_id"]: dict(each) for each in read_gold_cases(path)}


def submitted(folder: Path) -> Path:
    """Do what Label Studio does when a person submits each task's prediction unchanged."""
    tasks = [t for f in sorted(folder.glob("tasks-*")) for t in json.loads(f.read_text("utf-8"))]
    for number, task in enumerate(tasks, start=1):
        (prediction,) = task.pop("predictions")
        task |= {"id": number, "annotations": [{"id": number, "result": prediction["result"]}]}
    path = folder.parent / "submitted.json"
    path.write_text(json.dumps(tasks, indent=2), "utf-8")
    return path


def there_and_back(run: Path, form: str) -> dict[str, Any]:
    folder = run.parent / form
    export_run(run, form, folder)
    source = folder if form == "brat" else submitted(folder)
    import_gold(form, source, run.parent / f"{form}.jsonl")
    return gold_in(run.parent / f"{form}.jsonl")


@pytest.fixture(scope="module")
def corpus_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("corpus"), corpus())


@pytest.fixture
def hostile_run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "hostile", HOSTILE)


@pytest.mark.parametrize("form", ["brat", "labelstudio"])
def test_the_example_corpus_comes_back_and_scores_the_run(form: str, corpus_run: Path) -> None:
    back = there_and_back(corpus_run, form)
    assert back == runs_gold(corpus_run)
    assert sum(len(each["relations"]) for each in back.values()) > 300
    scores = score_run(corpus_run.parent / f"{form}.jsonl", corpus_run)
    assert {name for name, each in scores.items() if each.f1 != 1 and each.gold} == set()


def test_what_comes_back_is_the_gold_the_run_was_made_of(tmp_path: Path) -> None:
    corpus_run = write_run(tmp_path / "w", corpus())
    known = {each["case_id"]: each for each in corpus()}
    for case_id, case_back in there_and_back(corpus_run, "brat").items():
        told = [[e["type"], e["start"], e["end"], e["status"]] for e in known[case_id]["entities"]]
        read = [[e["type"], e["start"], e["end"], e["status"]] for e in case_back["entities"]]
        assert sorted(map(str, read)) == sorted(map(str, told))
        assert case_back["sections"] == known[case_id]["sections"]
        for name in ("relations", "final_diagnosis", "differential", "key_findings"):
            assert len(case_back[name]) == len(known[case_id][name])
    # the form is told once; the second export of the same run is refused, not written over
    with pytest.raises(UsageError, match="is there already"):
        export_run(corpus_run, "brat", corpus_run.parent / "brat")


@pytest.mark.parametrize("form", ["brat", "labelstudio"])
def test_hostile_texts_come_back(form: str, hostile_run: Path) -> None:
    back = there_and_back(hostile_run, form)
    assert back == runs_gold(hostile_run)
    assert [e["text"] for e in back["../T1"]["entities"]] == [
        "soft\n  tissue\r\n\tmass\u2028here", "\U0001f480 no", "cyst",
    ]  # fmt: skip
    assert back["../T1"]["final_diagnosis"] == back["../T1"]["differential"] == ["e2"]


def test_brat_lines_hold_no_breaks(hostile_run: Path) -> None:
    for each in annotated_cases(hostile_run):
        for line in standoff(each):
            assert len(line.splitlines()) == 1
            assert line[0] in "TRA"
    export_run(hostile_run, "brat", hostile_run.parent / "out")
    (mention, *_) = [
        line
        for path in (hostile_run.parent / "out").glob("~2E*.ann")
        for line in path.read_text("utf-8").split("\n")
    ]
    spans = mention.split("\t")[1]
    assert spans.count(";") == 3
    assert mention.endswith("\tsoft tissue mass here")


def test_brat_files_stay_in_the_folder_and_apart(hostile_run: Path) -> None:
    out = hostile_run.parent / "out"
    export_run(hostile_run, "brat", out)
    names = [path.name for path in out.iterdir()]
    assert len({name.casefold() for name in names}) == 2 * len(HOSTILE) + 3
    assert not {"con.txt", "CON.txt"} & set(names)
    assert max(map(len, names)) < 200
    assert all(name.isascii() for name in names)


@given(st.lists(st.text(min_size=1), unique=True))
def test_any_ids_have_file_names_of_their_own(ids: list[str]) -> None:
    namer = FileNamer()
    names = [namer(each) for each in ids]
    assert len({name.casefold() for name in names}) == len(ids)
    assert all(set(name) <= set("~._-") | set(map(chr, range(48, 123))) for name in names)
    assert all("/" not in name and "\\" not in name and name[0] != "." for name in names)


@given(st.text(alphabet="ab \t\n\r\x1c\x85\u2028\U0001f480"), st.data())
def test_fragments_span_what_they_are_of(text: str, data: st.DataObject) -> None:
    if not text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    parts = fragments(text, start, end)
    assert (parts[0][0], parts[-1][1]) == (start, end)
    assert "".join("".join(text[a:b] for a, b in parts).split()) == "".join(text[start:end].split())
    assert all(a < b for a, b in parts)


def test_brat_configuration_names_all_that_is_written(corpus_run: Path, tmp_path: Path) -> None:
    export_run(corpus_run, "brat", tmp_path / "out")
    conf = (tmp_path / "out" / "annotation.conf").read_text("utf-8")
    lists = dict(part.split("]\n", 1) for part in conf.split("[")[1:])
    known = {name: {line.split("\t")[0] for line in lines.splitlines()}
             for name, lines in lists.items()}  # fmt: skip
    written: dict[str, set[str]] = {"T": set(), "R": set(), "A": set()}
    for path in (tmp_path / "out").glob("*.ann"):
        for line in path.read_text("utf-8").splitlines():
            written[line[0]].add(line.split("\t")[1].split(" ")[0])
    assert written["T"] <= known["entities"]
    assert written["R"] <= known["relations"]
    assert written["A"] <= known["attributes"]
    assert all(written.values())


def test_label_studio_config_has_the_controls_that_are_used(hostile_run: Path) -> None:
    root = ET.fromstring(config())
    controls = {each.get("name"): each for each in root if each.get("name")}
    export_run(hostile_run, "labelstudio", hostile_run.parent / "out")
    (path,) = (hostile_run.parent / "out").glob("tasks-*")
    results = [
        r for t in json.loads(path.read_text("utf-8")) for r in t["predictions"][0]["result"]
    ]
    for result in results:
        if result["type"] == "relation":
            continue
        control = controls[result["from_name"]]
        assert control.get("toName") == result["to_name"] == "text"
        values = {each.get("value") for each in control}
        assert set(result["value"][result["type"]]) <= values
    assert {r["type"] for r in results} == {"labels", "choices", "relation"}


SPACY_ALONE = """
import sys, spacy
from spacy.tokens import DocBin
docs = list(DocBin().from_disk(sys.argv[1]).get_docs(spacy.vocab.Vocab()))
print(len(docs), sum(len(d.spans["entities"]) for d in docs), len(docs[0].spans["sections"]) > 0)
span = docs[0].spans["entities"][0]
print(span.label_, span.id_, any(s.kb_id_ for d in docs for s in d.spans["entities"]))
print(sorted(k[1] for k in docs[0].user_data if k[0] == "._."), "pipeline" in sys.modules)
"""


def test_docbin_loads_where_only_spacy_is(tmp_path: Path) -> None:
    cases = corpus()
    cases[0]["entities"][0]["more"] = {"concept_id": "DOID:1"}
    run = write_run(tmp_path / "w", cases)
    export_run(run, "docbin", tmp_path / "out")
    word = [sys.executable, "-c", SPACY_ALONE, str(tmp_path / "out" / "part-00000.spacy")]
    done = subprocess.run(word, capture_output=True, text=True, check=True, cwd=tmp_path)
    entities = sum(len(each["entities"]) for each in cases)
    assert done.stdout.splitlines() == [
        f"{len(cases)} {entities} True",
        f"{cases[0]['entities'][0]['type']} e1 True",
        "['case_id', 'mentions', 'patient', 'relations', 'sections', 'source'] False",
    ]


def test_docs_give_the_tables_of_the_run_again(nlp: Any, tmp_path: Path) -> None:
    folder = corpus_path("cases")
    pipeline.run([folder / "chest_sarcoidosis.txt", folder / "spine_schwannoma.txt"],
                 tmp_path / "run")  # fmt: skip
    export_run(tmp_path / "run", "docbin", tmp_path / "out")
    (path,) = (tmp_path / "out").iterdir()
    docs = list(DocBin().from_disk(path).get_docs(nlp.vocab))
    again = pipeline.tables(docs)
    for name in ("cases", "sections", "entities", "relations", "findings"):
        assert len(again[name]) > 0
        pd.testing.assert_frame_equal(again[name], read_table(tmp_path / "run", name))
    for doc in docs:
        kept = [value for key, value in doc.user_data.items() if key[0] == "._."]
        json.dumps(kept)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_omop_has_the_columns_of_cdm_54(ending: str, tmp_path: Path) -> None:
    cases = corpus()[:3]
    cases[0]["entities"][0]["more"] = {"concept_id": "DOID:9", "concept_name": "x", "value": "a;b"}
    run = write_run(tmp_path / "w", cases)
    export_run(run, "omop", tmp_path / "out", ending=ending)
    read = pd.read_csv if ending == "csv" else pd.read_parquet
    table = {name: read(tmp_path / "out" / f"{name}.{ending}") for name in SCHEMAS}
    rows = table["note_nlp"]
    assert list(rows.columns) == [
        "note_nlp_id", "note_id", "section_concept_id", "snippet", "offset", "lexical_variant",
        "note_nlp_concept_id", "note_nlp_source_concept_id", "nlp_system", "nlp_date",
        "nlp_datetime", "term_exists", "term_temporal", "term_modifiers",
    ]  # fmt: skip
    entities = [(c, e) for c in sorted(cases, key=lambda c: c["case_id"]) for e in c["entities"]]
    assert len(rows) == len(entities)
    assert rows["note_nlp_id"].is_unique
    for row, (of, entity) in zip(rows.itertuples(), entities, strict=True):
        assert int(row.offset) == entity["start"]
        assert row.lexical_variant == entity["text"]
        assert len(row.snippet) <= 250
        assert " ".join(entity["text"].split()) in row.snippet
        exists = {"absent": "N", "differential": "N", "family": "N", "general": "N", None: ""}
        assert (row.term_exists if isinstance(row.term_exists, str) else "") == exists.get(
            entity["status"], "Y"
        )
        note = table["note"].set_index("note_id").loc[row.note_id]
        assert note.case_id == of["case_id"]
    (concept,) = table["source_to_concept_map"].itertuples()
    assert (concept.source_code, concept.source_concept_id) == ("DOID:9", 2_000_000_001)
    linked = rows[rows["note_nlp_source_concept_id"] == concept.source_concept_id]
    assert len(linked) == 1
    assert "value=a,b;" in linked["term_modifiers"].iloc[0]


def radtab(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_commands_tell_a_text_that_has_changed(hostile_run: Path, tmp_path: Path) -> None:
    source = hostile_run.parent / "cases.jsonl"
    lines = source.read_text("utf-8").splitlines()
    changed = [line.replace("of liver", "of SECRET") for line in lines if '"con"' not in line]
    (tmp_path / "now.jsonl").write_text("\n".join(changed), "utf-8")
    done = radtab(
        "export", hostile_run, "--to", "brat", "-o", tmp_path / "b", tmp_path / "now.jsonl"
    )
    assert done.exit_code == 1
    assert done.stdout == f"{tmp_path / 'b'}: 4 cases for brat, 2 left out\n"
    assert "con: its text is missing" in done.stderr
    assert f"{'x' * 180}: its text is changed" in done.stderr
    assert "SECRET" not in done.output
    assert not list((tmp_path / "b").glob("xxx*"))


def test_commands_there_and_back(hostile_run: Path, tmp_path: Path) -> None:
    for form in FORMS:
        done = radtab("export", hostile_run, "--to", form, "-o", tmp_path / form)
        assert (done.exit_code, done.stderr) == (0, "")
    back = tmp_path / "gold.jsonl"
    done = radtab("import", tmp_path / "brat", "--from", "brat", "-o", back)
    assert done.stdout == f"{back}: {len(HOSTILE)} gold cases\n"
    known = runs_gold(hostile_run)
    assert gold_in(back) == known
    tasks = tmp_path / "labelstudio"
    done = radtab("import", tasks, "--from", "labelstudio", "-o", back, "--predictions")
    assert done.exit_code == 0
    assert gold_in(back) == known


def test_a_sample_is_the_same_each_time_and_scores_its_run(
    corpus_run: Path, tmp_path: Path
) -> None:
    few, more = (chosen_cases(corpus_run, (), size, 7) for size in (4, 9))
    assert few is not None
    assert more is not None
    assert (len(few), len(more)) == (4, 9)
    assert set(few) < set(more)
    assert few != chosen_cases(corpus_run, (), 4, 8)
    for size, folder in ((4, "b"), (4, "again")):
        words = ("--to", "brat", "-o", tmp_path / folder, "--sample", size, "--seed", 7)
        done = radtab("export", corpus_run, *words)
        assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == f"{tmp_path / 'again'}: 4 cases for brat\n"
    import_gold("brat", tmp_path / "b", tmp_path / "g.jsonl")
    assert list(gold_in(tmp_path / "g.jsonl")) == few
    assert score_run(tmp_path / "g.jsonl", corpus_run)["all entities exact"].f1 == 1


def test_a_sample_of_a_large_run_scores_it(tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", corpus())
    whole = runs_gold(run)
    in_parts(run, ["cases", "sections", "entities", "relations"], [7, 12])
    assert runs_gold(run) == whole
    few = chosen_cases(run, (), 5)
    export_run(run, "labelstudio", tmp_path / "ls", only=few)
    import_gold("labelstudio", submitted(tmp_path / "ls"), tmp_path / "g.jsonl")
    assert sorted(gold_in(tmp_path / "g.jsonl")) == few
    assert score_run(tmp_path / "g.jsonl", run)["all entities exact"].f1 == 1


def test_a_run_safe_for_spreadsheets_is_scored_as_it_was(tmp_path: Path) -> None:
    formula = case("a", "seen: =cyst", ("=cyst", "FINDING", "present"))
    run = write_run(tmp_path / "w", [formula], "csv")
    table = read_arrow(run, "entities")
    write_manifest(run, read_manifest(run) | {"settings": {"format": "csv",
                                                          "spreadsheet_safe": True}})  # fmt: skip
    write_table(table, run / "entities.csv", inert=True)
    assert there_and_back(run, "brat")["a"]["entities"][0]["text"] == "=cyst"
    assert score_run(run.parent / "brat.jsonl", run)["FINDING exact"].f1 == 1


def test_named_cases_alone_are_exported(corpus_run: Path, tmp_path: Path) -> None:
    named = ["--case", "spine_schwannoma", "--case", "chest_sarcoidosis"]
    done = radtab("export", corpus_run, "--to", "labelstudio", "-o", tmp_path / "x", *named)
    assert (done.exit_code, done.stderr) == (0, "")
    (path,) = (tmp_path / "x").glob("tasks-*")
    tasks = json.loads(path.read_text("utf-8"))
    assert {task["data"]["case_id"] for task in tasks} == {*named} - {"--case"}
    done = radtab("export", corpus_run, "--to", "brat", "-o", tmp_path / "y", "--case", "none")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "no case none, expected the id of a case" in done.stderr


def test_what_comes_back_trains(corpus_run: Path, nlp: Any, tmp_path: Path) -> None:
    export_run(corpus_run, "brat", tmp_path / "b")
    import_gold("brat", tmp_path / "b", tmp_path / "g.jsonl")
    told = {each["case_id"]: each for each in corpus()}
    for case_read in read_gold(tmp_path / "g.jsonl"):
        doc, known = gold_doc(nlp.vocab, case_read), gold_doc(nlp.vocab, told[case_read["case_id"]])
        assert _without_ids(doc._.mentions) == _without_ids(known._.mentions)
        assert sorted(map(str, doc._.relations)) == sorted(map(str, known._.relations))
        assert doc._.sections == known._.sections


def _without_ids(mentions: list[dict[str, Any]]) -> list[str]:
    return sorted(str(mention | {"rule": ""}) for mention in mentions)


def test_tasks_nobody_annotated_are_no_gold(hostile_run: Path, tmp_path: Path) -> None:
    export_run(hostile_run, "labelstudio", tmp_path / "ls")
    path = submitted(tmp_path / "ls")
    tasks = json.loads(path.read_text("utf-8"))
    tasks[0]["annotations"][0]["was_cancelled"] = True
    path.write_text("[" + ",\n".join(map(json.dumps, tasks)) + "]", "utf-8")
    done = radtab("import", path, "--from", "labelstudio", "-o", tmp_path / "g.jsonl")
    assert done.exit_code == 1
    assert "submitted.json:1: no annotation" in done.stderr
    assert len(gold_in(tmp_path / "g.jsonl")) == len(HOSTILE) - 1


def test_the_corrected_annotation_counts(tmp_path: Path) -> None:
    run = write_run(tmp_path / "w", [case("a", "No cyst.", ("cyst", "FINDING", "present"))])
    export_run(run, "labelstudio", tmp_path / "ls")
    path = submitted(tmp_path / "ls")
    (task,) = json.loads(path.read_text("utf-8"))
    old = task["annotations"][0] | {"updated_at": "2026-01-01T00:00:00Z"}
    right = json.loads(json.dumps(old).replace('"present"', '"absent"'))
    task["annotations"] = [right | {"updated_at": "2026-01-02T00:00:00Z"}, old]
    path.write_text(json.dumps([task]), "utf-8")
    import_gold("labelstudio", path, tmp_path / "g.jsonl")
    assert gold_in(tmp_path / "g.jsonl")["a"]["entities"][0]["status"] == "absent"
    assert score_run(tmp_path / "g.jsonl", run)["status"].f1 == 0


def brat_folder(folder: Path, ann: str, text: str = "No cyst of liver.") -> Path:
    folder.mkdir()
    (folder / "a.txt").write_text(text, "utf-8")
    (folder / "a.ann").write_text(ann, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("ann", "told"),
    [
        ("T1\tFINDING 3 7\tcyst", "a.ann:1: FINDING has no status, expected one of present"),
        ("T1\tANATOMY 3 7\tcyst\nA1\tStatus T1 absent", "a.ann:1: ANATOMY has a status, expected"),
        ("T1\tANATOMY 11 16\tliver\nT1\tANATOMY 3 7\tcyst", "a.ann:2: id T1 stands twice"),
        ("T1\tTUMOR 3 7\tcyst", "a.ann:1: label 'TUMOR' is not known, expected one of ANATOMY"),
        ("T1\tANATOMY 3 99\tcyst", "a.ann:1: 3-99 is no span, expected one within 0-17"),
        ("T1\tANATOMY 3 8\tmass", "a.ann:1: its words are not what stands at 3-8, expected"),
        ("T1\tANATOMY 0 2;11 16\tNo liver", "a.ann:1: the mention has a gap that holds words"),
        ("T1 ANATOMY 3 7 cyst", "a.ann:1: is no line of T, expected T1<tab>LABEL"),
        ("\nE1\tX:T1", "a.ann:2: begins with 'E', expected a line of T, R, A or a note"),
        ("T1\tANATOMY 11 16\tliver\nR1\tlocated_in Arg1:T1 Arg2:T9", "a.ann:2: is of T9, expected"),
        ("T1\tANATOMY 11 16\tliver\nR1\tnear Arg1:T1 Arg2:T1", "a.ann:2: relation 'near' is not"),
        ("A1\tStatus T3 absent", "a.ann:1: is of T3, expected a mention of this file"),
        ("T1\tANATOMY 11 16\tliver\nA1\tMood T1 bad", "a.ann:2: attribute 'Mood' is not known"),
        (
            "T1\tANATOMY 11 16\tliver\nA1\tKeyFinding T1",
            "a.ann:1: ANATOMY has the role key_finding",
        ),
        ("T1\tFINDING 3 7\tcyst\nA1\tStatus T1 absent\nA2\tStatus T1 absent", "a.ann:3: a second"),
        ("T1\tFINDING 3 7\tcyst\nA1\tStatus T1 gone", "a.ann:1: FINDING has status 'gone'"),
    ],
)
def test_brat_errors_name_the_line(ann: str, told: str, tmp_path: Path) -> None:
    folder = brat_folder(tmp_path / "b", ann)
    done = radtab("import", folder, "--from", "brat", "-o", tmp_path / "g.jsonl")
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"radtab: {told}")
    assert not (tmp_path / "g.jsonl").exists()


def test_new_mentions_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    ann = "T77\tANATOMY 11 16\tliver\r\n#1\tAnnotatorNotes T77\tsure\r\n"
    folder = brat_folder(tmp_path / "b", ann)
    import_gold("brat", folder, tmp_path / "g.jsonl")
    (entity,) = gold_in(tmp_path / "g.jsonl")["a"]["entities"]
    assert (entity["id"], entity["text"]) == ("e77", "liver")


def test_a_text_changed_in_brat_is_told(hostile_run: Path) -> None:
    out = hostile_run.parent / "out"
    export_run(hostile_run, "brat", out)
    (path,) = out.glob("xxx*.txt")
    path.write_text("lesion  of liver", "utf-8")
    with pytest.raises(FormatProblem, match=r"txt:1: the text is not the one exported, expected"):
        import_gold("brat", out, out.parent / "g.jsonl")
    (out / path.with_suffix(".ann").name).unlink()
    path.write_text("lesion of liver", "utf-8")
    with pytest.raises(FormatProblem, match=r"\.txt:1: no xxx.*\.ann beside it, expected"):
        import_gold("brat", out, out.parent / "g.jsonl")


def _task(**changes: Any) -> str:
    result = {"id": "e1", "from_name": "label", "type": "labels",
              "value": {"start": 3, "end": 7, "text": "cyst", "labels": ["ANATOMY"]}}  # fmt: skip
    results = [result | changes.pop("region", {}), *changes.pop("also", [])]
    data = {"case_id": "a", "text": "No cyst."} | changes.pop("data", {})
    return json.dumps({"data": data, "annotations": [{"result": results}]})


STATUS = {"id": "e1", "from_name": "status", "type": "choices", "value": {"choices": ["absent"]}}
RELATION = {"type": "relation", "from_id": "e1", "to_id": "e1", "labels": ["measures"]}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "x.json:1: no list, expected a list of tasks"),
        ("[\n{", "x.json:2: broken JSON, expected a list of tasks"),
        ("[3]", "x.json:1: no object, expected a task of Label Studio"),
        (f"[{_task()},\n{_task(data={'case_id': 3})}]", "x.json:2: no strings `case_id` and"),
        (f"[{_task(data={'sha256': 'x'})}]", "x.json:1: the text is not the one exported"),
        (f"[{_task(also=[STATUS])}]", "x.json:1: a: e1: ANATOMY has a status, expected"),
        (f"[{_task(also=[STATUS | {'id': 'e9'}])}]", "x.json:1: a: a choice of e9, expected"),
        (f"[{_task(also=[RELATION | {'labels': []}])}]", "x.json:1: a: relation e1-e1: not one"),
        (f"[{_task(also=[RELATION | {'direction': 'bi'}])}]", "x.json:1: a: relation e1-e1: dir"),
        (f"[{_task(also=[RELATION | {'to_id': 'q'}])}]", "x.json:1: a: relation e1-q: relation of"),
        (f"[{_task(region={'value': {'start': 3, 'end': 7, 'labels': []}})}]",
         "x.json:1: a: e1: not one label, expected one label a region"),
        (f"[{_task(region={'value': {'start': '3', 'end': 7, 'labels': ['A']}})}]",
         "x.json:1: a: e1: start and end are no numbers, expected offsets"),
        (f"[{_task(region={'id': 3})}]", "x.json:1: a: a region without id or value, expected"),
        (f"[{_task()},\n\n{_task()}]", "case id 'a' stands twice, expected it once"),
    ],
)  # fmt: skip
def test_label_studio_errors_name_line_case_and_region(
    text: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "x.json").write_text(text, "utf-8")
    done = radtab("import", tmp_path / "x.json", "--from", "labelstudio", "-o", tmp_path / "g")
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"radtab: {told}")
    assert not (tmp_path / "g").exists()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 9) | st.floats() | st.text(max_size=4),
    lambda some: (
        st.lists(some, max_size=2) | st.dictionaries(st.text(max_size=3), some, max_size=2)
    ),
    max_leaves=4,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _places(value[key], (*path, key))


@given(st.data())
@hypothesis_settings(max_examples=150, deadline=None)
def test_any_damage_to_tasks_is_told(data: st.DataObject) -> None:
    tasks: Any = {
        "": [json.loads(_task(also=[RELATION])), json.loads(_task(data={"case_id": "b"}))]
    }
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(sorted(filter(None, _places(tasks)), key=str)))
        part = tasks
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = data.draw(JSON)
    with TemporaryDirectory() as folder:
        source, gold = Path(folder, "x.json"), Path(folder, "g.jsonl")
        source.write_text(json.dumps(tasks[""]), "utf-8")
        _told_or_gold("labelstudio", source, gold)


PIECES = [
    "T1", "T2", "R1", "A1", "#1", "\t", " ", "FINDING", "ANATOMY", "3 7", "3", "99", "cyst", ";",
    "located_in", "Arg1:T1", "Arg2:T2", "Status", "absent", "KeyFinding", "\n", "\r", "\u2028",
    "T1\tANATOMY 3 7\tcyst\n",
]  # fmt: skip
LINES = st.lists(st.sampled_from(PIECES), max_size=24)


@given(LINES)
@hypothesis_settings(max_examples=150, deadline=None)
def test_any_damage_to_standoff_is_told(words: list[str]) -> None:
    with TemporaryDirectory() as folder:
        Path(folder, "a.txt").write_text("No cyst.", "utf-8")
        Path(folder, "a.ann").write_bytes("".join(words).encode())
        _told_or_gold("brat", Path(folder), Path(folder, "g.jsonl"))


def _told_or_gold(form: str, source: Path, gold: Path) -> None:
    """Import; either there is gold that validates, or one line that says what was expected."""
    try:
        import_gold(form, source, gold)
    except (FormatProblem, UsageError) as problem:
        assert "expected" in str(problem)
        assert not gold.exists()
    else:
        assert list(read_gold_cases(gold))


@pytest.fixture
def wrong_words(hostile_run: Path, tmp_path: Path) -> Iterator[list[tuple[list[object], str]]]:
    out = tmp_path / "o"
    yield [
        (["export", hostile_run, "--to", "xml", "-o", out], "form 'xml' is not known, expected"),
        (["export", tmp_path, "--to", "brat", "-o", out], "no manifest.json, expected"),
        (["export", hostile_run, "--to", "omop", "-o", out, "--format", "x"], "format 'x' is not"),
        (["export", hostile_run, "--to", "brat", "-o", out, tmp_path / "n"], "no such file"),
        (["export", hostile_run, "--to", "brat", "-o", tmp_path / "o", tmp_path], "lies within"),
        (["import", tmp_path, "--from", "x", "-o", out], "form 'x' is not known, expected"),
        (["import", tmp_path / "n", "--from", "brat", "-o", out], "no folder, expected"),
        (["import", tmp_path / "n", "--from", "labelstudio", "-o", out], "no such file, expected"),
    ]


def test_wrong_words_are_one_line(wrong_words: list[tuple[list[object], str]]) -> None:
    for words, told in wrong_words:
        done = radtab(*words)
        assert done.exit_code == 2
        (line,) = done.stderr.splitlines()
        assert told in line
    assert not Path(str(words[-1])).exists()


def test_an_export_that_fails_leaves_nothing(corpus_run: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    with pytest.raises(RunError, match="cannot be written"):
        export_run(corpus_run, "brat", blocked / "out")
    with pytest.raises(UsageError, match="no such file"):
        export_run(corpus_run, "brat", tmp_path / "out", [tmp_path / "none"])
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_mentions_within_keywords_are_no_gold(tmp_path: Path) -> None:
    text = "lesion of liver\nKeywords:\n- lesion"
    cases = [case("a", text, ("lesion", "FINDING", "present"), ("liver", "ANATOMY", ""),
                  ("lesion", "FINDING", "present"), sections=[["keywords", 16, len(text)]],
                  relations=[["located_in", "e1", "e2"], ["located_in", "e3", "e2"]])]  # fmt: skip
    run = write_run(tmp_path / "w", cases)
    for form in ("brat", "labelstudio"):
        back = there_and_back(run, form)["a"]
        assert [e["id"] for e in back["entities"]] == ["e1", "e2"]
        assert back["relations"] == [["located_in", "e1", "e2"]]
