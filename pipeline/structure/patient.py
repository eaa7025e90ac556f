"""Age and sex of the patient, as a text states them."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from pipeline.annotations import PatientNote
from pipeline.errors import ResourceError
from pipeline.resources import models_path, read_rows

COLUMNS = ("id", "kind", "text", "value")
KINDS = (
    "unit", "age_word", "male", "female", "male_letter", "female_letter", "male_pronoun",
    "female_pronoun", "male_sign", "female_sign", "family", "number",
)  # fmt: skip
WITH_VALUE = ("unit", "age_word", "number")
#: years; more is a typo or not an age
OLDEST = 125
#: characters around a stated age in which its sex, or whose age it is, is looked for
BEFORE, AFTER = 40, 90


#: what may stand before `58F`
INTRODUCED = re.compile(r"(?:^|[\n.:;,(•-]\s*|\b(?:an?|is|this|the|pt|patient)\s+)$", re.IGNORECASE)


class StatedAge(NamedTuple):
    """An age and the characters that state it."""

    years: float
    start: int
    end: int


class PatientFinder:
    """Read age and sex by rows of words and the forms ages are written in."""

    def __init__(self, path: Path) -> None:
        self._words: dict[str, dict[str, float]] = {kind: {} for kind in KINDS}
        for where, row in read_rows(path, COLUMNS):
            self._add(where, row)
        self._ages = self._age_forms()
        self._sexes = _word_form(self._either())
        self._letters = _word_form(self._either("_letter"))
        self._fields = self._field_form()
        self._family = _word_form(self._choice("family"))
        self._fallbacks = [_word_form(self._either(kind)) for kind in ("_pronoun", "_sign")]

    def _add(self, where: str, row: dict[str, str]) -> None:
        if row["kind"] not in KINDS or not row["text"]:
            raise ResourceError(
                f"{where}: kind {row['kind']!r}, expected one of {KINDS} and a text"
            )
        try:
            value = float(row["value"]) if row["kind"] in WITH_VALUE else 0.0
        except ValueError:
            raise ResourceError(f"{where}: value {row['value']!r}, expected a number") from None
        self._words[row["kind"]][row["text"].lower()] = value

    def _choice(self, kind: str) -> str:
        names = sorted(self._words[kind], key=len, reverse=True)
        return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in names)

    def _initials(self, *kinds: str) -> str:
        return "".join(sorted({re.escape(text[0]) for kind in kinds for text in self._words[kind]}))

    def _either(self, *kinds: str) -> str:
        """Give the form of the words of both sexes, in groups named by them."""
        return "|".join(
            f"(?P<{sex}>{'|'.join(self._choice(sex + kind) for kind in kinds or ('',))})"
            for sex in ("female", "male")
        )

    def _field_form(self) -> re.Pattern[str]:
        words = self._either("", "_letter")
        return re.compile(rf"\b(?:sex|gender)\s*[:=]?\s*(?:{words})\b", re.IGNORECASE)

    def _age_forms(self) -> re.Pattern[str]:
        number, unit = self._choice("number"), self._choice("unit")
        kinds = ("male", "female", "male_letter", "female_letter")
        sex = "|".join(self._choice(kind) for kind in kinds)
        gap = r"[\s.,/-]{0,3}"
        not_then = "".join(
            f"(?<!{word} )" for word in ("since", "at", "from", "by", "until", "the")
        )
        return re.compile(
            # what an age begins with, first of all: nearly no place in a text has it
            rf"\b(?=[\da{self._initials('number', 'age_word')}])"
            # no part of a larger number or of a range
            r"(?<![\w.,/$])(?<!\d-)(?<!\d to )(?:"
            rf"(?P<count>\d{{1,3}}(?:\.\d)?(?:\s?½)?|(?:{number})(?:[\s-]+(?:{number}))?)"
            rf"(?:{gap}(?P<unit>{unit})\b\.?{gap}(?:old|o\b\.?)(?!s)"
            rf"|{gap}y[./\s]{{0,2}}o\b\.?"
            rf"|{gap}(?P<unit2>y|yrs?|years?|months?|mo)\b\.?{gap}(?:of\s+age|{sex})\b"
            rf"|\s?-?(?P<plain>{sex})\b(?!\s+(?:patients|subjects|cases)\b))"
            rf"|{not_then}aged?\b\s*(?:is|of|was|:|=)?\s*"
            r"(?P<aged>\d{1,3})\b(?!\s*(?:-|to\b|%|and\b))"
            rf"|(?P<word>{self._choice('age_word')})\b)",
            re.IGNORECASE,
        )

    def read(self, texts: Iterable[str], general: Iterable[str] = ()) -> PatientNote:
        """Read age and sex from parts of a text, the likeliest part (the history) first.

        `general` are parts that speak of others too: they may show the sex, not the age.

        >>> default_patient().read(["A 37-year old man, son of a 70-year-old woman."])
        {'age': 37.0, 'sex': 'male'}
        """
        for text in texts:
            age = next(self.ages(text), None)
            if age is not None:
                sex = self._sex_near(text, age) or self._first_sex(texts, general)
                return PatientNote(age=round(age.years, 3), sex=sex)
        return PatientNote(age=None, sex=self._first_sex(texts, general))

    def ages(self, text: str) -> Iterator[StatedAge]:
        """Give the ages stated of the patient; those of family members are passed over."""
        for match in self._ages.finditer(text):
            years = self._years(match)
            if years > OLDEST or self._is_of_family(text, match) or _is_other(text, match):
                continue
            yield StatedAge(years, match.start(), match.end())

    def _years(self, match: re.Match[str]) -> float:
        if match["word"]:
            return self._words["age_word"][" ".join(match["word"].lower().split())]
        unit = (match["unit"] or match["unit2"] or "year").lower()
        return self._number(match["count"] or match["aged"]) * self._words["unit"].get(unit, 1.0)

    def _number(self, count: str) -> float:
        if count[0].isdigit():
            half = 0.5 if count.endswith("½") else 0.0
            return float(count.rstrip("½ ")) + half
        return sum(
            self._words["number"].get(word, 0.0) for word in re.split(r"[\s-]+", count.lower())
        )

    def _is_of_family(self, text: str, match: re.Match[str]) -> bool:
        """Say whether a family member stands right after the age, or is its subject before it."""
        after = re.split(r"[.;,\n]|\bwith\b|\bwho\b", text[match.end() : match.end() + 30])[0]
        before = re.split(r"[.;\n]", text[max(0, match.start() - BEFORE) : match.start()])[-1]
        if self._family.search(after):
            return True
        told = list(self._family.finditer(before))
        return bool(told) and not re.search(r"\bof\s+(?:an?|this|the)\b", before[told[-1].end() :])

    def _sex_near(self, text: str, age: StatedAge) -> str:
        """Give the sex stated within or after the age, else before it, in the same sentence."""
        own = re.sub(r"^\d+", "", text[age.start : age.end])
        after = own + re.split(r"[.;]\s", text[age.end : age.end + AFTER])[0]
        before = re.split(r"[.;]\s", text[max(0, age.start - BEFORE) : age.start])[-1]
        return (
            _earliest(after, self._sexes)
            or _earliest(after, self._letters)
            or _earliest(before, self._sexes)
        )

    def _first_sex(self, texts: Iterable[str], general: Iterable[str]) -> str:
        """Give the sex by a field `Sex:`, a word, a pronoun or a sex-specific organ or state.

        A word counts only where the patient is introduced: in `general` it tells of others.
        """
        for form in (self._fields, self._sexes, *self._fallbacks):
            introduced = form is self._sexes
            for text in islice(texts, 2) if introduced else chain(texts, general):
                sex = _earliest(text, form)
                if sex:
                    return sex
        return ""


def _word_form(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/'’])(?:{words})(?![\w])", re.IGNORECASE)


def _earliest(text: str, form: re.Pattern[str]) -> str:
    """Give the sex of the first word a form finds, which is the name of the group it is in."""
    match = form.search(text)
    return (match.lastgroup or "") if match else ""


def _is_other(text: str, match: re.Match[str]) -> bool:
    """Say whether a number and a sex (`3 F`) are something else than a patient's age."""
    sex = match["plain"]
    if sex is None:
        return False
    small = len(sex) == 1 and sex.islower()
    return small or not INTRODUCED.search(text[max(0, match.start() - 20) : match.start()])


@lru_cache(maxsize=1)
def default_patient() -> PatientFinder:
    """Give the finder over `models/rules/patient.tsv`, read once."""
    return PatientFinder(models_path("rules", "patient.tsv"))
