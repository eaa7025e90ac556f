"""Two sides of a case -> what was missed, spurious or confused."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipeline.annotations import LABELS, RELATIONS
from pipeline.errors import UsageError
from pipeline.scoring.counting import best_match, is_stated
from pipeline.scoring.gold_cases import ROLES, GoldCase
from pipeline.scoring.sides import MentionSpan, RelationSpans, Side, Span, overlap


class Disagreement(NamedTuple):
    """Where a run and the gold differ.

    `kind` is `missed` (only in the gold), `spurious` (only in the run) or `confused` (both have
    something there: `gold` and `got` say what). `start` and `end` are characters: of the gold
    mention if there is one, of a relation from its first end to its last. `context` is empty
    unless asked for.
    """

    case_id: str
    kind: str
    gold: str
    got: str
    start: int
    end: int
    context: str = ""


#: kind, gold, got, place
_Found = tuple[str, str, str, Span]


def disagreements(
    sides: tuple[Side, Side], name: str, case: GoldCase, context: int = 0
) -> Iterator[Disagreement]:
    """Yield the disagreements of the gold side and the run side of a case in one name.

    Raises:
        UsageError: the name is no label, relation or role, nor `status`.
    """
    text = case["text"]
    for kind, gold, got, (start, end) in _found(sides, name):
        around = text[max(0, start - context) : end + context] if context else ""
        yield Disagreement(case["case_id"], kind, gold, got, start, end, around)


def _found(sides: tuple[Side, Side], name: str) -> Iterable[_Found]:
    gold, run = sides
    if name in LABELS:
        return _of_label(name, gold.mentions, run.mentions)
    if name in RELATIONS:
        return _of_relation(name, gold.relations, run.relations)
    if name in ROLES:
        return _of_role(name, gold.roles[name], run.roles[name])
    if name == "status":
        return _of_status(gold.mentions, run.mentions)
    known = ", ".join((*LABELS, *RELATIONS, *ROLES, "status"))
    raise UsageError(f"{name!r} is not known, expected one of {known}")


def _of_label(
    label: str, gold: Iterable[MentionSpan], run: Iterable[MentionSpan]
) -> Iterator[_Found]:
    for mention in gold:
        labels = _labels_at(mention.span, run)
        if mention.label == label and label not in labels:
            yield "confused" if labels else "missed", label, " ".join(labels), mention.span
    for mention in run:
        labels = _labels_at(mention.span, gold)
        if mention.label == label and label not in labels:
            yield "confused" if labels else "spurious", " ".join(labels), label, mention.span


def _labels_at(span: Span, mentions: Iterable[MentionSpan]) -> list[str]:
    return sorted({m.label for m in mentions if overlap(m.span, span)})


def _of_relation(
    kind: str, gold: Iterable[RelationSpans], run: Iterable[RelationSpans]
) -> Iterator[_Found]:
    wanted, got = list(gold), list(run)
    for relation in wanted:
        types = [r.type for r in got if is_stated(relation, [r])]
        if relation.type == kind and kind not in types:
            yield "confused" if types else "missed", kind, " ".join(sorted(types)), _whole(relation)
    for relation in got:
        types = [r.type for r in wanted if is_stated(relation, [r])]
        if relation.type == kind and kind not in types:
            kinds = " ".join(sorted(types))
            yield "confused" if types else "spurious", kinds, kind, _whole(relation)


def _whole(relation: RelationSpans) -> Span:
    (a, b), (c, d) = relation.head, relation.tail
    return min(a, c), max(b, d)


def _of_role(role: str, gold: Iterable[Span], run: Iterable[Span]) -> Iterator[_Found]:
    wanted, got = list(gold), list(run)
    yield from (("missed", role, "", s) for s in wanted if not any(overlap(s, o) for o in got))
    yield from (("spurious", "", role, s) for s in got if not any(overlap(s, o) for o in wanted))


def _of_status(gold: Iterable[MentionSpan], run: Iterable[MentionSpan]) -> Iterator[_Found]:
    others = list(run)
    for mention in gold:
        best = best_match(mention, others) if mention.status else None
        if best is not None and best.status != mention.status:
            yield "confused", mention.status, best.status, mention.span
