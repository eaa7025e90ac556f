"""Views with mentions -> trained weights, by crfsuite (Okazaki 2007)."""

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pycrfsuite

from pipeline.recognition.attribute_sums import STEPS, at_step
from pipeline.recognition.chain_tagger import sentence_bounds
from pipeline.recognition.chain_weights import ChainWeights, TrainedLayer, join_layers
from pipeline.recognition.mention_layers import LAYERS, Piece, layer_pieces, tags_of
from pipeline.recognition.token_attributes import token_attributes
from pipeline.recognition.token_view import TokenView
from pipeline.recognition.word_attributes import word_attributes
from pipeline.recognition.word_clusters import WordClusters

Sequences = list[tuple[list[list[str]], int, int]]


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """How chains are trained.

    `c1` and `c2` weigh the L1 and L2 penalties. `hidden` is the share of lexicon spans that are not
    shown: a lexicon knows a training text better than a new one, and a chain that always has it
    leans on it too much. `eager` is taken from the weight of `O` once trained: chains of few texts
    miss more than they invent.
    """

    c1: float = 0.05
    c2: float = 0.5
    iterations: int = 60
    hidden: float = 0.3
    eager: float = 0.5
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A text to learn from: its view and its mentions as ranges of the view's tokens."""

    view: TokenView
    pieces: tuple[Piece, ...]


def train_chains(
    examples: Sequence[Example], clusters: WordClusters, settings: ChainSettings
) -> ChainWeights:
    """Train one chain a layer on the same attributes; the same input gives the same weights."""
    chance = random.Random(settings.seed)
    shown = [with_terms_hidden(e.view, settings.hidden, chance) for e in examples]
    described = [described_sequences(view, clusters) for view in shown]
    layers = []
    for name in LAYERS:
        tags = [tags_of(layer_pieces(e.pieces, name), len(e.view.words)) for e in examples]
        layers.append(_train_layer(name, described, tags, settings))
    return join_layers(layers)


def described_sequences(view: TokenView, clusters: WordClusters) -> Sequences:
    """Give all attributes of each token, sentence by sentence, with the sentence's bounds."""
    placed = token_attributes(view)
    known = {word: word_attributes(word, clusters).at for word in set(view.words)}
    sequences: Sequences = []
    for start, end in sentence_bounds(view):
        rows = [list(placed[i]) for i in range(start, end)]
        for i, row in enumerate(rows, start=start):
            for step in STEPS:
                if start <= i + step < end:
                    at = known[view.words[i + step]][abs(step)]
                    row += [at_step(step, attribute) for attribute in at]
        sequences.append((rows, start, end))
    return sequences


def with_terms_hidden(view: TokenView, share: float, chance: random.Random) -> TokenView:
    """Give a view without a share of its lexicon spans, drawn span by span."""
    kept: list[list[str]] = []
    hidden: set[str] = set()
    for tags in view.lexicon:
        hidden.update(tag[:-1] for tag in tags if tag[-1] in "BU" and chance.random() < share)
        kept.append([tag for tag in tags if tag[:-1] not in hidden])
        hidden.difference_update(tag[:-1] for tag in tags if tag[-1] in "LU")
    return view._replace(lexicon=kept)


def _train_layer(
    name: str, described: Sequence[Sequences], tags: Sequence[list[str]], settings: ChainSettings
) -> TrainedLayer:
    trainer = pycrfsuite.Trainer(verbose=False)
    for sequences, tagged in zip(described, tags, strict=True):
        for rows, start, end in sequences:
            trainer.append(rows, tagged[start:end])
    trainer.set_params(
        {
            "c1": settings.c1,
            "c2": settings.c2,
            "max_iterations": settings.iterations,
            "feature.possible_transitions": True,
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "chain.crfsuite")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        info = tagger.info()
        names = tuple(sorted(info.labels, key=lambda tag: (tag != "O", tag)))
        states = dict(info.state_features)
        states["bias", "O"] = states.get(("bias", "O"), 0.0) - settings.eager
        return TrainedLayer(name, names, states, dict(info.transitions))
