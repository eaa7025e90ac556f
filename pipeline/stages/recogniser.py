"""The stage `radtab_recogniser`: trained chains mark mentions -> `doc.spans["recogniser"]`."""

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup

from pipeline.recognition.chain_tagger import ChainTagger
from pipeline.recognition.chain_weights import read_weights
from pipeline.recognition.mention_layers import LAYERS, layer_id, pieces_of
from pipeline.recognition.token_view import view_of
from pipeline.recognition.word_clusters import shared_clusters
from pipeline.resources import cached_weights, models_path


class MentionRecogniser:
    """Mark mentions by the trained chains, one layer after the other.

    A span has the entity label and the id of its layer (`crf-outer`, `crf-inner`) as `id_`. Spans
    of one layer do not overlap; those of two layers may (the anatomy in a finding).
    """

    def __init__(self, tagger: ChainTagger) -> None:
        self._tagger = tagger

    def __call__(self, doc: Doc) -> Doc:
        """Fill `doc.spans["recogniser"]`."""
        view = view_of(doc)
        spans: list[Span] = []
        for layer, at, tags in self._tagger.tagged_runs(view):
            taken, name = LAYERS[layer][1], layer_id(layer)
            for label, start, end in pieces_of(tags):
                if label in taken:
                    first, last = view.indices[at + start], view.indices[at + end - 1]
                    spans.append(Span(doc, first, last + 1, label=label, span_id=name))
        doc.spans["recogniser"] = SpanGroup(doc, name="recogniser", spans=spans)
        return doc


@cached_weights
def shared_recogniser() -> MentionRecogniser:
    """Give the recogniser of the weights under `models/trained`, read once a process."""
    weights = read_weights(models_path("trained", "recogniser.npz"))
    return MentionRecogniser(ChainTagger(weights, shared_clusters()))


@Language.factory("radtab_recogniser", requires=["doc.spans"], assigns=["doc.spans"])
def make_mention_recogniser(nlp: Language, name: str) -> MentionRecogniser:
    """Make the stage for a pipeline.

    Raises:
        ResourceError: the weights or the word clusters are missing or damaged.
    """
    return shared_recogniser()
