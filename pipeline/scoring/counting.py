"""Two sides of a case -> counts of hits, and their precision, recall and F1."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.annotations import LABELS, RELATIONS
from pipeline.scoring.gold_cases import ROLES
from pipeline.scoring.sides import MentionSpan, RelationSpans, Side, Span, overlap


@dataclass(slots=True)
class Score:
    """Hits and totals on both sides; with a relaxed match the hits of the sides may differ.

    >>> Score(gold_hits=3, gold=4, hits=3, predicted=6).f1
    0.6
    """

    gold_hits: int = 0
    gold: int = 0
    hits: int = 0
    predicted: int = 0

    @property
    def recall(self) -> float:
        """The share of the gold that was hit; not a number where there is no gold."""
        return self.gold_hits / self.gold if self.gold else float("nan")

    @property
    def precision(self) -> float:
        """The share of the predicted that is a hit; not a number where nothing is predicted."""
        return self.hits / self.predicted if self.predicted else float("nan")

    @property
    def f1(self) -> float:
        """The harmonic mean of the two; 0 where one of them is 0 or not a number."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both > 0 else 0.0

    def add(self, gold_hits: int, gold: int, hits: int, predicted: int) -> None:
        """Count more of each."""
        self.gold_hits += gold_hits
        self.gold += gold
        self.hits += hits
        self.predicted += predicted


class Counts:
    """Add up cases, score by score."""

    def __init__(self) -> None:
        self._scores: dict[str, Score] = {}
        self._prefix = ""

    def add(self, gold: Side, run: Side, prefix: str = "") -> None:
        """Count one case; `prefix` goes before the names of its scores."""
        self._prefix = prefix
        for label in LABELS:
            self._add_label(label, _spans(gold, label), _spans(run, label))
        both = ("FINDING", "DIAGNOSIS")
        self._add_spans("FINDING or DIAGNOSIS", _spans(gold, *both), _spans(run, *both))
        self._add_statuses(gold.mentions, run.mentions)
        for kind in RELATIONS:
            self._add_relations(kind, gold.relations, run.relations)
        self._add_sections(gold.sections, run.sections)
        for role in ROLES:
            self._add_spans(f"case {role}", gold.roles[role], run.roles[role])

    def scores(self) -> dict[str, Score]:
        """Give the scores, those of the whole case first."""
        return dict(sorted(self._scores.items(), key=lambda item: ": " in item[0]))

    def _of(self, name: str) -> Score:
        return self._scores.setdefault(self._prefix + name, Score())

    def _add_spans(self, name: str, gold: Sequence[Span], run: Sequence[Span]) -> None:
        self._of(name).add(_met(gold, run), len(gold), _met(run, gold), len(run))

    def _add_label(self, label: str, gold: Sequence[Span], run: Sequence[Span]) -> None:
        same = len(set(gold) & set(run))
        for name in (label, "all entities"):
            self._add_spans(name, gold, run)
            self._of(f"{name} exact").add(same, len(set(gold)), same, len(set(run)))

    def _add_statuses(self, gold: Sequence[MentionSpan], run: Sequence[MentionSpan]) -> None:
        for mention in gold:
            best = best_match(mention, run) if mention.status else None
            if best is not None:
                right = int(best.status == mention.status)
                self._of("status").add(right, 1, right, 1)
                self._of(f"status {mention.status}").add(right, 1, 0, 0)
                self._of(f"status {best.status}").add(0, 0, right, 1)

    def _add_relations(
        self, kind: str, gold: Iterable[RelationSpans], run: Iterable[RelationSpans]
    ) -> None:
        wanted, got = [r for r in gold if r.type == kind], [r for r in run if r.type == kind]
        hits = sum(is_stated(r, wanted) for r in got)
        self._of(kind).add(sum(is_stated(r, got) for r in wanted), len(wanted), hits, len(got))

    def _add_sections(self, gold: Sequence[str], run: Sequence[str]) -> None:
        for wanted, got in zip(gold, run, strict=True):
            if wanted:
                same = int(wanted == got)
                self._of("section characters").add(same, 1, same, 1)
                self._of(f"section {wanted}").add(same, 1, 0, 0)
            if got:
                self._of(f"section {got}").add(0, 0, int(wanted == got), 1)


def best_match(mention: MentionSpan, others: Iterable[MentionSpan]) -> MentionSpan | None:
    """Give the mention of the same label that shares the most characters, the first of several."""
    near = [o for o in others if o.label == mention.label and overlap(o.span, mention.span)]
    start, end = mention.span
    return max(near, key=lambda o: min(end, o.span[1]) - max(start, o.span[0]), default=None)


def is_stated(relation: RelationSpans, others: Iterable[RelationSpans]) -> bool:
    """Say whether one of the relations has ends that overlap with both of its ends."""
    return any(overlap(relation.head, o.head) and overlap(relation.tail, o.tail) for o in others)


def _spans(side: Side, *labels: str) -> list[Span]:
    return [mention.span for mention in side.mentions if mention.label in labels]


def _met(spans: Iterable[Span], others: Sequence[Span]) -> int:
    return sum(any(overlap(span, other) for other in others) for span in spans)
