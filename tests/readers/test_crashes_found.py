"""Inputs on which fuzzing (`tests/fuzz`) found that reading raised."""


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
