"""Which concept of an abbreviation of several a case speaks of.

`AML` beside kidneys and fat is an angiomyolipoma, beside marrow and blasts a leukemia. The words
are the rows of `models/rules/link_senses.tsv`, and those of the concept's own name.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache

from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows
from pipeline.terminology.concepts import words_of
from pipeline.terminology.lexicon import Term
from pipeline.terminology.link_words import load_link_words
from pipeline.tokenizer import TOKEN

COLUMNS = ("id", "concept_id", "word", "short")
#: shorter words of a concept's name say little
SHORTEST_WORD = 5


@cache
def load_senses() -> Mapping[str, tuple[str, ...]]:
    """Read the rows: concept id -> beginnings of words that speak of it, in normal form.

    Raises:
        ResourceError: a cell is empty, or a word is not in lower case.
    """
    senses: dict[str, list[str]] = {}
    for where, row in read_rows(models_path("rules", "link_senses.tsv"), COLUMNS):
        if not all(row.values()) or row["word"] != row["word"].lower():
            raise ResourceError(f"{where}: {row['word']!r}, expected a word in lower case")
        senses.setdefault(row["concept_id"], []).append(row["word"])
    return {concept: tuple(words) for concept, words in senses.items()}


def sense_of(terms: Sequence[Term], forms: Collection[str]) -> Term | None:
    """Give the term that most words of a case speak of, None where no one stands out.

    Args:
        terms: what the abbreviation may stand for.
        forms: the words of the case, in normal form.
    """
    counts = [(_spoken_of(term, forms), term) for term in terms]
    counts.sort(key=lambda counted: -counted[0])
    (most, term), (next_most, _) = counts[0], counts[1]
    return term if most > next_most else None


def _spoken_of(term: Term, forms: Collection[str]) -> int:
    kinds = load_link_words()
    own = {word.form for word in words_of(TOKEN.findall(term.concept_name))}
    telling = [w for w in own - kinds["generic"] if len(w) >= SHORTEST_WORD and w in forms]
    stems = load_senses().get(term.concept_id, ())
    return len(telling) + sum(any(form.startswith(stem) for form in forms) for stem in stems)
