"""Feed mutated bytes to the readers, and what they read to the whole pipeline.

    pip install atheris        # Python 3.11 or 3.12 on Linux
    python -m tests.fuzz.fuzz_radtab [readers|pipeline] CORPUS -max_total_time=600

CORPUS is a folder that libFuzzer fills; begin with one that holds the files of `corpus/cases`. Any
exception, and any text that takes longer than `-timeout`, is a crash.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipeline.readers"]):
    import pipeline
    from pipeline.readers import FORMATS, read_cases
from pipeline.records import Case
from pipeline.table_rows import case_tables

ENDINGS = ("", ".txt", ".json", ".jsonl", ".csv", ".tsv", ".parquet", ".zip", ".tar", ".gz")
WHAT = sys.argv.pop(1) if sys.argv[1:2] in (["readers"], ["pipeline"]) else "readers"
NLP = pipeline.load() if WHAT == "pipeline" else None
FOLDER = Path(tempfile.mkdtemp())


def read_any(data: bytes) -> None:
    """Read bytes as a file; the first two choose its name and format."""
    ending = ENDINGS[data[0] % len(ENDINGS)] if data else ""
    fmt = ("auto", *FORMATS)[data[1] % (len(FORMATS) + 1)] if data[1:] else "auto"
    path = FOLDER / f"a{ending}"
    path.write_bytes(data[2:])
    for item in read_cases(path, format=fmt):
        if isinstance(item, Case):
            item.text.encode()
        else:
            assert item.message.startswith(item.source)


def annotate_any(data: bytes) -> None:
    """Annotate a text; every row must stand in it."""
    text = data.decode("utf-8", "replace").replace("\0", "")
    for row in case_tables(NLP(text))["entities"]:  # type: ignore[misc]
        assert text[row.start : row.end] == row.text


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_any if WHAT == "readers" else annotate_any)
    atheris.Fuzz()
