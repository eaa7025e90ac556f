"""OBO files (format 1.0 to 1.4) -> names, is-a links and the header's version, date, licence.

The format: https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html. Read are the tags
`id name synonym xref is_a is_obsolete` and equal UMLS concepts among `property_value`s.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.errors import VocabularyError
from pipeline.vocabularies.classes import SCOPES, OntologyClass, Synonym, links_of, terms_of
from pipeline.vocabularies.reading import DEFAULTS, VocabularyOptions, numbered_lines, stem_of
from pipeline.vocabularies.records import VocabularyInfo, VocabularyLink, VocabularyTerm

_STANZA = re.compile(r"\[([A-Za-z]+)\]\s*$")
_QUALIFIERS = re.compile(r"\s*\{[^{}]*=[^{}]*\}\s*(?:!.*)?$")
_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"\s*([^\[{]*)')
_UMLS = re.compile(r"(?:UMLS|UMLS_CUI|umls)[:/](C\d{7})\b")
_EQUAL = re.compile(r"\b(?:skos:|mondo:)?exactMatch\s+\S*\b(C\d{7})\b")
#: how Mondo says that a cross-reference means something else
_NOT_EQUAL = re.compile(r"\{.*(?:relatedTo|NarrowerThan|BroaderThan)")
#: how the header tag `date` is written: day, month, year, time
_DATE = re.compile(r"(\d\d):(\d\d):(\d{4}).*")
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "W": " "}
_LICENCE = re.compile(
    r"\S*(?:terms|dc|dcterms)[:/]license\s+(.+)|\S*purl.org/dc/terms/license\s+(.+)"
)
_OLD_SCOPES = {f"{scope.lower()}_synonym": scope for scope in SCOPES}


def terms(path: Path, options: VocabularyOptions = DEFAULTS) -> Iterator[VocabularyTerm]:
    """Give the names of an OBO file, stanza by stanza; obsolete terms are left out.

    Raises:
        VocabularyError: `file:line: problem, expected`.
    """
    source = info(path).source
    for found in _classes(path):
        yield from terms_of(found, source, options)


def links(path: Path) -> Iterator[VocabularyLink]:
    """Give the is-a links of terms that are not obsolete.

    Raises:
        VocabularyError: `file:line: problem, expected`; also where links make a cycle.
    """
    return links_of(_classes(path), path.name)


def info(path: Path) -> VocabularyInfo:
    """Read the header: the ontology's name, version, date and licence.

    Raises:
        VocabularyError: it is no OBO file.
    """
    header: dict[str, str] = {}
    licence = ""
    for number, line in numbered_lines(path):
        if _STANZA.match(line):
            break
        tag, colon, value = line.partition(":")
        if line.strip() and not line.startswith("!") and not colon:
            raise VocabularyError(f"{path.name}:{number}: no tag, expected `tag: value` (OBO)")
        header.setdefault(tag.strip(), value.strip())
        if tag == "property_value" and (found := _LICENCE.match(value.strip())):
            licence = (found[1] or found[2]).removesuffix("xsd:string").strip().strip('"')
    if "format-version" not in header:
        raise VocabularyError(f"{path.name}:1: no format-version, expected an OBO file")
    name = header.get("ontology", "").rpartition("/")[2].partition(".")[0].upper()
    version = header.get("data-version", "")
    dated = re.search(r"\d{4}-\d{2}-\d{2}", version)
    date = dated[0] if dated else _DATE.sub(r"\3-\2-\1", header.get("date", ""))
    return VocabularyInfo(name or stem_of(path), version, date, licence)


def _classes(path: Path) -> Iterator[OntologyClass]:
    """Give the `[Term]` stanzas."""
    current: OntologyClass | None = None
    begun = 0
    for number, line in numbered_lines(path):
        if line.startswith("["):
            yield from _ended(current, path, begun)
            stanza = _STANZA.match(line)
            if not stanza:
                raise VocabularyError(f"{path.name}:{number}: stanza unclosed, expected [Term]")
            current = OntologyClass() if stanza[1] == "Term" else None
            begun = number
        elif current is not None and line and not line.startswith("!"):
            _add(current, line, path, number)
    yield from _ended(current, path, begun)


def _ended(found: OntologyClass | None, path: Path, begun: int) -> Iterator[OntologyClass]:
    if found is not None:
        if not found.id:
            raise VocabularyError(f"{path.name}:{begun}: [Term] without id, expected `id: X:1`")
        yield found


def _add(found: OntologyClass, line: str, path: Path, number: int) -> None:
    tag, colon, value = line.partition(":")
    if not colon:
        raise VocabularyError(f"{path.name}:{number}: no tag, expected `tag: value` (OBO)")
    value = value.strip()
    if tag == "is_a":
        if not value.split():
            raise VocabularyError(f"{path.name}:{number}: is_a is empty, expected an id")
        found.parents.append((value.split()[0], number))
    elif tag in _READERS:
        problem = _READERS[tag](found, value)
        if problem:
            raise VocabularyError(f"{path.name}:{number}: {problem}")
    elif tag in _OLD_SCOPES:
        _add_synonym(found, value, _OLD_SCOPES[tag])


def _set_id(found: OntologyClass, value: str) -> str:
    if found.id:
        return f"second id in the stanza of {found.id}, expected one"
    found.id = value.split()[0] if value else ""
    return "" if found.id else "id is empty, expected one"


def _set_name(found: OntologyClass, value: str) -> str:
    found.name = _plain(_QUALIFIERS.sub("", value))
    return ""


def _add_synonym(found: OntologyClass, value: str, scope: str = "") -> str:
    quoted = _SYNONYM.match(value)
    if not quoted:
        return 'synonym without closed quotes, expected synonym: "name" EXACT []'
    words = quoted[2].split()
    if not scope and words and words[0].isupper() and ":" not in words[0]:
        if words[0] not in SCOPES:
            return f"scope {words[0]!r}, expected one of {', '.join(SCOPES)}"
        scope = words.pop(0)
    found.synonyms.append(Synonym(_plain(quoted[1]), scope or "RELATED", " ".join(words)))
    return ""


def _add_xref(found: OntologyClass, value: str) -> str:
    umls = _UMLS.match(value)
    if umls and not _NOT_EQUAL.search(value):
        found.cuis.add(umls[1])
    return ""


def _add_property(found: OntologyClass, value: str) -> str:
    if equal := _EQUAL.match(value):
        found.cuis.add(equal[1])
    return ""


def _set_obsolete(found: OntologyClass, value: str) -> str:
    found.obsolete = value.split(maxsplit=1)[:1] == ["true"]
    return ""


def _plain(text: str) -> str:
    """Resolve escapes and fold white space."""
    if "\\" in text:
        text = _ESCAPED.sub(lambda m: _ESCAPES.get(m[1], m[1]), text)
    return " ".join(text.split())


_READERS: dict[str, Callable[[OntologyClass, str], str]] = {
    "id": _set_id, "name": _set_name, "synonym": _add_synonym, "xref": _add_xref,
    "xref_analog": _add_xref, "property_value": _add_property, "is_obsolete": _set_obsolete,
}  # fmt: skip
