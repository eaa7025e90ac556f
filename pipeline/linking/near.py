"""Names spelt much like a mention: what is left when no way of words leads to a name.

Near names come from indexes of 3-letter sequences (`term_index.ngrams`), one of the names inside,
which is built once into the user's cache, and one of each index a user brings that has one. What
they give is laid beside the mention word by word (`polarity`).
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from pipeline.linking.outside import OutsideNames
from pipeline.linking.polarity import Match, match_of
from pipeline.term_index.ngrams import NgramIndex, Similar, write_ngrams
from pipeline.terminology.concepts import ConceptIndex, Word, key_of_words, words_of
from pipeline.terminology.lexicon import Term
from pipeline.terminology.link_words import load_fitting_labels, load_link_scores
from pipeline.tokenizer import TOKEN
from pipeline.user_cache import cache_folder

#: names asked of each index; what fits neither label nor words is left out of them
ASKED = 48
#: less like than this and a name is another
LEAST_LIKE = 0.55
#: mentions of fewer letters have too many neighbours
SHORTEST = 5
#: changes when names are indexed in another way
FORMAT = 1


class NearTerm(NamedTuple):
    """A term spelt much like a mention, how like in 0..1, and how its words agree."""

    term: Term
    likeness: float
    match: Match


Source = Callable[[str, int], Iterable[tuple[Term, float]]]


class NearNames:
    """Find terms spelt much like a mention."""

    def __init__(self, sources: Sequence[Source], is_misspelt: Callable[[str], bool]) -> None:
        self._sources = sources
        self._is_misspelt = is_misspelt
        self._fitting = load_fitting_labels()

    def near(self, words: Sequence[Word], label: str) -> list[NearTerm]:
        """Give near terms of a fitting label, one a concept, the most like first."""
        key = key_of_words(words)
        if len(key) < SHORTEST:
            return []
        fitting = self._fitting.get(label, {})
        found: dict[str, NearTerm] = {}
        for source in self._sources:
            for term, likeness in source(key, ASKED):
                if term.label in fitting and term.match == "any":
                    self._add(found, words, term, likeness)
        return sorted(found.values(), key=lambda near: (-near.match, -near.likeness))

    def _add(
        self, found: dict[str, NearTerm], words: Sequence[Word], term: Term, likeness: float
    ) -> None:
        names = [word.form for word in words_of(TOKEN.findall(term.term))]
        match = match_of([word.form for word in words], names, self._is_misspelt)
        known = found.get(term.concept_id)
        if match and (known is None or (match, likeness) > (known.match, known.likeness)):
            found[term.concept_id] = NearTerm(term, likeness, match)


def near_score(near: NearTerm) -> float:
    """Score a link by a near name."""
    rule = "link:near" if near.match is Match.WORDS else "link:loose"
    return load_link_scores()[rule] * near.likeness


def inside_source(names: ConceptIndex) -> Source:
    """Give the near names inside; their index is built where the user's cache has none."""
    keys = sorted(names.keys(load_fitting_labels()))
    index = NgramIndex.open(_inside_folder(tuple(keys)))

    def near(key: str, limit: int) -> Iterable[tuple[Term, float]]:
        for number, likeness in _like(index, key, limit):
            for term in names.of_key(keys[number]):
                yield term, likeness

    return near


def outside_source(names: OutsideNames, folder: Path) -> Source:
    """Give the near names of an index that a user brings."""
    index = NgramIndex.open(folder)

    def near(key: str, limit: int) -> Iterable[tuple[Term, float]]:
        for number, likeness in _like(index, key, limit):
            term = names.term(names.index.name(number))
            if term is not None:
                yield term, likeness

    return near


def _like(index: NgramIndex, key: str, limit: int) -> Iterator[Similar]:
    return takewhile(lambda near: near.score >= LEAST_LIKE, index.similar(key, limit))


@cache
def _inside_folder(keys: tuple[str, ...]) -> Path:
    stamp = hashlib.sha256("\n".join((str(FORMAT), *keys)).encode()).hexdigest()
    folder = cache_folder() / f"names-{stamp[:20]}"
    if not NgramIndex.is_in(folder):
        _build(folder, keys)
    return folder


def _build(folder: Path, keys: Sequence[str]) -> None:
    """Build an index beside its place and move it there; whoever is first wins."""
    draft = Path(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=folder.parent))
    try:
        write_ngrams(draft, keys)
        if folder.is_dir() and not NgramIndex.is_in(folder):
            shutil.rmtree(folder)
        draft.rename(folder)
    except OSError:
        if not NgramIndex.is_in(folder):
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
