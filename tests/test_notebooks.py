"""The notebooks run as in Jupyter, in order, each in a clean namespace.

`python -m tests.test_notebooks [NAME ...]` runs them (or those whose names begin so) and writes
their outputs into them, charts as pictures; it wants the extra `notebooks`. What they say changes
with weights and rules, so the test compares of which kind the outputs are, not their words.
"""

import json
import struct
import sys
import time
import zlib
from base64 import b64decode, b64encode
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MOST_BYTES, MOST_PICTURE = 300_000, 60_000
PICTURE = "image/png"


def read(path: Path) -> dict[str, Any]:
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return notebook


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def run(cells: list[dict[str, Any]], renderer: str) -> list[list[dict[str, Any]]]:
    """Run code cells in an IPython of this process; give the outputs of each."""
    import altair
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    outputs = []
    try:
        with chdir(FOLDER), altair.renderers.enable(renderer, **_options(renderer)):
            for cell in cells:
                # the outer trap keeps IPython from printing what is captured
                with shell.display_trap, capture_output() as shown:
                    result = shell.run_cell("".join(cell["source"]))
                result.raise_error()
                # IPython tells what a chart raises when it is drawn, and goes on
                assert "Traceback" not in shown.stdout + shown.stderr, shown.stdout[-2000:]
                outputs.append([*_printed(shown.stdout), *map(_displayed, shown.outputs)])
    finally:
        InteractiveShell.clear_instance()
    return outputs


def _options(renderer: str) -> dict[str, float]:
    return {"scale_factor": 1.5, "ppi": 72} if renderer == "png" else {}


def _printed(text: str) -> list[dict[str, Any]]:
    return [{"output_type": "stream", "name": "stdout", "text": _lines(text)}] if text else []


def _displayed(shown: Any) -> dict[str, Any]:
    data = dict(shown.data)
    if PICTURE in data:
        picture = data[PICTURE]
        raw = picture if isinstance(picture, bytes) else b64decode(picture)
        data = {PICTURE: b64encode(packed(raw)).decode(), "text/plain": "chart"}
    lines = {kind: v if kind == PICTURE else _lines(v) for kind, v in data.items()}
    return {"output_type": "display_data", "data": lines, "metadata": {}}


def packed(picture: bytes) -> bytes:
    """Pack the pixels of a PNG as well as zlib can: a third of what the renderer writes."""
    at, pixels, chunks = 8, b"", {}
    while at < len(picture):
        size, name = struct.unpack_from(">I4s", picture, at)
        body = picture[at + 8 : at + 8 + size]
        pixels, chunks[name] = pixels + body if name == b"IDAT" else pixels, body
        at += 12 + size
    kept = (b"IHDR", chunks[b"IHDR"]), (b"IDAT", zlib.compress(zlib.decompress(pixels), 9))
    return picture[:8] + b"".join(_chunk(*each) for each in (*kept, (b"IEND", b"")))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _lines(text: Any) -> Any:
    return text.splitlines(keepends=True) if isinstance(text, str) else text


def kind(output: dict[str, Any]) -> str:
    """Say of which kind an output is; a chart is a picture in the file, and a graph in the test."""
    if output["output_type"] == "stream":
        return "printed"
    data = output["data"]
    if PICTURE in data or any("vegalite" in name for name in data):
        return "chart"
    return next(name for name in ("text/html", "image/svg+xml", "text/plain") if name in data)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_what_is_in_the_file(path: Path) -> None:
    pytest.importorskip("altair", reason="altair is not installed, expected the extra notebooks")
    pytest.importorskip("IPython", reason="ipython is not installed, expected the extra notebooks")
    cells = code_cells(read(path))
    shown = [[kind(each) for each in outputs] for outputs in run(cells, "mimetype")]
    assert shown == [[kind(each) for each in cell["outputs"]] for cell in cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_opens_with_a_question_and_is_small(path: Path) -> None:
    notebook = read(path)
    opening = notebook["cells"][0]
    assert opening["cell_type"] == "markdown"
    assert "".join(opening["source"]).startswith("# ")
    assert "?" in "".join(opening["source"])
    assert path.stat().st_size < MOST_BYTES
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            assert len(output.get("data", {}).get(PICTURE, "")) < MOST_PICTURE * 4 / 3


def write(path: Path) -> None:
    """Run a notebook and write its outputs into it."""
    notebook = read(path)
    cells = code_cells(notebook)
    for number, (cell, outputs) in enumerate(zip(cells, run(cells, "png"), strict=True), start=1):
        cell["outputs"], cell["execution_count"] = outputs, number
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main(names: list[str]) -> None:
    for path in NOTEBOOKS:
        if not names or path.stem.startswith(tuple(names)):
            begun = time.perf_counter()
            write(path)
            seconds = time.perf_counter() - begun
            print(f"{path.stem}: {seconds:.1f} s, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
