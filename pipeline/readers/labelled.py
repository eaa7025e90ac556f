"""A row with named columns -> a case."""

import re
from collections.abc import Iterable, Mapping

from pipeline.errors import FormatProblem
from pipeline.readers.decoding import decode, without_surrogates
from pipeline.readers.fields import Columns, known_fields
from pipeline.readers.plain import OPENING
from pipeline.records import Case

_ID_LENGTH = 200


def case_of(
    row: Mapping[str, object], columns: Columns, source: str, default_id: str, encoding: str
) -> Case:
    """Make a case of a row.

    Raises:
        FormatProblem: an id or a text that is not one.
    """
    case_id = default_id if columns.id is None else id_of(row.get(columns.id))
    if columns.text is None:
        return labelled_case(row, columns.sections, case_id, source)
    text, notes = _text(row.get(columns.text), columns.text, encoding)
    return Case(case_id, text, source, (), notes)


def id_of(value: object) -> str:
    """Make a case id of a value.

    Raises:
        FormatProblem: it is no short string or whole number.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise FormatProblem(f"case id is {_kind(value)}, expected a string or a whole number")
    if isinstance(value, int) and value.bit_length() > 128:
        raise FormatProblem("case id is a number of over 38 digits, expected a shorter one")
    case_id = without_surrogates(str(value))[0].strip()
    if not case_id or len(case_id) > _ID_LENGTH or not case_id.isprintable():
        raise FormatProblem(
            f"case id has {len(case_id)} characters or a line break, "
            f"expected 1 to {_ID_LENGTH} printable ones"
        )
    return case_id


def labelled_case(
    row: Mapping[str, object], fields: Iterable[tuple[str, str]], case_id: str, source: str
) -> Case:
    """Join fields to the text of a case as the archive does, each known as its section.

    The text is `Texto: `, then the fields that are not empty, a line break between; keywords
    become a bullet list at the end. The characters of a field are kept as they are.

    >>> row = {"history": "Cough.", "findings": "Nodule.", "exam": "N/A"}
    >>> case = labelled_case(row, [(name, name) for name in row], "c1", "")
    >>> case.text, case.sections
    ('Texto: \\nCough.\\nNodule.', (('history', 8, 14), ('findings', 15, 22)))
    """
    parts: list[tuple[str, str]] = []
    keywords, notes = "", []
    for name, section in fields:
        value, lost = _field(row.get(name), name)
        notes += [f"{name}: {note}" for note in lost]
        if section == "keywords":
            keywords += _bullets(value)
        elif not _says_nothing(value):
            parts.append((section, value))
    if not parts:
        return Case(case_id, "", source)
    if keywords:
        parts.append(("keywords", f"\n\nKeywords: \n{keywords}"))
    text, sections = _joined(parts)
    return Case(case_id, text, source, sections, tuple(notes))


def _joined(parts: Iterable[tuple[str, str]]) -> tuple[str, tuple[tuple[str, int, int], ...]]:
    text, sections = f"{OPENING} ", []
    for section, value in parts:
        text += "\n"
        sections.append((section, len(text), len(text) + len(value)))
        text += value
    return text, tuple(sections)


def _bullets(value: str) -> str:
    words = (word.strip(" -") for word in re.split(r"[,;\n]", value))
    return "".join(f"- {word}\n" for word in words if word)


def _says_nothing(value: str) -> bool:
    plain = value.strip().rstrip(".").lower()
    return not plain or plain in known_fields()["empty"]


def _field(value: object, name: str) -> tuple[str, tuple[str, ...]]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = "\n".join(value)
    if value is None or value != value:  # NaN stands for nothing in tables written by pandas
        return "", ()
    return _text(value, name, "utf-8")


def _text(value: object, name: str, encoding: str) -> tuple[str, tuple[str, ...]]:
    if value is None:
        return "", ()
    if isinstance(value, bytes):
        return decode(value, encoding)
    if not isinstance(value, str):
        raise FormatProblem(f"{_shown(name)} is {_kind(value)}, expected a string")
    return without_surrogates(value)


def _shown(name: str) -> str:
    return repr(name) if len(name) <= 40 else "text"


def _kind(value: object) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", dict: "an object"}
    if value is None:
        return "missing"
    return kinds.get(type(value), f"a {type(value).__name__}")
