"""What lexicon and recogniser marked -> the mentions of a text, by the rows of `merge.tsv`."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

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
        for rule in self._rules:
            if rule.source not in marked or (rule.when == "alone" and "recogniser" in marked):
                continue
            for span in sorted(_wanted(rule, marked[rule.source], sections), key=_longest_first):
                taken.offer(span, rule)
        ids: dict[tuple[str, int, int], list[str]] = {}
        for span in [span for spans in marked.values() for span in spans]:
            ids.setdefault(span[:3], []).append(span.rule)
        return [_with_ids(span, ids.get(span[:3], [])) for span in taken.spans]


class _Taken:
    """The mentions taken so far and, for each label and token, which of them lies there."""

    def __init__(self, n_tokens: int) -> None:
        self.spans: list[Marked] = []
        self._over: dict[str, list[Marked | None]] = {}
        self._n_tokens = n_tokens

    def offer(self, span: Marked, rule: MergeRule) -> None:
        for label in rule.blocked_by | {span.label}:
            if any(self._at(label, i) for i in range(span.start, span.end)):
                return
        if any(self._held(span, self._at(label, span.start)) for label in rule.not_in):
            return
        self.spans.append(span)
        over = self._over.setdefault(span.label, [None] * self._n_tokens)
        over[span.start : span.end] = [span] * (span.end - span.start)

    def _at(self, label: str, token: int) -> Marked | None:
        over = self._over.get(label)
        return over[token] if over else None

    @staticmethod
    def _held(span: Marked, holder: Marked | None) -> bool:
        return holder is not None and span.end < holder.end


def _wanted(rule: MergeRule, spans: Iterable[Marked], sections: Sequence[str]) -> Iterable[Marked]:
    for span in spans:
        section = sections[span.start]
        if span.label in rule.labels and (not rule.sections or section in rule.sections):
            yield span._replace(label=rule.given) if rule.given else span


def _longest_first(span: Marked) -> tuple[int, int, str]:
    return (span.start - span.end, span.start, span.label)


def _with_ids(span: Marked, ids: Iterable[str]) -> Marked:
    return span._replace(rule=" ".join(dict.fromkeys([*span.rule.split(), *ids])))
