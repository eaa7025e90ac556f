"""Sources as a user names them, UMLS files among them -> one stream of names, links and infos."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.vocabularies import rrf
from pipeline.vocabularies.detection import checked_format, format_of
from pipeline.vocabularies.reading import VocabularyOptions
from pipeline.vocabularies.records import VocabularyInfo, VocabularyLink, VocabularyTerm
from pipeline.vocabularies.sources import VocabularyReader


class SourceGatherer:
    """Read sources in the order given, which is that of priority.

    SSSOM mappings hold for the other files beside which they stand, not for UMLS files.

    Args:
        paths: files, or folders with UMLS files.
        format: of all of them, or `auto`.
        options: what is taken of ontologies.
        umls: what is taken of UMLS files.
        relations: whether links are read from MRREL.

    Raises:
        UsageError: no such format, or UMLS options without UMLS files.
        VocabularyError: no such file, or its format cannot be told.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        format: str,
        options: VocabularyOptions,
        umls: rrf.RrfOptions,
        relations: bool,
    ) -> None:
        named = checked_format(format)
        formats = [(path, format_of(path) if named == "auto" else named) for path in paths]
        self._umls, self._relations = umls, relations
        #: UMLS files one by one, other files together where they stand together
        self._parts: list[Path | VocabularyReader] = []
        for is_umls, group in groupby(formats, key=lambda found: found[1] == "rrf"):
            files = [path for path, _ in group]
            self._parts += files if is_umls else [VocabularyReader(files, named, options)]
        #: whether there are UMLS files among them
        self.has_umls = any(isinstance(part, Path) for part in self._parts)
        if (umls != rrf.DEFAULTS or relations) and not self.has_umls:
            raise UsageError(
                "--language, --source, --type and --relations are of UMLS files, expected one"
            )

    def terms(self) -> Iterator[VocabularyTerm]:
        """Give the names.

        Raises:
            VocabularyError: `file:line: problem, expected`.
        """
        for part in self._parts:
            yield from rrf.terms(part, self._umls) if isinstance(part, Path) else part.terms()

    def links(self) -> Iterator[VocabularyLink]:
        """Give the is-a links.

        Raises:
            VocabularyError: `file:line: problem, expected`.
        """
        for part in self._parts:
            if not isinstance(part, Path):
                yield from part.links()
            elif self._relations:
                yield from rrf.links(part, self._umls)

    def infos(self) -> Iterator[VocabularyInfo]:
        """Say where the names come from.

        Raises:
            VocabularyError: `file:line: problem, expected`.
        """
        for part in self._parts:
            yield from rrf.infos(part) if isinstance(part, Path) else part.infos()

    def labelled(self) -> bool:
        """Say whether every file is a table with labels: its names are meant to be marked."""
        return all(not isinstance(part, Path) and part.labelled() for part in self._parts)
