"""Where the user's cache lies."""

import tempfile
from pathlib import Path

from pipeline.user_cache import cache_folder


def test_the_folder_the_user_names(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine" / "radtab"
    assert cache_folder().is_dir()


def test_a_relative_or_missing_name_is_the_home_folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for named in ("mine", ""):
        monkeypatch.setenv("XDG_CACHE_HOME", named)
        assert cache_folder() == tmp_path / ".cache" / "radtab"


def test_a_folder_that_cannot_be_made_is_replaced(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    folder = cache_folder()
    assert folder.parent == tmp_path / "temporary"
    (folder / "x").write_text("can be written")
    assert cache_folder() == folder
