"""The documentation builds without a warning, and what it shows is what the program does."""

import logging
import re
import shlex
import shutil
from html import unescape
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.records import DERIVED, TABLES, table_columns
from tests.test_readme import commands, matches

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs").rglob("*.md"))
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
#: pages whose Python reads nothing but the run of the tutorial
RUN = ("tutorial", "relations", "rules")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
FETCHED = re.compile(r"""<(?:script|link|img)[^>]*\s(?:src|href)=["']?https?:""")
ENVIRONMENT = {"COLUMNS": "80", "NO_COLOR": "1", "TERM": "dumb", "RADTAB_WORKERS": "0"}


def blocks(page: Path, *kinds: str) -> list[str]:
    return [body for kind, body in FENCE.findall(page.read_text(encoding="utf-8")) if kind in kinds]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs", reason="mkdocs is not installed, expected the extra docs")
    pytest.importorskip("material", reason="mkdocs-material is not installed")
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.utils import CountHandler

    folder = tmp_path_factory.mktemp("site")
    warnings = CountHandler()
    warnings.setLevel(logging.WARNING)
    logging.getLogger("mkdocs").addHandler(warnings)
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=True)
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    config.plugins.on_shutdown()
    assert not warnings.get_counts()
    return folder


def shown(site: Path, page: str) -> str:
    text = (site / page).read_text(encoding="utf-8")
    return unescape(re.sub(r"<[^>]+>", "", text))


def test_the_reference_has_every_column(site: Path) -> None:
    text = shown(site, "reference/tables.html")
    for table in (*TABLES, *DERIVED):
        for column in table_columns(table):
            assert column.name in text
            assert " ".join(column.meaning.split()) in text


def test_the_reference_has_every_command_and_option(site: Path) -> None:
    text = shown(site, "reference/commands.html")
    for words, command in walk(typer.main.get_command(app), ()):
        assert " ".join(("radtab", *words)) in text
        for parameter in command.params:
            if parameter.param_type_name == "option" and not parameter.hidden:
                assert parameter.opts[0] in text


def test_pages_fetch_nothing(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not FETCHED.search(text), page


def test_notebooks_and_readmes_are_pages(site: Path) -> None:
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        assert "data:image/png" in (site / "notebooks" / f"{notebook.stem}.html").read_text() or (
            "<table" in (site / "notebooks" / f"{notebook.stem}.html").read_text()
        )
    assert "How well it reads" in shown(site, "project/models.html")


def walk(command, words):
    yield words, command
    for name, below in getattr(command, "commands", {}).items():
        yield from walk(below, (*words, name))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_in_pages_have_the_options_they_show(page: Path) -> None:
    known = dict(walk(typer.main.get_command(app), ()))
    lines = "\n".join(blocks(page, "sh", "console")).splitlines()
    for line in (line.removeprefix("$ ") for line in lines):
        words = shlex.split(line.partition(" | ")[2] or line, comments=True)
        if words[:1] != ["radtab"]:
            continue
        depth = 3 if tuple(words[1:3]) in known else 2
        assert tuple(words[1:depth]) in known, line
        opts = {opt for each in known[tuple(words[1:depth])].params
                for opt in (*each.opts, *each.secondary_opts)}  # fmt: skip
        assert {word for word in words if word.startswith("-") and word != "-"} <= opts, line


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean folder with the example corpus, in which the tutorial was followed."""
    place = tmp_path_factory.mktemp("tutorial")
    shutil.copytree(ROOT / "corpus", place / "corpus")
    return place


def test_the_tutorial_shows_what_commands_print(
    workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workplace)
    told = [each for block in blocks(ROOT / "docs" / "tutorial.md", "console")
            for each in commands(block)]  # fmt: skip
    assert [command.split()[1] for command, _ in told][:2] == ["run", "show"]
    for command, expected in told:
        words = shlex.split(command)
        done = CliRunner().invoke(app, words[1:], env=ENVIRONMENT, prog_name="radtab")
        assert done.exit_code == 0, (command, done.output)
        assert matches(expected, done.stdout), done.stdout


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem in RUN], ids=lambda p: p.stem)
def test_python_in_pages_runs(page: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workplace)
    if not (workplace / "runs").is_dir():
        CliRunner().invoke(app, ["run", "corpus/cases", "-o", "runs/demo"], env=ENVIRONMENT)
    for block in blocks(page, "python"):
        exec(compile(block, page.name, "exec"), {})
