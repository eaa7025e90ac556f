"""Pages that mkdocs makes at build: the reference out of the code, notebooks and README files.

What is generated cannot fall behind the code. mkdocs calls `on_files`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# mkdocs loads a hook without its folder, and may run from any
sys.path[:0] = [str(HERE), str(ROOT)]

from notebook_pages import notebook_page  # noqa: E402
from reference_pages import reference_pages  # noqa: E402

#: page -> file of the project that is shown as it is
SHOWN = {
    "project/readme.md": "README.md",
    "project/models.md": "models/README.md",
    "project/corpus.md": "corpus/README.md",
    "project/contributing.md": "CONTRIBUTING.md",
    "project/changelog.md": "CHANGELOG.md",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    for path, text in _pages():
        files.append(File.generated(config, path, content=text))
    return files


def _pages() -> Iterator[tuple[str, str]]:
    yield from reference_pages()
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        yield f"notebooks/{notebook.stem}.md", notebook_page(notebook)
    for page, file in SHOWN.items():
        yield page, (ROOT / file).read_text(encoding="utf-8")
