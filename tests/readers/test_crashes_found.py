"""Inputs on which fuzzing (`tests/fuzz`) found that reading raised or told what is not so."""

import stat
import zipfile


def test_a_zip_member_without_a_name_is_refused_alone(inputs, pack):
    data = bytearray(pack({"a": "Cyst.", "b.txt": "Mass of the liver."}))
    # the only byte of the name becomes one of the extra field
    for mark, offset in ((b"PK\x03\x04", 26), (b"PK\x01\x02", 28)):
        at = data.index(mark) + offset
        assert data[at : at + 3] == b"\x01\x00\x00"
        data[at : at + 3] = b"\x00\x00\x01"
    cases, rejects = inputs.read(inputs.file("a.zip", bytes(data)))
    assert [case.case_id for case in cases] == ["b"]
    assert ["points out of the archive" in row.message for row in rejects] == [True]


def test_spaces_in_the_name_of_a_refused_member_stay_in_the_message(inputs):
    link = zipfile.ZipInfo("to  liver.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = inputs.file("a.zip", b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    _, (row,) = inputs.read(path)
    assert row.source.endswith("a.zip!to  liver.txt")
    assert row.message.startswith(f"{row.source}: a link or device")
