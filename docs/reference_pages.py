"""The code -> the pages of the reference."""

import dataclasses
import inspect
import re
from collections.abc import Iterator, Mapping
from types import GenericAlias, UnionType
from typing import Any

import typer

import pipeline
from pipeline.batch import RunSettings
from pipeline.cli import app
from pipeline.data_package import VALUES
from pipeline.readers import ReadOptions
from pipeline.records import DERIVED, TABLES, table_columns
from pipeline.resources import models_path

#: characters of a line of a command's help
WIDTH = 88


def reference_pages() -> Iterator[tuple[str, str]]:
    """Give path and Markdown of each page."""
    yield "reference/tables.md", _tables()
    yield "reference/commands.md", _commands()
    yield "reference/settings.md", _settings()
    yield "reference/python.md", _python()
    yield "reference/rows.md", _rows()


def _table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _tables() -> str:
    parts = [
        "# Tables",
        "The tables of a run, out of `pipeline/records.py`. Every `start` (inclusive) and `end` "
        "(exclusive) counts characters of the text as delivered. Lists are lists in Parquet and "
        "JSON lines, JSON arrays in CSV.",
        "`radtab describe RUN` writes the same beside the tables of a run, as a Frictionless data "
        "package.",
    ]
    for name, row in {**TABLES, **DERIVED}.items():
        made = " Made of a run by `radtab atlas`." if name in DERIVED else ""
        parts += [f"## {name}", f"{inspect.getdoc(row)}{made}", _columns(name)]
    return "\n\n".join(parts) + "\n"


def _columns(name: str) -> str:
    row = TABLES.get(name) or DERIVED[name]
    units = {each.name: each.metadata.get("unit", "") for each in dataclasses.fields(row)}
    allowed = VALUES.get(name, {})
    rows = (
        (f"`{c.name}`", f"`{_type(c.type)}`", units[c.name], c.meaning + _one_of(allowed, c.name))
        for c in table_columns(name)
    )
    return _table(("column", "type", "unit", "meaning"), rows)


def _one_of(allowed: Mapping[str, tuple[str, ...]], column: str) -> str:
    values = " ".join(f"`{value}`" for value in allowed.get(column, ()))
    return values and f". Allowed: {values}"


def _type(kind: Any) -> str:
    told = str(kind) if isinstance(kind, GenericAlias | UnionType) else kind.__name__
    # Markdown would end the cell at a bar
    return told.replace(" | ", " or ")


def _commands() -> str:
    group = typer.main.get_command(app)
    root = group.make_context("radtab", [], resilient_parsing=True)
    parts = [
        "# Commands",
        "What each command's `--help` says. Exit status: 0, all inputs gave cases; 1, some were "
        "rejected; 2, a wrong argument or file; 130, interrupted.",
    ]
    for command, context in _walk(group, root):
        parts += [f"## {context.command_path}", f"```text\n{_help(command, context)}\n```"]
    return "\n\n".join(parts) + "\n"


def _walk(command: Any, context: Any) -> Iterator[tuple[Any, Any]]:
    context.help_option_names = ["-h", "--help"]
    context.terminal_width = WIDTH
    yield command, context
    for name, below in getattr(command, "commands", {}).items():
        yield from _walk(below, type(context)(below, info_name=name, parent=context))


def _help(command: Any, context: Any) -> str:
    return str(command.get_help(context)).rstrip()


def _settings() -> str:
    parts = [
        "# Settings",
        "What `radtab run` takes as options, `pipeline.run` takes as keywords. `options` of a run "
        "is a `ReadOptions`. Nothing is read from configuration files.",
    ]
    for kind, where in ((RunSettings, "a run"), (ReadOptions, "reading")):
        told = _entries(inspect.getdoc(kind) or "", "Attributes")
        defaults = inspect.signature(kind).parameters
        rows = ((f"`{name}`", f"`{_default(defaults[name])}`", told[name]) for name in told)
        parts += [f"## Of {where}", _table(("setting", "default", "meaning"), rows)]
    parts += ["## Of the pipeline", _parameters(pipeline.load)]
    return "\n\n".join(parts) + "\n"


def _default(parameter: inspect.Parameter) -> str:
    value = parameter.default
    # a default that is made anew for each
    return f"{ReadOptions.__name__}()" if "factory" in repr(value) else repr(value)


def _parameters(function: Any) -> str:
    told = _entries(inspect.getdoc(function) or "", "Args")
    known = inspect.signature(function).parameters
    rows = (
        (f"`{name}`", _given(known.get(name)), meaning)
        for each, meaning in told.items()
        for name in each.split(", ")
    )
    return _table(("parameter", "default", "meaning"), rows)


def _given(parameter: inspect.Parameter | None) -> str:
    if parameter is None or parameter.default is inspect.Parameter.empty:
        return "(needed)"
    return "(nothing)" if callable(parameter.default) else f"`{parameter.default!r}`"


def _python() -> str:
    parts = ["# From Python", "What `import pipeline` gives. All of it is typed."]
    for name in pipeline.__all__:
        thing = getattr(pipeline, name)
        summary, raised = _summary(thing), _entries(inspect.getdoc(thing) or "", "Raises")
        parts += [f"## {name}", f"```python\npipeline.{name}{_signature(thing)}\n```", summary]
        if _entries(inspect.getdoc(thing) or "", "Args"):
            parts.append(_parameters(thing))
        rows = ((f"`{error}`", meaning) for error, meaning in raised.items())
        parts += [_table(("error", "when"), rows)] if raised else []
        parts += [f"```pycon\n{example}\n```" for example in _examples(thing)]
    return "\n\n".join(parts) + "\n"


def _signature(thing: Any) -> str:
    if not callable(thing):
        return ""
    known = inspect.signature(thing)
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in known.parameters.values()]
    told = str(known.replace(parameters=bare, return_annotation=inspect.Signature.empty))
    return re.sub(r"=<function .*? at 0x[0-9a-f]+>", "=...", told)


def _summary(thing: Any) -> str:
    text = re.split(r"^(?:Args|Returns|Yields|Raises|Attributes):$|^>>> ",
                    inspect.getdoc(thing) or "", flags=re.MULTILINE)[0]  # fmt: skip
    returned = _entry(inspect.getdoc(thing) or "", "Returns")
    return "\n\n".join(part.strip() for part in (text, returned) if part.strip())


def _examples(thing: Any) -> list[str]:
    lines = (inspect.getdoc(thing) or "").splitlines()
    first = next((i for i, line in enumerate(lines) if line.startswith(">>>")), None)
    return [] if first is None else ["\n".join(lines[first:]).strip()]


def _entry(doc: str, heading: str) -> str:
    """Give what stands indented below a heading of a docstring, as one paragraph."""
    found = re.search(rf"^{heading}:\n((?:(?:    .*)?\n?)+)", doc, re.MULTILINE)
    return " ".join(found[1].split()) if found else ""


def _entries(doc: str, heading: str) -> dict[str, str]:
    """Give name -> meaning of the entries below a heading of a docstring."""
    found = re.search(rf"^{heading}:\n((?:(?:    .*)?\n?)+)", doc, re.MULTILINE)
    entries = re.findall(r"^    ([\w, ]+): ((?:.+\n?)(?:      .*\n?)*)", found[1] if found else "",
                         re.MULTILINE)  # fmt: skip
    return {name: " ".join(meaning.split()) for name, meaning in entries}


def _rows() -> str:
    parts = [
        "# Rows of rules and terms",
        "What the pipeline knows lies in tables (tab-separated) under `models/`. A row has an id, "
        "which reaches the column `rule` of what it decided; `radtab explain` looks it up again. "
        "The columns are explained in the module that reads a table.",
    ]
    for folder in ("lexicons", "rules", "terminology"):
        rows = (
            (f"`{file.name}`", f"{count:,}", ", ".join(f"`{name}`" for name in header))
            for file in sorted(models_path(folder).glob("*.tsv"))
            for header, count in [_header(file.read_text(encoding="utf-8"))]
        )
        parts += [f"## models/{folder}", _table(("table", "rows", "columns"), rows)]
    return "\n\n".join(parts) + "\n"


def _header(text: str) -> tuple[list[str], int]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return lines[0].split("\t"), len(lines) - 1
