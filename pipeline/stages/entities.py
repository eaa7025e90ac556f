"""The stage `radtab_entities`: lexicon and recogniser spans -> the mentions of the doc."""

from collections.abc import Sequence, Set
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import ASSERTED, Mention, new_mention, section_by_token, set_mentions
from pipeline.doc_batches import BatchAnnotator
from pipeline.recognition.bound_cutting import BoundCutter
from pipeline.recognition.list_answers import AnswerReader
from pipeline.recognition.mention_bounds import load_bound_words
from pipeline.recognition.mention_names import (
    MentionNamer,
    is_disease_name,
    load_name_rules,
    type_of_name,
)
from pipeline.recognition.merge_rules import SOURCES, load_merge_rules
from pipeline.recognition.merging import Marked, MentionMerger
from pipeline.recognition.reference_names import without_authors
from pipeline.recognition.term_marks import with_terms
from pipeline.recognition.whole_signs import with_whole_signs
from pipeline.terminology.attributes import canonical_value, intensity, laterality, measurement
from pipeline.terminology.list_words import load_list_words
from pipeline.terminology.vertebral_levels import vertebral_level
from pipeline.tokenizer import token_texts

#: the section whose words are no mentions: it repeats words of the text
KEYWORDS = "keywords"
#: the spans of headings of sections, whose words are no findings or diagnoses
HEADINGS = "headings"
#: the spans of names in the user's indexes that are to be marked
TERMS = "terms"
#: labels whose words may name a side of the body; `lateral` of a plane does not
SIDED = ("ANATOMY", "FINDING", "DIAGNOSIS", "SIGNAL")
#: labels whose words may name a vertebral level; `T2` of a SIGNAL does not
LEVELLED = ("ANATOMY", "FINDING", "DIAGNOSIS")
#: distinct mentions remembered
CACHED = 1 << 14


class EntityMerger(BatchAnnotator):
    """Turn what the sources marked into mentions.

    Which source is taken for a label, and what may stand inside what, is said by the rows of
    `models/rules/merge.tsv`; which words at its edges are no part of a mention, by those of
    `mention_bounds.tsv`; which label a known name has, by those of `mention_names.tsv`. Half a pair
    of brackets or quotes is mended, and authors of references are left out. Where the recogniser
    did not run, the lexicon is taken alone. What is an answer in a list of alternatives is read
    last (`list_words.tsv`).
    """

    def __init__(
        self, merger: MentionMerger, cutter: BoundCutter, namer: MentionNamer,
        answers: AnswerReader, name: str = "radtab_entities",
    ) -> None:  # fmt: skip
        super().__init__(name)
        self._merger = merger
        self._cutter = cutter
        self._namer = namer
        self._answers = answers

    def annotate(self, docs: Sequence[Doc]) -> None:
        """Fill `doc._.mentions` and `doc.spans["entities"]` of each doc."""
        for doc in docs:
            self._merge(doc)

    def _merge(self, doc: Doc) -> None:
        sections = section_by_token(doc)
        headed = _headed(doc)
        marked = {
            source: _marked(doc, source, sections, headed)
            for source in SOURCES
            if source in doc.spans
        }
        words = token_texts(doc)
        found = with_whole_signs(words, self._merger.merge(marked, sections), sections)
        found = self._cutter.cut(words, found, marked)
        found = without_authors(words, found, marked.get("lexicon", ()), sections)
        found = self._namer.name(words, found, marked.get("lexicon", ()), sections)
        found = self._answers.read(words, lambda: doc.to_array("SPACY").tolist(), found, sections)
        if TERMS in doc.spans:
            found = with_terms(found, _marked(doc, TERMS, sections, headed))
        set_mentions(doc, [_mention(doc, words, span) for span in found])


def _headed(doc: Doc) -> frozenset[int]:
    """Give the tokens of headings: `Final diagnosis:` asserts nothing, `CT:` names a study."""
    spans = doc.spans.get(HEADINGS, ())
    return frozenset(token for span in spans for token in range(span.start, span.end))


def _marked(doc: Doc, source: str, sections: Sequence[str], headed: Set[int]) -> list[Marked]:
    return [
        Marked(label, start, span.end, span.id_)
        for span in list(doc.spans[source])
        if sections[start := span.start] != KEYWORDS
        and not ((label := span.label_) in ASSERTED and start in headed)
    ]


def _mention(doc: Doc, words: list[str], span: Marked) -> Mention:
    label, start, end, rule = span
    mention = new_mention(label, start, end, rule)
    if label == "MEASUREMENT":
        mention["value"], mention["unit"] = _measured(doc[start:end].text)
        return mention
    said = _said(label, tuple(words[start:end]))
    mention["laterality"], mention["intensity"], mention["value"], mention["level"] = said
    return mention


@lru_cache(CACHED)
def _said(label: str, words: tuple[str, ...]) -> tuple[str, str, str, str]:
    """Give side, brightness, canonical value and vertebral level that a mention's words name."""
    if label not in SIDED:
        return "", "", canonical_value(label, words), ""
    brightness = intensity(words) if label == "SIGNAL" else ""
    level = vertebral_level(words, label) if label in LEVELLED else ""
    return laterality(words), brightness, "", level


_measured = lru_cache(CACHED)(measurement)


@Language.factory(
    "radtab_entities",
    requires=["doc.spans", "doc._.sections"],
    assigns=["doc.spans", "doc._.mentions"],
)
def make_entity_merger(nlp: Language, name: str) -> EntityMerger:
    """Make the stage for a pipeline.

    Raises:
        ResourceError: a row of one of the four files does not validate.
    """
    return EntityMerger(
        MentionMerger(load_merge_rules()),
        BoundCutter(load_bound_words()),
        MentionNamer(load_name_rules(), type_of_name),
        AnswerReader(load_list_words(), is_disease_name),
        name,
    )
