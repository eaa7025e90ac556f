"""Settings -> a finder of candidates; what lies under `models/` is read once a process."""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from pipeline.errors import VocabularyError
from pipeline.linking.finder import CandidateFinder
from pipeline.linking.kin import Kin
from pipeline.linking.near import NearNames, Source, inside_source, outside_source
from pipeline.linking.outside import ExtendingNames, OutsideNames
from pipeline.linking.stacked import StackedNames
from pipeline.term_index import TermIndex
from pipeline.term_index.hpo import hpo_index
from pipeline.term_index.index_folder import META, NGRAMS
from pipeline.terminology.concepts import load_concepts
from pipeline.terminology.misspellings import SpellingCorrector
from pipeline.vocabularies.hpo import NAME as HPO


def load_finder(terms: Sequence[str] = (), *, approximate: bool = False) -> CandidateFinder:
    """Give a finder of candidates.

    Args:
        terms: folders of term indexes; the first goes before the second, all before what is
            inside. `hpo` extends what is inside, wherever it stands.
        approximate: whether names spelt much like a mention are candidates too.

    Raises:
        ResourceError: a row under `models/` does not validate.
        VocabularyError: an index is missing, damaged or of another version.
    """
    return _finder(tuple(str(path) for path in terms), approximate)


@cache
def _finder(terms: tuple[str, ...], approximate: bool) -> CandidateFinder:
    inside = load_concepts()
    own = [OutsideNames(TermIndex.open(Path(name))) for name in terms if name != HPO]
    more = [ExtendingNames(TermIndex.open(index_path(name))) for name in terms if name == HPO]
    outside = [*own, *more]
    names = StackedNames(own, inside, more) if outside else inside
    spelling = SpellingCorrector(inside)
    near = NearNames(_sources(outside), spelling.is_misspelt) if approximate else None
    return CandidateFinder(names, spelling, Kin(inside, outside), near)


def _sources(outside: Sequence[OutsideNames]) -> list[Source]:
    having = [names for names in outside if (names.index.path / NGRAMS).is_dir()]
    return [
        *(outside_source(names, names.index.path / NGRAMS) for names in having),
        inside_source(load_concepts()),
    ]


def index_path(name: str) -> Path:
    """Give the folder of an index: of `hpo` the one in the user's cache, built if need be.

    Raises:
        VocabularyError: the extra `hpo` is not installed.
    """
    return hpo_index() if name == HPO else Path(name)


def index_stamps(terms: Sequence[str]) -> list[dict[str, str]]:
    """Say which indexes are used: the name given and the SHA-256 of the index's `meta.json`.

    Raises:
        VocabularyError: an index is missing.
    """
    return [{"index": name, "meta_sha256": _stamp(index_path(name))} for name in map(str, terms)]


def _stamp(folder: Path) -> str:
    try:
        return hashlib.sha256((folder / META).read_bytes()).hexdigest()
    except OSError as problem:
        told = (
            f"{folder}: no {META} ({problem.strerror}), expected a folder of `radtab terms build`"
        )
        raise VocabularyError(told) from problem
