"""What a user may choose about reading, with the limits that keep a bad archive harmless."""

from dataclasses import dataclass, fields

from pipeline.errors import UsageError


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How inputs are read.

    Attributes:
        id_column: name of the column or key with the case id; None looks for the usual names
            (`models/rules/input_fields.tsv`) and else makes ids of file name and line number.
        text_column: name of the column or key with the text; None looks for the usual names, then
            for columns named as sections are (`history`, `findings` ...).
        encoding: encoding tried first; a byte order mark in the file goes before it.
        max_chars: characters a case may have.
        given_sections: take `sections` ([[label, start, end], ...]) of a JSONL line as known.
        max_unpacked_bytes: bytes an archive may unpack to, archives within it included.
        max_members: members an archive may have, archives within it included.
        max_ratio: how many times larger than the archive its unpacked bytes may be.
        max_depth: containers one inside the other; `.tar.gz` counts as two.
    """

    id_column: str | None = None
    text_column: str | None = None
    encoding: str = "utf-8"
    max_chars: int = 1_000_000
    given_sections: bool = False
    max_unpacked_bytes: int = 20 * 2**30
    max_members: int = 1_000_000
    max_ratio: int = 200
    max_depth: int = 4

    def __post_init__(self) -> None:
        for option in fields(self):
            value = getattr(self, option.name)
            if option.name.startswith("max_") and value < 1:
                raise UsageError(f"{option.name} is {value}, expected a number of at least 1")
        try:
            "a".encode(self.encoding)
        except (LookupError, UnicodeError):
            raise UsageError(
                f"encoding {self.encoding!r} is not known, expected a name such as utf-8 or cp1252"
            ) from None
