"""A Doc shown as the last line of a notebook's cell: its text with the mentions marked.

IPython asks an object for `_repr_html_`; spaCy's `Doc` is a compiled class that has none and takes
none, so IPython is told of a function for `Doc` instead. Docs of other pipelines are shown as ever.
"""

import sys

from spacy.tokens import Doc

from pipeline.annotations import mentions_of
from pipeline.page import marked_part


def doc_markup(doc: Doc) -> str | None:
    """Give the markup of a Doc that radtab annotated; None for any other.

    >>> from spacy.lang.en import English
    >>> print(doc_markup(English()("A mass.")))
    None
    """
    if "entities" not in doc.spans or not doc.has_extension("mentions"):
        return None
    ours = len(doc.spans["entities"]) == len(mentions_of(doc)) and "sections" in doc.spans
    return marked_part(doc) if ours else None


def show_docs() -> bool:
    """Let the IPython that runs this, if one does, show Docs as marked text; say whether one does.

    Called where the public names are first used; calling it again changes nothing.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return False
    shell.display_formatter.formatters["text/html"].for_type(Doc, doc_markup)
    return True
