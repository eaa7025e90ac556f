"""Names of vocabularies -> the folder of an index.

Names are held as columns: 4 million take some 400 MB, and as much again while keys are put in
order. The same names in the same order give the same bytes.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import VocabularyError
from pipeline.term_index.array_writer import ArrayWriter
from pipeline.term_index.collector import NameCollector
from pipeline.term_index.index_folder import NGRAMS, write_meta
from pipeline.term_index.index_info import BuildOptions, IndexInfo, SourceCounts, meta_of_info
from pipeline.term_index.name_order import NameOrder
from pipeline.term_index.output_folder import check_output, new_folder
from pipeline.term_index.spelling_stamp import spelling_stamp
from pipeline.vocabularies.records import VocabularyInfo, VocabularyLink, VocabularyTerm

#: below so many names spelling variants can be looked up, where not said otherwise
APPROXIMATE_BELOW = 1_000_000
DEFAULTS = BuildOptions()


def build(
    terms: Iterable[VocabularyTerm],
    links: Iterable[VocabularyLink],
    infos: Iterable[VocabularyInfo],
    out: Path,
    options: BuildOptions = DEFAULTS,
) -> IndexInfo:
    """Build an index; when this returns `out` is whole, and if it raises as it was before.

    Args:
        terms: names, those of the source that counts most first.
        links: is-a links, read after the names; those of concepts without a name are passed over.
        infos: what is known of the sources, read last.
        out: the folder.
        options: how.

    Raises:
        VocabularyError: there is no name, or what is said of a concept is in the wrong form.
        UsageError: `out` is there already and may not be replaced.
    """
    check_output(out, overwrite=options.overwrite)
    collected = NameCollector()
    collected.add(terms)
    if not collected.concept:
        raise VocabularyError("no name in the sources, expected one that the options let through")
    parents = np.frombuffer(collected.link_numbers(links), np.uint32).reshape(-1, 2)
    with new_folder(out, overwrite=options.overwrite) as folder:
        writer = ArrayWriter(folder, collected)
        order = writer.write_names()
        writer.write_concepts(order)
        writer.write_parents(parents.astype(np.int64))
        info = _info(collected, order, infos, options)
        if info.approximate:
            _write_ngrams(folder, NamesInOrder(collected, order))
        write_meta(folder, {**meta_of_info(info), **_tables(collected)})
    return info


class NamesInOrder(Sequence[str]):
    """The names of an index by their numbers, made as they are asked for."""

    def __init__(self, collected: NameCollector, order: NameOrder) -> None:
        self._collected = collected
        self._names = order.names

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, number: Any) -> Any:  # noqa: ANN401 (a number or a slice)
        if isinstance(number, slice):
            return [self[one] for one in range(*number.indices(len(self)))]
        return self._collected.written(int(self._names[number])).decode()


def _write_ngrams(folder: Path, names: Sequence[str]) -> None:
    from pipeline.term_index.ngrams import write_ngrams

    (folder / NGRAMS).mkdir()
    write_ngrams(folder / NGRAMS, names)


def _info(
    collected: NameCollector,
    order: NameOrder,
    infos: Iterable[VocabularyInfo],
    options: BuildOptions,
) -> IndexInfo:
    names = len(order.names)
    cuis = np.frombuffer(collected.concepts.cui, np.uint32)
    return IndexInfo(
        names=names,
        concepts=len(collected.concept_ids),
        keys=len(order.key_start) - 1,
        cuis=len(np.unique(cuis[cuis > 0])),
        sources=tuple(_source_counts(collected, infos)),
        marks=options.marks,
        approximate=(
            names < APPROXIMATE_BELOW if options.approximate is None else options.approximate
        ),
        settings=options.settings,
    )


def _source_counts(
    collected: NameCollector, infos: Iterable[VocabularyInfo]
) -> Iterable[SourceCounts]:
    """Count what each source gave: its names, before those that concepts have twice fall out."""
    known = {info.source: info for info in infos}
    source = np.frombuffer(collected.source, np.uint16).astype(np.int64)
    concept = np.frombuffer(collected.concept, np.uint32)
    cui = np.frombuffer(collected.concepts.cui, np.uint32)
    concepts = len(collected.concept_ids)
    names = np.bincount(source)
    pairs = np.unique(source * concepts + concept)
    for number, name in enumerate(collected.sources):
        own = pairs[(pairs >= number * concepts) & (pairs < (number + 1) * concepts)]
        own_cuis = np.unique(cui[own - number * concepts])
        info = known.get(name, VocabularyInfo(name))
        yield SourceCounts(*info, int(names[number]), len(own), int(np.sum(own_cuis > 0)))


def _tables(collected: NameCollector) -> dict[str, Any]:
    """Give what arrays refer to by number."""
    return {
        "semantic_types": collected.types.combinations(),
        "labels": list(collected.labels),
        "concept_sources": list(collected.sources),
        "normal_forms": spelling_stamp(),
    }
