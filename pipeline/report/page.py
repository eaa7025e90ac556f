"""The report as one HTML page that asks nothing of any network, and runs no script but its own.

Data travel as JSON in script elements that are not run, each `<` written as an escape; scripts put
them into the page as text nodes. The page's policy names its scripts by their hashes.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path

from pipeline.report.content import ReportContent
from pipeline.report.packing import shown
from pipeline.table_files import replacing

#: the page's scripts in the order they need each other
_SCRIPTS = (
    "data.js", "elements.js", "overview.js", "findings.js", "spans.js", "arrows.js", "details.js",
    "reader.js", "main.js",
)  # fmt: skip
_STYLES = ("tabulator.min.css", "report.css")
_SOURCE_MAP = re.compile(r"(//|/\*)# sourceMappingURL=\S+( \*/)?\n?")


def write_report(content: ReportContent, path: Path) -> None:
    """Write the page, whole or not at all."""
    with replacing(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as handle:
        handle.writelines(page_parts(content))


def page_parts(content: ReportContent) -> Iterator[str]:
    """Give the page part by part, in order."""
    summary = content.summary()
    scripts = [_asset("tabulator.min.js"), _own_script()]
    head, body = _asset("report.html").split("<!-- body -->")
    for name, filled in (
        ("policy", escape(_policy(scripts))),
        ("title", escape(shown(summary["name"]))),
        ("style", "\n".join(map(_asset, _STYLES))),
    ):
        head = head.replace(f"<!-- {name} -->", filled)
    yield head
    yield body
    yield _data("summary", summary)
    yield _data("rules", content.rules())
    yield _data("findings", content.findings())
    for number, case in enumerate(content.cases()):
        yield _data(f"case-{number}", case)
    for script in scripts:
        yield f"<script>{script}</script>\n"
    yield "</body>\n</html>\n"


def _data(name: str, value: object) -> str:
    written = json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="data-{name}">{written}</script>\n'


def _policy(scripts: list[str]) -> str:
    """Allow these scripts, styles of the page, and nothing else: no request, no frame, no form."""
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _own_script() -> str:
    """Join the page's scripts into one scope of their own."""
    joined = "\n".join(map(_asset, _SCRIPTS))
    return f'(() => {{\n"use strict";\n{joined}}})();\n'


@cache
def _asset(name: str) -> str:
    """Read a file of `assets` without the hint to a source map, which a browser would ask for."""
    text = files("pipeline.report").joinpath("assets", name).read_text("utf-8")
    return _SOURCE_MAP.sub("", text)
