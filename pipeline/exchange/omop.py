"""Cases -> the table NOTE_NLP of the OMOP Common Data Model v5.4, and what its numbers stand for.

    note_nlp                a row a mention, with the column names and types of CDM v5.4
    note                    note_id -> case_id, source, sha256: your NOTE rows are to have these ids
    note_nlp_entity         note_nlp_id -> case_id, entity_id of the run
    source_to_concept_map   concept of radtab -> the local number in note_nlp_source_concept_id

OMOP numbers concepts, radtab names them (DOID:3565): a concept gets a number above 2,000,000,000,
the range OMOP leaves to local concepts, by order of its id within the run. None is mapped to a
standard concept: `note_nlp_concept_id` and `section_concept_id` are 0. Relations and pairs of
finding and diagnosis have no place in NOTE_NLP.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.exchange.run_cases import AnnotatedCase
from pipeline.manifest import read_manifest
from pipeline.run_folder import read_arrow

#: numbers above are the site's own by the conventions of OMOP
LOCAL = 2_000_000_000
#: characters of snippet and lexical_variant (varchar(250))
WIDTH = 250
_AROUND = 60
#: a flag that the patient has it; statuses of what the patient has not, or may not have
EXISTS: Mapping[str, str] = {
    "present": "Y", "historical": "Y", "possible": "Y",
    "absent": "N", "differential": "N", "family": "N", "general": "N",
}  # fmt: skip
TEMPORAL: Mapping[str, str] = {"historical": "past", "present": "present", "possible": "present"}
_MODIFIERS = (
    "label", "status", "role", "laterality", "level", "value", "unit", "intensity", "change", "cui",
    "section",
)  # fmt: skip
_INT, _TEXT = pa.int32(), pa.string()
SCHEMAS: Mapping[str, pa.Schema] = {
    "note_nlp": pa.schema({
        "note_nlp_id": pa.int64(), "note_id": _INT, "section_concept_id": _INT, "snippet": _TEXT,
        "offset": _TEXT, "lexical_variant": _TEXT, "note_nlp_concept_id": _INT,
        "note_nlp_source_concept_id": _INT, "nlp_system": _TEXT, "nlp_date": pa.date32(),
        "nlp_datetime": pa.timestamp("s"), "term_exists": _TEXT, "term_temporal": _TEXT,
        "term_modifiers": _TEXT,
    }),
    "note": pa.schema({"note_id": _INT, "case_id": _TEXT, "source": _TEXT, "sha256": _TEXT}),
    "note_nlp_entity": pa.schema(
        {"note_nlp_id": pa.int64(), "case_id": _TEXT, "entity_id": _TEXT}
    ),
    "source_to_concept_map": pa.schema({
        "source_code": _TEXT, "source_concept_id": _INT, "source_vocabulary_id": _TEXT,
        "source_code_description": _TEXT, "target_concept_id": _INT,
        "target_vocabulary_id": _TEXT, "valid_start_date": pa.date32(),
        "valid_end_date": pa.date32(), "invalid_reason": _TEXT,
    }),
}  # fmt: skip
ENDINGS = ("csv", "parquet")


def write_omop(
    cases: Iterable[AnnotatedCase], folder: Path, run: Path | str, ending: str = "csv"
) -> int:
    """Write the tables; give the number of cases.

    Args:
        cases: cases of the run.
        folder: an empty folder.
        run: the run folder, of which notes and concepts are numbered.
        ending: `csv` or `parquet`.

    Raises:
        RunError: no run folder, or it is damaged.
    """
    maker = NoteNlpMaker(run)
    count = 0
    with ExitStack() as files:
        write = {
            name: files.enter_context(_writer(folder / f"{name}.{ending}", schema))
            for name, schema in SCHEMAS.items()
        }
        write["source_to_concept_map"].write_table(
            _table("source_to_concept_map", maker.concept_rows())
        )
        for case in cases:
            for name, rows in maker.rows(case).items():
                write[name].write_table(_table(name, rows))
            count += 1
    return count


def _writer(path: Path, schema: pa.Schema) -> Any:  # noqa: ANN401 (two writers of Arrow)
    if path.suffix == ".csv":
        return pa.csv.CSVWriter(path, schema)
    return pq.ParquetWriter(path, schema, compression="zstd")


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMAS[name])


class NoteNlpMaker:
    """Make rows of NOTE_NLP; numbers of notes and concepts are those of the whole run."""

    def __init__(self, run: Path | str) -> None:
        manifest = read_manifest(Path(run))
        begun = datetime.fromisoformat(manifest.get("started", "1970-01-01T00:00:00+00:00"))
        self._system = f"radtab {manifest['radtab']}"
        self._clock = begun.replace(tzinfo=None)
        ids = read_arrow(run, "cases", ["case_id"])["case_id"].to_pylist()
        self._note_ids = {case_id: number for number, case_id in enumerate(ids, start=1)}
        linked = read_arrow(run, "entities", ["concept_id", "concept_name"])
        named = linked.group_by(["concept_id", "concept_name"]).aggregate([]).to_pylist()
        self._names = {row["concept_id"]: row["concept_name"] for row in named if row["concept_id"]}
        self._concepts = {each: LOCAL + n for n, each in enumerate(sorted(self._names), start=1)}
        self._next = 1

    def concept_rows(self) -> list[dict[str, Any]]:
        """Give the rows of SOURCE_TO_CONCEPT_MAP; all are mapped to 0, no matching concept."""
        return [
            {
                "source_code": each[:50], "source_concept_id": number,
                "source_vocabulary_id": each.partition(":")[0][:20],
                "source_code_description": self._names[each][:255],
                "target_concept_id": 0, "target_vocabulary_id": "None",
                "valid_start_date": date(1970, 1, 1), "valid_end_date": date(2099, 12, 31),
            }
            for each, number in self._concepts.items()
        ]  # fmt: skip

    def rows(self, case: AnnotatedCase) -> dict[str, list[dict[str, Any]]]:
        """Give the rows of a case, by table."""
        note_id = self._note_ids[case.case_id]
        first, self._next = self._next, self._next + len(case.entities)
        numbered = list(enumerate(case.entities, start=first))
        note = {"note_id": note_id} | {n: case.row[n] for n in ("case_id", "source", "sha256")}
        return {
            "note": [note],
            "note_nlp": [
                {"note_nlp_id": number, "note_id": note_id} | self._note_nlp(row, case.text)
                for number, row in numbered
            ],
            "note_nlp_entity": [
                {"note_nlp_id": number, "case_id": case.case_id, "entity_id": row["entity_id"]}
                for number, row in numbered
            ],
        }

    def _note_nlp(self, row: Mapping[str, Any], text: str) -> dict[str, Any]:
        return {
            "section_concept_id": 0,
            "snippet": snippet(text, row["start"], row["end"]),
            "offset": str(row["start"]),
            "lexical_variant": row["text"][:WIDTH],
            "note_nlp_concept_id": 0,
            "note_nlp_source_concept_id": self._concepts.get(row["concept_id"], 0),
            "nlp_system": self._system,
            "nlp_date": self._clock.date(),
            "nlp_datetime": self._clock,
            "term_exists": EXISTS.get(row["status"]),
            "term_temporal": TEMPORAL.get(row["status"]),
            "term_modifiers": ";".join(_modifiers(row)),
        }


def snippet(text: str, start: int, end: int) -> str:
    r"""Give the words around a span, in one line of at most 250 characters.

    >>> snippet("CT:\nno  mass.", 8, 12)
    'CT: no mass.'
    """
    before, after = max(0, start - _AROUND), min(end, start + WIDTH) + _AROUND
    return " ".join(text[before:after].split())[:WIDTH]


def _modifiers(row: Mapping[str, Any]) -> Iterator[str]:
    """Give `name=value` of what the run says of a mention."""
    for name in _MODIFIERS:
        if row[name]:
            yield f"{name}={row[name].replace(';', ',').replace('=', ':')}"
    if row["key_finding"]:
        yield "key_finding=true"
    if row["concept_id"]:
        yield f"concept={row['concept_id']}"
