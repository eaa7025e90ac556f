"""Files of vocabularies, of whatever format -> one stream of names, of links and of infos."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType

from pipeline.vocabularies import bioportal_csv, knowledge_base, obo, obographs, owl, sssom, tabular
from pipeline.vocabularies.branches import BranchReader
from pipeline.vocabularies.detection import checked_format, format_of
from pipeline.vocabularies.joining import ConceptJoiner
from pipeline.vocabularies.reading import DEFAULTS, VocabularyOptions
from pipeline.vocabularies.records import VocabularyInfo, VocabularyLink, VocabularyTerm

#: format -> the module that reads it; `rrf` has options of its own and is read by its module
_READERS: dict[str, ModuleType] = {
    "obo": obo, "obographs": obographs, "bioportal-csv": bioportal_csv, "owl": owl,
    "scispacy": knowledge_base, "tsv": tabular,
}  # fmt: skip


class VocabularyReader:
    """Read several files as one vocabulary, in the order given, which is that of priority.

    SSSOM mappings among them join ids and add CUIs of the others. Concepts take semantic type and
    label from their branch (`branches`). Nothing is read before `terms` or `links` is gone through.

    Attributes:
        formats: path and format of each file.
    """

    def __init__(
        self,
        paths: Iterable[Path],
        format: str = "auto",
        options: VocabularyOptions = DEFAULTS,
    ) -> None:
        """Tell the formats.

        Raises:
            UsageError: no such format.
            VocabularyError: no such file, or its format cannot be told.
        """
        named = checked_format(format)
        self.formats = [(path, format_of(path) if named == "auto" else named) for path in paths]
        self._options = options
        self._joiner: ConceptJoiner | None = None
        #: the links of files read: they are gone through for branches and once more on their own
        self._links: dict[Path, list[VocabularyLink]] = {}
        mapped = [path for path, found in self.formats if found == "sssom"]
        if mapped:
            self._joiner = ConceptJoiner(m for path in mapped for m in sssom.mappings(path))

    def terms(self) -> Iterator[VocabularyTerm]:
        """Give the names.

        Raises:
            VocabularyError: `file:line: problem, expected`.
        """
        for path, module in self._files():
            found = module.terms(path, self._options)
            if hasattr(module, "links"):
                found = BranchReader(self._links_of(path, module)).typed(found)
            yield from self._joiner.terms(found) if self._joiner else found

    def links(self) -> Iterator[VocabularyLink]:
        """Give the is-a links; to be read after the names.

        Raises:
            VocabularyError: `file:line: problem, expected`.
        """
        for path, module in self._files():
            found = self._links_of(path, module)
            yield from self._joiner.links(found) if self._joiner else found

    def infos(self) -> list[VocabularyInfo]:
        """Say where the names and mappings come from.

        Raises:
            VocabularyError: `file:line: problem, expected`.
        """
        mapped = [sssom.info(path) for path, found in self.formats if found == "sssom"]
        return [module.info(path) for path, module in self._files()] + mapped

    def labelled(self) -> bool:
        """Say whether all files are tables with labels: their names are meant to be marked."""
        tables = [path for path, found in self.formats if found == "tsv"]
        return len(tables) == len(self.formats) and all(map(tabular.has_labels, tables))

    def _links_of(self, path: Path, module: ModuleType) -> list[VocabularyLink]:
        if path not in self._links:
            self._links[path] = list(module.links(path)) if hasattr(module, "links") else []
        return self._links[path]

    def _files(self) -> Sequence[tuple[Path, ModuleType]]:
        return [(path, _READERS[found]) for path, found in self.formats if found in _READERS]
