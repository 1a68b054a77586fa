"""A second process of the program that reads the same files as this one, and writes what it finds.

Checksums take as long to compute as keys or entries to read, and Python runs one of them at a time
in a process. What the second process does not find, for whatever reason, this one finds itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

    from pyetcdctl.storage.files import ReadOnlyFile

WORTH_BYTES = 64 << 20
"""Smaller files are read before a second process has started."""


def is_worth_it(size: int) -> bool:
    """Whether two processes read a file of that size faster."""
    return size >= WORTH_BYTES and bool(sys.executable) and usable_processors() > 1


def usable_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class SecondProcess:
    """Runs a module of ours on open files, until the ``with`` block ends."""

    def __init__(self, module: str, files: Sequence[ReadOnlyFile]) -> None:
        self._process = _started(module, [file.descriptor for file in files])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process is not None:
            self._process.kill()
            with self._process:  # waits for it, and closes the pipe
                pass

    @property
    def output(self) -> IO[bytes] | None:
        """What it writes to its standard output; None where it could not be started."""
        return None if self._process is None else self._process.stdout


def _started(module: str, descriptors: list[int]) -> subprocess.Popen[bytes] | None:
    # -P: nothing is imported from the current folder.
    words = [sys.executable, "-P", "-m", module, *map(str, descriptors)]
    try:
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=descriptors,
        )
    except OSError:
        return None
