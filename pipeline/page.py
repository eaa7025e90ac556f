"""A case as one HTML page: displaCy's span markup section by section, then its findings."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, cast

from spacy.displacy.render import SpanRenderer
from spacy.tokens import Doc

from pipeline.annotations import Mention, mentions_of, sections_of
from pipeline.colours import LOOKS, MARKS, look, visible
from pipeline.records import CaseRow, FindingRow, Row

#: ends every token handed to displaCy, which adds a space after it that the text does not have
_END = "\ue000"
_TEMPLATE = {
    "span": (
        '<span class="m" style="height:{total_height}px">{text}{span_slices}{span_starts}</span>'
    ),
    "slice": '<span class="s" style="background:{bg};top:{top_offset}px"></span>',
    "start": (
        '<span class="s" style="background:{bg};top:{top_offset}px">'
        '<span class="l" style="background:{bg}">{label}{kb_link}</span></span>'
    ),
}
#: within .radtab, so that what else a notebook shows keeps its looks
_MARKS_STYLE = """
.radtab { font: 16px/1.5 -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; color: #1d1d1f;
  background: #fff; }
.radtab h2 { font-size: .8rem; letter-spacing: .08em; color: #666; text-transform: uppercase;
  border-top: 1px solid #ddd; padding-top: .8rem; margin: 1.6rem 0 .3rem; }
.radtab .legend { margin: .3rem 0; }
.radtab .legend span { padding: .1rem .4rem; margin-right: .4rem; border-radius: 3px;
  font-size: .75rem; white-space: nowrap; }
.radtab .spans { white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.9 !important; }
.radtab .m { display: inline-block; position: relative; font-weight: 600; white-space: pre;
  vertical-align: top; }
.radtab .s { position: absolute; height: 4px; left: 0; width: 100%; }
.radtab .l { position: absolute; top: -3px; left: 0; z-index: 1; padding: 1px 3px; font-size: 9px;
  line-height: 1; font-weight: 700; border-radius: 0 3px 3px 3px; white-space: nowrap; }
"""
_PAGE_STYLE = """
body { max-width: 62rem; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; margin: 0; }
.about { color: #555; margin: .3rem 0 1rem; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem;
  border-bottom: 1px solid #e5e5e5; }
th { color: #666; font-weight: 600; }
tr.stated td { background: #fbf8ee; }
"""


def case_page(doc: Doc, rows: dict[str, list[Row]]) -> str:
    """Give the page of an annotated Doc and its rows; everything from the text is escaped."""
    case = cast(CaseRow, rows["cases"][0])
    title = escape(visible(case.case_id))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{title} - radtab</title>\n'
        f"<style>{_MARKS_STYLE}{_PAGE_STYLE}</style>\n</head>\n"
        f'<body class="radtab">\n<h1>{title}</h1>\n'
        f'<p class="about">{escape(visible(_about(case)))}</p>\n{_legend()}\n'
        f"{''.join(_parts(doc))}\n{_findings(cast(list[FindingRow], rows['findings']))}\n"
        "</body>\n</html>\n"
    )


def marked_part(doc: Doc) -> str:
    """Give the marked text alone, to stand within another page; everything from it is escaped."""
    return (
        f"<style>{_MARKS_STYLE}</style>\n"
        f'<div class="radtab" style="padding:.5rem 1rem">{_legend()}\n{"".join(_parts(doc))}</div>'
    )


def _about(case: CaseRow) -> str:
    age = f"{case.age:g} years" if case.age is not None else ""
    final = f"final diagnosis: {case.final_diagnosis}" if case.final_diagnosis else ""
    said = (case.sex, age, final, f"{case.n_findings} finding-diagnosis pairs")
    return " · ".join(" ".join(part.split()) for part in said if part)


def _legend() -> str:
    labels = "".join(
        f'<span style="background:{seen.background}">{seen.short} {label.lower()}</span>'
        for label, seen in LOOKS.items()
    )
    statuses = "".join(f"<span>{mark} {status}</span>" for status, mark in MARKS.items())
    return f'<p class="legend">{labels}</p>\n<p class="legend">{statuses}</p>'


def _parts(doc: Doc) -> Iterator[str]:
    """Draw each section and what lies between sections."""
    reached = 0
    notes = [(note["section"], note["start"], note["end"]) for note in sections_of(doc)]
    for heading, start, end in [*notes, ("", len(doc), len(doc))]:
        for name, first, last in (("", reached, start), (heading, start, end)):
            while first < last and doc[first].is_space:
                first += 1
            while first < last and doc[last - 1].is_space:
                last -= 1
            if first < last:
                title = f"<h2>{escape(name)}</h2>\n" if name else ""
                yield title + _drawn(doc, first, last)
        reached = max(reached, end)


def _drawn(doc: Doc, first: int, last: int) -> str:
    """Let displaCy draw the tokens `first` to `last` (exclusive)."""
    mentions = [m for m in mentions_of(doc) if m["start"] < last and m["end"] > first]
    pieces, number = _pieces(doc, first, last, mentions)
    spans = [
        {
            "start_token": number[max(mention["start"], first)],
            "end_token": number[min(mention["end"], last) - 1] + 1,
            "label": _label(mention),
        }
        for mention in mentions
    ]
    offsets = {"top_offset": 26, "span_label_offset": 12, "top_offset_step": 13}
    renderer = SpanRenderer({"template": _TEMPLATE, "colors": _colours(spans), **offsets})
    markup = renderer.render_spans(pieces, spans, None)
    return markup.replace(f"{_END} ", "").replace(_END, "")


def _pieces(
    doc: Doc, first: int, last: int, mentions: Sequence[Mention]
) -> tuple[list[str], dict[int, int]]:
    """Join tokens up to a space or the edge of a mention, so that no line breaks within a word.

    Returns:
        The pieces, and of each token the number of its piece.
    """
    edges = {edge for mention in mentions for edge in (mention["start"], mention["end"])}
    covered = {i for mention in mentions for i in range(mention["start"], mention["end"])}
    pieces: list[str] = []
    number: dict[int, int] = {}
    joins = False
    for token in doc[first:last]:
        # a line break within a mention would tear its underline
        text = " " if token.is_space and token.i in covered else token.text
        text = visible(text).replace(_END, "\ufffd")
        if joins and token.i not in edges:
            pieces[-1] += text
        else:
            pieces.append(text)
        number[token.i] = len(pieces) - 1
        # the space after a mention is a piece of its own, so that its underline ends with the word
        if token.whitespace_ and token.i + 1 in edges:
            pieces.append(token.whitespace_)
        else:
            pieces[-1] += token.whitespace_
        joins = not pieces[-1][-1].isspace()
    return [piece + _END for piece in pieces], number


def _label(mention: Mention) -> str:
    mark = MARKS.get(mention["status"], "")
    return escape(f"{look(mention['label']).short}{mark and ' ' + mark}")


def _colours(spans: Sequence[dict[str, Any]]) -> dict[str, str]:
    by_short = {seen.short: seen.background for seen in LOOKS.values()}
    other = look("").background
    return {span["label"]: by_short.get(span["label"].split(" ")[0], other) for span in spans}


def _findings(rows: Sequence[FindingRow]) -> str:
    title = "<h2>findings and diagnoses</h2>\n"
    if not rows:
        return f"{title}<p>none</p>"
    head = "".join(
        f"<th>{name}</th>"
        for name in ("finding", "where", "seen on", "relation", "diagnosis", "evidence")
    )
    return (
        f"{title}<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
        f"{''.join(map(_finding, rows))}</tbody>\n</table>"
    )


def _finding(row: FindingRow) -> str:
    cells = (
        f"{row.finding} ({row.finding_status})",
        ", ".join(row.anatomy),
        ", ".join([*row.modality, *row.sequence, *row.plane]),
        f"{row.relation} ({row.basis})",
        f"{row.diagnosis} ({row.diagnosis_status})",
        row.evidence,
    )
    drawn = "".join(f"<td>{escape(visible(cell))}</td>" for cell in cells)
    return f'<tr class="{escape(row.basis)}">{drawn}</tr>\n'
