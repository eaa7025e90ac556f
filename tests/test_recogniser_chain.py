"""The linear-chain recogniser: attributes, weights, decoding, training."""

import itertools
import json

import numpy as np
import pycrfsuite
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ResourceError
from pipeline.recognition.chain_tagger import ChainTagger, sentence_bounds
from pipeline.recognition.chain_weights import read_weights, save_weights
from pipeline.recognition.mention_layers import LAYERS, Piece, layer_pieces, pieces_of, tags_of
from pipeline.recognition.token_attributes import token_attributes
from pipeline.recognition.token_places import place_keys
from pipeline.recognition.token_view import TokenView
from pipeline.recognition.viterbi import best_tags
from pipeline.recognition.word_attributes import word_attributes
from pipeline.recognition.word_clusters import WordClusters, read_clusters
from pipeline.recognition.word_numbers import WordNumbers
from pipeline.resources import corpus_path
from pipeline.training import recogniser
from pipeline.training.recogniser import example_of, read_training_docs, train_recogniser
from pipeline.training.recogniser_chain import (
    ChainSettings,
    described_sequences,
    train_chains,
    with_terms_hidden,
)

NO_CLUSTERS = WordClusters([], np.zeros((0, 0), dtype=np.int64), [])
QUICK = ChainSettings(iterations=12, eager=0.0)


def view(*sentences: str, section: str = "findings", lexicon: dict[int, list[str]] | None = None):
    words = [word for sentence in sentences for word in sentence.split()]
    numbers = [i for i, sentence in enumerate(sentences) for _ in sentence.split()]
    tags = [(lexicon or {}).get(i, []) for i in range(len(words))]
    n = len(words)
    return TokenView(list(range(n)), words, [section] * n, numbers, numbers, tags)


@pytest.fixture(scope="module")
def examples():
    docs = read_training_docs([corpus_path("gold.jsonl")])
    return [example_of(doc) for doc in docs[:6]]


@pytest.fixture(scope="module")
def weights(examples):
    return train_chains(examples, NO_CLUSTERS, QUICK)


def test_best_tags_is_the_best_of_all_paths():
    numbers = np.random.default_rng(0)
    transitions = numbers.normal(size=(3, 3)).astype(np.float32)
    scores = numbers.normal(size=(9, 3)).astype(np.float32)
    bounds = [(0, 1), (1, 6), (7, 9)]
    found, *_ = best_tags(scores[None], transitions[None], bounds).tolist()
    for start, end in bounds:

        def total(path, start=start):
            steps = sum(transitions[a, b] for a, b in itertools.pairwise(path))
            return steps + sum(scores[start + i, tag] for i, tag in enumerate(path))

        assert tuple(found[start:end]) == max(
            itertools.product(range(3), repeat=end - start), key=total
        )
    assert found[6] == 0


def test_best_tags_of_nothing():
    none = np.zeros((1, 0, 2), np.float32)
    assert best_tags(none, np.zeros((1, 2, 2), np.float32), []).tolist() == [[]]


def test_decoder_agrees_with_crfsuite(examples, tmp_path):
    """The numpy decoder and crfsuite's own tagger, on the same model, tag alike."""
    settings = ChainSettings(iterations=12, eager=0.0, hidden=0.0)
    ours = ChainTagger(train_chains(examples, NO_CLUSTERS, settings), NO_CLUSTERS)
    trainer = pycrfsuite.Trainer(verbose=False)
    for example in examples:
        tags = tags_of(layer_pieces(example.pieces, "inner"), len(example.view.words))
        for rows, start, end in described_sequences(example.view, NO_CLUSTERS):
            trainer.append(rows, tags[start:end])
    trainer.set_params(
        {"c1": settings.c1, "c2": settings.c2, "max_iterations": 12,
         "feature.possible_transitions": True}
    )  # fmt: skip
    trainer.train(str(tmp_path / "inner"))
    theirs = pycrfsuite.Tagger()
    theirs.open(str(tmp_path / "inner"))
    compared = 0
    for example in examples:
        tagged = ours.tag(example.view)["inner"]
        for rows, start, end in described_sequences(example.view, NO_CLUSTERS):
            assert tagged[start:end] == theirs.tag(rows)
            compared += end - start
    assert compared > 300


def test_weights_survive_their_file(weights, examples, tmp_path):
    save_weights(weights, tmp_path / "w.npz")
    read = read_weights(tmp_path / "w.npz")
    assert list(read.rows) == list(weights.rows)
    assert [layer.tags for layer in read.layers] == [layer.tags for layer in weights.layers]
    assert np.allclose(read.matrix, weights.matrix, atol=2e-3)
    before, after = ChainTagger(weights, NO_CLUSTERS), ChainTagger(read, NO_CLUSTERS)
    assert after.tag(examples[0].view) == before.tag(examples[0].view)


@pytest.mark.parametrize("read", [read_weights, read_clusters])
def test_a_damaged_file_is_named(read, tmp_path):
    with pytest.raises(ResourceError, match=r"gone\.npz"):
        read(tmp_path / "gone.npz")
    (tmp_path / "bad.npz").write_bytes(b"no archive")
    with pytest.raises(ResourceError, match=r"bad\.npz"):
        read(tmp_path / "bad.npz")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    with pytest.raises(ResourceError, match=r"other\.npz"):
        read(tmp_path / "other.npz")


def test_same_examples_give_same_weights(examples, weights):
    again = train_chains(examples, NO_CLUSTERS, QUICK)
    assert list(again.rows) == list(weights.rows)
    assert np.array_equal(again.matrix, weights.matrix)


def test_eager_chains_mark_more(examples, weights):
    eager = train_chains(examples, NO_CLUSTERS, ChainSettings(iterations=12, eager=3.0))

    def marked(trained):
        tagger = ChainTagger(trained, NO_CLUSTERS)
        return sum(tag != "O" for e in examples for tag in tagger.tag(e.view)["outer"])

    assert marked(eager) > marked(weights)


def test_the_cache_of_words_does_not_change_tags(examples, weights, monkeypatch):
    fresh = [ChainTagger(weights, NO_CLUSTERS).tag(e.view) for e in examples]
    monkeypatch.setattr("pipeline.recognition.kept_sums.KEPT", 40)
    tagger = ChainTagger(weights, NO_CLUSTERS)
    assert [tagger.tag(e.view) for e in examples] == fresh


def test_training_writes_weights_and_says_from_what(tmp_path, monkeypatch):
    lines = corpus_path("gold.jsonl").read_text("utf-8").splitlines()[:5]
    gold = tmp_path / "gold.jsonl"
    gold.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr(recogniser, "ChainSettings", lambda seed: ChainSettings(iterations=3))
    said = train_recogniser([gold], tmp_path / "r.npz", corpora=[gold], seed=0)
    assert json.loads((tmp_path / "r.json").read_text("utf-8")) == said
    assert said["cases"] == 5
    assert len(said["data"]["gold.jsonl"]) == 64
    assert {"FINDING", "all entities exact"} <= set(said["scores"])
    assert said["scores"]["FINDING"]["worst"] <= said["scores"]["FINDING"]["mean"]
    assert read_weights(tmp_path / "r.npz").layers[0].name == "outer"
    assert read_clusters(tmp_path / "r_clusters.npz").of("the")


def test_hidden_terms_are_hidden_whole():
    import random

    lexicon = {0: ["finB"], 1: ["finI", "anaU"], 2: ["finL"], 4: ["diaU"]}
    whole = view("a b c d e", lexicon=lexicon)
    assert with_terms_hidden(whole, 0.0, random.Random(0)) == whole
    assert not any(with_terms_hidden(whole, 1.0, random.Random(0)).lexicon)
    seen = set()
    for seed in range(40):
        tags = with_terms_hidden(whole, 0.5, random.Random(seed)).lexicon
        inside = [any(t.startswith("fin") for t in tags[i]) for i in range(3)]
        assert all(inside) or not any(inside)
        seen.add((inside[0], bool(tags[4])))
    assert len(seen) == 4


def test_sentences_of_the_keywords_are_left_out():
    text = view("one two", "three")
    assert sentence_bounds(text) == [(0, 2), (2, 3)]
    assert sentence_bounds(text._replace(sections=["findings"] * 2 + ["keywords"])) == [(0, 2)]
    assert sentence_bounds(view()) == []


def test_attributes_stop_at_the_sentence():
    first, second = token_attributes(view("no mass", "seen"))[1:]
    assert "b+=mass||" in first
    assert "b-=||seen" in second
    assert "denied=0" in first
    assert "denied=4" in second


def test_attributes_tell_lexicon_terms_and_echoes():
    text = view("renal mass", lexicon={0: ["finB"], 1: ["finL"]})
    first, second = token_attributes(text)
    assert {"l:finB", "l+:finL", "ls:finBfindings"} <= set(first)
    assert {"l:finL", "l-:finB"} <= set(second)
    echoed = token_attributes(text._replace(sections=["findings", "diagnosis"]))
    assert "dx" not in echoed[0]
    both = view("mass", "mass")._replace(sections=["findings", "diagnosis"])
    assert "dx" in token_attributes(both)[0]


def test_a_misspelt_word_shares_its_ends():
    right = set(word_attributes("infiltration", NO_CLUSTERS).at[0])
    wrong = set(word_attributes("inflitration", NO_CLUSTERS).at[0])
    assert {"s=ation", "s=tion", "p=inf"} <= right & wrong


@pytest.mark.parametrize("word", ["5", "T2", "é", "&#39;", "—", "x" * 300, "\u0130"])
def test_any_word_has_attributes(word):
    at = word_attributes(word, NO_CLUSTERS).at
    assert len(at) == 4
    assert all(attributes and all("\n" not in a for a in attributes) for attributes in at)


def test_clusters_survive_their_file(tmp_path):
    clusters = WordClusters(["liver", "0"], np.array([[1, 700], [3, 4]]), ["a", "b_"])
    clusters.save(tmp_path / "c.npz")
    read = read_clusters(tmp_path / "c.npz")
    assert read.of("liver") == ("a1", "b_700")
    assert read.of("unknown") == ()


labels = st.sampled_from(["FINDING", "ANATOMY"])


@given(st.lists(st.tuples(labels, st.integers(0, 2), st.integers(1, 3)), max_size=6))
def test_tags_and_mentions_say_the_same(parts):
    pieces, at = [], 0
    for label, gap, size in parts:
        pieces.append(Piece(label, at + gap, at + gap + size))
        at += gap + size
    assert pieces_of(tags_of(pieces, at)) == pieces


def test_layers_take_nested_mentions_apart():
    finding, anatomy = Piece("FINDING", 0, 3), Piece("ANATOMY", 1, 2)
    assert layer_pieces([anatomy, finding], "outer") == [finding]
    assert layer_pieces([anatomy, finding], "inner") == [anatomy]


def test_every_label_is_taken_from_one_layer():
    from pipeline.annotations import LABELS

    taken = [label for _, labels_ in LAYERS.values() for label in labels_]
    assert sorted(taken) == sorted(LABELS)


def test_the_cue_before_a_mention_is_told():
    text = view("Changes consistent with marrow infiltration", "In anemia , marrow expands")
    first = token_attributes(text)
    assert "cue=consistent0" in first[3]
    assert {"cue=consistent1", "cue:consistent"} <= set(first[4])
    assert "cue=in^0" in first[6]
    assert not any(a.startswith("cue") for a in first[0] + first[5])


def test_a_word_of_a_kind_is_told_as_such():
    large, bulky = (set(word_attributes(w, NO_CLUSTERS).at[1]) for w in ("large", "bulky"))
    assert "e=size" in large & bulky
    assert not any(a.startswith("e=") for a in word_attributes("renal", NO_CLUSTERS).at[0])


@given(st.lists(st.sampled_from(["no", "(", ")", "-", "mass", "liver", "\n"]), max_size=12))
def test_places_are_those_read_token_by_token(words):
    tokens = [w for w in words if w != "\n"]
    lines = [sum(w == "\n" for w in words[:i]) for i, w in enumerate(words) if w != "\n"]
    n = len(tokens)
    sections = ["findings" if line % 2 == 0 else "diagnosis" for line in lines]
    text = TokenView(list(range(n)), tokens, sections, lines, lines, [[]] * n)
    numbers = np.array(WordNumbers().of(tokens), dtype=np.int64)
    for i, place in enumerate(place_keys(text, numbers)):
        line = [j for j in range(n) if lines[j] == lines[i]]
        before = [j for j in line if j < i]
        denials = [i - j - 1 for j in before if tokens[j] == "no"]
        brackets = [tokens[j] for j in (*before, i) if tokens[j] in "()"]
        assert place.line_size == len(line) // 3
        assert place.bullet == (tokens[line[0]] == "-")
        assert place.from_start == min(len(before), 4)
        assert place.first == (not before)
        assert place.since_denial == min([8, *denials]) // 2
        assert place.bracket == (brackets[-1:] == ["("])
        listed = {t for t, s in zip(tokens, sections, strict=True) if s == "diagnosis"}
        assert place.in_diagnosis == (len(tokens[i]) > 3 and tokens[i] in listed)
