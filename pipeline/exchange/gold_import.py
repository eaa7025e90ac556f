"""What people corrected in brat or Label Studio -> gold JSON lines, to score and train with."""

from collections.abc import Callable
from pathlib import Path

from pipeline.errors import RunError, UsageError
from pipeline.exchange.brat_lines import read_brat
from pipeline.exchange.gold_form import write_gold
from pipeline.exchange.label_studio_tasks import read_label_studio

#: what can be read back
FORMS = ("brat", "labelstudio")


def import_gold(
    form: str,
    source: Path | str,
    output: Path | str,
    *,
    skipped: Callable[[str], object] = lambda _: None,
    predictions: bool = False,
) -> int:
    """Write gold cases of what was corrected; give how many. Nothing is written if one is wrong.

    Args:
        form: `brat` or `labelstudio`.
        source: the folder of brat; the file that Label Studio exported, or a folder of such.
        output: the gold file.
        skipped: told of each task of Label Studio without an annotation; it is left out.
        predictions: take the prediction of such a task instead.

    Raises:
        UsageError: an unknown form, or no such source.
        FormatProblem: something that does not validate: `file:line: problem, expected ...`.
        RunError: the output cannot be written.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.txt").write_text("No cyst.", "utf-8")
    ...     ann = "T1\\tFINDING 3 7\\tcyst\\nA1\\tStatus T1 absent\\n"
    ...     _ = Path(folder, "a.ann").write_text(ann, "utf-8")
    ...     import_gold("brat", folder, Path(folder, "gold.jsonl"))
    1
    """
    if form not in FORMS:
        raise UsageError(f"form {form!r} is not known, expected one of {', '.join(FORMS)}")
    path = Path(source)
    cases = (
        read_brat(path) if form == "brat"
        else read_label_studio(path, skipped, predictions=predictions)
    )  # fmt: skip
    try:
        count = write_gold(cases, Path(output))
    except OSError as problem:
        where = problem.filename or output
        raise RunError(f"{where}: cannot be read or written ({problem.strerror})") from problem
    if not count:
        Path(output).unlink()
        raise UsageError(f"{source}: no annotated case in it, expected at least one")
    return count
