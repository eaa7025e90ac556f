"""A stamp of the spelling rules: an index is of use only with those it was built by."""

import hashlib
from functools import cache

from pipeline.resources import models_path, read_rows
from pipeline.terminology.lexicon import key_of
from pipeline.terminology.normal_form import COLUMNS

#: what the code, not the rows, decides
_PROBES = (
    "Cooley&#39;s anaemia", "T1-weighted MRIs", "ultrasound1", "Sjögren’s", "β-cell", "L4/5 (a, b)",
)  # fmt: skip


@cache
def spelling_stamp() -> str:
    """Give 16 letters and digits that change when a name would get another key.

    Raises:
        ResourceError: a spelling rule does not validate.
    """
    told = [key_of(probe) for probe in _PROBES]
    for _, row in read_rows(models_path("rules", "normal_forms.tsv"), COLUMNS):
        told += [row["kind"], row["from"], row["to"], key_of(row["example"])]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]
