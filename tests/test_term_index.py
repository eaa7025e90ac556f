"""The index of terms: what is built is found again; nothing half-written, nothing lost."""

import json
import os
import pickle
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import UsageError, VocabularyError
from pipeline.term_index import BuildOptions, TermIndex, build
from pipeline.term_index.index_folder import check_contents
from pipeline.term_index.name_keys import NameKeys
from pipeline.terminology.lexicon import Term, TermMatcher, key_of
from pipeline.terminology.normal_form import normal_words
from pipeline.tokenizer import TOKEN
from pipeline.vocabularies.records import VocabularyInfo, VocabularyLink, VocabularyTerm

EXACT = BuildOptions(approximate=False)


def term(concept_id, name, **told):
    return VocabularyTerm(concept_id, name, **told)


TERMS = [
    term("D1", "fracture, stress", cui="C9000001", semantic_types=("T037",), source="A"),
    term("D1", "Stress fractures", preferred=True, source="B"),
    term("D1", "STRESS FRACTURE", source="A"),
    term("F1", "stress", label="FINDING", source="B"),
    term("X1", "Stress", source="B", semantic_types=("T121",)),
    term("D2", "MS", match="case", semantic_types=("T121", "T047"), source="A"),
    term("D2", "Ms", match="case", source="A"),
    term("D2", "MS", match="case", source="A"),
    term("D3", "Sjögren&#39;s  tumour\n of bone", source="A"),
    term("D3", " -- ", source="A"),
]
LINKS = [
    VocabularyLink("D1", "F1"),
    VocabularyLink("D1", "F1"),
    VocabularyLink("D1", "D3"),
    VocabularyLink("D2", "D2"),
    VocabularyLink("D2", "ELSEWHERE"),
]
INFOS = [VocabularyInfo("A", "7", "2099-01-01", "CC0"), VocabularyInfo("unused")]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    out = tmp_path_factory.mktemp("index") / "my.terms"
    build(TERMS, LINKS, INFOS, out, EXACT)
    return TermIndex.open(out)


def texts(names):
    return [name.text for name in names]


def found(index, text):
    words = TOKEN.findall(text)
    matches = index.match(words, normal_words(words))
    return [("".join(words[m.start : m.end]), texts(index.of_key(m.key_number))) for m in matches]


def test_a_name_is_found_however_it_is_spelt(index):
    assert texts(index.named(key_of("stress-fracture"))) == ["Stress fractures"]
    assert texts(index.named(key_of("Sjögren’s tumor of bones"))) == [
        "Sjögren&#39;s tumour of bone"
    ]
    assert index.named("fracture") == index.named("") == index.named("stress ") == ()


def test_a_name_of_several_concepts_gives_all(index):
    named = index.named("stress")
    assert [index.concept(name.concept).concept_id for name in named] == ["F1", "X1"]


def test_what_is_said_of_a_concept(index):
    (name,) = index.named(key_of("stress fracture"))
    concept = index.concept(name.concept)
    assert concept == ("D1", "Stress fractures", "C9000001", ("T037",), "DIAGNOSIS", "B")
    (written,) = [n for n in index.named("ms") if n.text == "MS"]
    assert index.concept(written.concept) == ("D2", "MS", "", ("T121", "T047"), "DIAGNOSIS", "A")
    assert [index.concept(n).label for n in range(2)] == ["DIAGNOSIS", "FINDING"]
    assert index.concept(2).label == ""


def test_names_of_a_concept_preferred_first_and_no_spelling_twice(index):
    assert texts(index.names_of(0)) == ["Stress fractures", "fracture, stress"]
    assert [name.preferred for name in index.names_of(0)] == [True, False]
    assert [(name.text, name.match) for name in index.names_of(3)] == [
        ("MS", "case"),
        ("Ms", "case"),
    ]
    assert all(index.name(name.number) == name for name in index.names_of(3))


def test_parents(index):
    assert index.parents(0) == (1, 4)
    assert index.parents(3) == ()


def test_no_links_no_parents(tmp_path):
    build(TERMS, [], [], tmp_path / "i", EXACT)
    assert TermIndex.open(tmp_path / "i").parents(0) == ()


def test_the_longest_name_at_each_token(index):
    assert found(index, "Two stress-fractures and stress of bone") == [
        ("stress-fractures", ["Stress fractures"]),
        ("stress", ["stress", "Stress"]),
    ]
    assert found(index, "stress\n\nfracture") == [("stress", ["stress", "Stress"])]
    assert found(index, "fracture, stress") == [
        ("fracture, stress", ["fracture, stress"]),
        ("stress", ["stress", "Stress"]),
    ]


def test_names_compared_as_written(index):
    assert [text for text, _ in found(index, "MS, ms, Ms, mS")] == ["MS", "Ms"]


def test_a_name_written_in_any_case_makes_its_writings_free(tmp_path):
    given = [term("D", "CREST", match="case", preferred=True), term("D", "Crest")]
    build(given, [], [], tmp_path / "i", EXACT)
    opened = TermIndex.open(tmp_path / "i")
    assert opened.named("crest") == ((0, "CREST", 0, True, "any"),)


def test_counts(index):
    info = index.info
    assert (info.names, info.concepts, info.keys, info.cuis) == (len(index), 5, 5, 1)
    assert len(index) == 7
    a, b = info.sources
    assert a == ("A", "7", "2099-01-01", "CC0", 6, 3, 1)
    assert (b.source, b.version, b.names, b.concepts, b.cuis) == ("B", "", 3, 3, 1)


def test_an_index_can_be_sent_to_a_process(index):
    assert pickle.loads(pickle.dumps(index)).concept(0) == index.concept(0)  # noqa: S301 (our own)


def every_byte(folder):
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(path.relative_to(folder), path.read_bytes()) for path in paths]


@pytest.mark.parametrize("approximate", [False, True])
def test_the_same_names_give_the_same_bytes(tmp_path, approximate):
    options = BuildOptions(approximate=approximate)
    for name in ("one", "two"):
        build(iter(TERMS), iter(LINKS), iter(INFOS), tmp_path / name, options)
    assert every_byte(tmp_path / "one") == every_byte(tmp_path / "two")


WORDS = st.sampled_from("bone Bones edema oedema T1 weighted fracture fractures of left MR".split())
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


@given(
    names=st.lists(st.tuples(NAMES, st.sampled_from(["any", "any", "case"])), min_size=1),
    text=st.lists(st.one_of(WORDS, st.sampled_from(["-", ",", "\n\n", "mr"])), max_size=25),
)
def test_matches_are_those_of_the_matcher_of_lexicons(tmp_path_factory, names, text):
    out = tmp_path_factory.mktemp("drawn") / "i"
    terms = [
        Term(f"T{n}", name, "FINDING", match, f"C{n}", name, "", "", "")
        for n, (name, match) in enumerate(names)
    ]
    build((term(t.concept_id, t.term, match=t.match) for t in terms), [], [], out, EXACT)
    words = TOKEN.findall(" ".join(text))
    forms = normal_words(words)
    matched = [(match.start, match.end) for match in TermIndex.open(out).match(words, forms)]
    shutil.rmtree(out)
    expected = [(start, end) for _, start, end in TermMatcher(terms).candidates(words, forms)]
    assert matched == expected


@given(st.text() | st.lists(st.text("aAs&#39;'’- x1.2%\n\xa0β", max_size=6)).map(" ".join))
def test_keys_word_by_word_are_those_of_the_whole_name(name):
    name = " ".join(name.split())
    assert NameKeys().of(name.split()) == key_of(name)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"cui": "9000001"}, "concept D: cui '9000001', expected C and seven digits"),
        ({"semantic_types": ("T47",)}, "concept D: semantic type 'T47', expected T and three"),
        ({"label": "DISEASE"}, "concept D: label 'DISEASE', expected .*DIAGNOSIS"),
        ({"match": "exact"}, "concept D: match 'exact', expected any or case"),
        ({"concept_id": ""}, "name without a concept's id"),
    ],
)
def test_a_term_in_the_wrong_form_is_told(tmp_path, wrong, told):
    with pytest.raises(VocabularyError, match=told):
        build([VocabularyTerm(**{"concept_id": "D", "name": "n", **wrong})], [], [], tmp_path / "i")
    assert list(tmp_path.iterdir()) == []


def test_no_name_no_index(tmp_path):
    with pytest.raises(VocabularyError, match="no name"):
        build([term("D", "(-)")], [], [], tmp_path / "i")
    assert list(tmp_path.iterdir()) == []


# ----------------------------------------------------------------- half-written, or of others


class Stopped(BaseException):
    """As an interrupt or the end of memory comes: anywhere."""


@pytest.mark.parametrize("stop", [KeyboardInterrupt, Stopped, OSError])
@pytest.mark.parametrize("place", ["write_names", "write_parents"])
def test_nothing_is_left_of_a_build_that_stops(tmp_path, monkeypatch, stop, place):
    def stopping(*_):
        assert [path.name[:10] for path in tmp_path.iterdir()] == [".i.buildin"]
        raise stop

    monkeypatch.setattr(f"pipeline.term_index.array_writer.ArrayWriter.{place}", stopping)
    with pytest.raises(stop):
        build(TERMS, LINKS, INFOS, tmp_path / "i", EXACT)
    assert list(tmp_path.iterdir()) == []


def test_an_index_stays_if_the_next_build_stops(tmp_path):
    out = tmp_path / "i"
    build(TERMS, [], [], out, EXACT)
    before = every_byte(out)

    def failing():
        yield TERMS[0]
        raise VocabularyError("file:2: wrong, expected right")

    with pytest.raises(VocabularyError):
        build(failing(), [], [], out, EXACT._replace(overwrite=True))
    assert every_byte(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["i"]


def test_what_a_killed_build_left_is_removed_and_only_that(tmp_path):
    (tmp_path / ".i.building-999999999").mkdir()
    (tmp_path / f".i.building-{os.getppid()}").mkdir()
    (tmp_path / ".other.building-999999999").mkdir()
    (tmp_path / ".i.old-999999999").mkdir()
    build(TERMS, [], [], tmp_path / "i", EXACT)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f".i.building-{os.getppid()}",  # of a process that runs
        ".other.building-999999999",
        "i",
    ]


def test_an_index_is_replaced_only_where_asked(tmp_path):
    out = tmp_path / "i"
    build(TERMS, [], [], out, EXACT)
    with pytest.raises(UsageError, match="is an index already, expected a new folder or --overwri"):
        build(TERMS[:2], [], [], out, EXACT)
    assert len(TermIndex.open(out)) == 7
    build(TERMS[:2], [], [], out, EXACT._replace(overwrite=True))
    assert len(TermIndex.open(out)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["i"]


def test_an_open_index_goes_on_when_it_is_replaced(tmp_path):
    out = tmp_path / "i"
    build(TERMS, [], [], out, EXACT)
    opened = TermIndex.open(out)
    build(TERMS[:2], [], [], out, EXACT._replace(overwrite=True))
    assert opened.concept(0).concept_id == "D1"
    assert len(opened.named("stress")) == 2


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_that_is_no_index_is_never_touched(tmp_path, overwrite):
    out = tmp_path / "mine"
    out.mkdir()
    (out / "meta.json").write_text('{"format": "something else"}')
    (out / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="neither empty nor an index"):
        build(TERMS, [], [], out, EXACT._replace(overwrite=overwrite))
    assert (out / "thesis.txt").read_text() == "years of work"
    with pytest.raises(UsageError, match="is a file"):
        build(TERMS, [], [], out / "thesis.txt", EXACT._replace(overwrite=overwrite))
    assert sorted(path.name for path in out.iterdir()) == ["meta.json", "thesis.txt"]


def test_the_folder_one_stands_in(tmp_path, monkeypatch):
    (tmp_path / "i").mkdir()
    monkeypatch.chdir(tmp_path / "i")
    build(TERMS, [], [], Path(), EXACT)
    assert [path.name for path in tmp_path.iterdir()] == ["i"]
    assert len(TermIndex.open(tmp_path / "i")) == 7


def test_an_empty_folder_is_taken_and_a_missing_parent_told(tmp_path):
    (tmp_path / "i").mkdir()
    build(TERMS, [], [], tmp_path / "i", EXACT)
    assert len(TermIndex.open(tmp_path / "i")) == 7
    with pytest.raises(UsageError, match="no folder"):
        build(TERMS, [], [], tmp_path / "none" / "i", EXACT)


# ------------------------------------------------------------------------- foreign or damaged


@pytest.fixture
def spoilt(index, tmp_path):
    return Path(shutil.copytree(index.path, tmp_path / "spoilt"))


def changed(folder, **items):
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, **items}))


def told_at_opening(folder):
    with pytest.raises(VocabularyError) as raised:
        TermIndex.open(folder)
    assert "\n" not in str(raised.value)
    assert str(folder) in str(raised.value)
    return str(raised.value)


def test_no_folder_and_no_index(tmp_path):
    assert "no folder, expected" in told_at_opening(tmp_path / "none")
    assert "no index, expected" in told_at_opening(tmp_path)
    (tmp_path / "meta.json").write_text("[1]")
    assert "no index, expected" in told_at_opening(tmp_path)


@pytest.mark.parametrize("text", ["{", "\xff", '{"format": "radtab terms", "version": 1}'])
def test_a_damaged_meta(spoilt, text):
    (spoilt / "meta.json").write_bytes(text.encode("latin-1"))
    assert "build the index anew" in told_at_opening(spoilt)


@pytest.mark.parametrize("name", ["keys.marisa", "name_text.npy", "concept_cui.npy"])
def test_a_file_cut_off_or_missing(spoilt, name):
    path = spoilt / name
    path.write_bytes(path.read_bytes()[:-1])
    assert f"{name}: " in told_at_opening(spoilt)
    path.unlink()
    assert f"{name}: missing" in told_at_opening(spoilt)


@pytest.mark.parametrize("name", ["keys.marisa", "name_text.npy"])
def test_a_file_of_other_bytes(spoilt, name):
    path = spoilt / name
    path.write_bytes(b"x" * path.stat().st_size)
    assert "does not read" in told_at_opening(spoilt)


def test_a_byte_changed_is_found_by_reading_all(index, spoilt):
    path = spoilt / "name_text.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(VocabularyError, match=r"name_text.npy: other bytes than were written"):
        check_contents(spoilt)
    check_contents(index.path)


def test_other_formats_and_spelling_rules(spoilt):
    changed(spoilt, normal_forms="older")
    assert "other spelling rules" in told_at_opening(spoilt)
    changed(spoilt, version=99)
    assert "in format 99, expected 1" in told_at_opening(spoilt)
