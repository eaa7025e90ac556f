"""FINDING, SIGNAL and DIAGNOSIS mentions -> what is said of their change since a prior study.

The deciding cue is the one `pipeline.terminology.status_scope` finds in the mention's sentence; its
id is appended to `rule`. A mention no cue reaches has no change: nothing is concluded from silence.
"""

from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.annotations import mentions_of, section_by_token
from pipeline.resources import models_path
from pipeline.terminology.case_words import case_words
from pipeline.terminology.change_cues import CHANGES_OF, load_change_cues
from pipeline.terminology.status_cues import CueTable
from pipeline.terminology.status_scope import CueReader, Target, decide


class ChangeMarker:
    """Set `change` of the mentions of a doc."""

    def __init__(self, cues: CueTable) -> None:
        self.cues = cues
        self._telling = cues.telling()

    def __call__(self, doc: Doc) -> Doc:
        """Mark the mentions of a doc, which have their status."""
        words = case_words(doc)
        reader = CueReader(self.cues, self._telling, words)
        sections: list[str] = []
        for mention in mentions_of(doc) if reader.cued else ():
            changes = CHANGES_OF.get(mention["status"])
            if not changes:
                continue
            start, end = words.span(mention["start"], mention["end"])
            sentence = words.sentence_of[start]
            if sentence in reader.cued:
                found = reader.cues(sentence)
                sections = sections or section_by_token(doc)
                target = Target(start, end, sections[mention["start"]], mention["label"])
                decision = decide(target, found, 0)
                if decision and decision.cue.status in changes:
                    mention["change"] = decision.cue.status
                    mention["rule"] = f"{mention['rule']} {decision.cue.id}".strip()
        return doc


@Language.factory(
    "radtab_change",
    assigns=["doc._.mentions"],
    requires=["doc._.mentions", "doc._.sections"],
    default_config={"rules": None},
)
def make_change_marker(
    nlp: Language | None = None, name: str = "radtab_change", rules: str | None = None
) -> ChangeMarker:
    """Make the stage.

    Args:
        nlp: the pipeline it is for (not used).
        name: its name there (not used).
        rules: folder with `change_cues.tsv`, None for the shipped rows.

    Raises:
        ResourceError: the file is missing or a row does not validate.
    """
    folder = Path(rules) if rules else models_path("rules")
    return ChangeMarker(load_change_cues(folder / "change_cues.tsv"))
