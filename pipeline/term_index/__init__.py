"""Names of millions of concepts in a folder: built once, then read from mapped memory."""

from pipeline.term_index.builder import build
from pipeline.term_index.index_info import BuildOptions, IndexInfo, SourceCounts
from pipeline.term_index.key_matcher import IndexMatch
from pipeline.term_index.reader import IndexedConcept, IndexedName, TermIndex

__all__ = [
    "BuildOptions", "IndexInfo", "IndexMatch", "IndexedConcept", "IndexedName", "SourceCounts",
    "TermIndex", "build",
]  # fmt: skip
