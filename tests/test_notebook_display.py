"""What a notebook shows of a Doc."""

import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from pipeline.assembly import make_doc
from pipeline.notebook_display import doc_markup, show_docs
from pipeline.records import Case
from tests import fake_pipeline

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = '<img src=x onerror="alert(1)"> lesion </script><b>liver</b>'


@pytest.fixture(scope="module")
def small() -> Language:
    return fake_pipeline.load()


def test_a_doc_is_shown_with_its_mentions_marked(small: Language) -> None:
    shown = doc_markup(small(make_doc(small, Case("a", "CT: lesion in the liver"))))
    assert shown is not None
    assert "lesion" in shown and "FIND" in shown and "ANAT" in shown
    assert "<html" not in shown and "body {" not in shown


def test_what_a_text_says_is_no_markup(small: Language) -> None:
    shown = doc_markup(small(make_doc(small, Case("a", HOSTILE))))
    assert shown is not None
    assert "&lt;img" in shown
    assert not any(tag in shown for tag in ("<img", "</script", "<b>"))


def test_a_doc_of_another_pipeline_is_shown_as_ever() -> None:
    doc = spacy.blank("en")("A lesion.")
    assert doc_markup(doc) is None
    doc.spans["entities"] = [doc[1:2]]
    assert doc_markup(doc) is None


def test_without_a_running_ipython_nothing_is_registered() -> None:
    assert not show_docs()


def test_ipython_shows_a_doc_of_annotate() -> None:
    pytest.importorskip("IPython")
    script = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_cell('import pipeline')\n"
        "doc = shell.run_cell('pipeline.annotate(\"Lesion in the liver.\")').result\n"
        "bundle, _ = shell.display_formatter.format(doc)\n"
        "assert 'ANAT' in bundle['text/html'], bundle\n"
        "other = pipeline = __import__('spacy').blank('en')('A lesion.')\n"
        "assert 'text/html' not in shell.display_formatter.format(other)[0]\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
