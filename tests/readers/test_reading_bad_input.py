"""What gives no case gives a reject row that says why; the rest goes on."""

import gzip
import io
import json
import os
import socket
import sys
import tarfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from pipeline.errors import UsageError
from pipeline.readers import FORMATS, ReadOptions, read_cases

TEXT = "Texto: \nCT shows a 3 cm cyst of the left kidney.\nKeywords: \n- cyst\n"
SECRET = "Confidential sentence about a patient, with a comma"


@pytest.mark.parametrize(
    ("name", "content", "error", "wording"),
    [
        ("a.txt", b"", "InputError", "empty file"),
        ("a.jsonl", b"", "InputError", "empty file"),
        ("a.txt", b" \r\n\t\n", "FormatProblem", "only white space"),
        ("a.txt", b"abc\x00def", "EncodingProblem", "binary"),
        ("a.txt", bytes(range(1, 32)) * 9, "EncodingProblem", "binary"),
        ("a", b"\x89PNG\r\n\x1a\n\x00", "FormatProblem", "PNG"),
        ("a.txt", b"%PDF-1.7 ...", "FormatProblem", "PDF"),
        ("a.rtf", b"{\\rtf1 text}", "FormatProblem", "RTF"),
        ("a.dcm", b"\0" * 128 + b"DICM", "FormatProblem", "DICOM"),
        ("a.parquet", b"PAR1 and no more", "FormatProblem", "Parquet"),
        ("a.parquet", b"id,text\n", "FormatProblem", "Parquet"),
        ("a.zip", b"PK\x03\x04 and no more", "FormatProblem", "damaged or cut short"),
        ("a.txt.gz", gzip.compress(TEXT.encode())[:-9], "FormatProblem", "damaged or cut short"),
        ("a.txt.gz", b"\x1f\x8b\x08 no gzip at all", "FormatProblem", "damaged or cut short"),
        ("a.tar", b"x" * 3000, "FormatProblem", "damaged or cut short"),
        ("a.json", b'[{"id": "a", "te', "FormatProblem", "broken JSON"),
        ("a.json", b"[", "FormatProblem", "no end"),
        ("a.json", b"[" * 100_000, "FormatProblem", "too deep"),
        ("a.json", b"3", "FormatProblem", "expected an object"),
        ("a.json", b'{"Case": {"Title": "x"}, "U_id": "a"}', "FormatProblem", "no field"),
        ("a.csv", b"id,text\n", "InputError", "no case in it (read as csv)"),
        ("a.jsonl", b"\n \n", "InputError", "no case in it (read as jsonl)"),
        ("a.json", b"[]", "InputError", "no case in it (read as json)"),
        ("a.csv", b"id,text\nc,\n", "FormatProblem", "no text"),
        ("a.csv", b"id,text\nc,a\x00b\n", "EncodingProblem", "binary"),
        ("a.csv", b"id,text\nc,a,b\n", "FormatProblem", "3 cells, expected 2"),
        ("a.csv", b"id,text\nc\n", "FormatProblem", "1 cells, expected 2"),
        ("a.csv", b"id,text\n,Cyst.\n", "FormatProblem", "case id"),
        ("a.jsonl", b'{"id": null, "text": "Cyst."}', "FormatProblem", "case id is missing"),
        ("a.jsonl", b'{"id": [1], "text": "Cyst."}', "FormatProblem", "case id is a list"),
        ("a.jsonl", b'{"id": "a\\nb", "text": "Cyst."}', "FormatProblem", "case id has"),
        ("a.jsonl", b'{"id": 1, "text": 5}', "FormatProblem", "'text' is a number"),
        ("a.jsonl", b'{"id": 1, "text": null}', "FormatProblem", "no text"),
        ("a.jsonl", b'{"id": 1, "text": ["x"]}', "FormatProblem", "'text' is a list"),
        ("a.jsonl", b'{"id": 1, "text": "a\\u0000b"}', "EncodingProblem", "NUL"),
        ("a.jsonl", b'{"id": 1, "findings": {"a": 1}}', "FormatProblem", "'findings' is an object"),
        ("a.jsonl", b"[" * 100_000, "FormatProblem", "too deep"),
        ("a.jsonl", b'{"text": %s}' % (b"1" * 5000), "FormatProblem", "too long"),
    ],
)
def test_one_bad_file(inputs, name, content, error, wording):
    row = inputs.reject(inputs.file(name, content))
    assert row.error == error
    assert wording in row.message


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize(("content", "wording"), [(b"", "empty file"), (b"%PDF-1.7", "a PDF")])
def test_a_named_format_reads_no_empty_file_and_no_pdf(inputs, fmt, content, wording):
    assert wording in inputs.reject(inputs.file("a.txt", content), fmt=fmt).message


def test_good_files_beside_bad_ones_are_read(inputs):
    inputs.file("a.txt", b"\0\1\2")
    inputs.file("b.txt")
    inputs.file("c.zip", b"PK\x03\x04")
    inputs.file("d.jsonl", '{"id": "d1", "text": "Cyst."}\n{broken\n{"id": "d3", "text": "Mass."}')
    cases, rejects = inputs.read()
    assert [c.case_id for c in cases] == ["b", "d1", "d3"]
    assert [Path(r.source).name for r in rejects] == ["a.txt", "c.zip", "d.jsonl:2"]
    assert "broken JSON at character 2" in rejects[-1].message


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        (b"caf\xe9 au lait", "café au lait", "decoded as cp1252, expected utf-8"),
        (b"\x93quoted\x94 5 \xb5m", "“quoted” 5 µm", "decoded as cp1252, expected utf-8"),
        (b"\x81\xe9", "\ufffdé", "1 characters replaced"),
        ("größer, 5 µm".encode() + b" \xff", "größer, 5 µm \ufffd", "1 characters are not utf-8"),
    ],
)
@pytest.mark.parametrize("form", ["text", "csv", "zip"])
def test_wrong_encoding_is_decoded_with_a_note(inputs, pack, data, text, note, form):
    made = {
        "text": ("a.txt", data),
        "csv": ("a.csv", b'id,text\na,"' + data + b'"\n'),
        "zip": ("a.zip", pack({"a.txt": data})),
    }
    case = inputs.read_one(inputs.file(*made[form]))
    assert (case.case_id, case.text) == ("a", text)
    assert len(case.notes) == 1
    assert note in case.notes[0]


def test_notes_stay_with_their_row(inputs):
    cases, _ = inputs.read(inputs.file("a.csv", b"id,text\na,caf\xe9\nb,plain\n"))
    assert [bool(case.notes) for case in cases] == [True, False]


def test_json_list_in_another_encoding(inputs):
    case = inputs.read_one(inputs.file("a.json", b'[{"id": "a", "text": "caf\xe9"}]'))
    assert case.text == "café"
    assert case.notes == ("bytes decoded as cp1252, expected utf-8",)


def test_encoding_can_be_named(inputs):
    path = inputs.file("a.txt", "größer".encode("cp850"))
    assert inputs.read_one(path, encoding="cp850").text == "größer"


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_lone_surrogates_are_replaced_one_for_one(inputs, name):
    case = inputs.read_one(
        inputs.file(name, '{"id": "a\\ud800", "text": "x\\udfff\\ud83d\\ude00y"}')
    )
    assert (case.case_id, case.text) == ("a\ufffd", "x\ufffd\U0001f600y")
    assert case.notes == ("1 lone surrogates, replaced by U+FFFD",)


@pytest.mark.parametrize("column", ["text_column", "id_column"])
def test_missing_column_is_said_once_a_file_with_what_is_there(inputs, column):
    frame = pd.DataFrame({"ident": ["a", "b"], "words": ["Cyst.", "Mass."]})
    inputs.root.mkdir()
    frame.to_parquet(inputs.root / "a.parquet")
    frame.to_csv(inputs.root / "b.csv", index=False)
    frame.to_json(inputs.root / "c.jsonl", orient="records", lines=True)
    cases, rejects = inputs.read(**{column: "wanted"})
    assert cases == []
    assert [r.error for r in rejects] == ["MissingColumn"] * 4
    for row in rejects[:3]:
        assert row.message.endswith("no column 'wanted', there are: ident, words")
    assert "1 more cases" in rejects[3].message


def test_no_known_column_lists_what_is_there(inputs):
    row = inputs.reject(inputs.file("a.csv", "ident,words\na,Cyst.\n"))
    assert "no column with a text" in row.message
    assert row.message.endswith("there are: ident, words")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", f'c1,"{SECRET}"\nc2,"{SECRET}"\n'),
        ("a.jsonl", f'{{"id": "{SECRET * 9}", "text": "x"}}'),
        ("a.jsonl", f'{{"text": "{SECRET}'),
        ("a.jsonl", f'{{"{SECRET}": "{SECRET}"}}'),
        ("a.json", f'[{{"id": 1, "findings": {{"{SECRET}": 1}}}}]'),
        ("a.txt", SECRET + "\0"),
        ("a.csv", f"id,text\nc,{SECRET},{SECRET}\n"),
    ],
)
def test_messages_hold_no_case_text(inputs, name, content):
    row = inputs.reject(inputs.file(name, content))
    assert "Confidential" not in " ".join((row.source, row.case_id, row.message))


def test_second_case_of_an_id_is_rejected_and_names_the_first(inputs):
    first, second = inputs.file("a/x.txt"), inputs.file("b/x.txt")
    cases, rejects = inputs.read(first, second)
    assert [c.source for c in cases] == [str(first)]
    assert (rejects[0].case_id, rejects[0].source) == ("x", str(second))
    assert f"already read from {first}" in rejects[0].message


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.jsonl", "a.json", "a.zip"])
def test_five_megabytes_are_too_long_for_a_case(inputs, pack, name):
    text = "A cyst. " * 650_000
    content = {
        "a.txt": text,
        "a.csv": f"id,text\na,{text}\nb,Cyst.\n",
        "a.jsonl": json.dumps({"id": "a", "text": text}) + '\n{"id": "b", "text": "Cyst."}',
        "a.json": json.dumps([{"id": "a", "text": text}, {"id": "b", "text": "Cyst."}]),
        "a.zip": pack({"a.txt": text, "b.txt": "Cyst."}),
    }[name]
    cases, rejects = inputs.read(inputs.file(name, content))
    assert [r.error for r in rejects] == ["LimitExceeded"]
    assert "max_chars" in rejects[0].message
    assert [c.case_id for c in cases] == ([] if name == "a.txt" else ["b"])


def test_a_text_of_just_the_limit_is_read(inputs):
    inputs.file("a.txt", "é" * 10)
    inputs.file("b.txt", "é" * 11)
    cases, rejects = inputs.read(max_chars=10)
    assert ([c.case_id for c in cases], [r.case_id for r in rejects]) == (["a"], ["b"])


def test_a_line_without_end_is_passed_over(inputs):
    long = '{"id": "a", "text": "' + "x" * (2**24) + '"}'
    cases, rejects = inputs.read(inputs.file("a.jsonl", long + '\n{"id": "b", "text": "Cyst."}'))
    assert [c.case_id for c in cases] == ["b"]
    assert "line is longer" in rejects[0].message


def test_stray_quotes_reject_their_row_and_never_join_cases(inputs):
    table = 'id,text\na,"A "so-called" cyst"\nb,5" lesion\nc,"open\nd,Cyst.\n'
    cases, rejects = inputs.read(inputs.file("a.csv", table))
    assert [(c.case_id, c.text) for c in cases] == [("b", '5" lesion')]
    assert ["quotes doubled" in r.message for r in rejects] == [True, True]


def test_an_open_quote_does_not_take_the_file_down(inputs):
    rows = "".join(f"c{n},{'x' * 500_000}\n" for n in range(70))
    cases, rejects = inputs.read(inputs.file("a.csv", 'id,text\na,Cyst.\nb,"open\n' + rows))
    assert [c.case_id for c in cases] == ["a"]
    assert "rest not read" in rejects[-1].message


@pytest.mark.parametrize(
    "name", ["../a.txt", "d/../../a.txt", "/etc/a.txt", "C:/a.txt", "C:\\a.txt", "..\\a.txt"]
)
@pytest.mark.parametrize("container", ["zip", "tar"])
def test_member_names_that_point_outside_are_refused(inputs, name, container):
    write = inputs.zip if container == "zip" else inputs.tar
    cases, rejects = inputs.read(write(f"x.{container}", {name: TEXT, "b.txt": TEXT}))
    assert [c.case_id for c in cases] == ["b"]
    assert [(r.error, "points out" in r.message) for r in rejects] == [("FormatProblem", True)]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar_are_refused(inputs, kind):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("x.txt")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
        info = tarfile.TarInfo("b.txt")
        info.size = len(TEXT)
        archive.addfile(info, io.BytesIO(TEXT.encode()))
    cases, rejects = inputs.read(inputs.file("x.tar", buffer.getvalue()))
    assert [c.case_id for c in cases] == ["b"]
    assert "link or device" in rejects[0].message


def test_links_in_a_zip_are_refused(inputs):
    info = zipfile.ZipInfo("x.txt")
    info.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "link or device" in inputs.reject(inputs.file("x.zip", buffer.getvalue())).message


def test_encrypted_members_are_refused(inputs, pack):
    data = bytearray(pack({"a.txt": TEXT, "b.txt": TEXT}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    cases, rejects = inputs.read(inputs.file("x.zip", bytes(data)))
    assert [c.case_id for c in cases] == ["b"]
    assert "encrypted" in rejects[0].message


def test_a_damaged_member_leaves_the_others(inputs):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.txt", "Cyst of the liver.")
        archive.writestr("b.txt", TEXT)
    data = buffer.getvalue().replace(b"Cyst of the liver", b"Cyst of the liter")
    cases, rejects = inputs.read(inputs.file("x.zip", data))
    assert [c.case_id for c in cases] == ["b"]
    assert rejects[0].message.endswith("x.zip!a.txt: damaged or cut short (BadZipFile), "
                                       "expected a whole file")  # fmt: skip


def test_a_tar_cut_short_gives_what_came_before(inputs):
    members = {f"{n}.txt": f"{n} " + os.urandom(2000).hex() for n in range(50)}
    path = inputs.tar("x.tar.gz", members)
    path.write_bytes(path.read_bytes()[:40_000])
    cases, rejects = inputs.read(path)
    assert 5 < len(cases) < 50
    assert "damaged or cut short" in rejects[-1].message


@pytest.mark.parametrize("name", ["e.zip", "e.tar"])
def test_archives_and_folders_without_a_file_say_so(inputs, name):
    assert (
        "without a file" in inputs.reject(inputs.zip(name, {})).message if "zip" in name else True
    )
    assert "without a file" in inputs.reject(inputs.tar("e.tar.gz", {})).message
    empty = inputs.root / "empty"
    empty.mkdir()
    assert "without a file" in inputs.reject(empty).message


def test_an_office_document_is_no_archive_of_cases(inputs):
    row = inputs.reject(inputs.zip("a.docx", {"[Content_Types].xml": "<x/>", "word/d.xml": "<x/>"}))
    assert "Office document" in row.message


def nested(pack, depth: int) -> bytes:
    data = TEXT.encode()
    for level in range(depth):
        data = pack({f"{level}.zip" if level else "a.txt": data})
    return data


def test_archives_nested_too_deep_are_refused(inputs, pack):
    assert inputs.read_one(inputs.file("ok.zip", nested(pack, 4))).text == TEXT
    row = inputs.reject(inputs.file("deep.zip", nested(pack, 5)))
    assert (row.error, "max_depth" in row.message) == ("LimitExceeded", True)


def test_gzip_in_gzip_is_refused_too(inputs):
    data = TEXT.encode()
    for _ in range(6):
        data = gzip.compress(data)
    assert "max_depth" in inputs.reject(inputs.file("a.gz", data)).message


@pytest.mark.parametrize("name", ["bomb.zip", "bomb.tar.gz", "bomb.txt.gz", "outer.zip"])
def test_bombs_are_refused(inputs, pack, name):
    zeros = b"a" * (40 * 2**20)
    if name == "bomb.zip":
        path = inputs.zip(name, {"a.txt": zeros, "b.txt": TEXT})
    elif name == "bomb.tar.gz":
        path = inputs.tar(name, {"a.jsonl": zeros, "b.txt": TEXT})
    elif name == "outer.zip":
        path = inputs.zip(name, {"in.zip": pack({"a.txt": zeros}), "b.txt": TEXT})
    else:
        path = inputs.file(name.replace("txt", "jsonl"), gzip.compress(zeros))
    row = inputs.reject(path)
    assert row.error == "LimitExceeded"
    assert "max_ratio" in row.message
    assert row.source == str(path)


def test_limits_on_size_and_number_of_members(inputs):
    path = inputs.tar("x.tar.gz", {f"{n}.txt": f"Cyst {n}." for n in range(9)})
    cases, rejects = inputs.read(path, max_members=3)
    assert len(cases) == 3
    assert "more than 3 members" in rejects[0].message
    cases, rejects = inputs.read(path, max_unpacked_bytes=3000)
    assert len(rejects) == 1
    assert "max_unpacked_bytes" in rejects[0].message


def test_special_files_in_a_folder_are_passed_over(inputs):
    inputs.file("z.txt")
    os.mkfifo(inputs.root / "fifo")
    (inputs.root / "loop").symlink_to(inputs.root)
    (inputs.root / "self").symlink_to("self")
    (inputs.root / "gone.txt").symlink_to("nowhere.txt")
    (inputs.root / "link.txt").symlink_to("z.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(inputs.root / "socket"))
        cases, rejects = inputs.read()
    assert [c.case_id for c in cases] == ["link", "z"]
    assert {Path(r.source).name: r.error for r in rejects} == dict.fromkeys(
        ("fifo", "loop", "self", "gone.txt", "socket"), "InputError"
    )


def test_unreadable_file_is_a_reject(inputs, monkeypatch):
    path, good = inputs.file("a.txt"), inputs.file("b.txt")
    open_path = Path.open

    def refuse(self, *args, **kwargs):
        if self == path:
            raise PermissionError(13, "Permission denied")
        return open_path(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refuse)
    cases, rejects = inputs.read(path, good)
    assert [c.case_id for c in cases] == ["b"]
    assert "cannot be read (Permission denied)" in rejects[0].message


def test_file_names_that_are_not_utf8(inputs):
    inputs.root.mkdir()
    name = os.path.join(os.fsencode(inputs.root), b"caf\xe9.txt")  # noqa: PTH118 (bytes)
    with open(name, "wb") as handle:  # noqa: PTH123
        handle.write(TEXT.encode())
    case = inputs.read_one()
    case.source.encode()
    assert case.case_id == "caf\ufffd"


def test_forced_archive_format_wants_its_beginning(inputs):
    inputs.file("a.txt")
    inputs.file("b.txt", "Plain text.")
    cases, rejects = inputs.read(fmt="archive")
    assert [c.case_id for c in cases] == ["a"]
    assert "expected 'Texto:'" in rejects[0].message


def test_forced_medpix_wants_its_fields(inputs):
    row = inputs.reject(inputs.file("a.json", '[{"id": 1, "text": "Cyst."}]'), fmt="medpix")
    assert "MedPix 2.0" in row.message


def test_empty_standard_input(inputs, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert inputs.reject("-").message == "-: empty file, expected a case"


@pytest.mark.parametrize(
    ("call", "wording"),
    [
        (lambda: read_cases([]), "no input"),
        (lambda: read_cases("no/such/file"), "no/such/file: no such file"),
        (lambda: read_cases(["-", "nul\0name"]), "no such file"),
        (lambda: read_cases("-", format="xml"), "'xml' is not known"),
        (lambda: ReadOptions(encoding="no-such"), "'no-such' is not known"),
        (lambda: ReadOptions(encoding="base64"), "'base64' is not known"),
        (lambda: ReadOptions(max_chars=0), "max_chars is 0"),
    ],
)
def test_wrong_arguments_are_said_at_once(call, wording):
    with pytest.raises(UsageError, match=wording):
        call()
