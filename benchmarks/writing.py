"""What writing costs beside annotating, and how long it takes to see what a run has done.

python -m benchmarks.writing [CASES] [FINISHED]
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import pipeline
from benchmarks.machine import peak_mb
from benchmarks.texts import write_cases
from pipeline.batch import CHUNK
from pipeline.chunk_annotator import ChunkAnnotator, tally_of
from pipeline.chunk_folder import (
    ENDING,
    ENTRY,
    DoneChunk,
    chunk_path,
    done_chunks,
    drop_damaged,
    write_chunk,
)
from pipeline.chunks import chunks_of
from pipeline.final_tables import TableWriter
from pipeline.readers import read_cases


def overhead(folder: Path, cases: int) -> dict[str, object]:
    """Annotate and write, and compare the processor time of both."""
    annotator = ChunkAnnotator(pipeline.load())
    spent = {"annotate": 0.0, "chunks": 0.0, "tables": 0.0}
    numbers = []
    for chunk in chunks_of(read_cases(write_cases(folder / "c.jsonl", cases)), CHUNK):
        marks = [time.process_time()]
        rows = annotator.rows(chunk)
        marks.append(time.process_time())
        write_chunk(folder, DoneChunk(chunk.number, chunk.digest(), tally_of(chunk, rows)), rows)
        marks.append(time.process_time())
        spent["annotate"] += marks[1] - marks[0]
        spent["chunks"] += marks[2] - marks[1]
        numbers.append(chunk.number)
    begun = time.process_time()
    TableWriter(folder, numbers, "parquet").write()
    spent["tables"] = time.process_time() - begun
    share = (spent["chunks"] + spent["tables"]) / spent["annotate"]
    said = {f"{name}_s": round(value, 2) for name, value in spent.items()}
    return {"cases": cases, **said, "writer_overhead": round(share, 3)}


def resume_scan(folder: Path, finished: int) -> dict[str, object]:
    """Lay out a run of so many finished cases and time what `--resume` does before it goes on."""
    cases = write_cases(folder / "many.jsonl", finished)
    # the first chunks may be smaller than the others
    model = chunk_path(folder, max(done_chunks(folder), key=lambda done: done.tally.cases).number)
    entry = json.loads((model / ENTRY).read_text("utf-8"))
    run = folder / "run"
    for chunk in chunks_of(read_cases(cases), CHUNK):
        place = chunk_path(run, chunk.number)
        place.mkdir(parents=True)
        for file in model.glob(f"*{ENDING}"):
            os.link(file, place / file.name)
        (place / ENTRY).write_text(json.dumps(entry), "utf-8")
    begun = time.perf_counter()
    drop_damaged(run)
    done = done_chunks(run)
    looked = time.perf_counter()
    digests = [chunk.digest() for chunk in chunks_of(read_cases(cases), CHUNK)]
    read = time.perf_counter()
    assert len(digests) == len(done)
    return {
        "finished": finished,
        "chunks_s": round(looked - begun, 2),
        "input_s": round(read - looked, 2),
        "peak_mb": peak_mb(),
    }


def main() -> None:
    """Run the command."""
    cases, finished = (*map(int, sys.argv[1:3]), 512, 20_000)[: 2 + len(sys.argv[1:3])][:2]
    with tempfile.TemporaryDirectory() as folder:
        said = overhead(Path(folder), cases)
        print(json.dumps({"writing": said, "resume": resume_scan(Path(folder), finished)}))


if __name__ == "__main__":
    main()
