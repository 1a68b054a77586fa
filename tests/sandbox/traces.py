"""What a sandbox could leave behind, and waiting for it to be gone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

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
