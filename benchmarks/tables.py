"""Time and memory of writing the tables of a large run whose chunks are on disk.

    python -m benchmarks.tables CASES

Annotating 100,000 cases takes long; the rows of 64 example cases are copied under other ids
instead. This is what the parent of a run does last, and when it has most memory.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.machine import peak_mb
from benchmarks.texts import write_cases
from pipeline.batch import CHUNK, run
from pipeline.chunk_folder import chunk_file, chunk_path
from pipeline.final_tables import TableWriter
from pipeline.records import TABLES
from pipeline.table_files import read_table_file, write_arrow


def renamed(table: pa.Table, number: int) -> pa.Table:
    """Give the rows ids that only the chunk of this number has."""
    place = table.schema.get_field_index("case_id")
    ids = pc.binary_join_element_wise(f"{number:05}", table["case_id"].cast(pa.string()), "-")
    return table.set_column(place, table.schema.field(place), ids)


def lay_out(folder: Path, chunks: int) -> None:
    """Write chunks with the rows of the same 64 cases in each."""
    run(write_cases(folder / "cases.jsonl", CHUNK), folder / "first", workers=1)
    tables = {name: read_table_file(folder / "first" / f"{name}.parquet", name) for name in TABLES}
    for number in range(chunks):
        place = chunk_path(folder / "run", number)
        place.mkdir(parents=True)
        for name, table in tables.items():
            write_arrow(renamed(table, number), chunk_file(folder / "run", number, name))


def main() -> None:
    """Run the command."""
    chunks = -(-int(sys.argv[1]) // CHUNK)
    with tempfile.TemporaryDirectory() as name:
        lay_out(Path(name), chunks)
        before, begun = peak_mb(), time.perf_counter()
        written = TableWriter(Path(name) / "run", range(chunks), "parquet").write()
        print(json.dumps({
            "cases": chunks * CHUNK,
            "rows": sum(table["rows"] for table in written.values()),
            "seconds": round(time.perf_counter() - begun, 1),
            "peak_before_mb": before,
            "peak_mb": peak_mb(),
        }))  # fmt: skip


if __name__ == "__main__":
    main()
