"""A second process that computes a file's checksums while this one reads the keys.

Both take as long, and Python runs one of them at a time in a process. A file is at fault, or a
process cannot be started here: whatever fails, there is no result, and the caller does without.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.storage.bolt.pages import Pages
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.trailer import DIGEST_BYTES, DigestCheck, has_digest
from pyetcdctl.storage.whole_hash import hash_database

if TYPE_CHECKING:
    from collections.abc import Callable

WORTH_BYTES = 64 << 20
"""Smaller files are read before a second process has begun."""


def is_worth_it(size: int) -> bool:
    """Whether a file of that size is read sooner by two processes."""
    return size >= WORTH_BYTES and bool(sys.executable) and (os.cpu_count() or 1) > 1


class SecondProcess:
    """Reads the file beside this process, from its beginning to its end."""

    def __init__(self, file: ReadOnlyFile) -> None:
        self._process = _started(file.descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process is not None:
            self._process.kill()
            with self._process:  # waits for it, and closes the pipe
                pass

    def result(self) -> int | None:
        """Wait for the hash; None where the file is not whole, or its digest another one."""
        if self._process is None:
            return None
        found = self._process.stdout.read() if self._process.stdout else b""
        return int(found) if found else None


def _started(descriptor: int) -> subprocess.Popen[bytes] | None:
    # -P: nothing is imported from the current folder.
    words = [sys.executable, "-P", "-m", __name__, str(descriptor)]
    try:
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(descriptor,),
        )
    except OSError:
        return None


def main(descriptor: int, write: Callable[[str], object]) -> None:
    """Write the hash of the file with that descriptor; nothing where it is not whole."""
    with suppress(PyetcdctlError), ReadOnlyFile("", descriptor) as file:
        write(str(_checked_hash(file)))


def _checked_hash(file: ReadOnlyFile) -> int:
    if not has_digest(file.size):
        return hash_database(Pages(file, file.size), lambda bucket, leaf: None)
    digest = DigestCheck(file)
    try:
        found = hash_database(Pages(file, file.size - DIGEST_BYTES), lambda bucket, leaf: None)
        digest.result()
    finally:
        digest.stop()
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.stdout.write)
