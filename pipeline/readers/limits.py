"""What an archive may unpack to: the count that stops a bomb."""

import re

from pipeline.errors import FormatProblem, LimitExceeded
from pipeline.readers.options import ReadOptions

#: unpacked bytes below which the ratio is not looked at: small files may compress very well
_RATIO_FROM = 32 * 2**20


class UnpackMeter:
    """Count what comes out of one top-level input, all archives within it together.

    Once a limit is passed the meter is `exhausted` and the whole input is given up.

    Attributes:
        packed: bytes of the input itself, as far as known.
    """

    def __init__(self, options: ReadOptions, packed: int | None = None) -> None:
        self._options = options
        self._size = packed
        self.packed = packed or 0
        self.unpacked = 0
        self.members = 0
        self.exhausted = False

    def take_in(self, n_bytes: int) -> None:
        """Count bytes of the input where its size was not known before."""
        if self._size is None:
            self.packed += n_bytes

    def put_out(self, n_bytes: int) -> None:
        """Count unpacked bytes.

        Raises:
            LimitExceeded: more than `max_unpacked_bytes`, or more than `max_ratio` times `packed`.
        """
        self.unpacked += n_bytes
        self.check(self.unpacked)

    def check(self, unpacked: int) -> None:
        """Stop where so many unpacked bytes, counted or announced, pass a limit.

        Raises:
            LimitExceeded: see `put_out`.
        """
        if unpacked > self._options.max_unpacked_bytes:
            limit = self._options.max_unpacked_bytes
            self._stop(f"unpacks to more than {limit} bytes (max_unpacked_bytes)")
        if unpacked > max(_RATIO_FROM, self._options.max_ratio * self.packed):
            limit = self._options.max_ratio
            self._stop(f"unpacks to more than {limit} times its size (max_ratio)")

    def count_member(self) -> None:
        """Count a member.

        Raises:
            LimitExceeded: more than `max_members`.
        """
        self.members += 1
        if self.members > self._options.max_members:
            self._stop(f"holds more than {self._options.max_members} members (max_members)")

    def check_depth(self, depth: int) -> None:
        """Refuse a container that lies too deep in others.

        Raises:
            LimitExceeded: deeper than `max_depth`.
        """
        if depth > self._options.max_depth:
            limit = self._options.max_depth
            raise LimitExceeded(f"more than {limit} archives one inside the other (max_depth)")

    def _stop(self, what: str) -> None:
        self.exhausted = True
        raise LimitExceeded(f"{what}, the rest of the archive is refused")


def check_member_name(name: str) -> None:
    """Refuse a name that points out of the archive.

    Raises:
        FormatProblem: `..`, an absolute path or a drive letter in the name.
    """
    parts = re.split(r"[/\\]", name)
    if ".." in parts or not parts[0] or re.match(r"[A-Za-z]:", name):
        raise FormatProblem("member name points out of the archive, expected a path within it")


def is_hidden(name: str) -> bool:
    """Say whether a path within an archive is one that archivers and systems add.

    >>> is_hidden("__MACOSX/a.txt"), is_hidden("a/.DS_Store"), is_hidden("./a.txt")
    (True, True, False)
    """
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".", "..")]
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)
