"""Settings and the order of the stages -> a spaCy `Language`."""

import gc
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import register
from pipeline.errors import UsageError
from pipeline.records import Case

#: the way of a case: stages in the order they run
ORDER = (
    "radtab_sections",
    "radtab_sentences",
    "radtab_abbreviations",
    "radtab_lexicon",
    "radtab_recogniser",
    "radtab_entities",
    "radtab_status",
    "radtab_change",
    "radtab_linking",
    "radtab_relations",
    "radtab_roles",
    "radtab_patient",
)
#: the stage of a model the user names, before the mentions are put together
EXTERNAL = "radtab_external_recogniser"
#: profile -> stages it leaves out
PROFILES: dict[str, tuple[str, ...]] = {"default": (), "fast": ("radtab_recogniser",)}
#: characters spaCy takes in one text; the readers' own limit is lower and says so
MAX_LENGTH = 20_000_000


def load(  # noqa: PLR0913 (each is a setting of its own)
    profile: str = "default",
    *,
    recogniser: str = "",
    recogniser_labels: str = "",
    terms: Sequence[str | Path] = (),
    approximate: bool = False,
    candidates: int = 0,
    min_score: float = 0.0,
) -> Language:
    """Give the pipeline as a spaCy `Language`.

    Args:
        profile: `default`, or `fast` (without the statistical recogniser).
        recogniser: package name or folder of a spaCy model whose entities are taken where nothing
            of ours stands; empty: none.
        recogniser_labels: table of what its labels are here; empty: the rows of
            `models/rules/recogniser_labels.tsv`.
        terms: folders of term indexes (`radtab terms build`), or `hpo`, that mentions are linked to
            before the terminology inside, the first before the second; the names of those built
            with `--mark` are marked in texts too.
        approximate: whether a mention without a link is linked to a name spelt much like it.
        candidates: how many concepts each mention may be linked to are noted.
        min_score: relations of a lower score, and what findings state by them, are left out.

    Raises:
        UsageError: no such profile, no such recogniser, or one that marks no entities; a score
            outside 0..1.
        ResourceError: a file under models/ is missing or does not validate.
        VocabularyError: a term index is missing, damaged or of another version.

    >>> nlp = load()
    >>> doc = nlp("CT shows a hypodense lesion in the liver.")
    >>> [(span.text, span.label_) for span in doc.spans["entities"]][:1]
    [('CT', 'MODALITY')]
    """
    if profile not in PROFILES:
        raise UsageError(f"profile {profile!r} is not known, expected one of {list(PROFILES)}")
    if not 0 <= min_score <= 1:
        raise UsageError(f"least score is {min_score:g}, expected a number from 0 to 1")
    register()
    with warnings.catch_warnings():
        # what spaCy imports by entry points has strings Python 3.12 warns of when it compiles them
        warnings.simplefilter("ignore", SyntaxWarning)
        nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "radtab_tokenizer"}}})
    nlp.max_length = MAX_LENGTH
    linking = {"terms": [str(t) for t in terms], "approximate": approximate}
    settings: dict[str, dict[str, Any]] = {
        "radtab_lexicon": {"terms": linking["terms"]},
        "radtab_linking": {**linking, "candidates": candidates},
        "radtab_relations": {"min_score": min_score},
    }
    for name in ORDER:
        if name not in PROFILES[profile]:
            nlp.add_pipe(name, config=settings.get(name, {}))
    if recogniser:
        config = {"model": recogniser, "labels": recogniser_labels}
        nlp.add_pipe(EXTERNAL, before="radtab_entities", config=config)
    # what is loaded lives as long as the process: to look for garbage in it over and over costs
    # some 7 % of the time of a run
    gc.freeze()
    return nlp


def make_doc(nlp: Language, case: Case) -> Doc:
    """Tokenize a case and note what is known of it (id, source, given sections)."""
    doc = nlp.make_doc(case.text)
    doc._.case_id = case.case_id
    doc._.source = case.source
    doc._.given_sections = [list(section) for section in case.sections]
    return doc


def annotate_cases(nlp: Language, cases: Iterable[Case]) -> Iterator[Doc]:
    """Run cases through the pipeline, one Doc each, in order."""
    return nlp.pipe(make_doc(nlp, case) for case in cases)
