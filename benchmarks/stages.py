"""Cost of each stage for 1,000 tokens, as a ratio to spaCy's blank tokenizer in the same process.

    python -m benchmarks.stages [PROFILE] [--terms INDEX]

Processor time. Warm: the same texts have gone through once before; cold: they have not. Stages are
timed text by text; `ratio_pipe` is that of `nlp.pipe`, which gives stages several texts at a time.
"""

import argparse
import json
import time
from collections import Counter

import spacy
from spacy.language import Language

import pipeline
from benchmarks.machine import peak_mb
from benchmarks.texts import example_texts

#: passes over the texts, all in turn; the fastest counts
PASSES = 12


def stage_seconds(nlp: Language, texts: list[str]) -> tuple[Counter[str], int]:
    """Give seconds of processor time by stage, and the number of tokens."""
    spent: Counter[str] = Counter()
    tokens = 0
    for text in texts:
        begun = time.process_time()
        doc = nlp.make_doc(text)
        spent["tokenizer"] += time.process_time() - begun  # type: ignore[assignment]
        tokens += len(doc)
        for name, stage in nlp.pipeline:
            begun = time.process_time()
            doc = stage(doc)
            spent[name] += time.process_time() - begun  # type: ignore[assignment]
    return spent, tokens


def pipe_seconds(nlp: Language, texts: list[str]) -> float:
    """Give seconds of processor time of `nlp.pipe`."""
    begun = time.process_time()
    for _ in nlp.pipe(texts):
        pass
    return time.process_time() - begun


def warm_passes(nlp: Language, texts: list[str]) -> tuple[Counter[str], float, float]:
    """Give the least seconds by stage, through `nlp.pipe`, and of the blank tokenizer.

    They take turns, as a shared machine is not as fast at all times.
    """
    blank = spacy.blank("en")
    staged, piped, floor = [], [], []
    for _ in range(PASSES):
        staged.append(stage_seconds(nlp, texts)[0])
        piped.append(pipe_seconds(nlp, texts))
        floor.extend(pipe_seconds(blank, texts) for _ in range(5))
    return min(staged, key=lambda spent: sum(spent.values())), min(piped), min(floor)


def measure(profile: str, terms: list[str]) -> dict[str, object]:
    """Measure a profile."""
    texts = example_texts()
    begun = time.process_time()
    nlp = pipeline.load(profile, **({"terms": terms} if terms else {}))
    load = time.process_time() - begun
    cold, tokens = stage_seconds(nlp, texts)
    blank_tokens = sum(map(len, spacy.blank("en").pipe(texts)))
    warm, piped, seconds = warm_passes(nlp, texts)
    total = sum(warm.values())
    return {
        "profile": profile,
        "load_s": round(load, 2),
        "peak_mb": peak_mb(),
        "tokens": tokens,
        "blank_tokens_per_s": round(blank_tokens / seconds),
        "tokens_per_s": round(blank_tokens / piped),
        "ratio": round(total / seconds, 2),
        "ratio_pipe": round(piped / seconds, 2),
        "ratio_cold": round(sum(cold.values()) / seconds, 2),
        "ms_per_1000_tokens": {k: round(v / blank_tokens * 1e6, 2) for k, v in warm.items()},
        "stage_ratios": {k: round(v / seconds, 2) for k, v in warm.items()},
    }


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("profile", nargs="?", default="default")
    parser.add_argument("--terms", action="append", default=[])
    asked = parser.parse_args()
    print(json.dumps(measure(asked.profile, asked.terms)))


if __name__ == "__main__":
    main()
