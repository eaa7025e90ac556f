"""Names of vocabularies -> the folder of an index."""

from collections.abc import Iterable
from pathlib import Path

from pipeline.term_index.index_info import BuildOptions, IndexInfo
from pipeline.vocabularies.records import VocabularyInfo, VocabularyLink, VocabularyTerm


def build(
    terms: Iterable[VocabularyTerm],
    links: Iterable[VocabularyLink],
    infos: Iterable[VocabularyInfo],
    out: Path,
    options: BuildOptions,
) -> IndexInfo:
    """Build an index.

    Raises:
        VocabularyError: no name is left, or `out` is there already and may not be replaced.
    """
    raise NotImplementedError
