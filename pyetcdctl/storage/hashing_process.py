"""A second process that computes a database's checksums while this one reads the keys.

A file is at fault, or a process cannot be started here: whatever fails, there is no result, and the
caller does without.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.storage.bolt.pages import Pages
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.second_process import SecondProcess
from pyetcdctl.storage.trailer import DIGEST_BYTES, DigestCheck, has_digest
from pyetcdctl.storage.whole_hash import hash_database

if TYPE_CHECKING:
    from collections.abc import Callable


class HashingProcess(SecondProcess):
    """Reads the file beside this process, from its beginning to its end."""

    def __init__(self, file: ReadOnlyFile) -> None:
        super().__init__(__name__, [file])

    def result(self) -> int | None:
        """Wait for the hash; None where the file is not whole, or its digest another one."""
        found = self.output.read() if self.output else b""
        return int(found) if found else None


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
