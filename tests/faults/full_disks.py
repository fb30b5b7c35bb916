"""A disk of a few megabytes for one process, where the system lets us mount one, and a folder nobody may write to."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable
from pathlib import Path

from killing import forked

_NEWNS, _REC, _PRIVATE, _RDONLY, _REMOUNT, _BIND = 0x20000, 0x4000, 1 << 18, 1, 32, 4096


def _mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(source.encode(), str(target).encode(), kind.encode(), flags, options.encode()):
        raise OSError(ctypes.get_errno(), "mount")


def _own_mounts() -> None:
    """What this process mounts, nobody else sees."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEWNS):
        raise OSError(ctypes.get_errno(), "unshare")
    _mount("none", Path("/"), "", _REC | _PRIVATE)


def small_disk(place: Path, size: int) -> None:
    """For this process, an empty disk of so many bytes at a folder."""
    _own_mounts()
    _mount("tmpfs", place, "tmpfs", 0, f"size={size}")


def read_only(place: Path) -> None:
    """For this process, a folder that cannot be written, not even by root."""
    _own_mounts()
    _mount(str(place), place, "", _BIND | _REC)
    _mount("none", place, "", _REMOUNT | _BIND | _RDONLY)


def can_mount(folder: Path) -> bool:
    return hasattr(os, "fork") and os.uname().sysname == "Linux" and forked(lambda: small_disk(folder, 1 << 20)) == 0


def filled(disk: Path, left: int) -> Callable[[], None]:
    """Fills a disk but for so many bytes; gives what makes room again."""
    ballast, chunk = disk / "ballast", b"\0" * 4096
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(chunk)
        except OSError as error:
            assert error.errno == errno.ENOSPC
        file.truncate(max(0, file.tell() - left))
    return ballast.unlink
