"""Which columns or keys hold id, text and sections.

Which names are known is data: `models/rules/input_fields.tsv`, `kind` being `id`, `text`,
`section` (then `value` is the section) or `empty` (a value that says a field is empty). Names are
compared without case and with `_`, `-` and `&` as a space; the first row that fits wins.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.errors import MissingColumn, ResourceError
from pipeline.readers.options import ReadOptions
from pipeline.resources import models_path, read_rows

_KINDS = ("id", "text", "section", "empty")
_NAME = re.compile(r"[\w&.:/()-]+(?: [\w&.:/()-]+){0,3}")


class Columns(NamedTuple):
    """The columns a case is made of: id, text, or (column, section) pairs in place of a text."""

    id: str | None
    text: str | None
    sections: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1)
def known_fields() -> dict[str, dict[str, str]]:
    """Give kind -> name -> value, in the order of the file.

    Raises:
        ResourceError: the file is missing or a row does not validate.
    """
    known: dict[str, dict[str, str]] = {kind: {} for kind in _KINDS}
    path = models_path("rules", "input_fields.tsv")
    for where, row in read_rows(path, ("id", "field", "kind", "value")):
        if row["kind"] not in _KINDS:
            raise ResourceError(f"{where}: kind is {row['kind']!r}, expected one of {_KINDS}")
        known[row["kind"]][row["field"]] = row["value"]
    return known


def normal_name(name: str) -> str:
    """Bring a column name into the form names are compared in.

    >>> normal_name("Treatment & Follow-Up")
    'treatment follow up'
    """
    return re.sub(r"[\W_]+", " ", name).strip().lower()


def choose(names: Sequence[str], options: ReadOptions) -> Columns:
    """Choose the columns by the options, else by their names.

    Raises:
        MissingColumn: no column with a text; the message names it and lists what is there.
    """
    return _chosen(tuple(names), options)


# most lines of a file have the same keys
@lru_cache(maxsize=64)
def _chosen(names: tuple[str, ...], options: ReadOptions) -> Columns:
    by_name = {normal_name(name): name for name in reversed(names)}
    for wanted in (options.id_column, options.text_column):
        if wanted is not None and wanted not in names:
            raise MissingColumn(f"no column {wanted!r}, there are: {_listed(names)}")
    known = known_fields()
    text = options.text_column or _first(known["text"], by_name)
    case_id = options.id_column or _first(known["id"], by_name)
    if text is not None:
        return Columns(case_id, text)
    sections = tuple(
        (name, known["section"][normal_name(name)])
        for name in names
        if normal_name(name) in known["section"]
    )
    if all(section == "keywords" for _, section in sections):
        raise MissingColumn(
            f"no column with a text (text, report, note ... or history, findings ...; "
            f"name it with text_column), there are: {_listed(names)}"
        )
    return Columns(case_id, None, sections)


def _first(known: Iterable[str], by_name: Mapping[str, str]) -> str | None:
    return next((by_name[name] for name in known if name in by_name), None)


def _listed(names: Sequence[str]) -> str:
    """List names; what looks like prose (a file without header) is only counted."""
    short = [
        name if len(name) <= 40 and _NAME.fullmatch(name) else f"<{len(name)} characters>"
        for name in names[:20]
    ]
    return ", ".join(short) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
