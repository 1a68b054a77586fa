"""The segments of a log: found in a folder, and opened before the server can delete them."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING

from pyetcdctl.errors import DamagedLog, PyetcdctlError
from pyetcdctl.storage.files import ReadOnlyFile

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAME = re.compile(r"([0-9a-f]{16})-([0-9a-f]{16})\.wal")
_BELOW = ("member/wal", "wal", "")
_ATTEMPTS = 5


def has_log(path: str) -> bool:
    """Whether a folder has segments in it, or below it where a member keeps them."""
    return any(_names_in(os.path.join(path, below)) for below in _BELOW)


def wal_folder(path: str) -> str:
    """Return the folder with the segments: of a data directory, its ``member``, or the folder."""
    for below in _BELOW:
        folder = os.path.join(path, below) if below else path
        if _names_in(folder):
            return folder
    if not os.path.exists(path):
        raise PyetcdctlError(f"stat {path}: no such file or directory")
    raise PyetcdctlError(
        f"no write-ahead log in {path}",
        "Try:  a member's data directory, which has member/wal in it, or that folder itself",
    )


@contextmanager
def open_segments(folder: str) -> Iterator[list[ReadOnlyFile]]:
    """Open all segments, oldest first; a deleted one stays readable while it is open."""
    with ExitStack() as opened:
        for _ in range(_ATTEMPTS):
            if files := _opened_segments(folder, opened):
                yield files
                return
        raise PyetcdctlError(f"the segments in {folder} vanish while they are opened")


def missing_segments(files: list[ReadOnlyFile]) -> Iterator[tuple[ReadOnlyFile, DamagedLog]]:
    """Yield each segment that does not follow the one before it, with the error for the gap."""
    numbers = [int(os.path.basename(file.path)[:16], 16) for file in files]
    for file, (before, number) in zip(files[1:], pairwise(numbers), strict=True):
        if number != before + 1:
            yield (
                file,
                DamagedLog(
                    f"the log is damaged: {os.path.dirname(file.path)}: segment {before + 1:016x}"
                    f" is missing"
                ),
            )


def first_index_of(path: str) -> int:
    """Return the index of the first entry of a segment, which is in its name."""
    return int(os.path.basename(path).partition("-")[2].removesuffix(".wal"), 16)


def _opened_segments(folder: str, opened: ExitStack) -> list[ReadOnlyFile]:
    files: list[ReadOnlyFile] = []
    for name in _names_in(folder):
        file = _opened(folder, name, opened)
        if file is None:  # the server deletes the oldest first: those before it are gone, too
            files.clear()
        else:
            files.append(file)
    return files


def _opened(folder: str, name: str, opened: ExitStack) -> ReadOnlyFile | None:
    """Open a segment; None for one that the server has deleted meanwhile."""
    path = os.path.join(folder, name)
    try:
        return opened.enter_context(ReadOnlyFile(path))
    except PyetcdctlError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        raise


def _names_in(folder: str) -> list[str]:
    try:
        return sorted(filter(_NAME.fullmatch, os.listdir(folder)))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise PyetcdctlError(f"open {folder}: {(error.strerror or str(error)).lower()}") from error
