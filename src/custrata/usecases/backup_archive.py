"""The form of a backup: a ZIP with the files of a workspace and a manifest that says what each of them must be."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from custrata.core.errors import CustrataError, Problem

FORMAT, MANIFEST = 1, "manifest.json"
#: Folders of the archive: files of the workspace, and the rows of a store that is no file of it.
FILES, STORE = "workspace", "store"
_MOST_MANIFEST = 64 << 20
_CHUNK = 1 << 20
_PACKED = (".parquet", ".xlsx", ".zip", ".gz", ".duckdb")


@dataclass(frozen=True)
class Member:
    """A file of a backup: its name there, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


def add(archive: zipfile.ZipFile, name: str, file: Path) -> Member:
    """Copies a file into an archive. `FileNotFoundError` where it is gone."""
    digest, size = hashlib.sha256(), 0
    info = zipfile.ZipInfo.from_file(file, name, strict_timestamps=False)
    info.compress_type = zipfile.ZIP_STORED if file.suffix.lower() in _PACKED else zipfile.ZIP_DEFLATED
    with file.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            target.write(chunk)
    return Member(name, size, digest.hexdigest())


def add_manifest(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", zipfile.ZIP_DEFLATED)


@contextmanager
def opened_backup(path: Path) -> Iterator[tuple[zipfile.ZipFile, dict[str, Any], list[Member]]]:
    """A backup with its manifest and its members, whose names are safe. Errors: E-BACKUP-001 no backup, or damaged;
    E-BACKUP-002 of a newer version; E-BACKUP-004 a name that would lie outside."""
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise damaged(path, "no such file", "没有此文件") from None
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise damaged(path, str(error) or type(error).__name__) from error
    with archive:
        manifest = _manifest(archive, path)
        yield archive, manifest, _members(archive, manifest, path)


def copy_out(archive: zipfile.ZipFile, member: Member, path: Path, target: Path | None) -> None:
    """Reads a member to its end, into a file if one is given. Raises E-BACKUP-005 where it is not what the manifest
    says; it is never read further than that."""
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(member.name) as source:
            if target is not None:
                target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") if target is not None else open(os.devnull, "wb") as out:  # noqa: PTH123
                while (chunk := source.read(_CHUNK)) and size <= member.size:
                    digest.update(chunk)
                    size += len(chunk)
                    out.write(chunk)
                out.flush()
                if target is not None:
                    os.fsync(out.fileno())
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _other(path, member, str(error) or type(error).__name__) from error
    if (size, digest.hexdigest()) != (member.size, member.sha256):
        raise _other(path, member, f"{size} / {member.size} bytes, sha256 {digest.hexdigest()[:12]}")


def damaged(path: Path, why: str, why_zh: str = "") -> CustrataError:
    return CustrataError(Problem("E-BACKUP-001", str(path), {"why": why, "why_zh": why_zh or why}))


def _other(path: Path, member: Member, why: str) -> CustrataError:
    return CustrataError(Problem("E-BACKUP-005", str(path), {"name": member.name, "why": why}))


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        info = archive.getinfo(MANIFEST)
        if info.file_size > _MOST_MANIFEST:
            raise ValueError(f"{MANIFEST}: {info.file_size} bytes")
        with archive.open(info) as file:
            found = json.loads(file.read(_MOST_MANIFEST + 1))
        version = found["format"]
    except KeyError:
        raise damaged(path, f"it has no {MANIFEST}", f"其中没有 {MANIFEST}") from None
    except (OSError, ValueError, TypeError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError,
            RuntimeError) as error:  # fmt: skip
        raise damaged(path, f"{MANIFEST}: {error}") from error
    if not isinstance(version, int) or version > FORMAT:
        raise CustrataError(Problem("E-BACKUP-002", str(path), {"found": version, "known": FORMAT}))
    assert isinstance(found, dict)
    return found


def _members(archive: zipfile.ZipFile, manifest: dict[str, Any], path: Path) -> list[Member]:
    try:
        listed = [Member(str(f["path"]), int(f["size"]), str(f["sha256"])) for f in manifest["files"]]
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path, f"{MANIFEST}: {error}") from error
    there = [info for info in archive.infolist() if info.filename != MANIFEST]
    for info in there:
        if not _safe(info):
            raise CustrataError(Problem("E-BACKUP-004", str(path), {"name": ascii(info.filename)[1:-1][:120]}))
    names = [info.filename for info in there]
    if len({n.casefold() for n in names}) != len(names):
        raise damaged(path, "a name stands in it twice", "其中有重复的文件名")
    told = {m.name for m in listed}
    if told != set(names) or len(told) != len(listed):
        odd = sorted(told ^ set(names))[:3]
        raise damaged(path, f"{MANIFEST} and files differ: {', '.join(odd)}", f"清单与文件不一致：{'、'.join(odd)}")
    return listed


def _safe(info: zipfile.ZipInfo) -> bool:
    """Whether a name lies inside of the archive's two folders wherever it is written, and is a plain file's."""
    name, mode = info.filename, info.external_attr >> 16
    parts = PurePosixPath(name).parts
    plain = not mode or stat.S_IFMT(mode) in (0, stat.S_IFREG)
    inside = len(parts) > 1 and parts[0] in (FILES, STORE) and not any(p in ("..", ".") or ":" in p for p in parts)
    return plain and inside and "/".join(parts) == name and "\\" not in name and "\0" not in name and name.isprintable()
