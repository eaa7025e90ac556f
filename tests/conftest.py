"""Fixtures that several test files share."""

from pathlib import Path

import pytest
from spacy.language import Language

import pipeline

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The default pipeline, loaded once."""
    return pipeline.load()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The measuring data beside the project; users do not have it."""
    if not SHARED.is_dir():
        pytest.skip("the measuring data (../shared) is not here")
    return SHARED
