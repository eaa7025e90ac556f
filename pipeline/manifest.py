"""`manifest.json` of a run folder: what was run on what, what came out, what the columns mean."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.errors import RunError
from pipeline.records import TABLES, columns
from pipeline.resources import models_path
from pipeline.table_files import replacing

MANIFEST = "manifest.json"
#: settings that do not change what comes out
_FREE = {"workers", "overwrite", "resume", "scheduler", "debug"}


def new_manifest(inputs: Sequence[str | Path], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a run that begins: versions, models, term indexes, inputs, settings.

    Its state is `running`.
    """
    return {
        "radtab": __version__,
        "state": "running",
        "started": _clock(),
        "inputs": [str(path) for path in inputs],
        "settings": dict(settings),
        "spacy": version("spacy"),
        "models_sha256": _hash_of(models_path(), "*"),
        "code_sha256": _hash_of(Path(__file__).parent, "*.py"),
        "terms": _index_stamps(settings.get("terms", ())),
    }


def _index_stamps(terms: Sequence[str]) -> list[dict[str, str]]:
    if not terms:
        return []
    # imports spaCy, which the process that writes a run has no other use for
    from pipeline.linking.loading import index_stamps

    return index_stamps(terms)


def refuse_changed(earlier: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    """Refuse to go on with a run that would give other rows than it began with.

    Raises:
        RunError: it says what changed: version, code, models, or which setting.
    """
    names = {
        "radtab": "the version of radtab", "code_sha256": "the code of radtab",
        "models_sha256": "a file under models/", "spacy": "the version of spaCy",
        "terms": "an index of terms",
    }  # fmt: skip
    changed = [said for key, said in names.items() if earlier.get(key) != now.get(key)]
    was, is_now = (json.loads(json.dumps(each.get("settings"))) for each in (earlier, now))
    changed += [
        f"the setting {key} ({was.get(key)!r}, now {is_now.get(key)!r})"
        for key in sorted({*was, *is_now} - _FREE)
        if was.get(key) != is_now.get(key)
    ]
    if changed:
        raise RunError(
            f"{folder}: {' and '.join(changed)} changed since this run began, "
            "expected the same for --resume; --overwrite begins anew"
        )


def completed(
    manifest: Mapping[str, Any], counts: Mapping[str, int], files: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Add what came out: counts, and of each table its file, rows and columns."""
    described = {name: {**entry, "columns": _columns(name)} for name, entry in files.items()}
    came = {"ended": _clock(), "counts": dict(counts), "tables": described}
    return {**manifest, "state": "complete", **came}


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write `manifest.json`, whole or not at all."""
    text = json.dumps(manifest, indent=2, ensure_ascii=True) + "\n"
    with replacing(folder / MANIFEST) as draft:
        draft.write_text(text, "utf-8")


def read_manifest(run: Path) -> dict[str, Any]:
    """Read `manifest.json` of a run folder.

    Raises:
        RunError: there is none, or it is none of radtab's.
    """
    try:
        manifest = json.loads((run / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise RunError(f"{run}: no {MANIFEST}, expected a folder `radtab run` wrote") from None
    except (OSError, ValueError) as problem:
        raise RunError(f"{run / MANIFEST}: {type(problem).__name__}, expected JSON") from problem
    if not isinstance(manifest, dict) or not {"radtab", "state"} <= manifest.keys():
        raise RunError(f"{run / MANIFEST}: none of radtab's, expected the keys radtab and state")
    return manifest


def _clock() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _columns(name: str) -> dict[str, dict[str, str]]:
    return {
        column.name: {"type": _type_name(column.type), "meaning": column.meaning}
        for column in columns(TABLES[name])
    }


def _type_name(kind: Any) -> str:  # noqa: ANN401 (a type or a union of types)
    return kind.__name__ if isinstance(kind, type) else str(kind)


def _hash_of(root: Path, pattern: str) -> str:
    """Hash names and bytes of all files of a pattern under a folder."""
    whole = hashlib.sha256()
    for path in sorted(path for path in root.rglob(pattern) if path.is_file()):
        with path.open("rb") as handle:
            content = hashlib.file_digest(handle, "sha256").hexdigest()
        whole.update(f"{path.relative_to(root).as_posix()}\t{content}\n".encode())
    return whole.hexdigest()
