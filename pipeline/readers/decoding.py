"""Bytes -> text, with a note where that took a guess or lost a character."""

import codecs
import re

from pipeline.errors import EncodingProblem

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
#: share of control characters from which on bytes are taken for binary
_BINARY_SHARE = 0.02


def bom_of(head: bytes) -> tuple[bytes, str] | None:
    """Give the byte order mark that the bytes begin with and its encoding, if there is one."""
    return next(((mark, name) for mark, name in _BOMS if head.startswith(mark)), None)


def decode(data: bytes, encoding: str = "utf-8") -> tuple[str, tuple[str, ...]]:
    r"""Decode bytes; give the text and notes on what was guessed or lost.

    A byte order mark decides the encoding and is left out of the text. Then come `encoding`,
    and, where that is UTF-8 and fails, Windows-1252 - unless more characters are sound UTF-8
    than bytes are broken: then the broken ones become U+FFFD. Line ends stay as they are.

    Raises:
        EncodingProblem: NUL bytes, or too many control characters for a text.

    >>> decode(b"caf\xe9\r\n")
    ('café\r\n', ('decoded as cp1252, expected utf-8',))
    """
    found = bom_of(data)
    if found:
        text, notes = _decoded(data[len(found[0]) :], found[1])
    else:
        text, notes = _decoded(data, encoding)
    if "\0" in text or len(_CONTROL.findall(text)) > _BINARY_SHARE * len(text):
        raise EncodingProblem("binary data (NUL bytes or control characters), expected text")
    return text, notes


def _decoded(data: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    try:
        return data.decode(encoding), ()
    except UnicodeError:
        text = data.decode(encoding, "replace")
    broken = text.count("\ufffd")
    sound = sum(c > "\x7f" for c in text) - broken
    if codecs.lookup(encoding).name != "utf-8" or sound >= broken:
        return text, (f"{broken} characters are not {encoding}, replaced by U+FFFD",)
    text = data.decode("cp1252", "replace")
    lost = text.count("\ufffd")
    extra = f", {lost} characters replaced by U+FFFD" if lost else ""
    return text, (f"decoded as cp1252, expected {encoding}{extra}",)


def without_surrogates(text: str) -> tuple[str, tuple[str, ...]]:
    r"""Replace lone surrogates (from JSON escapes) one for one by U+FFFD.

    >>> without_surrogates("a\ud800b")
    ('a\ufffdb', ('1 lone surrogates, replaced by U+FFFD',))
    """
    clean, count = _SURROGATE.subn("\ufffd", text)
    return clean, (f"{count} lone surrogates, replaced by U+FFFD",) if count else ()
