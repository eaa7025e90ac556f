"""The stage `radtab_linking`: mention -> concept, CUI and semantic type.

A mention is linked, in this order, by the long form of an abbreviation its case defines
(`link:abbreviation`), by its whole name (`link:exact`), by its name turned round (`link:turned`),
with a word in another form (`link:form`) or shortened (`link:head`), a SIGNAL by its direction
(`link:value`), a name that has no such link by its spelling with one slip put right (`link:typo`)
or, on request, by a name spelt much like it (`link:near`). The rule that made the link and the id
of the term row are added to the mention's `rule`, and so is the row of a body part that the name
held besides; `models/rules/link_rules.tsv` has scores. Below `link:least` nothing is linked.
Candidates, on request, are besides these the wider and narrower concepts of the best
(`link:wider`, `link:narrower`) and each of two things joined (`link:joined`).
"""

from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import Mention, mentions_of, set_mentions
from pipeline.linking.expansions import Expansions, expanded, expansions_of
from pipeline.linking.finder import NO_LINKS, Candidate, CandidateFinder, Links
from pipeline.linking.loading import load_finder
from pipeline.linking.senses import sense_of
from pipeline.terminology.concepts import words_of
from pipeline.terminology.lexicon import key_of
from pipeline.terminology.link_words import load_link_scores
from pipeline.terminology.normal_form import normal_words
from pipeline.tokenizer import token_texts


class ConceptLinker:
    """Link each mention to a concept of the lexicons, the terminologies and the user's indexes.

    A name of several concepts is linked to the one that another mention of the case names without
    doubt. Else an abbreviation (`MS`) is linked to the one that the words of the case speak of, or
    to none; any other name to the one concept that is called so itself, or to the first, the score
    divided by their number.
    """

    def __init__(self, finder: CandidateFinder, candidates: int = 0) -> None:
        self.finder = finder
        self._limit = candidates
        self._scores = load_link_scores()
        self._least = self._scores["link:least"]

    def __call__(self, doc: Doc) -> Doc:
        """Fill concept_id, concept_name, cui, semantic_type, link_score and candidates."""
        mentions = mentions_of(doc)
        if not mentions:
            return doc
        expansions = expansions_of(doc)
        texts = token_texts(doc)
        found = [self._find(texts, mention, expansions) for mention in mentions]
        sure = {links.terms[0].concept_id for links in found if len(links.terms) == 1}
        for mention, links in zip(mentions, found, strict=True):
            if len(links.terms) > 1:
                links = self._chosen(links, sure, texts)
            if links.terms:
                _write(mention, links)
            if self._limit:
                self._list(mention, texts, expansions, links)
        set_mentions(doc, mentions)
        return doc

    def _find(self, texts: Sequence[str], mention: Mention, expansions: Expansions) -> Links:
        label = mention["label"]
        if not self.finder.is_linked(label):
            return NO_LINKS
        tokens = tuple(texts[mention["start"] : mention["end"]])
        long = expanded(tokens, expansions) if expansions else tokens
        if long != tokens:
            links = self.finder.best(long, label)
            if links.terms:
                score = links.score * self._scores["link:abbreviation"]
                return links._replace(score=score, rule="link:abbreviation")
        links = self.finder.best(tokens, label)
        if not links.terms and mention["intensity"]:
            terms = self.finder.names.with_value(mention["intensity"], words_of(tokens))
            return Links(terms, self._scores["link:value"], "link:value") if terms else NO_LINKS
        return links

    def _chosen(self, links: Links, sure: set[str], texts: Sequence[str]) -> Links:
        """Choose among the concepts of one name by what the case says."""
        named = [term for term in links.terms if term.concept_id in sure]
        if named:
            return links._replace(terms=(named[0],))
        if all(term.match == "case" for term in links.terms):
            term = sense_of(links.terms, set(normal_words(texts)))
            score = links.score * self._scores["link:sense"]
            return (
                links._replace(terms=(term,), score=score, rule="link:sense") if term else NO_LINKS
            )
        called = [t for t in links.terms if key_of(t.term) == key_of(t.concept_name)]
        if len(called) == 1:
            return links._replace(
                terms=(called[0],), score=links.score * self._scores["link:sense"]
            )
        score = links.score / len(links.terms)
        return Links(links.terms[:1], score, links.rule) if score >= self._least else NO_LINKS

    def _list(
        self, mention: Mention, texts: Sequence[str], expansions: Expansions, links: Links
    ) -> None:
        """Note the candidates of a mention, that which it is linked to first."""
        label, tokens = mention["label"], tuple(texts[mention["start"] : mention["end"]])
        if not self.finder.is_linked(label):
            return
        first = Candidate(links.terms[0], links.score, links.rule) if links.terms else None
        asked = expanded(tokens, expansions) if expansions else tokens
        others = self.finder.candidates(asked, label, self._limit)
        listed = {
            candidate.term.concept_id: candidate for candidate in (first, *others) if candidate
        }
        mention["candidates"] = "\t".join(
            [f"{concept}|{round(c.score, 3)}" for concept, c in listed.items()][: self._limit]
        )


def _write(mention: Mention, links: Links) -> None:
    term = links.terms[0]
    mention["concept_id"], mention["concept_name"] = term.concept_id, term.concept_name
    mention["cui"], mention["semantic_type"] = term.cui, term.semantic_type
    mention["link_score"] = round(links.score, 3)
    rules = mention["rule"].split()
    for rule in (links.rule, term.id, *[place.id for place in links.places]):
        if rule not in rules:
            rules.append(rule)
    mention["rule"] = " ".join(rules)


@Language.factory(
    "radtab_linking",
    requires=["doc._.mentions", "doc._.abbreviations"],
    assigns=["doc._.mentions"],
    default_config={"terms": [], "approximate": False, "candidates": 0},
)
def make_concept_linker(
    nlp: Language, name: str, terms: list[str], approximate: bool, candidates: int
) -> ConceptLinker:
    """Make the stage for a pipeline.

    Args:
        nlp: the pipeline.
        name: of the stage.
        terms: folders of term indexes, the first goes first; `hpo` is that of the extra.
        approximate: whether a name spelt much like a mention links it too.
        candidates: how many candidates of each mention are noted.

    Raises:
        ResourceError: a row under `models/` does not validate.
        VocabularyError: an index is missing, damaged or of another version.
    """
    return ConceptLinker(load_finder(terms, approximate=approximate), candidates)
