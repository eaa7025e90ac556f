"""The recogniser trained on half of MACCROBAT, the whole pipeline scored on the other half.

This is what a user with an annotation guide of their own can do: bring their documents into the
form of gold cases (`gold_case`), train the recogniser on them (`adapted`) and load the pipeline
with its weights (`trained_from`). The weights are measured and thrown away: none is shipped.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from spacy.language import Language

from pipeline.annotations import LABELS
from pipeline.assembly import load
from pipeline.recognition.chain_weights import save_weights
from pipeline.recognition.word_clusters import shared_clusters
from pipeline.resources import models_path, trained_from
from pipeline.scoring.counting import Score
from pipeline.stages.sections import SectionSplitter
from pipeline.training.elsewhere.documents import MACCROBAT, score_documents
from pipeline.training.elsewhere.records import Record, read_records
from pipeline.training.folds import folds_of
from pipeline.training.recogniser import example_of, read_training_docs
from pipeline.training.recogniser_chain import ChainSettings, train_chains
from pipeline.training.training_data import write_cases

#: what is measured -> files of our own gold that are trained on too
TRAINED_ON: dict[str, tuple[str, ...]] = {
    "maccrobat adapted": (),
    "maccrobat adapted, own cases too": ("gold/train.jsonl",),
}


def measure_adapted(
    folder: Path, seed: int = 0, report: Callable[[str], None] = lambda _: None
) -> dict[str, Score]:
    """Score mentions of each half of MACCROBAT by weights trained on its other half.

    Args:
        folder: holds `corpora/maccrobat.jsonl.gz` and `gold/train.jsonl`.
        seed: decides the halves and what is hidden in training.
        report: is told what is measured before it is trained.

    Returns:
        `<what was trained on>: <what is compared>` -> the score of all documents.

    Raises:
        UsageError: a file is missing.
        FormatProblem: a line of a file is no JSON object.
    """
    records = list(read_records(folder / "corpora/maccrobat.jsonl.gz"))
    cases = gold_cases(records)
    scores: dict[str, Score] = {}
    for name, own in TRAINED_ON.items():
        report(name)
        for held in folds_of((record["case_id"] for record in records), 2, seed):
            learnt = [case for case in cases if case["case_id"] not in held]
            asked = [record for record in records if record["case_id"] in held]
            with adapted(learnt, [folder / path for path in own], seed) as nlp:
                found = score_documents(nlp, asked, MACCROBAT)
            for what, score in found.items():
                total = scores.setdefault(f"{name}: {what}", Score())
                total.add(score.gold_hits, score.gold, score.hits, score.predicted)
    return scores


def gold_cases(records: Sequence[Record]) -> list[Record]:
    """Bring annotated documents into the form of gold cases, as `radtab train` takes them.

    Args:
        records: documents with `case_id`, `text` and `entities` (`id`, `type`, `start`, `end`);
            entities of other types than our labels are left out.

    Returns:
        Cases with the sections the pipeline finds, the entities without a status, no relation and
        no role: enough to train the recogniser, not the status or the relations.
    """
    sections = dict(load("fast").pipeline)["radtab_sections"]
    assert isinstance(sections, SectionSplitter)
    return [_gold_case(record, sections) for record in records]


def _gold_case(record: Record, sections: SectionSplitter) -> Record:
    parts = sections.parts(record["text"])
    return {
        "case_id": record["case_id"],
        "text": record["text"],
        "sections": [[name, start, end] for name, start, end, *_ in parts],
        "entities": [
            {key: entity[key] for key in ("id", "type", "start", "end")} | {"status": None}
            for entity in record["entities"]
            if entity["type"] in LABELS
        ],
        "relations": [], "final_diagnosis": [], "differential": [], "key_findings": [],
    }  # fmt: skip


@contextmanager
def adapted(cases: Sequence[Record], own: Sequence[Path], seed: int = 0) -> Iterator[Language]:
    """Give the pipeline with a recogniser trained on cases; all other weights are those shipped.

    Args:
        cases: gold cases of another guide.
        own: files of further gold cases to train on.
        seed: of what is hidden in training.
    """
    with tempfile.TemporaryDirectory(prefix="radtab-adapted-") as name:
        folder = Path(name)
        shutil.copytree(models_path("trained"), folder, dirs_exist_ok=True)
        gold = [write_cases(folder / "cases.jsonl", cases), *own]
        examples = [example_of(doc) for doc in read_training_docs(gold)]
        weights = train_chains(examples, shared_clusters(), ChainSettings(seed=seed))
        save_weights(weights, folder / "recogniser.npz")
        with trained_from(folder):
            yield load()
