"""IRIs of classes -> short ids: `http://purl.obolibrary.org/obo/XX_0000001` -> `XX:0000001`."""

import re

_OBO = re.compile(r"https?://purl\.obolibrary\.org/obo/([A-Za-z][\w.-]*)_(\w+)$")
_BIOPORTAL = re.compile(r"https?://purl\.bioontology\.org/ontology/(?!STY/)(\w+)/([^/#]+)$")
_LAST = re.compile(r"[/#]([^/#]+)$")
_UMLS = re.compile(r"umls\S*?[:/_](C\d{7})$", re.IGNORECASE)
_BARE = re.compile(r"C\d{7}$")


def short_id(iri: str) -> str:
    """Give the short id of an IRI; what is no IRI stays as it is.

    >>> short_id("http://purl.obolibrary.org/obo/XX_0000001"), short_id("http://x.org/RID/RID9")
    ('XX:0000001', 'RID9')
    """
    if found := _OBO.match(iri) or _BIOPORTAL.match(iri):
        return f"{found[1]}:{found[2]}"
    if iri.startswith(("http://", "https://")) and (last := _LAST.search(iri)):
        return last[1]
    return iri.removeprefix("#")


def umls_of(reference: str) -> str:
    """Give the CUI that a cross-reference to UMLS names, else empty.

    >>> umls_of("UMLS:C0000001"), umls_of("UMLS_CUI:C0000001"), umls_of("MESH:C000001")
    ('C0000001', 'C0000001', '')
    """
    reference = reference.strip()
    found = _UMLS.search(reference)
    return found[1] if found else ""


def bare_cui(cell: str) -> str:
    """Give a CUI where a cell is one, or refers to one, else empty."""
    cell = cell.strip()
    return cell if _BARE.match(cell) else umls_of(cell)
