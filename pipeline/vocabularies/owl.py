"""RadLex, or any ontology, as OWL in RDF/XML -> names and is-a links.

Read by expat as a stream, class by class, with the line of what is wrong. A document type (DTD) is
refused before anything in it counts: entities can be made to unfold to gigabytes or to fetch files.
"""

from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from pipeline.errors import VocabularyError
from pipeline.vocabularies.classes import OntologyClass, Synonym, links_of, terms_of
from pipeline.vocabularies.identifiers import bare_cui, short_id, umls_of
from pipeline.vocabularies.reading import DEFAULTS, VocabularyOptions, opened, stem_of
from pipeline.vocabularies.records import VocabularyInfo, VocabularyLink, VocabularyTerm

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = "http://www.w3.org/XML/1998/namespace"
_CHUNK = 1 << 16
_TOP = 2
_SCOPES = {
    "hasExactSynonym": "EXACT", "altLabel": "EXACT", "Synonym": "EXACT", "synonym": "EXACT",
    "hasNarrowSynonym": "NARROW", "hasBroadSynonym": "BROAD", "hasRelatedSynonym": "RELATED",
}  # fmt: skip
_NAMES = {"Preferred_name": 0, "prefLabel": 1, "label": 2}
_EQUAL = ("exactMatch", "hasDbXref")


def terms(path: Path, options: VocabularyOptions = DEFAULTS) -> Iterator[VocabularyTerm]:
    """Give the names of the classes; deprecated ones, and names in other languages, are left out.

    Raises:
        VocabularyError: `file:line: problem, expected`.
    """
    source = info(path).source
    for found in _Classes(path).read():
        yield from terms_of(found, source, options)


def links(path: Path) -> Iterator[VocabularyLink]:
    """Give the is-a links between named classes.

    Raises:
        VocabularyError: `file:line: problem, expected`; also where links make a cycle.
    """
    return links_of(_Classes(path).read(), path.name)


def info(path: Path) -> VocabularyInfo:
    """Read what the ontology says of itself, down to the first class.

    Raises:
        VocabularyError: as `terms`.
    """
    reader = _Classes(path)
    first = next(reader.read(), None)
    radlex = first is not None and first.id.startswith("RID")
    said = reader.header
    version = said.get("versionInfo", said.get("versionIRI", ""))
    return VocabularyInfo(
        "RADLEX" if radlex else stem_of(path), version, said.get("date", said.get("modified", "")),
        said.get("license", ""),
    )  # fmt: skip


class _Classes:
    """Read the classes of one file: children of the root, and what stands directly in them."""

    def __init__(self, path: Path) -> None:
        self.header: dict[str, str] = {}
        self._path = path
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._add_text
        self._done: list[OntologyClass] = []
        self._depth = 0
        self._kind = ""
        self._class = OntologyClass()
        self._names: dict[int, str] = {}
        self._text: list[str] = []
        self._attributes: dict[str, str] = {}

    def read(self) -> Iterator[OntologyClass]:
        """Give classes as they end.

        Raises:
            VocabularyError: not XML, not RDF, cut off, or with a document type.
        """
        with opened(self._path) as stream:
            more = True
            while more:
                chunk = stream.read(_CHUNK)
                more = bool(chunk)
                try:
                    self._parser.Parse(chunk, not more)
                except expat.ExpatError as problem:
                    said = expat.ErrorString(problem.code)
                    raise self._error(f"not XML ({said}), expected RDF/XML") from None
                yield from self._done
                self._done.clear()

    def _error(self, problem: str) -> VocabularyError:
        line = self._parser.CurrentLineNumber
        return VocabularyError(f"{self._path.name}:{line}: {problem}")

    def _refuse(self, *_: object) -> None:
        raise self._error("a document type (DTD), expected RDF/XML without DTD and entities")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and tag != f"{RDF} RDF":
            raise self._error(f"root {tag.rpartition(' ')[2]}, expected rdf:RDF")
        if self._depth == _TOP:
            self._kind = tag.rpartition(" ")[2]
            about = attributes.get(f"{RDF} about") or attributes.get(f"{RDF} ID", "")
            self._class, self._names = OntologyClass(id=short_id(about)), {}
        elif self._depth == _TOP + 1:
            self._text, self._attributes = [], attributes

    def _add_text(self, text: str) -> None:
        if self._depth == _TOP + 1:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        if self._depth == _TOP + 1:
            resource = self._attributes.get(f"{RDF} resource", "")
            language = self._attributes.get(f"{_XML} lang", "en")
            self._take(tag.rpartition(" ")[2], " ".join("".join(self._text).split()), resource,
                       language.lower().startswith("en"))  # fmt: skip
        elif self._depth == _TOP and self._kind == "Class" and self._class.id:
            ordered = [self._names[rank] for rank in sorted(self._names)]
            self._class.name = ordered[0] if ordered else ""
            self._class.synonyms[:0] = [Synonym(name) for name in ordered[1:]]
            self._done.append(self._class)
        self._depth -= 1

    def _take(self, tag: str, text: str, resource: str, english: bool) -> None:
        """Take what stands in a child of the root under a tag."""
        found = self._class
        if self._kind == "Ontology":
            self.header.setdefault(tag, text or resource)
        elif tag == "type" and self._kind == "Description" and resource.endswith("#Class"):
            self._kind = "Class"
        elif tag in _NAMES and text and english:
            self._names.setdefault(_NAMES[tag], text)
        elif tag in _SCOPES and text and english:
            found.synonyms.append(Synonym(text, _SCOPES[tag]))
        elif tag == "subClassOf" and resource and not resource.endswith("owl#Thing"):
            found.parents.append((short_id(resource), self._parser.CurrentLineNumber))
        elif tag == "deprecated":
            found.obsolete = text.lower() in ("true", "1")
        elif cui := _cui(tag, text, resource):
            found.cuis.add(cui)


def _cui(tag: str, text: str, resource: str) -> str:
    if tag.lower() in ("umls_id", "cui", "umls_cui"):
        return bare_cui(text)
    return umls_of(text or resource) if tag in _EQUAL else ""
