"""Radiology case texts in, a table of finding–diagnosis relations out.

The public names are imported on first use, so that `radtab --help` stays fast. In a notebook, a
Doc that radtab annotated is then shown with its mentions marked.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.assembly import load
    from pipeline.batch import run
    from pipeline.one_case import annotate
    from pipeline.readers import read_cases
    from pipeline.run_queries import open_run
    from pipeline.table_rows import tables

__version__ = "0.1.0"
__all__ = ["annotate", "load", "open_run", "read_cases", "run", "tables"]

_HOME = {
    "load": "pipeline.assembly",
    "annotate": "pipeline.one_case",
    "run": "pipeline.batch",
    "read_cases": "pipeline.readers",
    "open_run": "pipeline.run_queries",
    "tables": "pipeline.table_rows",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if "IPython" in sys.modules:
        import_module("pipeline.notebook_display").show_docs()
    return getattr(import_module(_HOME[name]), name)
