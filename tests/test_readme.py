"""The README's console blocks are executed: a command shows what the README says it shows.

A block is fenced with `console`; a line that begins with `$ ` is a command, the lines below it are
its output. A line `...` stands for any lines. `make` lines are what CI itself runs.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.training.gold import read_gold

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def commands(block: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line.rstrip())
    return found


COMMANDS = [(command, shown) for block in BLOCKS for command, shown in commands(block)]


def matches(shown: list[str], printed: str) -> bool:
    rows = [".*" if row == "..." else re.escape(row) for row in shown]
    pattern = "\n".join(rows).replace("\n.*", "(?:\n.*)?").strip("\n")
    clean = "\n".join(line.rstrip() for line in printed.splitlines()).strip("\n")
    return re.fullmatch(pattern, clean, re.DOTALL) is not None


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean folder with the example corpus, as the README's reader has it."""
    place = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "corpus", place / "corpus")
    return place


def test_the_readme_shows_commands() -> None:
    assert any(command.startswith("radtab run") for command, _ in COMMANDS)
    assert {"make demo", "make test"} <= {command.split("#")[0].strip() for command, _ in COMMANDS}


@pytest.mark.parametrize(
    "number",
    [i for i, (command, _) in enumerate(COMMANDS) if not command.startswith(("make", "git", "cd"))],
    ids=lambda number: COMMANDS[number][0][:60],
)
def test_a_command_shows_what_the_readme_says(number: int, workplace: Path) -> None:
    command, shown = COMMANDS[number]
    if "pip install" in command:
        pytest.skip("installing is what CI does before the tests")
    environment = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb"}
    words = shlex.split(command)
    assert words[0] == "radtab", f"README shows {words[0]!r}, expected radtab"
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *words[1:]],
        cwd=workplace, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert matches(shown, done.stdout), done.stdout


@pytest.mark.parametrize(
    "block", re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
)
def test_python_blocks_run(block: str, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workplace)
    exec(compile(block, "README.md", "exec"), {})


def test_example_gold_points_at_its_texts() -> None:
    for case in read_gold(ROOT / "corpus" / "gold.jsonl"):
        file = ROOT / "corpus" / "cases" / f"{case['case_id']}.txt"
        assert file.read_text(encoding="utf-8") == case["text"]
        for entity in case["entities"]:
            assert case["text"][entity["start"] : entity["end"]] == entity["text"]
