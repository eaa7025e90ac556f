"""A notebook with its outputs -> a page in Markdown."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: what is taken of an output, the richest first
KINDS = ("image/png", "image/svg+xml", "text/html", "text/plain")


def notebook_page(path: Path) -> str:
    """Give the cells of a notebook and the outputs in the file; nothing is run."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(part for cell in cells for part in _parts(cell)) + "\n"


def _parts(cell: dict[str, Any]) -> Iterator[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        # from one notebook to another: from one page to another
        yield source.replace(".ipynb)", ".md)")
        return
    yield f"```python\n{source}\n```"
    for output in cell["outputs"]:
        yield _shown(output)


def _shown(output: dict[str, Any]) -> str:
    if output["output_type"] == "stream":
        return _verbatim("".join(output["text"]))
    data = output["data"]
    kind = next(kind for kind in KINDS if kind in data)
    text = "".join(data[kind])
    if kind == "image/png":
        return f'<img alt="chart, described above" src="data:image/png;base64,{text.strip()}">'
    return _verbatim(text) if kind == "text/plain" else _markup(text)


def _verbatim(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"


def _markup(text: str) -> str:
    """Keep markup in one block, which an empty line or an indented one would end for Markdown."""
    text = re.sub(r"<style scoped>.*?</style>", "", text, flags=re.DOTALL)
    # the theme draws tables without a class as those of its own
    text = text.replace(' border="1" class="dataframe"', "")
    lines = (line.strip() for line in text.splitlines())
    return f'<div class="output">{" ".join(line for line in lines if line)}</div>'
