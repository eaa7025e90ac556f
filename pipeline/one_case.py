"""One text, or one case of an input -> its annotated Doc; the pipeline is loaded once."""

from collections.abc import Iterable
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from pipeline.assembly import annotate_cases, load
from pipeline.errors import UsageError
from pipeline.records import Case, RejectRow
from pipeline.resources import cached_weights

_IDS_NAMED = 5


def annotate(text: str, case_id: str = "text", profile: str = "default") -> Doc:
    """Run one text through the pipeline.

    >>> annotate("CT: hypodense lesion in the liver.").text
    'CT: hypodense lesion in the liver.'
    """
    return annotate_case(Case(case_id, text, source=case_id), profile)


def annotate_case(
    case: Case,
    profile: str = "default",
    **options: Any,  # noqa: ANN401 (those of load)
) -> Doc:
    """Run one case through the pipeline.

    Args:
        case: the case.
        profile: of the pipeline.
        **options: the others of `pipeline.load`; `terms` as a tuple.

    Raises:
        UsageError: no such profile, or a wrong option.
        ResourceError: a file under models/ is missing or does not validate.
    """
    given = {name: value for name, value in options.items() if value}
    return next(annotate_cases(_loaded(profile, **given), [case]))


@cached_weights
def _loaded(
    profile: str,
    **options: Any,  # noqa: ANN401 (those of load)
) -> Language:
    return load(profile, **options)


def pick_case(stream: Iterable[Case | RejectRow], source: str, case_id: str | None) -> Case:
    """Pick the case with this id, or the only one where no id is given.

    Raises:
        UsageError: no case, none with this id, or several and no id.
    """
    found: list[Case] = []
    rejected: list[RejectRow] = []
    for item in stream:
        if isinstance(item, RejectRow):
            rejected.append(item)
        elif case_id in (None, item.case_id):
            found.append(item)
        if case_id is not None and found:
            return found[0]
        if len(found) > _IDS_NAMED:
            break
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(case.case_id for case in found[:_IDS_NAMED])
        more = " ..." if len(found) > _IDS_NAMED else ""
        raise UsageError(f"{source}: holds several cases ({ids}{more}), expected --case ID")
    if rejected and case_id is None:
        raise UsageError(rejected[0].message)
    which = f"no case {case_id}" if case_id else "no case"
    raise UsageError(f"{source}: {which}, expected the id of a case in it")
