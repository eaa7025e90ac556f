"""The errors radtab raises on purpose.

RadtabError                 anything a user can mend; its message is one line
├── InputError              an input that gives no case: where, what is wrong, what was expected
│   ├── EncodingProblem     bytes that are not text
│   ├── FormatProblem       text that is not in the format it was read as
│   │   └── MissingColumn   a table or object without the column of the text or the id
│   └── LimitExceeded       larger, deeper or longer than allowed
├── ResourceError           a row or file under models/ that does not validate: `file:line: problem`
├── VocabularyError         names that users bring, or an index of them: `file:line: problem`
├── RunError                a run folder that is missing, incomplete or of another version
└── UsageError              a wrong argument
"""


class RadtabError(Exception):
    """Base of every error a user can mend; the message is one line."""


class InputError(RadtabError):
    """An input that gives no case."""


class EncodingProblem(InputError):  # noqa: N818 (reads as the column `error` of `rejects`)
    """Bytes that are not text."""


class FormatProblem(InputError):  # noqa: N818
    """Text that is not in the format it was read as."""


class MissingColumn(FormatProblem):
    """A table or object without the column of the text or the id."""


class LimitExceeded(InputError):  # noqa: N818
    """Larger, deeper or longer than allowed."""


class ResourceError(RadtabError):
    """A row or file under models/ that does not validate."""


class VocabularyError(RadtabError):
    """A vocabulary that does not read, or an index of one that is missing or damaged."""


class RunError(RadtabError):
    """A run folder that is missing, incomplete or of another version."""


class UsageError(RadtabError):
    """A wrong argument."""
