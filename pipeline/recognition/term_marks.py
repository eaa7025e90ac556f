"""Names of the user's indexes among the mentions of a text.

A name becomes a mention where no longer one stands that it conflicts with; shorter ones give way,
and one of the same words takes its label. It is not cut or renamed: its label and its bounds are
the user's. Of ANATOMY what lies in a FINDING or DIAGNOSIS without ending it is left out, as what
the lexicons know is (`merge.tsv`).
"""

from collections.abc import Sequence

from pipeline.recognition.merging import Marked

#: labels of which a word has one only
_ONE_OF = frozenset(("FINDING", "DIAGNOSIS"))


def with_terms(mentions: Sequence[Marked], terms: Sequence[Marked]) -> list[Marked]:
    """Put names among mentions.

    Args:
        mentions: those of one label do not overlap.
        terms: names, those of one label do not overlap.

    >>> sign = Marked("FINDING", 1, 2, "crf")
    >>> with_terms([sign], [Marked("FINDING", 0, 2, "TERMS:X:1")])
    [Marked(label='FINDING', start=0, end=2, rule='TERMS:X:1')]
    """
    kept = list(mentions)
    for term in sorted(terms, key=lambda span: (span.start - span.end, span.start)):
        rivals = [other for other in kept if _conflict(term, other)]
        if any(_length(other) > _length(term) for other in rivals) or _is_inside(term, kept):
            continue
        same = [other.rule for other in rivals if other[:3] == term[:3]]
        kept = [other for other in kept if other not in rivals]
        kept.append(term._replace(rule=" ".join([*same, term.rule])))
    return sorted(kept, key=lambda span: (span.start, -span.end))


def _length(span: Marked) -> int:
    return span.end - span.start


def _conflict(term: Marked, other: Marked) -> bool:
    one_kind = term.label == other.label or {term.label, other.label} == _ONE_OF
    return one_kind and other.start < term.end and term.start < other.end


def _is_inside(term: Marked, mentions: Sequence[Marked]) -> bool:
    """Say whether a body part is part of a name that goes on after it."""
    return term.label == "ANATOMY" and any(
        other.label in _ONE_OF and other.start <= term.start and other.end > term.end
        for other in mentions
    )
