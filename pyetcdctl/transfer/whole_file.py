"""A file that is there whole or not at all."""

from __future__ import annotations

import os
from tempfile import mkstemp
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Iterable


def written_whole(path: str, pieces: Iterable[bytes]) -> None:
    """Write a file that its owner alone can read beside its place, and move it there when whole."""
    folder, name = os.path.split(path)
    try:
        descriptor, temporary = mkstemp(dir=folder or ".", prefix=f"{name}.")
    except OSError as error:
        raise cannot_open(path, error) from error
    try:
        with open(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def cannot_open(path: str, error: OSError) -> BadArguments:
    """Return the error for a path that cannot be opened."""
    return BadArguments(f"open {path}: {(error.strerror or str(error)).lower()}")
