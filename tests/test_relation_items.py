"""Docs as items, studies as phrases, and docs with faults for training."""

import pytest

from pipeline.annotations import mentions_of, relations_of, sentence_by_token
from pipeline.stages.relations import default_finder
from pipeline.terminology.relation_choice import choose
from pipeline.terminology.relation_items import view_items
from pipeline.terminology.relation_ranker import RelationModel, ScoredPair
from pipeline.terminology.study_phrases import planes_of_studies
from pipeline.training.perturbed import Faults, perturbed
from pipeline.training.relations import Sample, f1, fit, folds_of
from tests.relation_marks import related_doc

NO_FAULTS = Faults(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("[F1 Cysts], [F2 stones] and [F3 scars] in the [A1 kidney].", "F in A ."),
        ("[P1 Axial] [Q1 T2] [M1 MRI] shows two [F1 nodules].", "M show F ."),
        ("[F1 Fever] due to [D1 sepsis] (e.g. [D2 urosepsis])", "F due D )"),
        ("A [F1 [S1 dense] mass].\\nThe [A1 liver] is [F2 large].", "F . NL A be F ."),
        ("There is a [F1 mass] in\\nthe [A1 liver].", "seen F in A ."),
        ("[F1 Mass].\\n\\nHistology: [F2 spindle cells].", "F . NN source : F ."),
    ],
)
def test_coordinations_fold_into_one_item(text: str, symbols: str) -> None:
    doc, _ = related_doc("findings", text)
    view = view_items(doc, default_finder().matcher)
    assert " ".join(view.symbols).removesuffix(" NL") == symbols


def test_each_mention_knows_its_place() -> None:
    doc, names = related_doc("findings", "[F1 Cysts] and [F2 [S1 dense] scars] in the [A1 liver].")
    view = view_items(doc, default_finder().matcher)
    places = {name: view.places[index] for name, index in names.items()}
    assert (places["F1"].item, places["F1"].member) == (0, 0)
    assert (places["S1"].item, places["S1"].member) == (0, 1)
    assert places["S1"].owner == names["F2"]
    assert view.items[0].size == 2
    assert places["A1"].section == "findings"


def test_keywords_are_not_read() -> None:
    doc, names = related_doc("findings", "A [F1 mass]. || keywords: [F2 mass]")
    view = view_items(doc, default_finder().matcher)
    assert view.places[names["F2"]].item == -1
    assert view.symbols.count("F") == 1


@pytest.mark.parametrize(
    ("text", "planes"),
    [
        ("[P1 Axial] [Q1 T2] and [P2 coronal] [Q2 T1] shows", {"Q1": ["P1"], "Q2": ["P2"]}),
        ("[P1 Sagittal] and [P2 axial] [Q1 T1] and [Q2 T2]", {
            "Q1": ["P1", "P2"], "Q2": ["P1", "P2"],
        }),
        ("[M1 CT], [P1 axial]", {"M1": ["P1"]}),
        ("[M1 CT] of the head and neck was done. [P1 Axial] [Q1 T1]", {"M1": [], "Q1": ["P1"]}),
    ],
)  # fmt: skip
def test_planes_of_a_study(text: str, planes: dict[str, list[str]]) -> None:
    doc, names = related_doc("findings", text)
    found = planes_of_studies(mentions_of(doc), sentence_by_token(doc))
    expected = {names[s]: tuple(names[p] for p in of) for s, of in planes.items()}
    assert found == expected


def test_a_number_is_of_one_thing() -> None:
    doc, names = related_doc("findings", "A [N1 2 cm] [F1 [S1 dense] mass] and a [F2 cyst].")
    view = view_items(doc, default_finder().matcher)
    number, tails = names["N1"], (names["F1"], names["S1"], names["F2"])
    pairs = [ScoredPair(number, t, s) for t, s in zip(tails, (0.9, 0.6, 0.8), strict=True)]
    assert choose(view, "measures", pairs) == pairs[:2]
    assert choose(view, "located_in", pairs) == pairs


def test_weak_pairs_across_sentences_give_way() -> None:
    doc, names = related_doc("findings", "[D1 Gout]. The [F1 tophus] is typical of [D2 gout].")
    view = view_items(doc, default_finder().matcher)
    far = ScoredPair(names["F1"], names["D1"], 0.4)
    near = ScoredPair(names["F1"], names["D2"], 0.9)
    assert choose(view, "indicates", [far, near]) == [near]
    assert choose(view, "indicates", [far]) == [far]
    assert choose(view, "indicates", [far], others=[near]) == []
    assert choose(view, "indicates", [far._replace(score=0.5), near])[0].score == 0.5


def test_perturbed_copies() -> None:
    doc, _ = related_doc("findings", "[M1 CT] shows a [F1 mass] in the [A1 left lung].")
    default_finder()(doc)
    same = perturbed(doc, 1, NO_FAULTS)
    assert [m["label"] for m in mentions_of(same)] == [m["label"] for m in mentions_of(doc)]
    assert relations_of(same) == relations_of(doc)
    assert same.text == doc.text
    assert mentions_of(perturbed(doc, 1, NO_FAULTS._replace(missed=1))) == []
    cut = mentions_of(perturbed(doc, 1, NO_FAULTS._replace(cut=1)))
    assert [m["end"] - m["start"] for m in cut] == [1, 1, 1]
    one, two = (mentions_of(perturbed(doc, 5)) for _ in range(2))
    assert one == two


def test_fit_learns_what_tells_the_pairs_apart() -> None:
    data = [
        Sample(i, (0, 1), i % 2 == 0, ("htcore=in",) if i % 2 == 0 else ("htcore=far",))
        for i in range(40)
    ]
    model = fit(data, "located_in")
    assert isinstance(model, RelationModel)
    assert model.weights["htcore=in"] > 0 > model.weights["htcore=far"]
    good = model.probability(model.weight("ht", [("core", "in")]))
    assert good > 0.5 > model.probability(model.weight("ht", [("core", "far")]))
    assert model.weight("th", [("core", "in")]) == 0


def test_folds_are_even_and_fixed() -> None:
    folds = folds_of(10)
    assert sorted(folds) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert folds == folds_of(10)


def test_f1_of_counts() -> None:
    import numpy as np

    assert f1(np.array([1, 2, 1, 1])) == pytest.approx(2 / 3)
    assert f1(np.array([0, 2, 0, 0])) == 0
