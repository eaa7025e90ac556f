"""Every CUI under models/ against openly readable sources; needs the data beside the project."""

import gzip
import re
from collections import defaultdict

import pytest

from pipeline.resources import models_path
from pipeline.terminology.lexicon import Term, key_of, lexicon_files, read_terms

#: tags that vouch for nothing
NO_PROOF = ("DERIVED", "PREDICTED", "MENTION")
TEXTS = (".tsv", ".tsv.gz", ".json", ".md")


@pytest.fixture(scope="module")
def vouched(shared):
    """CUI -> keys of the names that a source gives it."""
    names = defaultdict(set)
    with gzip.open(shared / "terms" / "cui_reference.tsv.gz", "rt", encoding="utf-8") as rows:
        for row in rows:
            cui, name, tags = row.rstrip("\n").split("\t")
            if any(not tag.startswith(NO_PROOF) for tag in tags.split("|")):
                names[cui].add(key_of(name))
    evidence = (shared / "terms" / "imaging_cui_evidence.tsv").read_text("utf-8").splitlines()
    for row in evidence[1:]:
        cui, name, why = row.split("\t")
        if re.fullmatch(r"C\d{7}", cui) and "do not ship" not in why:
            names[cui].add(key_of(name))
    return names


def unproven_lines(path, vouched) -> list[str]:
    """Name the lines of any file whose CUI no source gives."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return [
        f"{path.name}:{number}: {cui}"
        for number, line in enumerate(text.split("\n"), start=1)
        for cui in re.findall(r"\bC\d{7}\b", line)
        if cui not in vouched and "\texclude_cui\t" not in line
    ]


def unproven(terms: list[Term], vouched) -> list[str]:
    """Name the rows whose CUI no source gives."""
    return [f"{t.id} {t.term!r} {t.cui}" for t in terms if t.cui and t.cui not in vouched]


@pytest.mark.parametrize("path", lexicon_files(), ids=lambda path: path.name)
def test_every_cui_is_one_that_a_source_gives(path, vouched):
    assert unproven(read_terms(path), vouched) == []


def test_no_file_of_models_holds_another_cui(vouched):
    files = [path for path in models_path().rglob("*") if path.name.endswith(TEXTS)]
    assert [line for path in sorted(files) for line in unproven_lines(path, vouched)] == []


def test_the_line_of_a_wrong_cui_would_be_named(vouched, tmp_path):
    path = tmp_path / "rows.tsv"
    path.write_text("id\tcui\nA1\tC0023884\nA2\tC9999999\n", encoding="utf-8")
    assert unproven_lines(path, vouched) == ["rows.tsv:3: C9999999"]


@pytest.mark.parametrize(
    "name", ["anatomy.tsv", "finding.tsv", "diagnosis.tsv", "sequence.tsv", "signal.tsv"]
)
def test_a_source_gives_the_cui_to_a_name_of_the_concept(name, vouched):
    terms = [t for path in lexicon_files() if path.name == name for t in read_terms(path)]
    keys = defaultdict(set)
    for term in terms:
        keys[term.concept_id] |= {key_of(term.term), key_of(term.concept_name)}
    wrong = {
        f"{t.id} {t.concept_name!r} {t.cui}"
        for t in terms
        if t.cui and not keys[t.concept_id] & vouched[t.cui]
    }
    assert wrong == set()


def test_a_wrong_cui_would_be_named(vouched):
    term = Term("ZZ1", "liver", "ANATOMY", "any", "RT:A1", "liver", "C9999999", "T023", "")
    assert unproven([term], vouched) == ["ZZ1 'liver' C9999999"]
