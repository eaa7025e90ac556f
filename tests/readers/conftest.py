"""Ways to write inputs and to read them back."""

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from pipeline.readers import ReadOptions, read_cases
from pipeline.records import Case, RejectRow

TEXT = "Texto: \nCT shows a 3 cm cyst of the left kidney.\nKeywords: \n- cyst\n"


class Inputs:
    """Write files below a folder, read them, and sort what comes out."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def file(self, name: str, content: str | bytes = TEXT) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def zip(self, name: str, members: dict[str, str | bytes]) -> Path:
        return self.file(name, zip_bytes(members))

    def tar(self, name: str, members: dict[str, str | bytes], mode: str = "w:gz") -> Path:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode=mode) as archive:
            for member, content in members.items():
                data = content.encode() if isinstance(content, str) else content
                info = tarfile.TarInfo(member)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return self.file(name, buffer.getvalue())

    def read(self, *paths, fmt="auto", **options) -> tuple[list[Case], list[RejectRow]]:
        outcomes = list(read_cases(paths or self.root, format=fmt, options=ReadOptions(**options)))
        for row in outcomes:
            if isinstance(row, RejectRow):
                assert row.stage == "read"
                assert row.message.startswith(f"{row.source}: ")
                assert "\n" not in row.message
        cases = [row for row in outcomes if isinstance(row, Case)]
        return cases, [row for row in outcomes if isinstance(row, RejectRow)]

    def read_one(self, *paths, **options) -> Case:
        cases, rejects = self.read(*paths, **options)
        assert (len(cases), rejects) == (1, [])
        return cases[0]

    def reject(self, *paths, **options) -> RejectRow:
        cases, rejects = self.read(*paths, **options)
        assert (cases, len(rejects)) == ([], 1)
        return rejects[0]


def zip_bytes(members: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return buffer.getvalue()


@pytest.fixture
def inputs(tmp_path):
    return Inputs(tmp_path / "in")


@pytest.fixture
def pack():
    return zip_bytes
