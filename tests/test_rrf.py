"""The files of the UMLS: what is taken, what is left out, what is said of a line that is wrong."""

import gzip
import shutil
from pathlib import Path

import pytest

from pipeline.errors import VocabularyError
from pipeline.vocabularies import rrf
from pipeline.vocabularies.records import VocabularyLink
from pipeline.vocabularies.rrf import RrfOptions

UMLS = Path(__file__).parent / "data" / "umls"


def names(path=UMLS, **chosen):
    options = RrfOptions(**{name: frozenset(values) for name, values in chosen.items()})
    return [(term.concept_id[-2:], term.name) for term in rrf.terms(path, options)]


@pytest.fixture
def umls(tmp_path):
    """A copy to spoil."""
    return Path(shutil.copytree(UMLS, tmp_path / "umls"))


def test_english_names_that_are_not_suppressible():
    found = names()
    assert ("01", "Zerbosis, Renal") in found
    assert ("07", "Sjörgal’s sign") in found
    assert not {"Kidney zerboses", "Gone concept", "zerbosis renal"} & {name for _, name in found}
    assert len(found) == 15


def test_what_a_term_holds():
    by_name = {term.name: term for term in rrf.terms(UMLS)}
    drug = by_name["Vendralimab 20 MG Oral Tablet"]
    assert drug.cui == drug.concept_id == "C9000006"
    assert drug.semantic_types == ("T121", "T200")
    assert (drug.source, drug.label, drug.match) == ("NCI", "", "any")
    assert by_name["QXT"].match == "case"


def test_preferred_is_the_name_the_umls_prefers():
    preferred = [term.name for term in rrf.terms(UMLS) if term.preferred]
    assert preferred[:3] == ["Renal zerbosis", "Zerbosis", "Plumbral node"]
    assert len(preferred) == len({term.cui for term in rrf.terms(UMLS)})


def test_preferred_among_the_sources_taken():
    found = list(rrf.terms(UMLS, RrfOptions(sources=frozenset({"MSH"}))))
    assert [t.name for t in found if t.cui == "C9000001" and t.preferred] == ["Zerbosis, Renal"]
    assert {term.source for term in found} == {"MSH"}


def test_languages():
    assert names(languages={"SPA"}) == [("01", "zerbosis renal"), ("08", "quiste mórbico")]
    assert len(names(languages={"SPA", "ENG"})) == 17


def test_semantic_types():
    assert names(types={"T060"}) == [("05", "Quantal tomography"), ("05", "QXT")]
    # one of a concept's types is enough
    assert names(types={"T200"}) == [("06", "Vendralimab 20 MG Oral Tablet")]


def test_one_file_with_the_others_beside_it():
    assert names(UMLS / "MRCONSO.RRF") == names()


def test_packed_files_and_a_release_folder(umls):
    meta = umls.parent / "2099AA" / "META"
    meta.mkdir(parents=True)
    for path in umls.iterdir():
        (meta / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert names(meta.parent) == names()
    assert rrf.infos(meta.parent) == rrf.infos(UMLS)


def test_links_say_what_is_narrower():
    assert [(link.child[-2:], link.parent[-2:]) for link in rrf.links(UMLS)] == [
        ("01", "02"),  # PAR
        ("01", "02"),  # CHD, the other way round
        ("07", "02"),  # isa
        ("04", "02"),  # RB
        ("03", "99"),  # of a concept without a name: the builder passes it over
    ]
    of_msh = rrf.links(UMLS, RrfOptions(sources=frozenset({"MSH"})))
    assert list(of_msh) == [VocabularyLink("C9000001", "C9000002")]


def test_versions_of_sources(umls):
    assert [(info.source, info.version) for info in rrf.infos(UMLS)] == [
        ("MSH", "2099_1"),
        ("NCI", "99.12d"),
    ]
    (umls / "MRSAB.RRF").unlink()
    assert rrf.infos(umls) == []


def spoilt(path, line, spoil):
    """Change a line of a file, and drop what follows it."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: line - 1]) + spoil(lines[line - 1]), encoding="utf-8")


WRONG_LINES = [
    ("MRCONSO.RRF", 3, lambda line: line[:40], r"MRCONSO.RRF:3: 7 and a part columns, expected 18"),
    ("MRCONSO.RRF", 5, lambda line: line[:-2] + "\n", r"MRCONSO.RRF:5: 17 and a part columns"),
    ("MRCONSO.RRF", 2, lambda line: line[:-1] + "x|\n", r"MRCONSO.RRF:2: 19 columns, expected 18"),
    ("MRCONSO.RRF", 4, lambda line: "\n", r"MRCONSO.RRF:4: 0 columns, expected 18"),
    ("MRCONSO.RRF", 1, lambda line: "D" + line[1:], r"MRCONSO.RRF:1: CUI 'D9000001', expected C"),
    ("MRSTY.RRF", 2, lambda line: line[:12], r"MRSTY.RRF:2: 1 and a part columns, expected 6"),
    ("MRSTY.RRF", 6, lambda line: line.replace("T121", "121"), r"MRSTY.RRF:6: TUI '121', expected"),
]


@pytest.mark.parametrize(("file", "line", "spoil", "told"), WRONG_LINES)
def test_a_wrong_line_is_named(umls, file, line, spoil, told):
    spoilt(umls / file, line, spoil)
    with pytest.raises(VocabularyError, match=told) as raised:
        names(umls)
    assert "\n" not in str(raised.value)


def test_bytes_that_are_no_text(umls):
    path = umls / "MRCONSO.RRF"
    path.write_bytes(path.read_bytes().replace("ö".encode(), b"\xf6"))
    with pytest.raises(VocabularyError, match=r"MRCONSO.RRF:15: not UTF-8"):
        names(umls)


@pytest.mark.parametrize("file", ["MRCONSO", "MRSTY"])
def test_a_missing_file_is_named(umls, file):
    (umls / f"{file}.RRF").unlink()
    with pytest.raises(VocabularyError, match=rf"umls/{file}.RRF: missing, expected it"):
        names(umls)


def test_missing_relations_are_named(umls):
    (umls / "MRREL.RRF").unlink()
    with pytest.raises(VocabularyError, match=r"MRREL.RRF: missing"):
        list(rrf.links(umls))


def test_a_packed_file_cut_off(umls):
    path = umls / "MRCONSO.RRF"
    packed = gzip.compress(path.read_bytes())
    path.unlink()
    (umls / "MRCONSO.RRF.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(VocabularyError, match=r"MRCONSO.RRF.gz"):
        names(umls)
