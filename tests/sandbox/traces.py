"""What a sandbox could leave behind, and waiting for it to be gone."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 60


def processes(named: object, program: str = "") -> list[int]:
    """Return the ids of processes, of one program or any, whose command lines name something."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it may have ended
            words = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            if str(named) in " ".join(words) and Path(words[0]).name.startswith(program):
                found.append(int(folder.name))
    return found


def traces(folder: Path) -> list[str]:
    """Return what there is in a folder for temporary files, and the processes that name it."""
    return [path.name for path in folder.iterdir()] + [str(pid) for pid in processes(folder)]


def eventually(condition: Callable[[], object]) -> bool:
    """Wait until a condition holds; False when it does not in time."""
    deadline = time.monotonic() + SECONDS
    pause = Event()
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.01)
    return True
