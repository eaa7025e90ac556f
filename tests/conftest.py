"""Fixtures that several test files share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings
from spacy.language import Language

import pipeline
from tests.report_cases import make_run

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

# CI says the same of the same code; new examples are found where one works on it
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


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


@pytest.fixture(scope="session")
def report_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a few cases that reports are made of."""
    return make_run(tmp_path_factory.mktemp("report"))
