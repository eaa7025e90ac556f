"""Columns of names and concepts -> the files of an index."""

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import marisa_trie
import numpy as np
import numpy.typing as npt

from pipeline.term_index.collector import NameCollector
from pipeline.term_index.index_folder import KEYS, WRITTEN
from pipeline.term_index.name_order import NameOrder, Numbers, order_names, starts


class ArrayWriter:
    """Write the trie of keys and the arrays of names, concepts and links to a folder."""

    def __init__(self, folder: Path, collected: NameCollector) -> None:
        self._folder = folder
        self._collected = collected

    def write_names(self) -> NameOrder:
        """Write keys and names; give the order of these, by which the rest goes."""
        collected = self._collected
        trie = marisa_trie.Trie(collected.keys())
        trie.save(str(self._folder / KEYS))
        numbers = map(trie.__getitem__, collected.keys())
        order = order_names(collected, np.fromiter(numbers, np.int64), len(trie))
        collected.forget_keys()
        written = (order.flags[order.key_names] & WRITTEN > 0).astype(np.uint8)
        self._save("key_start", order.key_start)
        self._save("key_names", order.key_names)
        self._save("key_written", np.minimum.reduceat(written, order.key_start[:-1]))
        self._save("name_concept", order.concept)
        self._save("name_flags", order.flags)
        self._save_texts("name", map(collected.written, order.names.tolist()))
        return order

    def write_concepts(self, order: NameOrder) -> None:
        """Write what is said of each concept; its source is that of its first name."""
        collected = self._collected
        first = starts(order.concept, len(collected.concept_ids))
        source = np.frombuffer(collected.source, np.uint16)
        self._save("concept_names", first)
        self._save_texts("concept", (text.encode() for text in collected.concept_ids))
        self._save("concept_cui", np.frombuffer(collected.concepts.cui, np.uint32))
        self._save("concept_types", np.frombuffer(collected.concepts.types, np.uint32))
        self._save("concept_label", _labels(collected))
        self._save("concept_source", source[order.names[first[:-1]]])

    def write_parents(self, links: Numbers) -> None:
        """Write links, pairs of child and parent; nothing where there are none."""
        if len(links):
            concepts = len(self._collected.concept_ids)
            child, parent = np.divmod(np.unique(links[:, 0] * concepts + links[:, 1]), concepts)
            self._save("parent_start", starts(child, concepts))
            self._save("parents", parent)

    def _save(self, name: str, numbers: npt.NDArray[Any]) -> None:
        """Write numbers in as few bytes each as the largest needs."""
        least = np.min_scalar_type(int(numbers.max()))
        np.save(self._folder / f"{name}.npy", numbers.astype(least))

    def _save_texts(self, name: str, texts: Iterator[bytes]) -> None:
        start, joined = array("Q", [0]), bytearray()
        for text in texts:
            joined += text
            start.append(len(joined))
        self._save(f"{name}_start", np.frombuffer(start, np.uint64))
        self._save(f"{name}_text", np.frombuffer(joined, np.uint8))


def _labels(collected: NameCollector) -> npt.NDArray[Any]:
    """Give the number of the label of each concept: its own, else that of its semantic types."""
    of_types = np.array([collected.labels[label] for label in collected.types.labels])
    own = np.frombuffer(collected.concepts.label, np.uint8)
    return np.where(own > 0, own, of_types[np.frombuffer(collected.concepts.types, np.uint32)])
