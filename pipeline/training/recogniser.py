"""Train and measure the statistical recogniser, `models/trained/recogniser.npz`.

`python -m pipeline.training.recogniser GOLD.jsonl ...` cross-validates by case, trains on all cases
and writes the weights with a JSON beside them that says from what, how, and how well.
"""

import argparse
import hashlib
import json
import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import spacy
from spacy.tokens import Doc

from pipeline.annotations import mentions_of
from pipeline.recognition.chain_tagger import ChainTagger
from pipeline.recognition.chain_weights import save_weights
from pipeline.recognition.mention_layers import LAYERS, Piece, layer_id
from pipeline.recognition.token_view import TokenView, view_of
from pipeline.recognition.word_clusters import WordClusters, shared_clusters
from pipeline.resources import models_path
from pipeline.scoring.counting import Counts, Score
from pipeline.scoring.gold_cases import ROLES
from pipeline.scoring.sides import MentionSpan, Side
from pipeline.stages.entities import make_entity_merger
from pipeline.stages.recogniser import MentionRecogniser
from pipeline.training.gold import gold_doc, read_gold
from pipeline.training.recogniser_chain import ChainSettings, Example, train_chains
from pipeline.training.recogniser_clusters import build_clusters, read_texts

FOLDS = 5
#: what must have run before the recogniser; sections come from gold
_BEFORE = ("radtab_sentences", "radtab_lexicon")


def train_recogniser(
    gold: Sequence[Path],
    output: Path,
    *,
    corpora: Sequence[Path] = (),
    exclude: Collection[str] = (),
    seed: int = 0,
) -> dict[str, Any]:
    """Train on gold cases and write `output` (`.npz`) and a `.json` of the same name.

    Args:
        gold: files of gold cases.
        output: where the weights go.
        corpora: JSONL files whose texts, with those of `gold`, give new word clusters, written to
            `<name>_clusters.npz`; without any, the clusters under `models/trained` are used.
        exclude: ids of cases in `corpora` to leave out, those kept to test with.
        seed: of the clusters, the folds and of what is hidden in training.

    Returns:
        What the JSON holds: data with SHA-256, settings, seed, scores by fold, date.
    """
    clusters = shared_clusters()
    if corpora:
        clusters = build_clusters(read_texts([*gold, *corpora], exclude), seed)
        clusters.save(output.with_name(output.stem + "_clusters.npz"))
    settings = ChainSettings(seed=seed)
    scores = cross_validate_recogniser(gold, clusters=clusters, settings=settings)
    docs = read_training_docs(gold)
    save_weights(train_chains([example_of(doc) for doc in docs], clusters, settings), output)
    metadata = {
        "model": "linear-chain conditional random fields, one a layer of nesting",
        # `radtab explain` looks ids up among the keys of a model's JSON
        "layers": {layer_id(n): f"marks {', '.join(taken)}" for n, (_, taken) in LAYERS.items()},
        "config": asdict(settings),
        "data": {path.name: _digest(path) for path in (*gold, *corpora)},
        "cases": len(docs),
        "excluded": len(exclude),
        "seed": seed,
        "scores": scores,
        "date": datetime.now(UTC).date().isoformat(),
    }
    text = json.dumps(metadata, indent=2, sort_keys=True) + "\n"
    output.with_suffix(".json").write_text(text, encoding="utf-8")
    return metadata


def cross_validate_recogniser(
    gold: Sequence[Path], *, clusters: WordClusters, settings: ChainSettings
) -> dict[str, dict[str, float]]:
    """Give F1 of merged mentions by label: over all held-out cases, and in the worst fold.

    The scores are those of `radtab score`: relaxed, and `exact`. Sections are gold sections.
    """
    docs = read_training_docs(gold)
    random.Random(settings.seed).shuffle(docs)
    merge = make_entity_merger(spacy.blank("en"), "radtab_entities")
    pooled, folds = Counts(), []
    for fold in range(FOLDS):
        examples = [example_of(doc) for i, doc in enumerate(docs) if i % FOLDS != fold]
        recognise = MentionRecogniser(
            ChainTagger(train_chains(examples, clusters, settings), clusters)
        )
        counts = Counts()
        for doc in docs[fold::FOLDS]:
            want = side_of(doc)
            got = side_of(merge(recognise(_bare(doc))))
            counts.add(want, got)
            pooled.add(want, got)
        folds.append(counts.scores())
    return _summary(pooled.scores(), folds)


def read_training_docs(gold: Sequence[Path]) -> list[Doc]:
    """Give gold cases as Docs with mentions, sections, sentences and lexicon spans."""
    nlp = spacy.blank("en")
    for name in _BEFORE:
        nlp.add_pipe(name)
    docs = [gold_doc(nlp.vocab, case) for path in gold for case in read_gold(path)]
    for doc in docs:
        for _, stage in nlp.pipeline:
            stage(doc)
    return docs


def example_of(doc: Doc) -> Example:
    """Give what a doc with gold mentions teaches."""
    view = view_of(doc)
    return Example(view, tuple(_pieces(doc, view)))


def side_of(doc: Doc) -> Side:
    """Give the mentions of a doc as one side of a score."""
    mentions = [
        MentionSpan(m["label"], (m["start"], m["end"]), m["status"]) for m in mentions_of(doc)
    ]
    return Side(mentions, [], {role: [] for role in ROLES}, [])


def _pieces(doc: Doc, view: TokenView) -> Iterator[Piece]:
    place = {index: i for i, index in enumerate(view.indices)}
    for mention in mentions_of(doc):
        inside = [place[i] for i in range(mention["start"], mention["end"]) if i in place]
        if inside:
            yield Piece(mention["label"], inside[0], inside[-1] + 1)


def _bare(doc: Doc) -> Doc:
    """Copy a doc, so that its gold mentions stay as they are."""
    copy = doc.copy()
    copy._.mentions = []
    return copy


def _summary(
    pooled: Mapping[str, Score], folds: Sequence[Mapping[str, Score]]
) -> dict[str, dict[str, float]]:
    summary = {}
    for name, score in pooled.items():
        if score.gold and not name.startswith("status"):
            f1s = [fold[name].f1 for fold in folds if name in fold]
            summary[name] = {
                "f1": round(score.f1, 4),
                "mean": round(sum(f1s) / len(f1s), 4),
                "worst": round(min(f1s), 4),
            }
    return summary


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--corpora", type=Path, nargs="*", default=[])
    parser.add_argument("--exclude", type=Path, nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=models_path("trained", "recogniser.npz"))
    arguments = parser.parse_args()
    metadata = train_recogniser(
        arguments.gold,
        arguments.out,
        corpora=arguments.corpora,
        exclude=[case["case_id"] for path in arguments.exclude for case in read_gold(path)],
        seed=arguments.seed,
    )
    print(json.dumps(metadata["scores"], indent=2))


if __name__ == "__main__":
    main()
