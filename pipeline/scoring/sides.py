"""A case as gold or as a run has it, in one form."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pipeline.errors import RunError
from pipeline.scoring.gold_cases import ROLES, GoldCase

#: characters from start to end (exclusive)
Span = tuple[int, int]


class MentionSpan(NamedTuple):
    """A mention: label, place and status (empty where there is none)."""

    label: str
    span: Span
    status: str


class RelationSpans(NamedTuple):
    """A relation with the places of its ends."""

    type: str
    head: Span
    tail: Span


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says of a case.

    Attributes:
        mentions: mentions outside the keywords.
        relations: relations between these.
        roles: `final_diagnosis`, `differential`, `key_findings` -> places of mentions.
        sections: for each character the section it lies in; empty where it lies in none, where it
            is white space or where the gold has keywords or nothing: these do not count.
    """

    mentions: Sequence[MentionSpan]
    relations: Sequence[RelationSpans]
    roles: Mapping[str, Sequence[Span]]
    sections: Sequence[str]


def overlap(one: Span, other: Span) -> bool:
    """Say whether two spans share a character.

    >>> overlap((0, 3), (2, 5)), overlap((0, 3), (3, 5))
    (True, False)
    """
    return one[0] < other[1] and other[0] < one[1]


def gold_side(case: GoldCase) -> Side:
    """Give the gold of a case."""
    place = {e["id"]: (e["start"], e["end"]) for e in case["entities"]}
    return Side(
        [MentionSpan(e["type"], place[e["id"]], e.get("status") or "") for e in case["entities"]],
        [RelationSpans(kind, place[head], place[tail]) for kind, head, tail in case["relations"]],
        {role: [place[i] for i in case[role]] for role in ROLES},
        _counted(case, _painted(case["text"], case["sections"])),
    )


def run_side(
    case: GoldCase,
    entities: Sequence[Mapping[str, Any]],
    relations: Sequence[Mapping[str, Any]],
    sections: Sequence[Mapping[str, Any]],
) -> Side:
    """Give what the rows of a run say of a case.

    Raises:
        RunError: the text of a mention is not what stands at its place.
    """
    for row in entities:
        _check_text(case, row)
    keywords = [(start, end) for name, start, end in case["sections"] if name == "keywords"]
    rows = [e for e in entities if not any(a <= e["start"] < b for a, b in keywords)]
    place = {e["entity_id"]: (int(e["start"]), int(e["end"])) for e in rows}
    painted = _painted(case["text"], ((s["section"], s["start"], s["end"]) for s in sections))
    return Side(
        [MentionSpan(e["label"], place[e["entity_id"]], e["status"] or "") for e in rows],
        [
            RelationSpans(r["type"], place[r["head_id"]], place[r["tail_id"]])
            for r in relations
            if r["head_id"] in place and r["tail_id"] in place
        ],
        {role: [place[e["entity_id"]] for e in rows if _has_role(e, role)] for role in ROLES},
        _counted(case, painted),
    )


def within(side: Side, section: str, sections: Sequence[str]) -> Side:
    """Give the part of a side that begins in a section; `sections` is the gold's, by character."""

    def inside(span: Span) -> bool:
        return section in sections[span[0] : span[0] + 1]

    return Side(
        [mention for mention in side.mentions if inside(mention.span)],
        [relation for relation in side.relations if inside(relation.head)],
        {role: [span for span in spans if inside(span)] for role, spans in side.roles.items()},
        [own if gold == section else "" for own, gold in zip(side.sections, sections, strict=True)],
    )


def _check_text(case: GoldCase, row: Mapping[str, Any]) -> None:
    start, end = int(row["start"]), int(row["end"])
    if case["text"][start:end] != row["text"]:
        raise RunError(
            f"{case['case_id']}: {row['entity_id']} is not what stands at {start}-{end} of the "
            f"gold case, expected a run over the same texts"
        )


def _has_role(row: Mapping[str, Any], role: str) -> bool:
    if role == "key_findings":
        return bool(row["key_finding"])
    name = "final" if role == "final_diagnosis" else role
    return row["label"] == "DIAGNOSIS" and name in (row["role"] or "").split()


def _painted(text: str, sections: Iterable[Sequence[Any]]) -> list[str]:
    names = [""] * len(text)
    for name, start, end in sections:
        names[start:end] = [name] * (min(end, len(text)) - start)
    return names


def _counted(case: GoldCase, names: Sequence[str]) -> list[str]:
    gold = _painted(case["text"], case["sections"])
    counts = (
        g not in ("", "keywords") and not c.isspace()
        for g, c in zip(gold, case["text"], strict=True)
    )
    return [name if count else "" for name, count in zip(names, counts, strict=True)]
