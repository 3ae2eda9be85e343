"""Zip archives: looked at before they are opened, and unpacked within limits into a place that is thrown away.

A path that leads out, a link, a password, a damaged member, or more than the limits is one SourceError; an archive in an
archive is not opened.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, NoReturn

from screening.atlas.formats.limits import Limits
from screening.atlas.formats.source import refuse

_FREE: Final = 64 << 20
_CHUNK: Final = 1 << 20
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its name as people wrote it, and where it stands."""

    name: str
    info: zipfile.ZipInfo

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()


def members_of(path: Path, where: str, limits: Limits) -> tuple[Member, ...]:
    """The files of an archive. Raises SourceError for an archive that is damaged, or hostile, or over the limits."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except _BROKEN as error:
        _damaged(where, error)
    if len(infos) > limits.archive_members:
        refuse(
            where,
            f"the archive holds {len(infos):,} members, over the limit of {limits.archive_members:,}",
            "pack only the files of one data set",
            f"压缩包内有 {len(infos):,} 个文件，超过上限 {limits.archive_members:,}",
        )
    unpacked = sum(info.file_size for info in infos)
    packed = max(1, path.stat().st_size)
    if unpacked > limits.archive_bytes or (unpacked > _FREE and unpacked > packed * limits.archive_ratio):
        refuse(
            where,
            f"the archive of {packed:,} bytes unpacks to {unpacked:,}, over the limit",
            "hand in the files unpacked, or fewer of them",
            f"压缩包 {packed:,} 字节，解压后 {unpacked:,} 字节，超过上限",
        )
    members = []
    for info in infos:
        name = _name(info)
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if not parts or ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0] or "\0" in name:
            refuse(
                where,
                f'a member is named "{name[:80]}", a path out of the archive',
                "pack the files again",
                f"压缩包成员路径“{name[:80]}”越界",
            )
        if stat.S_ISLNK(info.external_attr >> 16):
            refuse(
                where, f'the member "{name[:80]}" is a link', "pack the file itself", f"压缩包成员“{name[:80]}”是链接"
            )
        if info.is_dir() or parts[0] == "__MACOSX" or parts[-1].startswith("."):
            continue
        if info.flag_bits & 1:
            refuse(
                where,
                f'the member "{name[:80]}" is locked with a password',
                "pack without a password",
                f"压缩包成员“{name[:80]}”已加密",
            )
        members.append(Member("/".join(parts), info))
    names = [member.name.casefold() for member in members]
    if len(set(names)) < len(names):
        twice = Counter(names).most_common(1)[0][0]
        refuse(
            where,
            f'two members are named "{twice[:80]}"',
            "pack the files again",
            f"压缩包内有两个同名文件“{twice[:80]}”",
        )
    return tuple(members)


def _name(info: zipfile.ZipInfo) -> str:
    """The name as written: packers on Chinese Windows write GBK, which the zip format takes for code page 437."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec)
        except UnicodeDecodeError:
            continue
    return info.filename


def unpack(path: Path, where: str, members: Iterable[tuple[Member, str]], into: Path) -> None:
    """Write members under `into` by the relative names given. Raises SourceError when one is damaged or grows."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member, name in members:
                target = into / name
                target.parent.mkdir(parents=True, exist_ok=True)
                written = 0
                with archive.open(member.info) as packed, target.open("wb") as out:
                    while chunk := packed.read(_CHUNK):
                        written += len(chunk)
                        if written > member.info.file_size:
                            raise zipfile.BadZipFile(f"{member.name} is longer than the archive says")
                        out.write(chunk)
                if written != member.info.file_size:
                    raise zipfile.BadZipFile(f"{member.name} is shorter than the archive says")
    except _BROKEN as error:
        _damaged(where, error)


def _damaged(where: str, error: Exception) -> NoReturn:
    refuse(where, f"the archive is damaged: {error}", "pack the files again", "压缩包已损坏或不是标准 zip，请重新打包")
