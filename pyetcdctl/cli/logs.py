"""A write-ahead log with the database beside it, for commands that read both."""

from __future__ import annotations

import os
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING

from pyetcdctl.errors import PyetcdctlError
from pyetcdctl.settings import FileReading
from pyetcdctl.storage.opening import OpenedFile, database_path
from pyetcdctl.storage.replay.anchor import Anchors
from pyetcdctl.storage.replay.outcomes import Beside
from pyetcdctl.storage.replay.witness import Witness
from pyetcdctl.storage.wal.log import Log

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager, ExitStack


def beside(path: str, opened: ExitStack) -> Beside | None:
    """Open the database beside a log, None where there is none that can be read."""
    if not os.path.exists(database_path(path)):
        return None
    try:
        reading = FileReading(skip_hash_check=True, use_log=False)
        file = OpenedFile(path, reading, progress=_no_progress, note=_no_note)
        opened.enter_context(closing(file))
        if not file.model.knows_last_entry:
            return None
        witness = Witness(file.database, file.model)
        with Log(path) as log:
            return Beside(witness, Anchors(log, file.database, witness))
    except PyetcdctlError:
        return None


def _no_progress() -> AbstractContextManager[Callable[[int], None]]:
    return nullcontext(lambda size: None)


def _no_note(line: str) -> None:
    """Print nothing: the log has the entries that the database lacks."""
