"""Measure an index of terms: loading, memory, matching, looking up.

    python -m benchmarks.term_index my.terms [TEXTS.jsonl]

Texts are names of the index in chance order with other words between, or the texts of a file.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.term_index import TermIndex
from pipeline.terminology.lexicon import key_of
from pipeline.terminology.normal_form import normal_words
from pipeline.tokenizer import TOKEN

SEED = 0
FILLERS = "the patient has no of in with and there is seen on images a small which was".split()


def memory() -> dict[str, int]:
    """Give resident memory in MB: own pages, and pages of files, which processes share."""
    told = {}
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "RssAnon", "RssFile", "VmHWM"):
            told[name] = int(value.split()[0]) // 1024
    return told


def made_texts(index: TermIndex, names: int) -> Iterator[str]:
    """Make texts of a hundred names each."""
    chance = random.Random(SEED)
    for _ in range(names // 100):
        words = []
        for _ in range(100):
            words.append(index.name(chance.randrange(len(index))).text)
            words += chance.choices(FILLERS, k=3)
        yield " ".join(words)


def timed(what: str, count: int, unit: str, work: Callable[[], int]) -> None:
    """Run something once and print how much it does a second of processor time."""
    start = time.process_time()
    found = work()
    spent = time.process_time() - start
    print(f"{what}: {count / spent:,.0f} {unit}/s ({count:,} {unit}, {found:,} found)")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("texts", type=Path, nargs="?")
    asked = parser.parse_args()
    before = memory()
    start = time.perf_counter()
    index = TermIndex.open(asked.index)
    print(f"open: {1000 * (time.perf_counter() - start):.0f} ms, {len(index):,} names")
    if asked.texts:
        lines = asked.texts.read_text(encoding="utf-8").splitlines()
        texts = [json.loads(line)["text"] for line in lines]
    else:
        texts = list(made_texts(index, 20_000))
    tokens = [TOKEN.findall(text) for text in texts]
    forms = [normal_words(words) for words in tokens]
    # a blank between words is a token of ours, but none of spaCy's
    count = sum(not word.isspace() for words in tokens for word in words)
    print(f"MB with texts, before matching: {memory()}")
    for time_of in ("first", "again"):
        timed(
            f"match, {time_of}", count, "tokens",
            lambda: sum(len(index.match(w, f)) for w, f in zip(tokens, forms, strict=True)),
        )  # fmt: skip
    timed(
        "match with normal forms", count, "tokens",
        lambda: sum(len(index.match(w, normal_words(w))) for w in tokens),
    )  # fmt: skip
    print(f"MB after matching: {memory()}")
    chance = random.Random(SEED)
    names = [index.name(chance.randrange(len(index))).text for _ in range(20_000)]
    keys = [key_of(name) for name in names]
    timed(
        "look up names and their concepts", len(keys), "names",
        lambda: sum(len([index.concept(n.concept) for n in index.named(key)]) for key in keys),
    )  # fmt: skip
    print(f"MB before: {before}\nMB after: {memory()}")


if __name__ == "__main__":
    main()
