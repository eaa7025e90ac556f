"""A run for the tests of reports: example cases, a hostile text, and an input that gives none."""

import json
from pathlib import Path

from pipeline.batch import run
from pipeline.resources import corpus_path

NAMES = ("abdomen_appendicitis", "chest_sarcoidosis", "spine_schwannoma")
HOSTILE_ID = "hostile"
HOSTILE = (
    "Findings: </script><img src=x onerror=\"document.title='owned'\"> \U0001f600 There is a "
    "hyperintense lesion in the liver on T2 \u202eimages\u202c <b>and</b> a mass in the spleen, "
    "consistent with hemangioma.\nDiagnosis: Hemangioma <script>document.title='owned'</script>\n"
)


def make_run(folder: Path) -> Path:
    """Run the cases; gives the run folder."""
    inputs = folder / "inputs"
    inputs.mkdir()
    for name in NAMES:
        text = corpus_path("cases", f"{name}.txt").read_text("utf-8")
        (inputs / f"{name}.txt").write_text(text, "utf-8")
    hostile = {"case_id": f"{HOSTILE_ID}<img src=x>", "text": HOSTILE}
    (inputs / "hostile.jsonl").write_text(json.dumps(hostile) + "\n", "utf-8")
    (inputs / "empty.txt").write_text("", "utf-8")
    run(inputs, folder / "run", workers=0)
    return folder / "run"
