"""Features of pairs of mentions: the facts each is made of, how it is written and coded.

A feature is written `name=value|value`; its code is the sum, modulo 2 ** 64, of the codes of its
values, each times a constant of the template's own, so that the features of all pairs of a doc are
coded in three steps of arithmetic. `TEMPLATES` names those of each relation: what earned its place
in a backward elimination on the training cases.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.terminology.relation_arrays import Ints
from pipeline.terminology.relation_candidates import RELATION
from pipeline.terminology.relation_columns import COLUMNS, NONE, Codes

#: feature -> its facts
FEATURES = {
    # what stands between the two
    "core": "order core", "first": "order first", "first2": "order first next",
    "last2": "order previous last", "lines": "order lines",
    "counts": "order findings anatomies diagnoses studies",
    # what stands around them
    "left": "order f_left", "left2": "order f_left f_left2",
    "after_first": "order f_right f_right2", "rank": "order f_rank",
    "before_second": "order s_left s_left2", "right": "order s_right",
    # the two themselves
    "order": "order", "place": "order h_first h_single core", "members": "order h_left",
    "tails": "order t_left", "nest": "order h_inner t_inner h_owner t_owner",
    "inner": "order h_nested", "named": "order t_label h_kinds", "hst": "order h_status",
    "tst": "order t_status", "st": "h_status t_status", "secst": "h_section h_status",
    "sd": "step", "secd": "h_section step2", "rival": "order rival step", "hw": "h_word",
    "carry": "order studies h_near step",
    "tw": "t_word",
    # whether a diagnosis is the case's answer, or what the section is about
    "answer": "t_answer h_section", "topic": "t_topic h_section step2",
    "topicst": "t_topic h_status",
}  # fmt: skip
#: features of single symbols: between the two, before the first, after the second
BAGS = ("has", "pre", "post")
#: relation -> names of its features
TEMPLATES: dict[str, frozenset[str]] = {
    relation: frozenset(names.split())
    for relation, names in {
        "located_in": "first first2 last2 has counts place left2 rank before_second post inner"
        " members nest tst tw core hw order rival right",
        "seen_on": "core first first2 last2 has lines counts left left2 post named nest rival secd"
        " secst tails hst place carry",
        "indicates": "core first first2 last2 has lines place left2 after_first rank pre post hw"
        " order sd st tst answer topic topicst",
        "measures": "core first2 last2 has place left rank before_second right hst nest rival sd"
        " secst st tails first lines counts tw",
    }.items()
}
#: most facts of a feature
MOST_FACTS = 5
FACTS: dict[str, list[str]] = {name: facts.split() for name, facts in FEATURES.items()}
_ROW = {name: number for number, name in enumerate(COLUMNS)}


def _rows(facts: Sequence[str]) -> list[int]:
    """Give the rows of facts in a table, filled up with rows of nothing."""
    return [_ROW[fact] for fact in facts] + [NONE] * (MOST_FACTS - len(facts))


#: rows of the facts of each feature
ROWS = np.array([_rows(facts) for facts in FACTS.values()])
_DRAW = np.random.Generator(np.random.PCG64(5)).integers
#: odd constants, one a fact of each feature
TIMES: Codes = np.asarray(
    _DRAW(1 << 63, size=(len(FEATURES), MOST_FACTS, 1), dtype=np.uint64) * 2 + 1, dtype=np.uint64
)
#: what the codes of each feature and relation begin with
STARTS: Codes = _DRAW(1 << 63, size=(len(FEATURES), len(RELATION)), dtype=np.uint64)


def feature_codes(table: Codes, relation: Ints) -> Codes:
    """Give the codes of all features of pairs, shape (features, pairs).

    Args:
        table: facts of the pairs, as `PairColumns.table` gives them.
        relation: the number of each pair's relation.
    """
    codes: Codes = (table[ROWS] * TIMES).sum(axis=1, dtype=np.uint64)
    return codes + STARTS[:, relation]
