"""Candidates of a mention: how they are found, ranked, and what is never taken for another."""

from pathlib import Path

import pytest
from spacy.vocab import Vocab

from pipeline.annotations import mentions_of, new_mention, register, set_mentions
from pipeline.errors import ResourceError, UsageError, VocabularyError
from pipeline.linking import endings, kin, near, senses
from pipeline.linking.asking import ask, candidates_of, labels_of
from pipeline.linking.endings import load_endings, load_synonyms, with_other_form
from pipeline.linking.finder import Candidate, CandidateFinder, best_of
from pipeline.linking.joined import joined_parts
from pipeline.linking.kin import load_wholes
from pipeline.linking.loading import index_stamps, load_finder
from pipeline.linking.outside import RULE
from pipeline.linking.polarity import Match, match_of, may_be_narrower
from pipeline.linking.senses import load_senses, sense_of
from pipeline.stages.linking import ConceptLinker
from pipeline.term_index import BuildOptions, build
from pipeline.terminology.concepts import Word, words_of
from pipeline.terminology.lexicon import Term, load_terms
from pipeline.terminology.link_words import (
    load_fitting_labels,
    load_link_scores,
    load_link_words,
)
from pipeline.tokenizer import CaseTokenizer
from pipeline.vocabularies.records import VocabularyLink, VocabularyTerm

register()


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build an index of a user's names."""
    folder = tmp_path_factory.mktemp("terms") / "my.terms"
    names = [
        VocabularyTerm("X:1", "zygomorphic blight", preferred=True, label="DIAGNOSIS", source="X"),
        VocabularyTerm("X:1", "ZYB", label="DIAGNOSIS", source="X"),
        VocabularyTerm("X:1", "zyg", label="DIAGNOSIS", source="X"),
        VocabularyTerm("X:2", "pneumonia", True, "C0032285", ("T047",), "X", "DIAGNOSIS"),
        VocabularyTerm("X:3", "breast cancer", True, "", (), "X", "DIAGNOSIS"),
        VocabularyTerm("X:4", "liver", True, "", (), "X", "DIAGNOSIS"),
        VocabularyTerm("X:5", "flat zygomorphic blight", True, "", (), "X", "DIAGNOSIS"),
    ]
    build(names, [], [], folder, BuildOptions(approximate=True))
    return folder


@pytest.fixture(scope="module")
def finder() -> CandidateFinder:
    return load_finder(approximate=True)


def names(finder: CandidateFinder, text: str, label: str = "") -> list[str]:
    return [row.name for row in ask(finder, text, labels_of(label), 10)]


@pytest.mark.parametrize(
    ("text", "label", "never"),
    [
        ("exaggerated reflexes", "FINDING", "areflexia"),
        ("exagerated reflexes", "FINDING", "areflexia"),
        ("vertebral bodies", "", "flat vertebral bodies"),
        ("hyperthyroidism", "DIAGNOSIS", "hypothyroidism"),
        ("hypertensoin", "DIAGNOSIS", "hypotension"),
        ("abducens palsy", "DIAGNOSIS", "adduction deficit"),
        ("no pleural effusion", "FINDING", "pleural effusion"),
        ("type 1 diabetes", "DIAGNOSIS", "type 2 diabetes mellitus"),
        ("seizure-like activity", "FINDING", "seizure"),
    ],
)
def test_what_means_something_else_is_no_candidate(finder, text, label, never) -> None:
    assert never not in names(finder, text, label)
    terms = [t for lab in labels_of(label) for t in finder.best(tuple(text.split()), lab).terms]
    assert never not in {term.concept_name for term in terms}


def test_the_ontologies_do_hold_what_is_never_taken() -> None:
    known = {term.concept_name for term in load_terms()}
    assert {"areflexia", "hypothyroidism", "hypotension", "pleural effusion", "seizure"} <= known


@pytest.mark.parametrize(
    ("asked", "found", "match"),
    [
        ("exaggerated reflex", "absent reflex", Match.NONE),
        ("exaggerated reflex", "reflex", Match.NONE),
        ("vertebral body", "flat vertebral body", Match.NONE),
        ("hypertension", "hypotension", Match.NONE),
        ("diabetes type 1", "diabetes type 2", Match.NONE),
        ("factor v deficiency", "factor x deficiency", Match.NONE),
        ("symmetry", "asymmetry", Match.NONE),
        ("liver", "spleen", Match.NONE),
        ("stomach", "stomach neoplasm", Match.LOOSE),
        ("renal cyst", "renal cortical cyst", Match.LOOSE),
        ("cyst of the kidney", "kidney cyst", Match.WORDS),
        ("acute pancreatitis", "pancreatitis", Match.WORDS),
        ("osteomyelytis", "osteomyelitis", Match.WORDS),
        ("alpha1 antitrypsin", "alpha 1 antitrypsin", Match.WORDS),
        ("cholecystolithyasis", "cholecystolithiasis", Match.WORDS),
    ],
)
def test_names_laid_side_by_side(asked: str, found: str, match: Match) -> None:
    assert match_of(asked.split(), found.split()) is match


def test_a_word_of_a_name_is_not_taken_for_a_misspelt_one() -> None:
    assert match_of(["ureteral"], ["urethral"], lambda _: True) is Match.WORDS
    assert match_of(["ureteral"], ["urethral"], lambda _: False) is Match.NONE


@pytest.mark.parametrize(
    ("text", "label", "name", "rule"),
    [
        ("hypertensive", "DIAGNOSIS", "hypertension", "link:form"),
        ("upper right quadrant", "ANATOMY", "right upper quadrant", "link:turned"),
        ("Orbital malignancies", "DIAGNOSIS", "orbital cancer", "link:form"),
        ("narrow transition zone", "FINDING", "narrow zone of transition", "link:near"),
    ],
)
def test_ways_of_linking(finder, text: str, label: str, name: str, rule: str) -> None:
    links = finder.best(tuple(text.split()), label)
    assert (links.terms[0].concept_name, links.rule) == (name, rule)


def test_likeness_is_asked_for() -> None:
    exact = load_finder()
    assert exact.best(("narrow", "transition", "zone"), "FINDING").rule != "link:near"


def test_a_finding_with_its_place_is_both(finder) -> None:
    links = finder.best(("sphenoid", "wing", "meningioma"), "DIAGNOSIS")
    assert links.terms[0].concept_name == "meningioma"
    assert [place.concept_name for place in links.places] == ["sphenoid wing"]
    row = next(
        r for r in ask(finder, "calcaneal stress fracture", ("DIAGNOSIS",), 5) if r.modifiers
    )
    assert (row.name, row.modifiers.partition(" ")[2]) == ("stress fracture", "calcaneus")


def test_too_much_lost_is_no_link_but_a_candidate(finder) -> None:
    words = ("shaggy", "purple", "tumor")
    assert finder.best(words, "DIAGNOSIS").terms == ()
    candidate = finder.candidates(words, "DIAGNOSIS", 5)[0]
    assert (candidate.term.concept_name, candidate.score < 0.5) == ("tumor", True)


def test_half_of_what_is_joined_is_no_link(finder) -> None:
    assert finder.best(("left", "MCA", "and", "ACA", "territories"), "ANATOMY").terms == ()


def test_the_link_is_the_first_candidate(finder) -> None:
    for text, label in (
        ("renal cysts", "DIAGNOSIS"), ("edema", "FINDING"), ("left kidney", "ANATOMY"),
        ("pulmonary embolims", "DIAGNOSIS"), ("narrow transition zone", "FINDING"),
    ):  # fmt: skip
        tokens = tuple(text.split())
        links, listed = finder.best(tokens, label), finder.candidates(tokens, label, 5)
        assert listed[0].term.concept_id == links.terms[0].concept_id
        assert listed[0].score == pytest.approx(links.score)
        assert [c.score for c in listed] == sorted((c.score for c in listed), reverse=True)


def test_an_abbreviation_of_two_concepts_has_half_a_score_each(finder) -> None:
    rows = ask(finder, "MS", ("DIAGNOSIS",), 5)
    assert [(row.name, row.score) for row in rows[:2]] == [
        ("mitral stenosis", 0.5), ("multiple sclerosis", 0.5),
    ]  # fmt: skip


def test_labels_of_others_and_wrong_ones() -> None:
    assert labels_of("DISORDER") == ("DIAGNOSIS", "FINDING")
    assert set(labels_of("")) == set(load_fitting_labels())
    with pytest.raises(UsageError, match="label 'TOE' is linked to nothing, expected one of"):
        labels_of("TOE")


def test_names_a_user_brings_go_before_those_inside(index: Path) -> None:
    finder = load_finder([str(index)], approximate=True)
    links = finder.best(("Zygomorphic", "blights"), "DIAGNOSIS")
    term = links.terms[0]
    assert (term.concept_id, term.value, term.id) == ("X:1", "X", "TERMS:X:1")
    assert finder.best(("pneumonia",), "DIAGNOSIS").terms[0].concept_id == "X:2"
    both = candidates_of(finder, ("pneumonia",), ("DIAGNOSIS",), 5)
    assert both[0].term.concept_id == "X:2"


def test_a_label_that_fits_better_goes_before_the_order_of_indexes(index: Path) -> None:
    finder = load_finder([str(index)])
    assert finder.best(("liver",), "ANATOMY").terms[0].concept_id.startswith("UBERON")
    assert finder.best(("liver",), "DIAGNOSIS").terms[0].concept_id == "X:4"


def test_synonyms_of_three_letters_link_nothing(index: Path) -> None:
    finder = load_finder([str(index)])
    assert finder.best(("ZYB",), "DIAGNOSIS").terms == ()
    assert finder.best(("zyg",), "DIAGNOSIS").terms == ()


def test_short_synonyms_of_an_index_that_marks_link(tmp_path: Path) -> None:
    rows = [
        VocabularyTerm("X:1", "peripheral venous xylosis", True, label="DIAGNOSIS"),
        VocabularyTerm("X:1", "PVX", label="DIAGNOSIS", match="case"),
    ]
    for marks in (False, True):
        build(rows, [], [], tmp_path / f"{marks}.terms", BuildOptions(marks=marks))
        links = load_finder([str(tmp_path / f"{marks}.terms")]).best(("PVX",), "DIAGNOSIS")
        assert [term.concept_id for term in links.terms] == ["X:1"] * marks


def test_wider_concepts_of_a_users_index(tmp_path: Path) -> None:
    rows = [
        VocabularyTerm("X:1", "zork", True, label="DIAGNOSIS"),
        VocabularyTerm("X:2", "blue zork", True, label="DIAGNOSIS"),
    ]
    build(rows, [VocabularyLink("X:2", "X:1")], [], tmp_path / "my.terms", BuildOptions())
    found = load_finder([str(tmp_path / "my.terms")]).candidates(("blue", "zork"), "DIAGNOSIS", 5)
    assert [(c.term.concept_id, c.rule) for c in found] == [
        ("X:2", "link:exact"), ("X:1", "link:head"),
    ]  # fmt: skip
    build(
        [rows[0], VocabularyTerm("X:2", "plonk", True, label="DIAGNOSIS")],
        [VocabularyLink("X:2", "X:1")], [], tmp_path / "other.terms", BuildOptions(),
    )  # fmt: skip
    found = load_finder([str(tmp_path / "other.terms")]).candidates(("plonk",), "DIAGNOSIS", 5)
    assert [(c.term.concept_id, c.rule) for c in found] == [
        ("X:2", "link:exact"), ("X:1", "link:wider"),
    ]  # fmt: skip


def test_a_misspelt_name_of_a_user_is_found_by_likeness(index: Path) -> None:
    words = ("zygomorphik", "blight")
    links = load_finder([str(index)], approximate=True).best(words, "DIAGNOSIS")
    assert (links.terms[0].concept_id, links.rule) == ("X:1", "link:near")
    assert load_finder([str(index)]).best(words, "DIAGNOSIS").terms == ()


def test_indexes_are_told_by_their_hash(index: Path, tmp_path: Path) -> None:
    (stamp,) = index_stamps([str(index)])
    assert stamp["index"] == str(index)
    assert len(stamp["meta_sha256"]) == 64
    with pytest.raises(VocabularyError, match=r"no meta\.json"):
        index_stamps([str(tmp_path)])


def term(concept: str, name: str, cui: str = "") -> Term:
    return Term(concept, name, "DIAGNOSIS", "any", concept, name, cui, "", "")


def test_of_equal_candidates_that_with_a_cui_goes_first_and_a_concept_stands_once() -> None:
    listed = [
        Candidate(term("A:1", "bleb"), 0.9, "x"),
        Candidate(term("A:2", "Cysts", "C0000001"), 0.9, "x"),
        Candidate(term("A:3", "bulla"), 0.8, "x"),
        Candidate(term("A:2", "Cysts", "C0000001"), 0.5, "x"),
        Candidate(term("A:4", "cyst", "C0000002"), 0.4, "x"),
    ]
    assert [c.term.concept_id for c in best_of(listed, 5)] == ["A:2", "A:1", "A:3", "A:4"]
    assert [c.score for c in best_of(listed, 2)] == [0.9, 0.9]


def test_of_equal_candidates_that_goes_first_whose_own_name_it_is() -> None:
    other = Candidate(term("A:1", "swollen nodes", "C0000001"), 1.0, "x")
    own = Candidate(term("A:2", "lymphadenopathy"), 1.0, "x", is_so_called=True)
    assert best_of([other, own]) == [own, other]


def test_a_concept_of_two_vocabularies_takes_one_place() -> None:
    first, cui = Candidate(term("A:0", "shadow"), 1.0, "x"), "C0000001"
    bare, known = term("A:1", "cyst"), term("B:1", "Cysts", cui)._replace(id=f"{RULE}B:1")
    found = best_of([first, Candidate(bare, 0.9, "x"), Candidate(known, 0.4, "x")])
    assert [(c.term.concept_id, c.score) for c in found] == [("A:0", 1.0), ("B:1", 0.9)]
    found = best_of([Candidate(known, 0.9, "x"), Candidate(bare, 0.8, "x")])
    assert [c.term.concept_id for c in found] == ["B:1"]
    found = best_of([Candidate(known, 0.9, "x"), Candidate(term("C:1", "sac", cui), 0.8, "x")])
    assert [c.term.concept_id for c in found] == ["B:1"]
    # two of the vocabulary inside are two: a finding and a disease of one name
    found = best_of([Candidate(bare, 0.9, "x"), Candidate(term("A:2", "cyst"), 0.8, "x")])
    assert [c.term.concept_id for c in found] == ["A:1", "A:2"]
    # the link itself stays that of the vocabulary that stands first
    found = best_of([Candidate(bare, 0.9, "x"), Candidate(known, 0.8, "x")])
    assert [c.term.concept_id for c in found] == ["A:1", "B:1"]


@pytest.mark.parametrize(
    ("text", "label", "name", "rule"),
    [
        ("lupus", "DIAGNOSIS", "lupus erythematosus", "link:wider"),
        ("arm", "ANATOMY", "upper extremity", "link:wider"),
        ("hyperprolactinemia", "DIAGNOSIS", "familial hyperprolactinemia", "link:narrower"),
        ("skin rashes / lesions", "FINDING", "skin lesion", "link:joined"),
        ("hypersensitivity reactions", "DIAGNOSIS", "allergic disease", "link:form"),
    ],
)
def test_runner_ups_that_never_link(finder, text: str, label: str, name: str, rule: str) -> None:
    row = next(row for row in ask(finder, text, labels_of(label), 5) if row.name == name)
    assert row.rule == rule
    assert row.score < load_link_scores()["link:least"]


def test_parts_and_wholes_are_concepts_there_are() -> None:
    known = {term.concept_id for term in load_terms() if term.label == "ANATOMY"}
    assert set(load_wholes()) <= known
    assert {whole for wholes in load_wholes().values() for whole in wholes} <= known


@pytest.mark.parametrize(
    ("asked", "found", "may"),
    [
        ("hyperprolactinemia", "familial hyperprolactinemia", True),
        ("diabetes type 1", "diabetes mellitus type 2", False),
        ("hyperthyroid disorder", "hypothyroidism", False),
        ("thyroid disorder", "hypothyroidism", False),
        ("reflex abnormality", "absent reflex", False),
    ],
)
def test_what_is_narrower_turns_nothing_round(asked: str, found: str, may: bool) -> None:
    assert may_be_narrower(asked.split(), found.split()) is may


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Exagerated reflexes", "hyperreflexia"),
        ("exaggerated reflexs", "hyperreflexia"),
        ("exagerated reflexs", "hyperreflexia"),
    ],
)
def test_slips_in_a_word_that_says_which_way(finder, text: str, name: str) -> None:
    listed = names(finder, text)
    assert listed[0] == name
    assert "areflexia" not in listed


def test_what_is_joined() -> None:
    def parts(text: str) -> list[str]:
        return [" ".join(w.form for w in part) for part in joined_parts(words_of(text.split()))]

    assert "skin lesion" in parts("skin rash or lesion")
    assert "mca stroke" in parts("MCA and ACA strokes")
    assert parts("no fever or rash") == parts("and rash") == parts("rash") == []


def test_words_for_words() -> None:
    (made,) = {
        " ".join(word.form for word in name)
        for name in with_other_form(words_of(["severe", "low", "blood", "pressure"]))
    }
    assert made == "severe hypotension"


def test_words_in_another_form() -> None:
    made = [
        " ".join(w.form for w in name) for name in with_other_form(words_of(["enlarged", "node"]))
    ]
    assert made == ["enlargement node", "node enlargement"]
    assert [[w.form for w in name] for name in with_other_form((Word("bleed", "bleed"),))] == [
        ["hemorrhage"]
    ]


def test_the_sense_a_case_speaks_of() -> None:
    kidney, marrow = term("DOID:3314", "angiomyolipoma"), term("DOID:9119", "leukemia")
    assert sense_of((marrow, kidney), {"renal", "fat", "mass"}) is kidney
    assert sense_of((marrow, kidney), {"marrow", "mass"}) is marrow
    assert sense_of((marrow, kidney), {"marrow", "renal"}) is None
    assert sense_of((marrow, kidney), set()) is None


def test_senses_are_of_concepts_there_are() -> None:
    assert set(load_senses()) <= {term.concept_id for term in load_terms()}


def test_the_index_of_near_names_is_built_once(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    near._inside_folder.cache_clear()
    folder = near._inside_folder(("renal cyst", "liver"))
    written = (folder / "ngram_grams.npy").stat().st_mtime_ns
    near._inside_folder.cache_clear()
    assert near._inside_folder(("renal cyst", "liver")) == folder
    assert (folder / "ngram_grams.npy").stat().st_mtime_ns == written
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    near._inside_folder.cache_clear()


@pytest.mark.parametrize(
    ("load", "module", "name", "header", "row", "told"),
    [
        (load_endings, endings, "link_endings.tsv", "id\tfrom\tto\texample", "E1\t\tx\t", "ending"),
        (load_synonyms, endings, "link_synonyms.tsv", "id\tword\tother\treason", "Y\ta\t\t", "wor"),
        (
            load_wholes, kin, "link_parts.tsv", "id\tconcept_id\twhole_id\tmeaning",
            "P1\tX:1\t\tm", "empty cell",
        ),
        (
            load_senses, senses, "link_senses.tsv", "id\tconcept_id\tword\tshort",
            "S1\tD:1\tFat\tAML", "lower case",
        ),
    ],
)  # fmt: skip
def test_a_wrong_row_is_told(load, module, name, header, row, told, tmp_path, monkeypatch) -> None:
    (tmp_path / name).write_text(f"{header}\n{row}\n")
    monkeypatch.setattr(module, "models_path", lambda *parts: tmp_path / parts[-1])
    load.cache_clear()
    try:
        with pytest.raises(ResourceError, match=f"{name}:2: .*{told}"):
            load()
    finally:
        load.cache_clear()


def test_no_word_is_both_light_and_a_guard() -> None:
    kinds = load_link_words()
    assert not kinds["light"] & kinds["guard"]


def test_of_concepts_of_one_name_that_which_is_called_so(tmp_path: Path) -> None:
    def brought(concept: str, *called: str) -> list[VocabularyTerm]:
        return [VocabularyTerm(concept, c, not i, label="FINDING") for i, c in enumerate(called)]

    rows = [
        *brought("X:1", "frozen zork", "zork"), *brought("X:2", "zork"),
        *brought("X:3", "a blip", "blip"), *brought("X:4", "b blip", "blip"),
        *brought("X:5", "a plonk", "plonk"), *brought("X:6", "b plonk", "plonk"),
        *brought("X:7", "c plonk", "plonk"),
    ]  # fmt: skip
    build(rows, [], [], tmp_path / "my.terms", BuildOptions())
    linker = ConceptLinker(load_finder([str(tmp_path / "my.terms")]))
    doc = CaseTokenizer(Vocab())("zork blip plonk")
    set_mentions(doc, [new_mention("FINDING", i, i + 1, "") for i in range(3)])
    found = [(m["concept_id"], m["link_score"]) for m in mentions_of(linker(doc))]
    assert found == [("X:2", 0.9), ("X:3", 0.5), ("", 0.0)]


def test_nodular_enhancement_is_no_ring(finder) -> None:
    for text in ("peripheral nodular enhancement", "Nodular peripheral enhancement"):
        (term,) = finder.best(tuple(text.split()), "SIGNAL").terms
        assert (term.concept_id, term.value) == ("RT:S037", "enhancing")


def test_a_disease_own_name_is_never_that_of_another() -> None:
    called = {
        term.concept_name.casefold(): term.concept_id
        for term in load_terms()
        if term.label == "DIAGNOSIS" and term.concept_id.startswith(("DOID:", "MONDO:"))
    }
    wider = {
        term.term
        for term in load_terms()
        if term.label == "DIAGNOSIS"
        and called.get(term.term.casefold(), term.concept_id) != term.concept_id
        and term.concept_name.casefold() != term.term.casefold()
    }
    # of one CUI, or the same in two ontologies
    assert wider <= {"benign neoplasm", "small cell lung carcinoma"}
