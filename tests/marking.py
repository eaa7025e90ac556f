"""Marked text -> Doc: `[words|LABEL|status|rest]` marks a mention; parts are `section: ...`."""

import re

from spacy.lang.en import English
from spacy.tokens import Doc
from spacy.vocab import create_vocab

from pipeline.annotations import SECTIONS, Mention, new_mention, set_mentions, set_sections
from pipeline.tokenizer import CaseTokenizer

VOCAB = create_vocab("en", English.Defaults)
MARK = re.compile(r"\[([^|\]]+)\|([A-Z]+)\|([a-z]*)\|([^\]]*)\]")
SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z\[])")


def marked_doc(text: str) -> tuple[Doc, list[tuple[str, str, str]]]:
    """Give a Doc with sections, sentences and mentions, and (words, status, rest) of each mark."""
    plain, marks, bounds = "", [], []
    for part in text.split(" || "):
        name, _, body = part.partition(": ")
        section, body = (name, body) if name in SECTIONS else ("", part)
        start, last = len(plain), 0
        for mark in MARK.finditer(body):
            plain += body[last : mark.start()]
            marks.append((len(plain), *mark.groups()))
            plain += mark.group(1)
            last = mark.end()
        plain += body[last:] + "\n"
        bounds.append((section, start, len(plain)))
    doc = CaseTokenizer(VOCAB)(plain)
    _start_sentences(doc, [start for _, start, _ in bounds])
    set_sections(doc, [_section(doc, *bound) for bound in bounds if bound[0]])
    set_mentions(doc, [_mention(doc, *mark[:4]) for mark in marks])
    return doc, [(words, status, rest) for _, words, _, status, rest in marks]


def _start_sentences(doc: Doc, starts: list[int]) -> None:
    starts = [*starts, *(match.end() for match in SENTENCE.finditer(doc.text))]
    for token in doc:
        if token.idx in starts:
            token.is_sent_start = True


def _section(doc: Doc, name: str, start: int, end: int) -> dict:
    span = doc.char_span(start, end, alignment_mode="expand")
    return {"section": name, "start": span.start, "end": span.end, "method": "given", "score": 1.0}


def _mention(doc: Doc, start: int, words: str, label: str, status: str) -> Mention:
    span = doc.char_span(start, start + len(words))
    mention = new_mention(label, span.start, span.end, "L:1")
    mention["status"] = status
    return mention
