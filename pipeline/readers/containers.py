"""Zip, tar and compressed files -> the blobs in them, in the order they are stored.

Nothing is written under a member's name and no archive is loaded as a whole. Members that are
links, devices or encrypted, or whose name points out of the archive, become reject rows.
"""

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from typing import IO, cast

from pipeline.errors import FormatProblem, InputError
from pipeline.readers.blobs import Blob, HeadStream, Readable, shown
from pipeline.readers.limits import UnpackMeter, check_member_name, is_hidden
from pipeline.readers.rejects import DAMAGE, as_input_error, reject
from pipeline.records import RejectRow

_ENDINGS = {".tgz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".gz": "", ".bz2": "", ".xz": ""}
_OFFICE = ("[Content_Types].xml", "mimetype")


def members_of(blob: Blob, kind: str, meter: UnpackMeter) -> Iterator[Blob | RejectRow]:
    """Yield the members of a container of the kind `zip`, `tar`, `gzip`, `bz2` or `xz`.

    A blob is to be read before the next is asked for. Folders and hidden members are passed over.

    Raises:
        InputError: a limit is passed, the container is damaged, or it holds nothing.
    """
    meter.check_depth(blob.depth + 1)
    if kind not in ("zip", "tar"):
        yield _unpacked(blob, kind, meter)
        return
    found = False
    for member in _zip_members(blob, meter) if kind == "zip" else _tar_members(blob, meter):
        found = True
        yield member
    if not found:
        raise InputError("archive without a file, expected cases in it")


def _member(blob: Blob, name: str, stream: Readable, meter: UnpackMeter) -> Blob:
    source = f"{blob.source}!{shown(name)}"
    return Blob(source, name, HeadStream(stream, meter.put_out), blob.depth + 1)


def _unpacked(blob: Blob, kind: str, meter: UnpackMeter) -> Blob:
    below = cast(IO[bytes], blob.buffered())
    streams: dict[str, Readable] = {
        "gzip": gzip.GzipFile(fileobj=below),
        "bz2": bz2.BZ2File(below),
        "xz": lzma.LZMAFile(below),  # noqa: SIM115 (closing would end the blob)
    }
    ending = next((e for e in _ENDINGS if blob.name.lower().endswith(e)), "")
    name = blob.name[: len(blob.name) - len(ending)] + _ENDINGS.get(ending, "")
    stream = HeadStream(streams[kind], meter.put_out)
    return Blob(blob.source, name, stream, blob.depth + 1)


def _zip_members(blob: Blob, meter: UnpackMeter) -> Iterator[Blob | RejectRow]:
    with blob.seekable() as handle, zipfile.ZipFile(handle) as archive:
        # `is_dir` breaks on an empty name, which is refused below
        infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
        if infos and infos[0].filename in _OFFICE:
            raise FormatProblem("an Office document or e-book, expected a zip of case files")
        meter.check(meter.unpacked + sum(info.file_size for info in infos))
        for info in infos:
            meter.count_member()
            if is_hidden(info.filename):
                continue
            try:
                check_member_name(info.filename)
                _check_zip_info(info)
                with archive.open(info) as stream:
                    yield _member(blob, info.filename, stream, meter)
            except DAMAGE as problem:
                wrong = as_input_error(problem)
                yield reject(f"{blob.source}!{shown(info.filename)}", wrong)
            except InputError as problem:
                yield reject(f"{blob.source}!{shown(info.filename)}", problem)


def _check_zip_info(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 0x1:
        raise FormatProblem("encrypted, expected a member without password")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise FormatProblem("a link or device, expected a regular file")


def _tar_members(blob: Blob, meter: UnpackMeter) -> Iterator[Blob | RejectRow]:
    fileobj = cast(IO[bytes], blob.buffered())
    with tarfile.open(fileobj=fileobj, mode="r|", encoding="utf-8") as archive:
        while (info := archive.next()) is not None:
            archive.members.clear()  # type: ignore[attr-defined]  # read once: keep memory flat
            if info.isdir():
                continue
            meter.count_member()
            if is_hidden(info.name):
                continue
            yield _tar_member(blob, archive, info, meter)


def _tar_member(
    blob: Blob, archive: tarfile.TarFile, info: tarfile.TarInfo, meter: UnpackMeter
) -> Blob | RejectRow:
    try:
        check_member_name(info.name)
        stream = archive.extractfile(info) if info.isreg() else None
        if stream is None:
            raise FormatProblem("a link or device, expected a regular file")
    except InputError as problem:
        return reject(f"{blob.source}!{shown(info.name)}", problem)
    return _member(blob, info.name, stream, meter)
