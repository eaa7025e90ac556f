"""Cases -> tasks of Label Studio with what the run says as predictions, and the labelling config.

`tasks-00000.json` ... are imported into a project that has `config.xml`; a prediction becomes an
annotation that a person corrects and submits. Offsets are characters (code points), as Label Studio
writes them since 2021. Sections are regions of a second set of labels. Concepts stand in the `meta`
of a region, to read; scores, cues, rules and sentences stay in the run.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from pipeline import __version__
from pipeline.annotations import ASSERTED, LABELS, RELATIONS, SECTIONS, STATUSES
from pipeline.colours import LOOKS
from pipeline.exchange.gold_form import ROLES, roles_of
from pipeline.exchange.run_cases import AnnotatedCase

#: tasks in a file; Label Studio takes a file whole
TASKS = 500
#: names of the controls in the config
LABEL, SECTION, STATUS, ROLE, TEXT = "label", "section", "status", "role", "text"
_ROLE_LABELS = ("FINDING", "SIGNAL", "DIAGNOSIS")


def write_label_studio(cases: Iterable[AnnotatedCase], folder: Path) -> int:
    """Write tasks and config; give the number of cases.

    Args:
        cases: the cases.
        folder: an empty folder.
    """
    (folder / "config.xml").write_text(config(), "utf-8")
    count = 0
    for number, some in enumerate(_batched(cases, TASKS)):
        lines = ",\n".join(json.dumps(task(case)) for case in some)
        (folder / f"tasks-{number:05}.json").write_text(f"[\n{lines}\n]\n", "utf-8")
        count += len(some)
    return count


def config() -> str:
    """Give the labelling config: labels, sections, relations, choices of status and role.

    >>> config().splitlines()[0]
    '<View>'
    """
    labels = [f"<Label value={_q(n)} background={_q(LOOKS[n].background)}/>" for n in LABELS]
    sections = [f'<Label value={_q(name)} background="#eeeeee"/>' for name in SECTIONS]
    relations = [f"<Relation value={_q(name)}/>" for name in RELATIONS]
    of_status = f'name="{STATUS}" {_per_region(ASSERTED)} choice="single" required="true"'
    of_role = f'name="{ROLE}" {_per_region(_ROLE_LABELS)} choice="multiple"'
    parts = [
        *_element("Labels", f'name="{LABEL}" toName="{TEXT}"', labels),
        *_element("Labels", f'name="{SECTION}" toName="{TEXT}" opacity="0.1"', sections),
        *_element("Relations", "", relations),
        *_element("Choices", of_status, [f"<Choice value={_q(name)}/>" for name in STATUSES]),
        *_element("Choices", of_role, [f"<Choice value={_q(name)}/>" for name in ROLES]),
        f'<Text name="{TEXT}" value="$text" saveTextResult="yes"/>',
    ]
    return "\n".join(["<View>", *(f"  {part}" for part in parts), "</View>", ""])


def _per_region(labels: Iterable[str]) -> str:
    when = f'whenTagName="{LABEL}" whenLabelValue="{",".join(labels)}"'
    return f'toName="{TEXT}" perRegion="true" {when}'


def _q(name: str) -> str:
    return quoteattr(name)


def _element(name: str, attributes: str, inner: Iterable[str]) -> list[str]:
    return [f"<{name} {attributes}".rstrip() + ">", *(f"  {each}" for each in inner), f"</{name}>"]


def task(case: AnnotatedCase) -> dict[str, Any]:
    """Make the task of a case, with one prediction."""
    prediction = {"model_version": f"radtab {__version__}", "result": list(_results(case))}
    data = {"case_id": case.case_id, "text": case.text, "sha256": case.row["sha256"]}
    return {"data": data, "predictions": [prediction]}


def _results(case: AnnotatedCase) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(case.sections, start=1):
        yield _region(f"s{number}", SECTION, row, case.text, "labels", [row["section"]])
    for row in case.entities:
        region = _region(row["entity_id"], LABEL, row, case.text, "labels", [row["label"]])
        concept = f"{row['concept_id']} {row['concept_name']}".strip()
        yield region | ({"meta": {"text": [concept]}} if concept else {})
        for name, chosen in ((STATUS, [row["status"]]), (ROLE, sorted(roles_of(row)))):
            if any(chosen):
                yield _region(row["entity_id"], name, row, case.text, "choices", chosen)
    for row in case.relations:
        yield {
            "type": "relation", "from_id": row["head_id"], "to_id": row["tail_id"],
            "direction": "right", "labels": [row["type"]],
        }  # fmt: skip


def _region(  # noqa: PLR0913 (the parts of a result)
    region: str, name: str, row: dict[str, Any], text: str, kind: str, chosen: list[str]
) -> dict[str, Any]:
    place = {"start": row["start"], "end": row["end"], "text": text[row["start"] : row["end"]]}
    return {
        "id": region, "from_name": name, "to_name": TEXT, "type": kind,
        "value": place | {kind: chosen},
    }  # fmt: skip


def _batched(cases: Iterable[AnnotatedCase], size: int) -> Iterator[list[AnnotatedCase]]:
    some: list[AnnotatedCase] = []
    for case in cases:
        some.append(case)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some
