import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from rich.text import Text
from spacy.tokens import Doc

from pipeline.assembly import make_doc
from pipeline.colours import LOOKS, visible
from pipeline.display import show_case
from pipeline.marked_text import marked_text
from pipeline.page import case_page
from pipeline.records import TABLES, Case, EntityRow
from pipeline.table_rows import case_tables
from tests import fake_pipeline


def mention(label: str, start: int, end: int, status: str = "") -> EntityRow:
    made = dict.fromkeys(EntityRow.__dataclass_fields__, "")
    made |= {"label": label, "start": start, "end": end, "status": status, "entity_id": f"{start}"}
    return EntityRow(**made)  # type: ignore[arg-type]


TEXT = "no dilated esophagus, T2 bright"
NESTED = [
    mention("FINDING", 3, 20, "absent"), mention("ANATOMY", 11, 20), mention("SEQUENCE", 22, 24),
    mention("SIGNAL", 22, 31, "present"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("labelled", "expected"),
    [
        (True, "no [dilated [esophagus|ANATOMY]|FINDING absent], [[T2|SEQUENCE] bright|SIGNAL]"),
        (False, "no [dilated esophagus], [T2 bright]"),
    ],
)
def test_a_mention_that_holds_another_is_bracketed(labelled: bool, expected: str) -> None:
    assert marked_text(TEXT, (0, len(TEXT)), NESTED, labelled=labelled).plain == expected


def test_two_labels_over_the_same_characters_both_show() -> None:
    both = [mention("FINDING", 0, 4, "present"), mention("DIAGNOSIS", 0, 4, "possible")]
    assert marked_text("mass", (0, 4), both, labelled=True).plain == (
        "[[mass|FINDING]|DIAGNOSIS possible]"
    )


def test_the_innermost_mention_gives_the_colour() -> None:
    marked = marked_text(TEXT, (0, len(TEXT)), NESTED, labelled=False)
    at = marked.plain.index("esophagus")
    (style,) = [span.style for span in marked.spans if span.start <= at < span.end]
    assert style.bgcolor.name == LOOKS["ANATOMY"].background
    at = marked.plain.index("dilated")
    (style,) = [span.style for span in marked.spans if span.start <= at < span.end]
    assert style.bgcolor.name == LOOKS["FINDING"].background
    assert style.strike


def test_a_stretch_shows_only_its_own() -> None:
    assert marked_text(TEXT, (20, 31), NESTED, labelled=True).plain == (
        ", [[T2|SEQUENCE] bright|SIGNAL]"
    )


def annotated(text: str, case_id: str = "c1") -> Doc:
    nlp = fake_pipeline.load()
    return nlp(make_doc(nlp, Case(case_id, text, source=f"{case_id}.txt")))


LONG = "Before\n" + "A lesion of the liver [red]as large[/red] as an abscess. " * 5


@pytest.mark.parametrize("colour", [True, False])
def test_show_fits_80_columns_and_loses_no_text(colour: bool) -> None:
    out = io.StringIO()
    system = "truecolor" if colour else None
    console = Console(file=out, width=80, force_terminal=colour, color_system=system)
    show_case(console, LONG, case_tables(annotated(LONG)), list(TABLES))
    lines = [Text.from_ansi(line).plain for line in out.getvalue().splitlines()]
    assert max(map(len, lines)) <= 80
    assert ("\x1b[" in out.getvalue()) == colour
    shown = " ".join(" ".join(lines).split())
    liver, abscess = ("liver", "abscess") if colour else ("[liver|ANATOMY]", "[abscess|DIAGNOSIS]")
    assert shown.count(f"of the {liver} [red]as large[/red] as an {abscess}.") == 5


def test_control_characters_do_not_reach_the_terminal() -> None:
    hostile = "lesion \x1b]0;title\x07 \x9b31m \u202eabscess\r\x00"
    assert len(visible(hostile)) == len(hostile)
    out = io.StringIO()
    doc = annotated(hostile, case_id="c\x1b[1m")
    show_case(Console(file=out, width=80), hostile, case_tables(doc), list(TABLES))
    assert not set("\x1b\x07\x9b\u202e\r\x00") & set(out.getvalue())


HOSTILE = """<script>alert(1)</script> lesion & liver "x" onload='y' </div> {0} %s &#39; abscess"""


def test_the_page_escapes_hostile_text() -> None:
    page = case_page(doc := annotated(HOSTILE, case_id="<b>id</b>"), case_tables(doc))
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&amp;#39;" in page
    assert page.count("<html") == page.count("</html>") == 1


def test_the_page_shows_the_words_as_they_stand(tmp_path: Path) -> None:
    text = "A CT-guided look: lesion/liver,  two\nlines \ue000 abscess."
    page = case_page(doc := annotated(text), case_tables(doc))
    body = page[page.index('<div class="spans"') : page.index("<h2>findings and diagnoses</h2>")]
    body = re.sub(r'<span class="l".*?</span>', "", body)
    shown = re.sub(r"<[^>]+>", "", body).strip()
    assert shown == text.replace("\ue000", "\ufffd")


def test_the_findings_table_says_a_finding_once_for_its_diagnoses() -> None:
    doc = annotated("A lesion of the liver: abscess.")
    rows = case_tables(doc)
    (row, *_) = [r for r in rows["findings"] if r.basis == "stated"]
    rows["findings"] = [row, replace(row, diagnosis="cyst", basis="case")]
    out = io.StringIO()
    show_case(Console(file=out, width=80), doc.text, rows, ["findings"])
    lines = [" ".join(line.split()) for line in out.getvalue().splitlines()]
    assert "lesion liver indicates * abscess" in lines
    assert "indicates cyst" in lines
