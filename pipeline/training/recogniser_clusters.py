"""Texts -> word clusters: which words keep the same company.

For each word the positive pointwise mutual information with the words one and two places to its
left and right, each place apart, and with those within five places; both reduced by a truncated
singular value decomposition (Levy and Goldberg 2014), then grouped by k-means at three sizes.
"""

import gzip
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse
from scipy.sparse.linalg import svds
from sklearn.cluster import MiniBatchKMeans

from pipeline.recognition.word_attributes import folded
from pipeline.recognition.word_clusters import WordClusters
from pipeline.tokenizer import TOKEN

#: a word must occur this often to get clusters
RAREST = 3
#: the most frequent words count as company
COMPANY = 12_000
#: places to each side counted apart, and together
NEAR, FAR = 2, 5
DIMENSIONS = 100
SIZES = (50, 200, 800)
_TEXT_KEYS = ("text", "sentence", "indication", "findings", "impression", "Caption")

Vectors = npt.NDArray[np.float32]


def build_clusters(texts: Iterable[str], seed: int) -> WordClusters:
    """Cluster the words of texts; the same texts and seed give the same clusters."""
    words, sequence = _numbered(texts)
    steps = [step for step in range(-NEAR, NEAR + 1) if step]
    near = scipy.sparse.hstack([_company(sequence, len(words), [step]) for step in steps])
    wide = [step for step in range(-FAR, FAR + 1) if step]
    far = _company(sequence, len(words), wide)
    syntactic = _reduced(near)
    both = np.hstack([syntactic, _reduced(far)])
    columns, names = [], []
    for kind, vectors in (("n", syntactic), ("b", both)):
        for size in SIZES:
            columns.append(_grouped(vectors, min(size, len(words)), seed))
            names.append(f"{kind}{size}_")
    return WordClusters(words, np.stack(columns, axis=1), names)


def read_texts(paths: Sequence[Path], exclude: Collection[str] = ()) -> Iterator[str]:
    """Read the texts of JSONL files (`.gz` or not), leaving out cases by id."""
    left_out = frozenset(exclude)
    for path in paths:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            for line in lines:
                record = json.loads(line)
                if not left_out & {str(record.get(key)) for key in ("case_id", "U_id", "id")}:
                    yield _text(record)


def _text(record: dict[str, Any]) -> str:
    record = {**record, **record.get("Description", {})}
    return "\n".join(str(record[key]) for key in _TEXT_KEYS if record.get(key))


def _numbered(texts: Iterable[str]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Give the words by frequency and all texts as word numbers, -1 for rare ones and between."""
    folded_texts = [[folded(w) for w in TOKEN.findall(t) if not w.isspace()] for t in texts]
    counts = Counter(word for text in folded_texts for word in text)
    words = sorted((w for w, n in counts.items() if n >= RAREST), key=lambda w: (-counts[w], w))
    number = {word: i for i, word in enumerate(words)}
    gap = [-1] * (FAR + 1)
    flat = [n for text in folded_texts for n in [*(number.get(w, -1) for w in text), *gap]]
    return words, np.array(flat, dtype=np.int64)


def _company(
    sequence: npt.NDArray[np.int64], n_words: int, steps: Sequence[int]
) -> scipy.sparse.csr_matrix:
    """Count words x companions at the given steps."""
    width = min(COMPANY, n_words)
    rows, columns = [], []
    for step in steps:
        here, there = (sequence[-step:], sequence[:step])
        if step > 0:
            here, there = (sequence[:-step], sequence[step:])
        counted = (here >= 0) & (there >= 0) & (there < width)
        rows.append(here[counted])
        columns.append(there[counted])
    place = (np.concatenate(rows), np.concatenate(columns))
    ones = np.ones(len(place[0]), dtype=np.float32)
    return scipy.sparse.csr_matrix((ones, place), shape=(n_words, width))


def _reduced(counts: scipy.sparse.spmatrix) -> Vectors:
    """Give unit vectors of the positive pointwise mutual information (companions to the 3/4)."""
    cells = scipy.sparse.coo_matrix(scipy.sparse.csr_matrix(counts))
    total = cells.data.sum()
    of_word = np.bincount(cells.row, cells.data, minlength=cells.shape[0])
    of_companion = np.bincount(cells.col, cells.data, minlength=cells.shape[1]) ** 0.75
    of_companion *= total / of_companion.sum()
    information = np.log(cells.data * total / (of_word[cells.row] * of_companion[cells.col]))
    kept = information > 0
    place = (cells.row[kept], cells.col[kept])
    matrix = scipy.sparse.csr_matrix((information[kept], place), shape=cells.shape)
    rank = min(DIMENSIONS, min(matrix.shape) - 1)
    left, values, _ = svds(matrix, k=rank, v0=np.ones(min(matrix.shape)))
    vectors = left * np.sqrt(values)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-8
    return np.asarray(vectors, dtype=np.float32)


def _grouped(vectors: Vectors, size: int, seed: int) -> npt.NDArray[np.int64]:
    means = MiniBatchKMeans(size, random_state=seed, n_init=2, batch_size=4096, max_iter=60)
    return np.asarray(means.fit_predict(vectors), dtype=np.int64)
