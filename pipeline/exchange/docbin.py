"""Cases -> spaCy DocBin files: Docs as the pipeline leaves them, made from the rows of the run.

Nothing is annotated anew but the bounds of sentences, which a run does not keep. Abbreviations and
the offsets of status cues are not in a run either, so they are not in these Docs.

    part-00000.spacy        at most 500 cases each
    doc.spans["entities"]   label_, kb_id_ (concept), id_ (entity id)
    doc.spans["sections"]   label_
    doc._.mentions, doc._.relations, doc._.sections, doc._.patient, doc._.case_id, doc._.source
                            once `pipeline` (or `pipeline.annotations`) is imported; without it they
                            lie in doc.user_data[("._.", "mentions", None, None)] ...
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, cast

from spacy.lang.en import English
from spacy.tokens import Doc, DocBin, Span

from pipeline.annotations import (
    Mention,
    RelationNote,
    SectionNote,
    new_mention,
    set_mentions,
    set_sections,
)
from pipeline.exchange.run_cases import AnnotatedCase
from pipeline.stages.sentences import SentenceSplitter
from pipeline.structure.sentences import default_sentences
from pipeline.tokenizer import CaseTokenizer

#: cases in a file; spaCy reads a file whole
DOCS = 500
_ATTRIBUTES = ("ORTH", "SPACY", "SENT_START")


def write_docbin(cases: Iterable[AnnotatedCase], folder: Path) -> int:
    """Write DocBin files; give the number of cases.

    Args:
        cases: the cases.
        folder: an empty folder.
    """
    maker, count = DocMaker(), 0
    docs = map(maker.doc, cases)
    while some := list(islice(docs, DOCS)):
        packed = DocBin(attrs=_ATTRIBUTES, docs=some, store_user_data=True)
        packed.to_disk(folder / f"part-{count // DOCS:05}.spacy")
        count += len(some)
    return count


class DocMaker:
    """Make Docs of cases as the run has them.

    >>> row = {"source": "a.txt", "age": None, "sex": ""}
    >>> DocMaker().doc(AnnotatedCase("a", "No mass.", row, [], [], []))._.case_id
    'a'
    """

    def __init__(self) -> None:
        self._tokenizer = CaseTokenizer(English().vocab)
        self._sentences = SentenceSplitter(default_sentences())

    def doc(self, case: AnnotatedCase) -> Doc:
        """Make the Doc of a case; spans off token bounds are widened to them."""
        doc = self._tokenizer(case.text)
        doc._.case_id, doc._.source = case.case_id, case.row["source"]
        doc._.patient = {"age": case.row["age"], "sex": case.row["sex"]}
        set_sections(doc, list(_sections(doc, case)))
        self._sentences(doc)
        set_mentions(doc, [_mention(doc, row) for row in case.entities])
        places = {row["entity_id"]: i for i, row in enumerate(case.entities)}
        doc._.relations = [_relation(row, places) for row in case.relations]
        return doc


def _span(doc: Doc, row: dict[str, Any]) -> Span:
    return cast(Span, doc.char_span(row["start"], row["end"], alignment_mode="expand"))


def _sections(doc: Doc, case: AnnotatedCase) -> Iterator[SectionNote]:
    for row in case.sections:
        span = _span(doc, row)
        yield SectionNote(
            section=row["section"], start=span.start, end=span.end, method=row["method"],
            score=row["score"],
        )  # fmt: skip


def _mention(doc: Doc, row: dict[str, Any]) -> Mention:
    span = _span(doc, row)
    mention = new_mention(row["label"], span.start, span.end, row["rule"])
    kept = {name: row[name] for name in mention if name in row and name not in ("start", "end")}
    kept["candidates"] = "\t".join(row["candidates"])
    return cast(Mention, {**mention, **kept})


def _relation(row: dict[str, Any], places: dict[str, int]) -> RelationNote:
    cued = row["cue_start"] is not None
    return RelationNote(
        type=row["type"], head=places[row["head_id"]], tail=places[row["tail_id"]],
        cue=row["cue"], cue_start=row["cue_start"] if cued else -1,
        cue_end=row["cue_end"] if cued else -1, score=row["score"], rule=row["rule"],
    )  # fmt: skip
