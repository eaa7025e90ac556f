"""Inputs on which fuzzing (`tests/fuzz`) found that reading raised."""

import zipfile
from io import BytesIO


def test_a_zip_member_without_a_name_is_refused_alone(inputs):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("", "Cyst.")
        archive.writestr("b.txt", "Mass of the liver.")
    cases, rejects = inputs.read(inputs.file("a.zip", buffer.getvalue()))
    assert [case.case_id for case in cases] == ["b"]
    assert ["points out of the archive" in row.message for row in rejects] == [True]
