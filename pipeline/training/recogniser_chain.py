"""Views with mentions -> trained weights, by crfsuite (Okazaki 2007)."""

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pycrfsuite

from pipeline.recognition.chain_tagger import STEPS, at_step, sentence_bounds
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

    `c1` and `c2` weigh the L1 and L2 penalties. `unnamed` is the share of sentences that are shown
    without their lexicon terms: a lexicon knows a training text better than a new one, and a chain
    that always has it leans on it too much.
    """

    c1: float = 0.05
    c2: float = 0.5
    iterations: int = 80
    unnamed: float = 0.2
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
    described = [described_sequences(e.view, clusters) for e in _without_some(examples, settings)]
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


def _without_some(examples: Sequence[Example], settings: ChainSettings) -> Iterator[Example]:
    chance = random.Random(settings.seed)
    for example in examples:
        lexicon = list(example.view.lexicon)
        for start, end in sentence_bounds(example.view):
            if chance.random() < settings.unnamed:
                lexicon[start:end] = [[] for _ in range(start, end)]
        yield Example(example.view._replace(lexicon=lexicon), example.pieces)


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
        return TrainedLayer(name, names, dict(info.state_features), dict(info.transitions))
