"""brat's files: a name that any file system takes for any case id, and the configuration.

brat (https://brat.nlplab.org) shows a folder with `<name>.txt`, `<name>.ann` for each document and
`annotation.conf`, `visual.conf`.
"""

import hashlib
import re
from collections.abc import Iterable

from pipeline.annotations import ASSERTED, CHANGES, LABELS, STATUSES
from pipeline.colours import LOOKS, MARKS
from pipeline.terminology.relation_candidates import REACH

#: what the folder's files are of: file name without ending -> case id, sections, hash of the text
CASES_FILE = "cases.json"
_SAFE = re.compile(rb"[A-Za-z0-9_-]|(?<=.)\.")
#: names that Windows keeps for devices
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_LONGEST = 120
LATERALITIES = ("left", "right", "bilateral", "midline")
ROLE_VALUES = ("final", "differential", "both")


class FileNamer:
    """Give each case a file name of its own, also where case is not told apart.

    >>> name = FileNamer()
    >>> name("case-1"), name("a/b"), name("Case-1")[:7], name("../x")
    ('case-1', 'a~2Fb', 'Case-1~', '~2E.~2Fx')
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def __call__(self, case_id: str) -> str:
        """Give the name, without ending, for a case id."""
        name = _escaped(case_id)
        if len(name) > _LONGEST or name.casefold() in self._taken:
            digest = hashlib.sha256(case_id.encode("utf-8", "surrogatepass")).hexdigest()
            name = f"{name[:_LONGEST]}~{digest[:16]}"
        self._taken.add(name.casefold())
        return name


def _escaped(case_id: str) -> str:
    data = case_id.encode("utf-8", "surrogatepass")
    parts = [chr(byte) if _SAFE.match(data, at) else f"~{byte:02X}" for at, byte in enumerate(data)]
    if _DEVICES.match("".join(parts)):
        parts[0] = f"~{data[0]:02X}"
    return "".join(parts) or "~"


def annotation_conf() -> str:
    """Give `annotation.conf`: labels, relations with what they may join, attributes."""
    asserted = "|".join(ASSERTED)
    relations = [
        f"{name}\tArg1:{_any(reach.heads)}, Arg2:{_any(reach.tails)}"
        for name, reach in REACH.items()
    ]
    attributes = [
        f"Status\tArg:{asserted}, Value:{'|'.join(STATUSES)}",
        f"Role\tArg:DIAGNOSIS, Value:{'|'.join(ROLE_VALUES)}",
        "KeyFinding\tArg:FINDING|SIGNAL",
        f"Change\tArg:{asserted}, Value:{'|'.join(CHANGES)}",
        f"Laterality\tArg:<ENTITY>, Value:{'|'.join(LATERALITIES)}",
    ]
    overlap = "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"
    return _conf(
        {"entities": LABELS, "relations": [overlap, *relations], "events": (),
         "attributes": attributes}
    )  # fmt: skip


def visual_conf() -> str:
    """Give `visual.conf`: short names and colours as elsewhere in radtab, marks of statuses."""
    labels = [f"{label} | {label} | {LOOKS[label].short}" for label in LABELS]
    drawing = [f"{label}\tfgColor:black, bgColor:{LOOKS[label].background}" for label in LABELS]
    arcs = [f"{name}\tcolor:black, arrowHead:triangle-5" for name in REACH]
    glyphs = "|".join(MARKS.get(status, "+") for status in STATUSES)
    marks = [f"Status\tposition:right, glyph:{glyphs}", "KeyFinding\tposition:left, glyph:*"]
    return _conf({"labels": labels, "drawing": [*drawing, *arcs, *marks]})


def _any(labels: Iterable[str]) -> str:
    return "|".join(label for label in LABELS if label in labels)


def _conf(sections: dict[str, Iterable[str]]) -> str:
    return "\n".join(f"[{name}]\n" + "".join(f"{each}\n" for each in lines)
                     for name, lines in sections.items())  # fmt: skip
