"""What only shows in a process of its own: imports, closed pipes, signals."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RADTAB = [sys.executable, "-m", "pipeline"]
FAST = ("--profile", "fast")
CASE = min((ROOT / "corpus" / "cases").glob("*.txt"))


def test_the_command_line_imports_nothing_heavy() -> None:
    heavy = {"spacy", "pandas", "pyarrow", "numpy", "rich", "pycrfsuite", "sklearn"}
    code = f"import sys, pipeline.cli; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_python_m_pipeline_is_radtab() -> None:
    done = subprocess.run([*RADTAB, "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: radtab ")


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*RADTAB, "show", str(CASE), *FAST],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 141


def test_ctrl_c_ends_with_130_and_keeps_the_parts(tmp_path: Path) -> None:
    source = tmp_path / "cases.jsonl"
    text = CASE.read_text("utf-8").replace("\n", " ").replace('"', "")
    line = '{{"case_id": "c{}", "text": "{}"}}\n'
    source.write_text("".join(line.format(n, text) for n in range(3000)), "utf-8")
    run = tmp_path / "run"
    with subprocess.Popen(
        [*RADTAB, "run", str(source), "-o", str(run), *FAST],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        waited = time.monotonic() + 60
        while not list(run.glob("chunks/0*")) and time.monotonic() < waited:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert out == ""
    assert told.startswith("radtab: interrupted; ")
    assert told.count("\n") == 1
    assert list(run.glob("chunks/0*/entities.arrow"))


def test_no_progress_in_a_pipe(tmp_path: Path) -> None:
    done = subprocess.run(
        [*RADTAB, "run", str(CASE), "-o", str(tmp_path / "run"), *FAST],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert len(done.stdout.splitlines()) == 7
    assert done.stderr == ""
