"""How a label, and a status, looks in a terminal and on a page."""

from typing import NamedTuple


class Look(NamedTuple):
    """A short name of at most five letters and a background that black letters stand out on."""

    short: str
    background: str


LOOKS: dict[str, Look] = {
    "FINDING": Look("FIND", "#ffb570"),
    "DIAGNOSIS": Look("DIAG", "#ff9aa8"),
    "ANATOMY": Look("ANAT", "#a5dc86"),
    "SIGNAL": Look("SIG", "#ffe266"),
    "MODALITY": Look("MOD", "#8ec9ff"),
    "SEQUENCE": Look("SEQ", "#7fdfe0"),
    "PLANE": Look("PLANE", "#c3b5fd"),
    "MEASUREMENT": Look("MEAS", "#d3d3d3"),
}
#: status -> mark behind the short name; none for what is simply there
MARKS = {
    "absent": "−", "possible": "?", "differential": "≠", "historical": "←",
    "family": "♢", "general": "∗",
}  # fmt: skip
OTHER = Look("", "#e6e0d0")


def look(label: str) -> Look:
    """Give the look of a label, also of one that is not listed."""
    return LOOKS.get(label, OTHER._replace(short=label[:5]))


def visible(text: str) -> str:
    r"""Replace control characters by signs for them, one for one, so that none reaches a terminal.

    >>> visible("a\x1b[31m")
    'a␛[31m'
    """
    return text.translate(_VISIBLE)


_VISIBLE = {code: chr(0x2400 + code) for code in range(32) if chr(code) not in "\n\t"}
_VISIBLE |= {0x7F: "␡"} | dict.fromkeys(range(0x80, 0xA0), "\ufffd")
# a page or a terminal must not be turned around by what a text holds
_VISIBLE |= dict.fromkeys(
    [0x202A, 0x202B, 0x202C, 0x202D, 0x202E, *range(0x2066, 0x206A)], "\ufffd"
)
_VISIBLE |= {0x0D: " "}


def one_line(message: str) -> str:
    """Make a message that may hold anything one line that is safe to print."""
    return " ".join(visible(message).split())
