"""Where what is built once for a user is kept."""

import os
import tempfile
from pathlib import Path

#: the folder is of radtab's; what lies below it can be built again
NAME = "radtab"


def cache_folder() -> Path:
    """Give the folder for what can be built again, made if it is not there.

    It is `$XDG_CACHE_HOME/radtab`, else `~/.cache/radtab` (XDG Base Directory Specification); where
    neither can be written to, a folder for this user among the temporary files.
    """
    for folder in (_wanted(), Path(tempfile.gettempdir()) / f"{NAME}-{_user()}"):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK | os.X_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix=f"{NAME}-"))


def _wanted() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    # a relative path is to be ignored, as the specification says
    if Path(base).is_absolute():
        return Path(base) / NAME
    return Path(os.environ.get("HOME") or tempfile.gettempdir()) / ".cache" / NAME


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "user"
