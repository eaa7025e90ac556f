"""What is installed is what is in the repository: the wheel carries models/ and corpus/."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: of use only to who has the texts it is of
LEFT_OUT = {"corpus/medpix_annotations.jsonl"}


def tracked(*folders: str) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode or not listed.stdout:
        pytest.skip("not a git checkout: nothing to compare the wheel with")
    return set(listed.stdout.split("\n")) - {""}


def test_the_wheel_holds_every_tracked_file_of_package_models_and_corpus(tmp_path: Path) -> None:
    expected = {
        name if name.startswith("pipeline/") else f"pipeline/_data/{name}"
        for name in tracked("pipeline", "models", "corpus") - LEFT_OUT
    }
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("radtab-*.whl")
    names = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    assert names == expected


def test_no_code_among_the_data() -> None:
    code = [n for n in tracked("models", "corpus") if n.endswith((".py", ".pkl", ".pickle"))]
    assert code == []
