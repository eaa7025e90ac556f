"""Docs as items, studies as phrases, and docs with faults for training."""

import numpy as np
import pytest

from pipeline.annotations import mentions_of, relations_of, sentence_by_token
from pipeline.stages.relations import default_finder
from pipeline.terminology.relation_candidates import RELATION
from pipeline.terminology.relation_choice import choose
from pipeline.terminology.relation_items import view_items
from pipeline.terminology.relation_names import FeatureNamer
from pipeline.terminology.relation_ranker import RelationModel, ScoredPair
from pipeline.terminology.study_phrases import planes_of_studies
from pipeline.training.perturbed import Faults, perturbed
from pipeline.training.relations import Sample, f1, fit, folds_of, probability, viewed
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
    places = {name: (view.item[i], view.member[i]) for name, i in names.items()}
    assert places["F1"] == (0, 0)
    assert places["S1"] == places["F2"] == (0, 1)
    assert view.owner[names["S1"]] == names["F2"]
    assert len(view.items.members[0]) == 2
    assert view.section[names["A1"]] == "findings"


def test_keywords_are_not_read() -> None:
    doc, names = related_doc("findings", "A [F1 mass]. || keywords: [F2 mass]")
    view = view_items(doc, default_finder().matcher)
    assert view.item[names["F2"]] == -1
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
        Sample(i, (0, 1), i % 2 == 0, ("core=ht|in",) if i % 2 == 0 else ("core=ht|far",))
        for i in range(40)
    ]
    model = fit(data, "located_in")
    assert isinstance(model, RelationModel)
    assert model.weights["core=ht|in"] > 0 > model.weights["core=ht|far"]
    good, bad = (model.bias + model.weights[f"core=ht|{core}"] for core in ("in", "far"))
    assert probability(good) > 0.5 > probability(bad)


def test_names_of_features_are_read_as_the_codes_of_pairs() -> None:
    """What a model is trained on, written out, gives the score that arithmetic on codes gives."""
    text = (
        "[M1 CT] of the [A1 chest] shows a [N1 2 cm] [F1 [S1 dense] mass] in the [A2 left lung],"
        " consistent with [D1 carcinoma]. [F2:absent Effusion] is not seen.\\n[F3 Nodules] too."
        " || diagnosis: [D2 Carcinoma]"
    )
    doc, _ = related_doc("findings", text)
    case = viewed(doc)
    ranker = default_finder().ranker
    names = list(RELATION)
    ranked = [i for i, number in enumerate(case.pairs.relation) if names[number] in ranker.models]
    pairs = case.pairs.take(np.array(ranked))
    namer = FeatureNamer(doc.vocab, case.columns, pairs)
    scores = ranker.scores(case.columns, pairs).tolist()
    assert len(scores) > 5
    for place, score in enumerate(scores):
        model = ranker.models[names[pairs.relation[place]]]
        known = [model.weights[name] for name in namer.names(place) if name in model.weights]
        assert known
        assert score == pytest.approx(probability(model.bias + sum(known)))


def test_docs_read_together_have_the_relations_they_have_alone() -> None:
    texts = [
        "[M1 CT] shows a [F1 mass] in the [A1 liver].",
        "Nothing is marked.",
        "[F1 Edema] of the [A1 brain]. [F2 Nodule] suspicious for [D1 cancer].",
        "A [N1 2 cm] [F1 cyst], not typical for [D1:general abscess].",
    ]
    finder = default_finder()
    alone = [list(relations_of(finder(related_doc("findings", text)[0]))) for text in texts]
    together = finder.pipe((related_doc("findings", text)[0] for text in texts), batch_size=3)
    assert [list(relations_of(doc)) for doc in together] == alone
    assert sum(map(len, alone)) > 5


def test_folds_are_even_and_fixed() -> None:
    folds = folds_of(10)
    assert sorted(folds) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert folds == folds_of(10)


def test_f1_of_counts() -> None:
    assert f1(np.array([1, 2, 1, 1])) == pytest.approx(2 / 3)
    assert f1(np.array([0, 2, 0, 0])) == 0
