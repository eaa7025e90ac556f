"""Pages that mkdocs makes at build: the reference out of the code, notebooks and README files.

What is generated cannot fall behind the code. mkdocs calls `on_config` and `on_files`.
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


#: pages of the navigation that a copy of the project may be without
OPTIONAL = ("cluster.md",)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Take optional pages that are not there out of the navigation."""
    absent = [page for page in OPTIONAL if not (HERE / page).is_file()]
    for entry in config.nav or []:
        for title, pages in entry.items():
            if isinstance(pages, list):
                entry[title] = [page for page in pages if _target(page) not in absent]
    return config


def _target(page: str | dict[str, str]) -> str:
    return page if isinstance(page, str) else next(iter(page.values()))


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
