"""The stage `radtab_recogniser`: trained chains mark mentions -> `doc.spans["recogniser"]`."""

from bisect import bisect
from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from pipeline.doc_batches import BatchAnnotator
from pipeline.recognition.chain_tagger import ChainTagger
from pipeline.recognition.chain_weights import read_weights
from pipeline.recognition.mention_layers import LAYERS, layer_id, pieces_of
from pipeline.recognition.token_view import view_of_all
from pipeline.recognition.word_clusters import shared_clusters
from pipeline.resources import cached_weights, models_path


class MentionRecogniser(BatchAnnotator):
    """Mark mentions by the trained chains, one layer after the other.

    A span has the entity label and the id of its layer (`crf-outer`, `crf-inner`) as `id_`. Spans
    of one layer do not overlap; those of two layers may (the anatomy in a finding).
    """

    def __init__(self, tagger: ChainTagger, name: str = "radtab_recogniser") -> None:
        super().__init__(name)
        self._tagger = tagger

    def annotate(self, docs: Sequence[Doc]) -> None:
        """Fill `doc.spans["recogniser"]` of each doc."""
        view = view_of_all(docs)
        spans: list[list[Span]] = [[] for _ in docs]
        for layer, at, tags in self._tagger.tagged_runs(view):
            taken, name = LAYERS[layer][1], layer_id(layer)
            number = bisect(view.starts, at) - 1
            for label, start, end in pieces_of(tags):
                if label in taken:
                    first, last = view.indices[at + start], view.indices[at + end - 1]
                    span = Span(docs[number], first, last + 1, label=label, span_id=name)
                    spans[number].append(span)
        for doc, own in zip(docs, spans, strict=True):
            doc.spans["recogniser"] = SpanGroup(doc, name="recogniser", spans=own)


@cached_weights
def shared_tagger() -> ChainTagger:
    """Give the tagger with the weights under `models/trained`, read once a process."""
    weights = read_weights(models_path("trained", "recogniser.npz"))
    return ChainTagger(weights, shared_clusters())


@Language.factory("radtab_recogniser", requires=["doc.spans"], assigns=["doc.spans"])
def make_mention_recogniser(nlp: Language, name: str) -> MentionRecogniser:
    """Make the stage for a pipeline.

    Raises:
        ResourceError: the weights or the word clusters are missing or damaged.
    """
    return MentionRecogniser(shared_tagger(), name)
