"""OBO Graphs (JSON) -> names, is-a links, version, date and licence, as from OBO.

The format: https://github.com/geneontology/obographs. The file is read whole: JSON can be cut
anywhere, and whatever is wrong should be told before anything is taken.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import VocabularyError
from pipeline.vocabularies.classes import OntologyClass, Synonym, terms_of
from pipeline.vocabularies.cycles import LinkedFrom
from pipeline.vocabularies.identifiers import short_id, umls_of
from pipeline.vocabularies.reading import DEFAULTS, VocabularyOptions, opened, stem_of
from pipeline.vocabularies.records import VocabularyInfo, VocabularyLink, VocabularyTerm

_SCOPE = re.compile(r"has(Exact|Narrow|Broad|Related)Synonym$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def terms(path: Path, options: VocabularyOptions = DEFAULTS) -> Iterator[VocabularyTerm]:
    """Give the names of a graph; deprecated classes and properties are left out.

    Raises:
        VocabularyError: `file:line: problem, expected`.
    """
    text = _text(path)
    graphs = _graphs(path, text)
    source = _info(path, graphs).source
    for graph in graphs:
        for number, node in enumerate(graph.get("nodes", [])):
            yield from terms_of(_class(path, text, node, number), source, options)


def links(path: Path) -> Iterator[VocabularyLink]:
    """Give the is-a edges between classes.

    Raises:
        VocabularyError: `file:line: problem, expected`; also where links make a cycle.
    """
    text = _text(path)
    linked = LinkedFrom()
    for graph in _graphs(path, text):
        for number, edge in enumerate(graph.get("edges", []), start=1):
            if not isinstance(edge, dict) or not {"sub", "pred", "obj"} <= edge.keys():
                raise VocabularyError(f"{path.name}:1: edge {number}, expected sub, pred and obj")
            if edge["pred"] in ("is_a", "subClassOf"):
                # the line is looked for only where it is told
                linked.add(short_id(edge["sub"]), [(short_id(edge["obj"]), number)])
    try:
        return iter(list(linked.links(path.name)))
    except VocabularyError as problem:
        raise VocabularyError(_with_line(str(problem), path, text)) from None


def info(path: Path) -> VocabularyInfo:
    """Read what the first graph says of itself.

    Raises:
        VocabularyError: it is no OBO graph.
    """
    return _info(path, _graphs(path, _text(path)))


def _text(path: Path) -> str:
    with opened(path) as stream:
        data = stream.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise VocabularyError(f"{path.name}:{line}: not UTF-8, expected UTF-8") from None


def _graphs(path: Path, text: str) -> list[dict[str, Any]]:
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as problem:
        said = f"{path.name}:{problem.lineno}: not JSON ({problem.msg}), expected an OBO graph"
        raise VocabularyError(said) from None
    except RecursionError:
        raise VocabularyError(f"{path.name}:1: nested too deep, expected an OBO graph") from None
    graphs = whole.get("graphs") if isinstance(whole, dict) else None
    if not isinstance(graphs, list) or not all(isinstance(graph, dict) for graph in graphs):
        raise VocabularyError(f'{path.name}:1: no list "graphs", expected an OBO graph')
    return graphs


def _info(path: Path, graphs: list[dict[str, Any]]) -> VocabularyInfo:
    graph = graphs[0] if graphs else {}
    meta = _dict(graph.get("meta"))
    name = str(graph.get("id", "")).rpartition("/")[2].partition(".")[0].upper()
    version = str(meta.get("version", ""))
    properties = [_dict(p) for p in meta.get("basicPropertyValues", [])]
    licences = [p.get("val", "") for p in properties if str(p.get("pred")).endswith("license")]
    dated = _DATE.search(version)
    return VocabularyInfo(
        name or stem_of(path), version, dated[0] if dated else "", licences[0] if licences else ""
    )


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _class(path: Path, text: str, node: object, number: int) -> OntologyClass:
    if not isinstance(node, dict) or not isinstance(node.get("id"), str):
        raise VocabularyError(f"{path.name}:1: node {number + 1} without id, expected one")
    meta = _dict(node.get("meta"))
    if (node.get("type") or "CLASS") != "CLASS":
        return OntologyClass()
    try:
        return OntologyClass(
            id=short_id(node["id"]),
            name=" ".join((node.get("lbl") or "").split()),
            synonyms=[_synonym(entry) for entry in meta.get("synonyms", [])],
            cuis=_cuis(meta),
            obsolete=meta.get("deprecated") is True,
        )
    except (AttributeError, KeyError, TypeError):
        line = text.count("\n", 0, max(0, text.find(json.dumps(node["id"])))) + 1
        said = f"{path.name}:{line}: node {node['id']} is misshapen, expected lbl and meta"
        raise VocabularyError(said) from None


def _synonym(entry: Mapping[str, Any]) -> Synonym:
    scope = _SCOPE.search(entry.get("pred", ""))
    kind = short_id(entry.get("synonymType") or "")
    text = " ".join(entry["val"].split())
    return Synonym(text, scope[1].upper() if scope else "RELATED", kind)


def _cuis(meta: Mapping[str, Any]) -> set[str]:
    references = [entry["val"] for entry in meta.get("xrefs", [])]
    for entry in meta.get("basicPropertyValues", []):
        if str(entry.get("pred", "")).endswith("exactMatch"):
            references.append(entry["val"])
    return {cui for cui in map(umls_of, references) if cui}


def _with_line(message: str, path: Path, text: str) -> str:
    """Put the line of an edge where its number stands."""
    number, _, rest = message.removeprefix(f"{path.name}:").partition(":")
    starts = [m.start() for m in re.finditer(r'"sub"\s*:', text)]
    at = int(number) - 1
    line = text.count("\n", 0, starts[at]) + 1 if at < len(starts) else 1
    return f"{path.name}:{line}:{rest}"
