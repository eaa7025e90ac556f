"""Annotation without the text it is of: cases whose texts may not be given away.

A line of a stand-off file is a gold case (`pipeline.scoring.gold_cases`) in which `text_sha256`
stands for `text`, without `sections` and without the words of the mentions. Who has the texts puts
them back:

    python -m pipeline.training.standoff strip GOLD.jsonl STANDOFF.jsonl
    python -m pipeline.training.standoff join STANDOFF.jsonl RENDERED.jsonl GOLD.jsonl
"""

import argparse
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.errors import FormatProblem, RadtabError, UsageError
from pipeline.scoring.gold_cases import GoldCase, read_gold_cases
from pipeline.training.gold import read_gold
from pipeline.training.training_data import write_cases


def without_text(case: GoldCase) -> dict[str, Any]:
    """Give a gold case's annotation with the digest of its text for the text.

    >>> stripped = without_text({"case_id": "a", "text": "MRI", "sections": [], "relations": [],
    ...     "entities": [{"id": "M1", "type": "MODALITY", "start": 0, "end": 3, "text": "MRI"}]})
    >>> sorted(stripped), stripped["entities"]
    (['case_id', 'entities', 'relations', 'text_sha256'], \
[{'id': 'M1', 'type': 'MODALITY', 'start': 0, 'end': 3}])
    """
    kept = {name: value for name, value in case.items() if name not in ("text", "sections")}
    entities = [
        {name: value for name, value in entity.items() if name != "text"}
        for entity in case["entities"]
    ]
    return kept | {"text_sha256": _digest(case["text"]), "entities": entities}


def with_texts(
    stripped: Iterable[Mapping[str, Any]], rendered: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Put texts and sections back.

    Args:
        stripped: cases of a stand-off file.
        rendered: case id -> a case with `text` and `sections`.

    Raises:
        FormatProblem: a case has no text there, or another one than was annotated.
    """
    for case in stripped:
        case_id = str(case.get("case_id"))
        if "text_sha256" not in case:
            raise FormatProblem(f"{case_id}: no `text_sha256`, expected that of its text")
        found = rendered.get(case_id)
        if found is None:
            raise FormatProblem(f"{case_id}: no such case among the texts, expected one")
        if _digest(found["text"]) != case["text_sha256"]:
            raise FormatProblem(f"{case_id}: not the text that was annotated, expected that")
        whole = {name: value for name, value in case.items() if name != "text_sha256"}
        yield whole | {"text": found["text"], "sections": found["sections"]}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _strip(gold: Path, standoff: Path) -> None:
    write_cases(standoff, (without_text(case) for case in read_gold_cases(gold)))


def _join(standoff: Path, rendered: Path, gold: Path) -> None:
    texts = {case["case_id"]: case for case in read_gold(rendered)}
    write_cases(gold, with_texts(read_gold(standoff), texts))


def main(arguments: Sequence[str] | None = None) -> None:
    """Strip or join files, as the module says.

    Raises:
        UsageError: a file cannot be read or written.
        FormatProblem: a file does not validate.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    for name, work, files in (
        ("strip", _strip, ("gold", "standoff")),
        ("join", _join, ("standoff", "rendered", "gold")),
    ):
        action = actions.add_parser(name)
        action.set_defaults(work=work, files=files)
        for file in files:
            action.add_argument(file, type=Path)
    given = parser.parse_args(arguments)
    try:
        given.work(*(getattr(given, file) for file in given.files))
    except OSError as problem:
        raise UsageError(f"{problem.filename}: cannot be used ({problem.strerror})") from None


if __name__ == "__main__":
    try:
        main()
    except RadtabError as problem:
        sys.exit(str(problem))
