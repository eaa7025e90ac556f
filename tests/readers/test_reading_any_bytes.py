"""Whatever the bytes and the name: cases or rejects, never an exception, and nothing lost."""

import gzip
import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.readers import FORMATS, read_cases
from pipeline.records import Case, RejectRow

NAMES = ["a", "a.txt", "a.json", "a.jsonl", "a.csv", "a.tsv", "a.parquet", "a.zip", "a.tar", "a.gz"]
STARTS = [
    b"", b"Texto: ", b'[{"id": 1, "text": "', b'{"text": "', b"id,text\n1,", b"PAR1", b"PK\x03\x04",
    b"\x1f\x8b\x08\x00", b"BZh9", b"\xff\xfe", b"\xef\xbb\xbf", b"\xff\xfe\x00\x00",
    b"x" * 257 + b"ustar\x0000", b'{"U_id": 1, "Case": {"History": ',
]  # fmt: skip
FEW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def outcomes(name: str, data: bytes, fmt: str = "auto") -> list[Case | RejectRow]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        rows = list(read_cases(path, format=fmt))
    assert rows
    for row in rows:
        if isinstance(row, Case):
            row.text.encode(), row.case_id.encode()
            assert row.text.strip()
            assert row.case_id
        else:
            assert row.message.startswith(row.source)
    return rows


@FEW
@given(
    st.sampled_from(NAMES),
    st.sampled_from(STARTS),
    st.binary(max_size=600),
    st.sampled_from(["auto", *FORMATS]),
)
def test_any_bytes(name, start, data, fmt):
    rows = outcomes(name, start + data, fmt)
    assert all(isinstance(row, Case | RejectRow) for row in rows)


def damaged(whole: bytes, at: int, piece: bytes) -> bytes:
    at %= len(whole)
    return whole[:at] + piece + whole[at + len(piece) :]


@FEW
@given(st.sampled_from(["zip", "tar", "parquet"]), st.integers(0, 10**6), st.binary(max_size=4))
def test_any_damage_to_an_archive(pack, kind, at, piece):
    assert outcomes(f"a.{kind}", damaged(whole(pack, kind), at, piece))


def whole(pack, kind: str) -> bytes:
    import io
    import tarfile

    import pandas as pd

    buffer = io.BytesIO()
    if kind == "zip":
        return pack({"a.txt": "Cyst of the kidney.", "b/c.csv": "id,text\n1,Cyst.\n"})
    if kind == "parquet":
        pd.DataFrame({"id": ["a"], "text": ["Cyst of the kidney."]}).to_parquet(buffer)
        return buffer.getvalue()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("a.txt", "long" * 40 + "é.txt"):
            info = tarfile.TarInfo(name)
            info.size = 19
            archive.addfile(info, io.BytesIO(b"Cyst of the kidney."))
    return buffer.getvalue()


@FEW
@given(st.lists(st.text(max_size=80), min_size=1, max_size=8), st.sampled_from(["jsonl", "json"]))
def test_every_json_object_gives_its_text_or_a_reject(texts, ending):
    records = [{"id": str(n), "text": text} for n, text in enumerate(texts)]
    lines = "\n".join(map(json.dumps, records))
    data = lines if ending == "jsonl" else json.dumps(records, ensure_ascii=False)
    rows = outcomes(f"a.{ending}", data.encode("utf-8", "surrogatepass"))
    kept = {row.case_id: row.text for row in rows if isinstance(row, Case)}
    wanted = {str(n): t for n, t in enumerate(texts) if t.strip() and "\0" not in t}
    assert len(rows) == len(texts)
    assert kept == wanted


@FEW
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300))
def test_text_comes_out_as_it_went_in(text):
    text = "Texto: " + text
    for name, data in (("a.txt", text.encode()), ("a.txt.gz", gzip.compress(text.encode()))):
        (row,) = outcomes(name, data)
        assert isinstance(row, Case)
        assert (row.text, row.notes) == (text, ())
