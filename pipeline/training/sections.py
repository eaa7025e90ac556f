"""Train and measure the section model on rendered cases whose sections are known."""

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.structure.lines import body_lines, find_body
from pipeline.structure.section_model import LABELS, SectionModel, SectionWeights
from pipeline.terminology.headings import default_headings
from pipeline.training import section_fit
from pipeline.training.gold import read_gold
from pipeline.training.section_fit import LabelledLines, fit_sections

FOLDS = 5


def train_sections(
    rendered: Path, output: Path, *, exclude: Collection[str], seed: int
) -> dict[str, Any]:
    """Train on all cases but those excluded; write `output` (`.npz`) and a `.json` beside it.

    Args:
        rendered: JSON lines with `case_id`, `text` and `sections` `[[label, start, end]]`.
        output: where the weights go.
        exclude: case ids to leave out (held out for testing).
        seed: decides folds and shuffles.

    Returns:
        What the JSON beside the weights holds: configuration, data hash, cross-validated scores.
    """
    scores = cross_validate_sections(rendered, exclude=exclude, seed=seed)
    cases = read_labelled(rendered, exclude)
    weights = fit_sections([lines for _, lines in cases], seed)
    weights.save(output)
    metadata = {
        "model": "semi-Markov section model over hashed words",
        "labels": list(LABELS),
        "config": {
            "word_c": section_fit.WORD_C, "gap_c": section_fit.GAP_C,
            "penalty": section_fit.PENALTY, "inner_folds": section_fit.INNER_FOLDS,
            "shuffles": section_fit.SHUFFLES, "iterations": section_fit.ITERATIONS,
            "canonical": section_fit.CANONICAL, "tolerance": section_fit.TOLERANCE,
        },
        "data": {rendered.name: hashlib.sha256(rendered.read_bytes()).hexdigest()},
        "cases": len(cases),
        "excluded": len(exclude),
        "seed": seed,
        "scores": scores,
        "date": datetime.now(UTC).date().isoformat(),
    }  # fmt: skip
    text = json.dumps(metadata, indent=2, sort_keys=True) + "\n"
    output.with_suffix(".json").write_text(text, encoding="utf-8")
    return metadata


def cross_validate_sections(
    rendered: Path, *, exclude: Collection[str], seed: int
) -> dict[str, Any]:
    """Give the share of characters (white space aside) in the right section, by fold.

    All characters get a label, so precision, recall and F1 are this share.
    """
    cases = read_labelled(rendered, exclude)
    fold_of = np.random.default_rng(seed).permutation(len(cases)) % FOLDS
    shares: list[float] = []
    hits = total = 0
    for fold in range(FOLDS):
        kept = [lines for (_, lines), at in zip(cases, fold_of, strict=True) if at != fold]
        held = [case for case, at in zip(cases, fold_of, strict=True) if at == fold]
        hit, size = count_right(fit_sections(kept, seed), held)
        shares.append(round(hit / size, 4))
        hits, total = hits + hit, total + size
    return {
        "section characters F1": round(hits / total, 4),
        "worst fold": min(shares),
        "folds": shares,
    }


def read_labelled(rendered: Path, exclude: Collection[str]) -> list[tuple[str, LabelledLines]]:
    """Read cases as `(text, labelled lines)`; lines outside every section are left out."""
    left_out = set(exclude)
    return [
        (case["text"], _labelled(case["text"], case["sections"]))
        for case in read_gold(rendered)
        if case["case_id"] not in left_out
    ]


def _labelled(text: str, sections: Sequence[tuple[str, int, int]]) -> LabelledLines:
    body = find_body(text)
    pairs = [
        (line, LABELS.index(label))
        for line in body_lines(text, body.start, body.end)
        for label, start, end in sections
        if start <= line.start < end and label in LABELS
    ]
    headings = default_headings().by_line(text, body.start, body.end)
    lines, labels = (tuple(column) for column in zip(*pairs, strict=True))
    return LabelledLines(lines, labels, headings)


def count_right(
    weights: SectionWeights, cases: Sequence[tuple[str, LabelledLines]]
) -> tuple[int, int]:
    """Give the number of characters labelled rightly, and of all; white space is not counted."""
    model = SectionModel(weights)
    hits = total = 0
    for text, case in cases:
        found = {}
        for run in model.runs(case.lines, case.headings):
            found.update(dict.fromkeys(range(run.start, run.end), run.section))
        for line, label in zip(case.lines, case.labels, strict=True):
            places = [k for k in range(line.start, line.end) if not text[k].isspace()]
            hits += sum(found.get(k) == LABELS[label] for k in places)
            total += len(places)
    return hits, total
