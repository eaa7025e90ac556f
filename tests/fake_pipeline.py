"""A small pipeline for tests of what is around the stages: it marks four words and breaks on two.

`lesion` is a FINDING, `liver` an ANATOMY, `abscess` a DIAGNOSIS, `CT` a MODALITY; a lesion is in
the liver and indicates the abscess. A text with `BOOM` breaks a stage that works doc by doc, one
with `CRASH` a stage with a `pipe` of its own; `SEGFAULT` ends the process as broken memory does,
`HANG` never ends and hears nothing.
"""

import os
import re
import signal
from collections.abc import Iterable, Iterator

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import (
    RelationNote,
    SectionNote,
    new_mention,
    set_mentions,
    set_sections,
)

WORDS = {"lesion": "FINDING", "liver": "ANATOMY", "abscess": "DIAGNOSIS", "CT": "MODALITY"}
BROKEN = "fake_breaker"
CRASHED = "fake_crasher"


@Language.component("fake_marker")
def mark(doc: Doc) -> Doc:
    if len(doc):
        whole = SectionNote(section="findings", start=0, end=len(doc), method="model", score=0.5)
        set_sections(doc, [whole])
    mentions = []
    for token in doc:
        if label := WORDS.get(token.text):
            mention = new_mention(label, token.i, token.i + 1, rule=f"FAKE:{token.text}")
            mention["status"] = "present" if label in ("FINDING", "DIAGNOSIS") else ""
            mention["role"] = "final" if label == "DIAGNOSIS" else ""
            mention["key_finding"] = label == "FINDING"
            mentions.append(mention)
    set_mentions(doc, mentions)
    doc._.relations = list(_relations(doc))
    return doc


def _relations(doc: Doc) -> Iterator[RelationNote]:
    found = {mention["label"]: i for i, mention in enumerate(doc._.mentions)}
    for kind, tail in (("located_in", "ANATOMY"), ("indicates", "DIAGNOSIS")):
        if "FINDING" in found and tail in found:
            yield RelationNote(
                type=kind, head=found["FINDING"], tail=found[tail], cue="", cue_start=-1,
                cue_end=-1, score=0.9, rule="FAKE:relation",
            )  # fmt: skip


@Language.component(BROKEN)
def breaker(doc: Doc) -> Doc:
    if "BOOM" in doc.text:
        raise ValueError(f"cannot take {doc.text}")
    if "SEGFAULT" in doc.text:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "HANG" in doc.text:
        re.match("(a+)+b", "a" * 60)
    return doc


class Crasher:
    def __call__(self, doc: Doc) -> Doc:
        if "CRASH" in doc.text:
            raise KeyError(doc.text)
        return doc

    def pipe(self, docs: Iterable[Doc], **_: object) -> Iterator[Doc]:
        return map(self, docs)


@Language.factory(CRASHED)
def make_crasher(nlp: Language, name: str) -> Crasher:
    return Crasher()


def load(*_: object, **__: object) -> Language:
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "radtab_tokenizer"}}})
    for stage in ("fake_marker", BROKEN, CRASHED):
        nlp.add_pipe(stage)
    return nlp
