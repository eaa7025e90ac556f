"""Feed mutated bytes to the readers, and mutated texts to the whole pipeline.

    pip install atheris        # Python 3.11 or 3.12 on Linux
    python -m tests.fuzz.fuzz_radtab [readers|pipeline] CORPUS -max_total_time=600 -dict=WORDS

CORPUS is a folder that libFuzzer fills; begin with one that holds the files of `corpus/cases`.
WORDS are lines of `"word"` that texts are put together from: cues, headings, lexicon terms. Any
exception, and any text that takes longer than `-timeout`, is a crash.
"""

import sys
import tempfile
from pathlib import Path

import atheris

# what is instrumented guides the choice of what is tried next
with atheris.instrument_imports(include=["pipeline"]):
    import pipeline
    from pipeline.chunk_annotator import ChunkAnnotator
    from pipeline.chunk_folder import chunk_path, drop_chunks
    from pipeline.chunks import Chunk
    from pipeline.readers import FORMATS, read_cases
    from pipeline.table_files import read_table_file
    from pipeline.workers.worker import write_rows
from pipeline.records import TABLES, Case

ENDINGS = ("", ".txt", ".json", ".jsonl", ".csv", ".tsv", ".parquet", ".zip", ".tar", ".gz")
WHAT = sys.argv.pop(1) if sys.argv[1:2] in (["readers"], ["pipeline"]) else "readers"
with atheris.instrument_imports(include=["pipeline"]):
    # stages are imported when they are loaded
    ANNOTATOR = ChunkAnnotator(pipeline.load()) if WHAT == "pipeline" else None
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
    """Annotate two halves of a text together and write them; each row must stand in its text."""
    text = data.decode("utf-8", "replace").replace("\0", "")
    texts = dict(zip("ab", (text[: len(text) // 2], text[len(text) // 2 :]), strict=True))
    chunk = Chunk(0, [Case(case_id, text) for case_id, text in texts.items()])
    rows = ANNOTATOR.rows(chunk)  # type: ignore[union-attr]
    assert not rows["rejects"], rows["rejects"][0].message  # type: ignore[union-attr]
    for row in rows["entities"]:
        assert texts[row.case_id][row.start : row.end] == row.text  # type: ignore[union-attr]
    for row in rows["findings"]:
        said = texts[row.case_id][row.evidence_start : row.evidence_end]  # type: ignore[union-attr]
        assert said == row.evidence  # type: ignore[union-attr]
    write_rows(chunk, "", rows, FOLDER)
    for name in TABLES:
        table = read_table_file(chunk_path(FOLDER, 0) / f"{name}.parquet", name)
        assert table.num_rows == len(rows[name])
    drop_chunks(FOLDER)


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_any if WHAT == "readers" else annotate_any)
    atheris.Fuzz()
