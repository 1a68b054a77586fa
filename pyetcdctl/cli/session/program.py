"""How this program was started: for command lines that a user can copy."""

from __future__ import annotations

import os
import shlex
import shutil
import sys


def with_sudo(command: str) -> str:
    """Return the line that runs a command of the program as root, with dots for its words.

    It has the program's full path: root's PATH leads to no virtual environment. The words of the
    command line are left out, for they may be secret.
    """
    return f"{shlex.join(['sudo', *_program(), *command.split()])} ..."


def _program() -> tuple[str, ...]:
    started = sys.argv[0] if sys.argv else ""
    if os.path.basename(started) in ("pyetcdctl", "kubectl-etcd"):
        path = shutil.which(started) or started
        return (os.path.abspath(path),)
    return (sys.executable, "-m", "pyetcdctl")
