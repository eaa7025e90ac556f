"""The commands `radtab terms build`, `radtab terms info` and `radtab terms export`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import UsageError

terms_app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None,
    help="Vocabularies of your own, as indexes that `radtab run --terms` reads.",
)  # fmt: skip


@terms_app.command("build")
def build_command(  # noqa: PLR0913 (a parameter is an option)
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE",
            help="Folder with UMLS RRF files; OBO, OBO Graph JSON, OWL, BioPortal CSV (RadLex), "
            "SSSOM, scispaCy JSONL or TSV files. The first counts most.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="INDEX", help="New folder for the index.")
    ],
    format: Annotated[
        str, typer.Option(metavar="NAME", help="Of all sources; auto: told by name and content.")
    ] = "auto",
    language: Annotated[
        list[str] | None, typer.Option(metavar="LAT", help="UMLS: ENG (default), SPA; repeatable.")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="SAB", help="UMLS: only names of this source; repeatable."),
    ] = None,
    type: Annotated[
        list[str] | None,
        typer.Option(metavar="TUI", help="UMLS: only concepts of this type; repeatable."),
    ] = None,
    relations: Annotated[
        bool, typer.Option("--relations", help="UMLS: read from MRREL what is a kind of what.")
    ] = False,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Ontologies: synonyms that are EXACT (default), NARROW, BROAD ..."
        ),
    ] = None,
    approximate: Annotated[
        bool | None,
        typer.Option(
            "--approximate/--exact", help="Find misspelt names too; default: below a million."
        ),
    ] = None,
    mark: Annotated[
        bool | None,
        typer.Option(
            "--mark/--no-mark", help="Mark the names in texts; default: of TSV with labels only."
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the index that is there.")
    ] = False,
) -> None:
    """Build an index of names from vocabularies; it is whole or not there."""
    from pipeline.progress import shown_count
    from pipeline.term_index.builder import build
    from pipeline.term_index.index_info import BuildOptions
    from pipeline.term_index.source_lines import total_line
    from pipeline.vocabularies.gathering import SourceGatherer
    from pipeline.vocabularies.reading import VocabularyOptions
    from pipeline.vocabularies.rrf import RrfOptions

    umls = RrfOptions(
        _chosen(language or ["ENG"]), _chosen(source or []), _checked_types(type or [])
    )
    scopes = VocabularyOptions(scopes=_chosen(scope or ["EXACT"]))
    gathered = SourceGatherer(sources, format, scopes, umls, relations)
    settings = {"scope": scopes.scopes}
    if gathered.has_umls:
        settings |= {"language": umls.languages, "source": umls.sources, "type": umls.types}
    options = BuildOptions(
        approximate=approximate,
        marks=gathered.labelled() if mark is None else mark,
        overwrite=overwrite,
        settings=tuple((name, " ".join(sorted(chosen))) for name, chosen in settings.items()),
    )
    names = shown_count(gathered.terms(), "names")
    info = build(names, gathered.links(), gathered.infos(), output, options)
    typer.echo(f"{output}: {total_line(info)}")


def _chosen(names: Sequence[str]) -> frozenset[str]:
    return frozenset(name.upper() for name in names)


def _checked_types(types: Sequence[str]) -> frozenset[str]:
    from pipeline.terminology.semantic_types import load_semantic_types

    for tui in types:
        if tui.upper() not in load_semantic_types():
            raise UsageError(f"--type {tui}: no semantic type, expected one as T047")
    return _chosen(types)


@terms_app.command("info")
def info_command(
    index: Annotated[
        str | None,
        typer.Argument(
            metavar="INDEX", help="An index, or hpo; default: what radtab itself comes with."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which vocabularies an index is made of: version, date, licence and counts.

    An index is compared with what was written, byte for byte.
    """
    for line in _inside_lines(as_json) if index is None else _index_lines(index, as_json):
        typer.echo(line)


def _inside_lines(as_json: bool) -> Iterator[str]:
    from pipeline.term_index.inside_sources import inside_sources
    from pipeline.term_index.source_lines import source_lines, sources_json

    sources = inside_sources()
    if as_json:
        yield sources_json(sources)
    else:
        yield from source_lines(sources)
        yield "The Human Phenotype Ontology with its names: pip install radtab[hpo], --terms hpo"


def _index_lines(index: str, as_json: bool) -> Iterator[str]:
    from pipeline.term_index import TermIndex
    from pipeline.term_index.index_folder import check_contents
    from pipeline.term_index.source_lines import info_json, info_lines

    path = _folder(index)
    info = TermIndex.open(path).info
    check_contents(path)
    if as_json:
        yield info_json(info)
    else:
        yield from info_lines(info)


@terms_app.command("export")
def export_command(
    index: Annotated[str, typer.Argument(metavar="INDEX", help="An index, or hpo.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="New file, ending in .jsonl.")
    ],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace the file that is there.")
    ] = False,
) -> None:
    """Write an index as scispaCy's KnowledgeBase, which its EntityLinker reads."""
    from pipeline.term_index import TermIndex
    from pipeline.term_index.knowledge_base import entries_of
    from pipeline.vocabularies.knowledge_base import write

    if output.exists() and not overwrite:
        raise UsageError(f"{output}: is there already, expected a new file or --overwrite")
    concepts = write(entries_of(TermIndex.open(_folder(index))), output)
    typer.echo(f"{output}: {concepts:,} concepts")


def _folder(index: str) -> Path:
    from pipeline.term_index.hpo import hpo_index
    from pipeline.vocabularies.hpo import NAME

    return hpo_index() if index == NAME else Path(index)


def add_terms_commands(app: typer.Typer) -> None:
    """Add the commands to those of `radtab`."""
    app.add_typer(terms_app, name="terms")
