"""Names of corpora -> the figures of all of them, as the table of `models/README.md` has them."""

from collections.abc import Callable, Sequence
from pathlib import Path

from spacy.language import Language

from pipeline.assembly import load
from pipeline.errors import UsageError
from pipeline.scoring.counting import Score
from pipeline.training.elsewhere.adaptation import measure_adapted
from pipeline.training.elsewhere.captions import measure_captions
from pipeline.training.elsewhere.conditions import measure_ada
from pipeline.training.elsewhere.documents import (
    measure_bc5cdr,
    measure_e3c,
    measure_maccrobat,
    measure_ncbi_disease,
)
from pipeline.training.elsewhere.links import measure_links
from pipeline.training.elsewhere.reports import measure_openi
from pipeline.training.elsewhere.sentences import measure_negex

#: what measures a corpus: the folder of the corpora, a pipeline and a seed -> scores by name
Measure = Callable[[Path, Language, int], dict[str, Score]]
#: name of a corpus -> what measures it
MEASURES: dict[str, Measure] = {
    "negex": measure_negex,
    "maccrobat": measure_maccrobat,
    "e3c": measure_e3c,
    "ncbi_disease": measure_ncbi_disease,
    "bc5cdr": measure_bc5cdr,
    "captions": measure_captions,
    "openi": measure_openi,
    "ada": measure_ada,
    "links": measure_links,
}


def measure_elsewhere(
    folder: Path,
    names: Sequence[str] = (),
    seed: int = 0,
    report: Callable[[str], None] = lambda _: None,
    *,
    adapt: bool = False,
) -> dict[str, Score]:
    """Measure the pipeline on other corpora.

    Args:
        folder: holds `corpora/`, `medpix/` and `gold/dev.jsonl`, whose case ids are left out.
        names: some of `MEASURES`; none for all.
        seed: of the samples drawn.
        report: is told of each corpus before it is read.
        adapt: train the recogniser on half of MACCROBAT too, and measure it on the other half;
            takes minutes.

    Returns:
        `<corpus>: <name>` -> score; a share has equal precision, recall and F1.

    Raises:
        UsageError: no such corpus, or a file is missing.
        FormatProblem: a line of a file is no JSON object.
    """
    for name in names:
        if name not in MEASURES:
            raise UsageError(f"corpus {name!r} is not known, expected some of {list(MEASURES)}")
    nlp = load()
    scores: dict[str, Score] = {}
    for name in names or MEASURES:
        report(name)
        found = MEASURES[name](folder, nlp, seed)
        scores |= {f"{name}: {measure}": score for measure, score in found.items()}
    return scores | (measure_adapted(folder, seed, report) if adapt else {})
