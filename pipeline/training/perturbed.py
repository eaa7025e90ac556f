"""Gold docs with the faults of a recogniser: what is trained on gold mentions must bear them."""

import random
from typing import NamedTuple

from spacy.tokens import Doc

from pipeline.annotations import (
    Mention,
    mentions_of,
    relations_of,
    sections_of,
    set_mentions,
    set_sections,
)

CONFUSED = {"FINDING": "DIAGNOSIS", "DIAGNOSIS": "FINDING"}
STATUS_DRAW = ("present", "possible", "absent", "general", "historical")


class Faults(NamedTuple):
    """How often a mention is missed, mislabelled, cut short or given another status."""

    missed: float = 0.12
    confused: float = 0.06
    cut: float = 0.15
    status: float = 0.08


def perturbed(doc: Doc, seed: int, faults: Faults | None = None) -> Doc:
    """Give a copy of a doc with faulty mentions and the relations between those left."""
    draw = random.Random(seed)
    copy = Doc(
        doc.vocab,
        words=[token.text for token in doc],
        spaces=[bool(token.whitespace_) for token in doc],
        sent_starts=[bool(token.is_sent_start) for token in doc],
    )
    copy._.case_id = doc._.case_id
    set_sections(copy, sections_of(doc))
    kept: list[Mention] = []
    for number, mention in enumerate(mentions_of(doc)):
        if draw.random() >= (faults or Faults()).missed:
            kept.append(_faulty(mention, number, draw, faults or Faults()))
    set_mentions(copy, kept)
    places = {int(m["rule"]): i for i, m in enumerate(mentions_of(copy))}
    for relation in relations_of(doc):
        if relation["head"] in places and relation["tail"] in places:
            moved = {"head": places[relation["head"]], "tail": places[relation["tail"]]}
            copy._.relations = [*relations_of(copy), {**relation, **moved}]
    return copy


def _faulty(mention: Mention, number: int, draw: random.Random, faults: Faults) -> Mention:
    """Give a copy whose rule is the mention's number, with faults drawn by chance."""
    copy = mention.copy()
    copy["rule"] = str(number)
    if copy["status"] and draw.random() < faults.status:
        copy["status"] = draw.choice(STATUS_DRAW)
    if copy["label"] in CONFUSED and draw.random() < faults.confused:
        copy["label"] = CONFUSED[copy["label"]]
    if copy["end"] - copy["start"] > 1 and draw.random() < faults.cut:
        copy["start"] += 1
    return copy
