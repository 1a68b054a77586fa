"""Keep the caller's PYTHONPATH out of the program's imports.

The installed command belongs to one environment: a folder ``grpc`` or ``yaml`` beside a project's
own sources, which PYTHONPATH puts in front, would take the place of its dependencies. Where the
program itself comes from such a folder, all of them stay. Child processes inherit the variable.
"""

from __future__ import annotations

import os
import sys

VARIABLES = ("PYTHONPATH", "PYTHONHOME")


def leave_python_path() -> None:
    """Remove the folders of PYTHONPATH from sys.path."""
    given = os.environ.get("PYTHONPATH", "")
    if not given or sys.flags.ignore_environment:
        return
    folders = {os.path.abspath(folder) for folder in given.split(os.pathsep) if folder}
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if home not in folders:
        sys.path[:] = [path for path in sys.path if path not in folders]


def in_the_way() -> str:
    """Return which of the caller's variables may hide modules; empty if none."""
    found = [name for name in VARIABLES if os.environ.get(name)]
    if not found:
        return ""
    unset = " ".join(f"-u {name}" for name in found)
    return f"{' and '.join(found)} may lead to other modules. Try:  env {unset} pyetcdctl ..."
