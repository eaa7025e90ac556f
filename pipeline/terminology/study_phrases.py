"""Studies as they are named: planes, sequences and modality of one phrase belong together."""

from collections.abc import Sequence

from pipeline.annotations import Mention

STUDY_LABELS = ("PLANE", "SEQUENCE", "MODALITY")
#: tokens that may stand between two names of one phrase: `axial and coronal`, `CT in bone window`
GAP = 2


def planes_of_studies(
    mentions: Sequence[Mention], sentences: Sequence[int]
) -> dict[int, tuple[int, ...]]:
    """Give for each MODALITY and SEQUENCE mention (its index) the planes named with it.

    In a phrase a plane holds for the names after it until another plane is named: in `axial T2 and
    coronal T1` each sequence has one plane; a phrase that begins with its study (`CT, axial`) has
    the planes that follow.

    Args:
        mentions: mentions of a doc in order.
        sentences: the number of the sentence of each token.
    """
    planes: dict[int, tuple[int, ...]] = {}
    for phrase in _phrases(mentions, sentences):
        current: list[int] = []
        studies: list[int] = []
        for index in phrase:
            if mentions[index]["label"] != "PLANE":
                studies.append(index)
                continue
            if current and studies:
                planes |= dict.fromkeys(studies, tuple(current))
                current, studies = [], []
            current.append(index)
        planes |= dict.fromkeys(studies, tuple(current))
    return planes


def _phrases(mentions: Sequence[Mention], sentences: Sequence[int]) -> list[list[int]]:
    phrases: list[list[int]] = []
    end = -1
    for index, mention in enumerate(mentions):
        if mention["label"] not in STUDY_LABELS:
            continue
        start = mention["start"]
        near = phrases and start - end <= GAP and sentences[start] == sentences[max(end - 1, 0)]
        if near:
            phrases[-1].append(index)
        else:
            phrases.append([index])
        end = max(end, mention["end"]) if near else mention["end"]
    return phrases
