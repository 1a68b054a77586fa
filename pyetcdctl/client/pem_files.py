"""PEM files as paths that can be read repeatedly, also where a pipe was given.

A connection reads its certificates again for each handshake, because they may have been renewed. A
pipe (from ``--cacert <(...)``) can be read only once: it is read here and kept in memory; so is a
file with a byte order mark, which TLS libraries refuse.
"""

from __future__ import annotations

import os
import stat
import tempfile

from pyetcdctl.settings import TlsFiles

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class KeptFile(str):
    """The path of a kept copy; messages show the name that the user gave."""

    name: str
    __slots__ = ("name",)

    def __new__(cls, path: str, name: str) -> KeptFile:
        """Make a path that prints as ``name``."""
        made = super().__new__(cls, path)
        made.name = name
        return made

    def __str__(self) -> str:
        return self.name

    def __format__(self, spec: str) -> str:
        return format(self.name, spec)


def signature_of(files: TlsFiles) -> tuple[tuple[int, int, int] | None, ...]:
    """Return what changes when a file is replaced or written to."""
    return tuple(map(_signature, files))


def _signature(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def readable_again(files: TlsFiles) -> TlsFiles:
    """Return the files, each of which can be read any number of times."""
    return TlsFiles(*map(_readable_again, files))


def _readable_again(path: str) -> str:
    try:
        mode = os.stat(path).st_mode if path else stat.S_IFREG
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            with open(path, "rb") as pipe:
                return _keep(pipe.read(), path)
        if path and stat.S_ISREG(mode) and not isinstance(path, KeptFile):
            with open(path, "rb") as file:
                if file.read(len(BYTE_ORDER_MARK)) == BYTE_ORDER_MARK:
                    return _keep(file.read(), path)
    except OSError:
        pass  # reported where the file is used
    return path


def _keep(content: bytes, name: str) -> str:
    content = content.removeprefix(BYTE_ORDER_MARK)
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("pyetcdctl-pem")
        path = f"/proc/self/fd/{descriptor}"
    else:
        descriptor, path = tempfile.mkstemp(prefix="pyetcdctl-")
    with open(descriptor, "wb", closefd=False) as file:
        file.write(content)
    return KeptFile(path, name)
