"""The UMLS that benchmarks invent: of the shape it says, the same for the same seed, readable."""

from benchmarks.synthetic_umls import write_umls
from pipeline.term_index import BuildOptions, build
from pipeline.vocabularies import rrf

CONCEPTS = 600


def test_it_reads_and_has_the_shape_of_the_umls(tmp_path):
    names = write_umls(tmp_path / "umls", CONCEPTS)
    assert names == CONCEPTS * 8 / 3
    read = list(rrf.terms(tmp_path / "umls"))
    assert len(read) == names
    assert len({term.name for term in read}) > 0.95 * names
    links = rrf.links(tmp_path / "umls")
    info = build(read, links, [], tmp_path / "i", BuildOptions(approximate=False))
    assert (info.concepts, info.cuis) == (CONCEPTS, CONCEPTS)
    assert 0.9 * names < info.names <= names


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for folder, seed in (("one", 0), ("two", 0), ("other", 1)):
        write_umls(tmp_path / folder, CONCEPTS, seed)
    for name in ("MRCONSO.RRF", "MRSTY.RRF", "MRREL.RRF"):
        one, two, other = ((tmp_path / f / name).read_bytes() for f in ("one", "two", "other"))
        assert one == two != other
