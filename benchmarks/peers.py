"""Peers on the same texts with the same terms, each in an environment of its own.

    python -m benchmarks.peers [NAME ...]

Makes `runs/peers/<name>` (pip needs a network), runs `benchmarks/peer_tools.py` in it and gives
tokens a second as a ratio to spaCy's blank tokenizer in that process. en_core_web_sm is on no
package index, so it is measured only where pip finds it.
"""

import csv
import json
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.texts import ROOT, example_texts
from pipeline.resources import models_path, read_rows

PEERS = {
    "blank": ["spacy>=3.8,<3.9"],
    "medspacy": ["medspacy"],
    "edsnlp": ["edsnlp"],
    "gilda": ["gilda", "spacy>=3.8,<3.9"],
    "scispacy": ["scispacy>=0.6.2,<0.7"],
    "quickumls": ["quickumls", "spacy>=3.8,<3.9"],
    "en_core_web_sm": ["spacy>=3.8,<3.9", "en_core_web_sm"],
}
#: that a peer may take to install, and to run
MOST_SECONDS = 240
_PLACE = ROOT / "runs" / "peers"


def write_inputs() -> None:
    """Write the texts, and the diseases that radtab ships as the terms of all."""
    _PLACE.mkdir(parents=True, exist_ok=True)
    (_PLACE / "texts.json").write_text(json.dumps(example_texts()), "utf-8")
    names = "id term label match concept_id concept_name cui semantic_type value".split()
    with (_PLACE / "terms.tsv").open("w", encoding="utf-8", newline="") as handle:
        lines = csv.writer(handle, delimiter="\t", lineterminator="\n")
        for _, row in read_rows(models_path("terminology", "diseases.tsv.gz"), names):
            lines.writerow([row["concept_id"], row["term"]])


def measure(name: str) -> dict[str, object]:
    """Measure a peer; what goes wrong is told in place of figures."""
    place = _PLACE / name
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    tool = Path(__file__).with_name("peer_tools.py")
    for command in ([*pip, *PEERS[name]], [python, tool, name, _PLACE]):
        try:
            ended = subprocess.run(
                list(map(str, command)), capture_output=True, text=True, timeout=MOST_SECONDS
            )
        except subprocess.TimeoutExpired:
            return {"peer": name, "failed": f"takes more than {MOST_SECONDS} s"}
        if ended.returncode:
            last = (ended.stderr.strip().splitlines() or ["no reason told"])[-1]
            return {"peer": name, "failed": last[:200]}
    return {"peer": name, **json.loads(ended.stdout.strip().splitlines()[-1])}


def main() -> None:
    """Run the command."""
    write_inputs()
    print(json.dumps([measure(name) for name in sys.argv[1:] or PEERS]))


if __name__ == "__main__":
    main()
