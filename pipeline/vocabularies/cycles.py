"""Is-a links of an ontology -> the same, checked to hold no cycle."""

from collections.abc import Iterable, Iterator

from pipeline.errors import VocabularyError
from pipeline.vocabularies.records import VocabularyLink

_NAMED = 6


class LinkedFrom(dict[str, list[tuple[str, int]]]):
    """Class id -> its parents, each with the line that names it."""

    def add(self, child: str, parents: Iterable[tuple[str, int]]) -> None:
        """Add the parents of a class."""
        self.setdefault(child, []).extend(parents)

    def links(self, file: str) -> Iterator[VocabularyLink]:
        """Give the links.

        Raises:
            VocabularyError: `file:line: ...` where a class is a kind of itself, over others or not.
        """
        if cycle := self._cycle():
            line = next(line for parent, line in self[cycle[-2]] if parent == cycle[-1])
            way = " > ".join(cycle if len(cycle) <= _NAMED else [*cycle[:_NAMED], "..."])
            raise VocabularyError(
                f"{file}:{line}: is_a {cycle[-1]} makes a cycle ({way}), expected none"
            )
        for child, parents in self.items():
            for parent, _ in parents:
                yield VocabularyLink(child, parent)

    def _cycle(self) -> list[str]:
        """Find a way from a class to itself by going down every way once; empty if there is none.

        A class is done when all ways from it are: none of them came back to the way it lies on.
        """
        done: set[str] = set()
        for start in self:
            way = [start]
            on_way = {start}
            open_ways = [iter(self[start])]
            while open_ways:
                parent = next(open_ways[-1], None)
                if parent is None:
                    open_ways.pop()
                    last = way.pop()
                    on_way.discard(last)
                    done.add(last)
                elif parent[0] in on_way:
                    return [*way[way.index(parent[0]) :], parent[0]]
                elif parent[0] in self and parent[0] not in done:
                    way.append(parent[0])
                    on_way.add(parent[0])
                    open_ways.append(iter(self[parent[0]]))
        return []
