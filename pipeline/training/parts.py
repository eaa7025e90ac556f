"""Training data -> the files of `models/trained`, part by part, without measuring.

`FITS` has the parts in the order they are trained. A fold of a cross-validation trains all of them;
`radtab train` measures too (`pipeline.training.trained_folder`).
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.recognition.chain_weights import save_weights
from pipeline.recognition.word_clusters import read_clusters
from pipeline.resources import models_path
from pipeline.training import recogniser, relations, sections, status
from pipeline.training.recogniser_chain import ChainSettings, train_chains
from pipeline.training.recogniser_clusters import build_clusters, read_texts
from pipeline.training.section_fit import fit_sections
from pipeline.training.training_data import TrainingData

CLUSTERS = "recogniser_clusters.npz"


def fit_all(data: TrainingData, folder: Path, report: Callable[[str], None]) -> None:
    """Train every part on the same data."""
    for name, fit in FITS.items():
        report(name)
        fit(data, folder)


def fit_section_model(data: TrainingData, folder: Path) -> None:
    """Write `sections.npz`.

    Raises:
        UsageError: no rendered cases are given.
    """
    if data.rendered is None:
        raise UsageError("sections are trained on rendered cases, expected --rendered FILE")
    cases = sections.read_labelled(data.rendered, data.excluded)
    fit_sections([lines for _, lines in cases], data.seed).save(folder / "sections.npz")


def fit_status_evidence(data: TrainingData, folder: Path) -> None:
    """Write `status_evidence.json`."""
    docs = [doc for path in data.gold for doc in status.gold_docs(path)]
    bias, weights = status.fit_weights(status.read_judged(docs))
    status.write_weights(folder / "status_evidence.json", bias, weights)


def fit_clusters(data: TrainingData, folder: Path) -> None:
    """Write `recogniser_clusters.npz`; without corpora, the one in use."""
    if data.corpora:
        texts = read_texts([*data.gold, *data.corpora], data.excluded)
        build_clusters(texts, data.seed).save(folder / CLUSTERS)
    elif models_path("trained") != folder:
        shutil.copyfile(models_path("trained", CLUSTERS), folder / CLUSTERS)


def fit_recogniser(data: TrainingData, folder: Path) -> None:
    """Write `recogniser.npz`, over the clusters in the same folder."""
    docs = recogniser.read_training_docs(data.gold)
    examples = [recogniser.example_of(doc) for doc in docs]
    clusters = read_clusters(folder / CLUSTERS)
    weights = train_chains(examples, clusters, ChainSettings(seed=data.seed))
    save_weights(weights, folder / "recogniser.npz")


def fit_relations(
    data: TrainingData, folder: Path, report: Callable[[str], None] = lambda _: None
) -> None:
    """Write `relations.json`; the thresholds come from folds within the data."""
    docs = [doc for path in data.gold for doc in relations.gold_docs(path)]
    relations.train(docs, folder / "relations.json", report)


#: part -> what trains it
FITS: dict[str, Callable[[TrainingData, Path], None]] = {
    "sections": fit_section_model,
    "status": fit_status_evidence,
    "clusters": fit_clusters,
    "recogniser": fit_recogniser,
    "relations": fit_relations,
}
