"""DIAGNOSIS mentions of a Doc -> their names, abbreviations that the text defines written out."""

from collections.abc import Mapping, Sequence
from itertools import chain

from spacy.tokens import Doc

from pipeline.annotations import Mention
from pipeline.terminology.diagnosis_names import DiagnosisName, diagnosis_name
from pipeline.terminology.role_rows import RoleWords
from pipeline.tokenizer import token_texts

#: names of diagnoses that are read once (cases name theirs over and over)
KEPT_NAMES = 10_000
#: a name, and the same with defined abbreviations written out if it has any
Names = tuple[DiagnosisName, ...]


class DiagnosisNamer:
    """Read the names of mentions; those met before are kept."""

    def __init__(self, rows: RoleWords) -> None:
        self.rows = rows
        self._names: dict[tuple[bytes, str], Names] = {}

    def names(self, doc: Doc, mentions: Sequence[Mention]) -> list[Names]:
        """Give the names of each mention; mentions of the same words have the same object."""
        orths = doc.to_array("ORTH")
        keys = [(orths[m["start"] : m["end"]].tobytes(), m["concept_id"]) for m in mentions]
        if len(self._names) > KEPT_NAMES:
            self._names.clear()
        texts = token_texts(doc)
        for key, mention in zip(keys, mentions, strict=True):
            if key not in self._names:
                tokens = texts[mention["start"] : mention["end"]]
                self._names[key] = (diagnosis_name(tokens, key[1], self.rows),)
        return self._spelt_out(doc, mentions, [self._names[key] for key in keys])

    def _spelt_out(self, doc: Doc, mentions: Sequence[Mention], plain: list[Names]) -> list[Names]:
        texts = token_texts(doc)
        long_forms = {
            entry["short_text"]: texts[entry["long_start"] : entry["long_end"]]
            for entry in reversed(doc._.abbreviations)  # the first definition counts
        }
        if not long_forms:
            return plain
        found: dict[int, Names] = {}
        for mention, names in zip(mentions, plain, strict=True):
            if id(names) not in found:
                tokens = texts[mention["start"] : mention["end"]]
                spelt = list(chain.from_iterable(_spelt(token, long_forms) for token in tokens))
                other = diagnosis_name(spelt, names[0].concept_id, self.rows)
                found[id(names)] = names if spelt == tokens else (*names, other)
        return [found[id(names)] for names in plain]


def _spelt(token: str, long_forms: Mapping[str, list[str]]) -> list[str]:
    """Write out an abbreviation, or the plural of one."""
    return long_forms.get(token) or long_forms.get(token.removesuffix("s")) or [token]
