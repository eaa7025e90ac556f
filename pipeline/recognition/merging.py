"""What lexicon and recogniser marked -> the mentions of a text, by the rows of `merge.tsv`."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.annotations import LABELS
from pipeline.recognition.merge_rules import MergeRule


class Marked(NamedTuple):
    """A span some source marked: token range and the id of the row or model."""

    label: str
    start: int
    end: int
    rule: str


class MentionMerger:
    """Merge what sources marked in one text.

    >>> none: frozenset[str] = frozenset()
    >>> rule = MergeRule("MG1", frozenset(["PLANE"]), "lexicon", "any", none, "", none, none)
    >>> MentionMerger([rule]).merge({"lexicon": [Marked("PLANE", 0, 1, "P1")]}, ["findings"])
    [Marked(label='PLANE', start=0, end=1, rule='P1')]
    """

    def __init__(self, rules: Sequence[MergeRule]) -> None:
        self._rules = rules

    def merge(
        self, marked: Mapping[str, Sequence[Marked]], sections: Sequence[str]
    ) -> list[Marked]:
        """Choose mentions; spans that agree in label and range give their ids to `rule`.

        Args:
            marked: spans by source; the recogniser's key is missing where it did not run.
            sections: section of each token.
        """
        taken = _Taken(len(sections))
        by_label: dict[tuple[str, str], list[Marked]] = {}
        ids: dict[tuple[str, int, int], str] = {}
        for source, spans in marked.items():
            for span in spans:
                label, start, end, made_by = span
                by_label.setdefault((source, label), []).append(span)
                place = (label, start, end)
                ids[place] = f"{ids[place]} {made_by}" if place in ids else made_by
        for rule in self._rules:
            if rule.when == "any" or "recogniser" not in marked:
                bounds = rule if rule.bounded else None
                for span in _wanted(rule, by_label, sections):
                    taken.offer(span, bounds)
        return [_with_ids(span, ids.get(span[:3], "")) for span in taken.spans]


class _Taken:
    """The mentions taken so far and, for each label and token, where the one there ends (or 0)."""

    def __init__(self, n_tokens: int) -> None:
        self.spans: list[Marked] = []
        self._ends = {label: [0] * n_tokens for label in LABELS}

    def offer(self, span: Marked, bounds: MergeRule | None) -> None:
        """Take a span unless its label has one there; `bounds` says what else may forbid it."""
        label, start, end, _ = span
        own = self._ends[label]
        if any(own[start:end]) or (bounds and not self._allows(start, end, bounds)):
            return
        self.spans.append(span)
        own[start:end] = [end] * (end - start)

    def _allows(self, start: int, end: int, rule: MergeRule) -> bool:
        """Say whether mentions of other labels let a rule take one there."""
        ends = self._ends
        # loops, not generators: there are several a mention
        for other in rule.blocked_by:
            if any(ends[other][start:end]):
                return False
        for other in rule.not_in:
            if ends[other][start] > end:
                return False
        for other in rule.within:
            if ends[other][start] >= end:
                return True
        return not rule.within


def _wanted(
    rule: MergeRule,
    by_label: Mapping[tuple[str, str], Sequence[Marked]],
    sections: Sequence[str],
) -> Sequence[Marked]:
    """Give the spans of a rule, the longest first."""
    if len(rule.labels) == 1 and not rule.sections and not rule.given:
        (label,) = rule.labels
        return sorted(by_label.get((rule.source, label), ()), key=_longest_first)
    spans = [
        span for label in sorted(rule.labels) for span in by_label.get((rule.source, label), ())
    ]
    if rule.sections:
        spans = [span for span in spans if sections[span.start] in rule.sections]
    if rule.given:
        spans = [span._replace(label=rule.given) for span in spans]
    return sorted(spans, key=_longest_first)


def _longest_first(span: Marked) -> tuple[int, int, str]:
    label, start, end, _ = span
    return (start - end, start, label)


def _with_ids(span: Marked, ids: str) -> Marked:
    label, start, end, rule = span
    if ids == rule:
        return span
    return Marked(label, start, end, " ".join(dict.fromkeys(f"{rule} {ids}".split())))
