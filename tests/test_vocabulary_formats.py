"""Readers of vocabularies, over files made up for them."""

import gzip
import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from scispacy.linking_utils import Entity, KnowledgeBase

from pipeline.errors import UsageError, VocabularyError
from pipeline.vocabularies import bioportal_csv, knowledge_base, obo, obographs, owl, sssom, tabular
from pipeline.vocabularies.branches import BranchReader
from pipeline.vocabularies.detection import checked_format, format_of
from pipeline.vocabularies.identifiers import umls_of
from pipeline.vocabularies.joining import ConceptJoiner
from pipeline.vocabularies.reading import VocabularyOptions, match_of
from pipeline.vocabularies.records import VocabularyInfo, VocabularyLink, VocabularyTerm
from pipeline.vocabularies.sources import VocabularyReader

DATA = Path(__file__).parent / "data" / "vocabularies"
OBO, GRAPH, CSV = DATA / "made_up.obo", DATA / "made_up.json", DATA / "made_up_radlex.csv"
OWL, KB, TSV = DATA / "made_up_radlex.owl", DATA / "made_up_kb.jsonl", DATA / "made_up_terms.tsv"
SSSOM = DATA / "made_up.sssom.tsv"


def names(terms):
    return [(term.concept_id, term.name) for term in terms]


@pytest.mark.parametrize(("module", "path"), [(obo, OBO), (obographs, GRAPH)])
def test_an_obo_ontology_in_both_forms(module, path):
    assert list(module.terms(path)) == [
        VocabularyTerm("XX:0000001", "zorbal thing", True, "", (), "XX"),
        VocabularyTerm("XX:0000002", "dulvous plate", True, "C0000002", (), "XX"),
        VocabularyTerm("XX:0000002", "plate, dulvous", False, "C0000002", (), "XX"),
        VocabularyTerm("XX:0000002", "dull plate", False, "C0000002", (), "XX"),
        VocabularyTerm("XX:0000002", "DPLX", False, "C0000002", (), "XX", match="case"),
        # two UMLS concepts: none
        VocabularyTerm("XX:0000003", 'krellic "fold", upper', True, "", (), "XX"),
        VocabularyTerm("XX:0000003", 'upper "krellic" fold', False, "", (), "XX"),
    ]
    assert list(module.links(path)) == [
        VocabularyLink("XX:0000002", "XX:0000001"),
        VocabularyLink("XX:0000003", "XX:0000002"),
        VocabularyLink("XX:0000003", "XX:0000001"),
    ]
    assert module.info(path) == VocabularyInfo(
        "XX", "xx/releases/2031-02-03", "2031-02-03", "https://example.org/licence"
    )


@pytest.mark.parametrize(("module", "path"), [(obo, OBO), (obographs, GRAPH)])
@pytest.mark.parametrize(
    ("scopes", "taken"),
    [
        ({"EXACT", "BROAD"}, {"plate of any kind"}),
        ({"EXACT", "NARROW"}, {"left dulvous plate"}),
        ({"EXACT", "RELATED"}, {"plate-like matter"}),
    ],
)
def test_the_scopes_of_synonyms_can_be_chosen(module, path, scopes, taken):
    default = set(names(module.terms(path)))
    chosen = set(names(module.terms(path, VocabularyOptions(scopes=frozenset(scopes)))))
    assert {name for _, name in chosen - default} == taken
    assert default < chosen


def test_short_synonyms_are_taken_where_asked_for():
    options = VocabularyOptions(shortest_synonym=1)
    assert ("XX:0000002", "DPL") in names(obo.terms(OBO, options))
    assert ("XX:0000002", "DPL") not in names(obo.terms(OBO))


def write(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


HEAD = ("format-version: 1.2", "", "[Term]", "id: XX:1", "name: one")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["hello"], "1: no tag, expected `tag: value`"),
        (["ontology: xx", "[Term]", "id: XX:1"], "1: no format-version, expected an OBO file"),
        ([*HEAD, "[Term]", "name: two"], "6: [Term] without id, expected"),
        ([*HEAD, "id: XX:2"], "6: second id in the stanza of XX:1, expected one"),
        ([*HEAD, "id-without-a-value"], "6: no tag, expected"),
        ([*HEAD, 'synonym: "one'], "6: synonym without closed quotes, expected"),
        ([*HEAD, 'synonym: "one" SIMILAR []'], "6: scope 'SIMILAR', expected one of EXACT"),
        ([*HEAD, "is_a:"], "6: is_a is empty, expected an id"),
        ([*HEAD, "[Term"], "6: stanza unclosed, expected [Term]"),
        ([*HEAD, "is_a: XX:1"], "6: is_a XX:1 makes a cycle (XX:1 > XX:1), expected none"),
        (
            [*HEAD, "is_a: XX:2", "[Term]", "id: XX:2", "is_a: XX:3", "[Term]", "id: XX:3",
             "is_a: XX:1"],
            "12: is_a XX:1 makes a cycle (XX:1 > XX:2 > XX:3 > XX:1), expected none",
        ),
    ],
)  # fmt: skip
def test_a_wrong_obo_is_named(lines, problem, tmp_path):
    path = write(tmp_path / "bad.obo", *lines)
    with pytest.raises(VocabularyError) as told:
        read_all(path)
    assert str(told.value).startswith(f"bad.obo:{problem}")
    assert "\n" not in str(told.value)


def read_all(path, format="auto"):
    reader = VocabularyReader([path], format)
    return list(reader.terms()), list(reader.links()), reader.infos()


def test_a_long_chain_and_many_ways_are_no_cycle(tmp_path):
    lines = [*HEAD]
    for number in range(2, 3000):
        lines += ["[Term]", f"id: XX:{number}", f"name: n{number}", f"is_a: XX:{number - 1}",
                  f"is_a: XX:{max(1, number - 2)}"]  # fmt: skip
    assert len(list(obo.links(write(tmp_path / "deep.obo", *lines)))) == 2 * 2998
    assert len(read_all(tmp_path / "deep.obo")[0]) == 2999


def test_what_is_called_obsolete_is_left_out(tmp_path):
    path = write(tmp_path / "x.obo", *HEAD, "[Term]", "id: XX:2", "name: obsolete two")
    assert names(obo.terms(path)) == [("XX:1", "one")]


def test_a_date_in_the_header(tmp_path):
    path = write(tmp_path / "dated.obo", HEAD[0], "date: 31:07:2026 15:00", *HEAD[1:])
    assert obo.info(path) == VocabularyInfo("DATED", "", "2026-07-31", "")


@pytest.mark.parametrize(
    ("reference", "cui"),
    [
        ("UMLS:C0000001", "C0000001"), ("umls:C0000001", "C0000001"),
        ("UMLS_CUI:C0000001", "C0000001"), ("NCIT:C0000001", ""), ("UMLS:C1", ""), ("", ""),
        ("http://purl.obolibrary.org/obo/UMLS_C0000001", "C0000001"),
        ("http://linkedlifedata.com/resource/umls/id/C0000001", "C0000001"),
    ],
)  # fmt: skip
def test_references_to_umls(reference, cui):
    assert umls_of(reference) == cui


def test_older_synonyms_and_cross_references_of_mondo(tmp_path):
    path = write(
        tmp_path / "old.obo", *HEAD, 'exact_synonym: "only one" []', 'broad_synonym: "any" []',
        'synonym: "unscoped" []', 'xref: UMLS:C0000001 {source="MONDO:equivalentTo"}',
        'xref: UMLS:C0000002 {source="MONDO:relatedTo"}',
        "property_value: skos:exactMatch http://linkedlifedata.com/resource/umls/id/C0000001",
    )  # fmt: skip
    assert [(t.name, t.cui) for t in obo.terms(path)] == [
        ("one", "C0000001"), ("only one", "C0000001")
    ]  # fmt: skip


def bad_graph(tmp_path, change):
    whole = json.loads(GRAPH.read_text("utf-8"))
    change(whole)
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(whole, indent=1), encoding="utf-8")
    return path


def test_a_cyclic_graph_is_named_with_its_line(tmp_path):
    def close(whole):
        edges = whole["graphs"][0]["edges"]
        edges.append({**edges[0], "sub": edges[0]["obj"], "obj": edges[1]["sub"]})

    path = bad_graph(tmp_path, close)
    with pytest.raises(VocabularyError, match=r"^bad\.json:\d+: is_a XX:\d+ makes a cycle") as told:
        read_all(path)
    line = path.read_text("utf-8").splitlines()[int(str(told.value).split(":")[1]) - 1]
    assert '"sub"' in line


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda whole: whole.update(graphs=3), r'1: no list "graphs", expected an OBO graph'),
        (lambda whole: whole["graphs"][0]["nodes"][1].pop("id"), "1: node 2 without id, expected"),
        (
            lambda whole: whole["graphs"][0]["nodes"][1].update(lbl=["x"]),
            r"\d+: node http://purl.obolibrary.org/obo/XX_0000002 is misshapen, expected",
        ),
        (lambda whole: whole["graphs"][0]["edges"][0].pop("obj"), "1: edge 1, expected sub, pred"),
    ],
)
def test_a_wrong_graph_is_named(change, problem, tmp_path):
    with pytest.raises(VocabularyError, match=rf"^bad\.json:{problem}"):
        read_all(bad_graph(tmp_path, change), "obographs")


def test_a_cut_graph_is_named_with_its_line(tmp_path):
    path = tmp_path / "cut.json"
    path.write_text(GRAPH.read_text("utf-8")[:1500], encoding="utf-8")
    with pytest.raises(VocabularyError, match=r"^cut\.json:\d\d: not JSON \(.*\), expected"):
        read_all(path)


def test_mappings_and_where_they_come_from():
    assert [tuple(pair) for pair in sssom.mappings(SSSOM)] == [
        ("XX:0000001", "UMLS:C0000011"), ("XX:0000002", "YY:2")
    ]  # fmt: skip
    assert sssom.info(SSSOM) == VocabularyInfo(
        "MADE_UP", "2031-02-04", "", "https://example.org/licence"
    )


def test_mappings_join_ids_and_add_cuis(tmp_path):
    other = write(
        tmp_path / "other.tsv", "id\tname", "YY:2\tdulvous lamina", "YY:3\tfold", "YY:4\tsame fold"
    )
    reader = VocabularyReader([OBO, other, SSSOM])
    found = {(t.concept_id, t.name): t for t in reader.terms()}
    assert found["XX:0000001", "zorbal thing"].cui == "C0000011"
    assert not found["XX:0000002", "dulvous lamina"].preferred
    assert ("YY:3", "fold") in found
    assert ("YY:4", "same fold") in found
    assert VocabularyLink("XX:0000002", "XX:0000001") in list(reader.links())
    assert [info.source for info in reader.infos()] == ["XX", "OTHER", "MADE_UP"]


def test_joined_links_lead_to_the_id_shown():
    pairs = [sssom.Mapping("A:1", "B:1"), sssom.Mapping("B:1", "C:1")]
    joiner = ConceptJoiner(pairs)
    terms = [VocabularyTerm("C:1", "see", True), VocabularyTerm("A:1", "eh", True)]
    joined = list(joiner.terms([*terms, VocabularyTerm("D:1", "dee", True)]))
    assert [(t.concept_id, t.preferred) for t in joined] == [
        ("C:1", True), ("C:1", False), ("D:1", True)
    ]  # fmt: skip
    links = [VocabularyLink("A:1", "D:1"), VocabularyLink("A:1", "B:1")]
    assert list(joiner.links(links)) == [VocabularyLink("C:1", "D:1")]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["subject_id\tobject_id", "a\tb"], "1: no column predicate_id, expected subject_id"),
        (["#license: x"], "1: no header, expected the columns subject_id"),
        (["subject_id\tpredicate_id\tobject_id", "XX:1\tskos:exactMatch"], "2: 2 cells, expected"),
        (["subject_id\tpredicate_id\tobject_id", "XX:1\tskos:exactMatch\t"], "2: id is empty, exp"),
    ],
)
def test_a_wrong_mapping_is_named(lines, problem, tmp_path):
    path = write(tmp_path / "bad.sssom.tsv", *lines)
    with pytest.raises(VocabularyError, match=rf"^bad\.sssom\.tsv:{problem}"):
        list(VocabularyReader([path], "sssom").terms())


RADLEX_NAMES = [
    ("RID900001", "zorbal part"),
    ("RID900002", "plate, dulvous"),
    ("RID900002", "dulvous plate"),
    ("RID900002", "lamina dulvosa"),
    ("RID900004", "krellic fold"),
    ("RID3", "anatomical entity"),
]
RADLEX_LINKS = {
    VocabularyLink("RID900001", "RID3"),
    VocabularyLink("RID900002", "RID900001"),
    VocabularyLink("RID900004", "RID900002"),
}


@pytest.mark.parametrize(("module", "path"), [(bioportal_csv, CSV), (owl, OWL)])
def test_radlex_in_both_forms(module, path):
    terms = list(module.terms(path, VocabularyOptions(shortest_synonym=5)))
    assert sorted(names(terms)) == sorted(RADLEX_NAMES)
    assert {t.cui for t in terms if t.concept_id == "RID900002"} == {"C0000002"}
    assert {t.cui for t in terms if t.concept_id == "RID900004"} == {""}
    assert [t.name for t in terms if t.concept_id == "RID900002" and t.preferred] == [
        "plate, dulvous"
    ]
    assert set(module.links(path)) >= RADLEX_LINKS
    assert set(module.links(path)) - RADLEX_LINKS <= {VocabularyLink("RID900004", "RID900001")}
    assert module.info(path).source == "RADLEX"


def test_what_an_owl_file_says_of_itself():
    assert owl.info(OWL) == VocabularyInfo("RADLEX", "9.9", "", "https://example.org/licence")


@pytest.mark.parametrize("path", [CSV, OWL])
def test_the_branch_gives_type_and_label(path):
    terms = list(VocabularyReader([path]).terms())
    by_name = {term.name: term for term in terms}
    assert by_name["zorbal part"].semantic_types == ("T023",)
    assert by_name["krellic fold"].semantic_types == ("T023",)
    if path == CSV:
        # said by the file itself
        assert by_name["dulvous plate"].semantic_types == ("T017",)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["Class ID,Synonyms", "x,y"], "1: no column 'Preferred Label', expected Class ID"),
        (["ID,Preferred Label", "x,y"], "1: no column 'Class ID', expected Class ID"),
        (["Class ID,Preferred Label", "x,y", "x"], "3: 1 cells, expected 2"),
        (["Class ID,Preferred Label", '"a', 'b",y', ",y"], "4: Class ID is empty, expected one"),
        (
            ["Class ID,Preferred Label,Parents", "a,one,b", "b,two,a"],
            "3: is_a a makes a cycle (a > b > a), expected none",
        ),
    ],
)
def test_a_wrong_csv_is_named(lines, problem, tmp_path):
    path = write(tmp_path / "bad.csv", *lines)
    with pytest.raises(VocabularyError) as told:
        read_all(path, "bioportal-csv")
    assert str(told.value).startswith(f"bad.csv:{problem}")


BOMB = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&d;</rdf:RDF>"""
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF SYSTEM "file:///etc/hostname">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>"""


@pytest.mark.parametrize("text", [BOMB, OUTSIDE])
def test_a_document_type_is_refused(text, tmp_path):
    path = write(tmp_path / "bomb.owl", text)
    assert format_of(path) == "owl"
    with pytest.raises(VocabularyError, match=r"^bomb\.owl:2: a document type \(DTD\), expected"):
        read_all(path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<html/>", r"1: root html, expected rdf:RDF"),
        (OWL.read_text("utf-8")[:900], r"1\d: not XML \(.*\), expected RDF/XML"),
        ("", r"1: not XML \(no element found\), expected RDF/XML"),
    ],
)
def test_a_wrong_owl_is_named(text, problem, tmp_path):
    path = tmp_path / "bad.owl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VocabularyError, match=rf"^bad\.owl:{problem}"):
        read_all(path, "owl")


def test_scispacy_s_knowledge_base():
    terms = list(knowledge_base.terms(KB))
    assert terms[0] == VocabularyTerm(
        "C0000002", "dulvous plate", True, "C0000002", ("T017",), "MADE_UP_KB"
    )
    assert names(terms) == [
        ("C0000002", "dulvous plate"), ("C0000002", "plate, dulvous"), ("C0000002", "DPLX"),
        ("XX:0000005", "krellic fold"),
    ]  # fmt: skip
    assert terms[-1].cui == ""


def test_a_knowledge_base_as_a_list(tmp_path):
    path = tmp_path / "kb.json"
    entries = [json.loads(line) for line in KB.read_text("utf-8").splitlines()]
    path.write_text(json.dumps(entries, indent=1), encoding="utf-8")
    assert format_of(path) == "scispacy"
    assert names(knowledge_base.terms(path)) == names(knowledge_base.terms(KB))


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["{"], "1: not JSON, expected an object of scispaCy's a line"),
        (["[]", "3"], "2: not JSON, expected"),
        (["3"], "1: no object, expected concept_id"),
        (['{"concept_id": "C1"}'], "1: canonical_name is missing or wrong, expected"),
        (['{"concept_id": "C1", "canonical_name": "x", "aliases": [1]}'], "1: id empty or a name"),
    ],
)
def test_a_wrong_knowledge_base_is_named(lines, problem, tmp_path):
    path = write(tmp_path / "bad.jsonl", *lines)
    with pytest.raises(VocabularyError, match=rf"^bad\.jsonl:{problem}"):
        read_all(path, "scispacy")


def test_scispacy_reads_what_is_written(tmp_path):
    entries = [
        knowledge_base.KnowledgeBaseEntry("C0000002", "dulvous plate", ["DPLX"], ["T017"]),
        knowledge_base.KnowledgeBaseEntry("XX:5", "Krüller fold", [], []),
    ]
    path = tmp_path / "kb.jsonl"
    assert knowledge_base.write(entries, path) == 2
    read = KnowledgeBase(path.as_posix())
    assert read.cui_to_entity["XX:5"] == Entity("XX:5", "Krüller fold", [], [], None)
    assert read.alias_to_cuis["DPLX"] == {"C0000002"}
    assert len(list(tmp_path.iterdir())) == 1


def test_a_knowledge_base_keeps_to_the_name_scispacy_reads(tmp_path):
    with pytest.raises(VocabularyError, match=r"ending, expected \.jsonl"):
        knowledge_base.write([], tmp_path / "kb.txt")
    with pytest.raises(VocabularyError, match="cannot be written"):
        knowledge_base.write([], tmp_path / "nowhere" / "kb.jsonl")


def test_a_plain_table():
    assert list(tabular.terms(TSV)) == [
        VocabularyTerm("ZZ:1", "dulvous plate", True, "C0000002", ("T017",), "MADE_UP_TERMS",
                       "ANATOMY"),
        VocabularyTerm("ZZ:1", "DPL", False, "C0000002", ("T017",), "MADE_UP_TERMS", "ANATOMY",
                       "case"),
        VocabularyTerm("ZZ:2", "galventic shadow", False, "", ("T033", "T034"), "MADE_UP_TERMS",
                       "FINDING"),
    ]  # fmt: skip
    assert tabular.has_labels(TSV)
    assert VocabularyReader([TSV]).labelled()
    assert not VocabularyReader([TSV, OBO]).labelled()


def test_a_table_in_the_form_of_the_lexicons(tmp_path):
    path = write(
        tmp_path / "own.tsv",
        "id\tterm\tlabel\tmatch\tconcept_id\tconcept_name\tcui\tsemantic_type\tvalue",
        "AN1\tplates\tANATOMY\tany\tZZ:1\tdulvous plate\t\tT017\t",
        "AN2\tdulvous plate\tANATOMY\tany\tZZ:1\tdulvous plate\t\tT017\t",
    )
    assert [(t.concept_id, t.name, t.preferred) for t in tabular.terms(path)] == [
        ("ZZ:1", "dulvous plate", True), ("ZZ:1", "plates", False), ("ZZ:1", "dulvous plate", True)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["word\tid", "x\ty"], "1: columns ['word', 'id'], expected term or name"),
        (["term\tcode", "x\ty"], "1: columns ['term', 'code'], expected concept_id or id"),
        (["term\tid\tlable", "x\ty\tz"], "1: column 'lable', expected 'label'"),
        (["term\tid\tterm", "x\ty\tz"], "1: a column stands twice"),
        (["term\tid", "x\ty", "x"], "3: 1 cells, expected 2"),
        (["term\tid", "\ty"], "2: name or id is empty, expected both"),
        (["term\tid\tlabel", "x\ty\tMASS"], "2: label 'MASS', expected nothing or one of ANATOMY"),
        (["term\tid\tcui", "x\ty\tC12"], "2: cui 'C12', expected C and seven digits"),
        (["term\tid\tsemantic_type", "x\ty\tT1"], "2: semantic_type ('T1',), expected T and three"),
        (["term\tid\tmatch", "x\ty\tfuzzy"], "2: match 'fuzzy', expected any or case"),
        (["term\tid\tpreferred", "x\ty\tmaybe"], "2: preferred 'maybe', expected yes or no"),
        (["# nothing"], "1: empty, expected a header"),
    ],
)
def test_a_wrong_table_is_named(lines, problem, tmp_path):
    path = write(tmp_path / "bad.tsv", *lines)
    with pytest.raises(VocabularyError) as told:
        read_all(path, "tsv")
    assert str(told.value).startswith(f"bad.tsv:{problem}")


@pytest.mark.parametrize(
    ("path", "format"),
    [
        (OBO, "obo"), (GRAPH, "obographs"), (SSSOM, "sssom"), (CSV, "bioportal-csv"), (OWL, "owl"),
        (KB, "scispacy"), (TSV, "tsv"),
    ],
)  # fmt: skip
def test_formats_are_told_by_name_and_by_content(path, format, tmp_path):
    assert format_of(path) == format
    assert format_of(shutil.copy(path, tmp_path / "unnamed")) == format
    packed = tmp_path / "packed.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert format_of(packed) == format
    plain = VocabularyReader([path])
    assert names(VocabularyReader([packed]).terms()) == names(plain.terms())
    with ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.write(path, path.name)
    assert names(VocabularyReader([tmp_path / "packed.zip"]).terms()) == names(plain.terms())


def test_the_format_can_be_forced(tmp_path):
    path = write(tmp_path / "names.obo", "id\tname", "ZZ:1\tdulvous plate")
    assert names(VocabularyReader([path], "tsv").terms()) == [("ZZ:1", "dulvous plate")]
    assert checked_format("RadLex-OWL") == "owl"
    with pytest.raises(UsageError, match="format 'xls' is not known, expected auto or one of"):
        VocabularyReader([path], "xls")


@pytest.mark.parametrize("content", [b"", b"some words\n", b"\0\1\2", b"PK\x03\x04"])
def test_what_cannot_be_told_is_named(content, tmp_path):
    path = tmp_path / "thing"
    path.write_bytes(content)
    with pytest.raises(VocabularyError, match=r"thing.*expected"):
        format_of(path)
    with pytest.raises(VocabularyError, match=r"nothing.*no such file, expected"):
        format_of(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("latin.obo", HEAD[0].encode() + b"\nremark: caf\xe9\n", r"latin\.obo:2: not UTF-8"),
        ("latin.json", b'{"graphs":\n"\xe9"}', r"latin\.json:2: not UTF-8"),
        ("cut.obo.gz", gzip.compress(OBO.read_bytes())[:200], r"cut\.obo\.gz: damaged"),
        ("empty.zip", b"PK\x05\x06" + b"\0" * 18, r"empty\.zip"),
    ],
)
def test_what_does_not_decode_is_named(name, content, problem, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(VocabularyError, match=problem):
        read_all(path)


def test_a_byte_order_mark_and_other_line_ends(tmp_path):
    path = tmp_path / "windows.obo"
    path.write_bytes(b"\xef\xbb\xbf" + OBO.read_bytes().replace(b"\n", b"\r\n"))
    assert names(obo.terms(path)) == names(obo.terms(OBO))


def test_branches_are_the_lowest_row_above():
    links = [
        VocabularyLink("X:1", "HP:0002664"), VocabularyLink("X:1", "HP:0000118"),
        VocabularyLink("HP:0002664", "HP:0000118"), VocabularyLink("HP:0000118", "HP:0000001"),
        VocabularyLink("X:2", "HP:0000001"), VocabularyLink("X:3", "X:4"),
    ]  # fmt: skip
    terms = [VocabularyTerm(f"X:{n}", f"name {n}") for n in (1, 2, 3)]
    typed = list(BranchReader(links).typed(terms))
    # a neoplasm; an inheritance is left out; what is under no row stays
    assert [(t.concept_id, t.semantic_types) for t in typed] == [("X:1", ("T191",)), ("X:3", ())]


@pytest.mark.parametrize(
    ("name", "match"),
    [("COPD", "case"), ("MPO-ANCA", "case"), ("NFTs", "case"), ("Pain", "any"), ("PAIN IN A TOE",
     "any"), ("CARDIOMEGALY", "any"), ("T1", "any")],
)  # fmt: skip
def test_abbreviations_are_compared_as_written(name, match):
    assert match_of(name) == match
