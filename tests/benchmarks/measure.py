"""One run of a program: how long it took, when its first output came, how much memory it held."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

LAUNCHER = Path(__file__).with_name("launcher.py")


class RunFailed(Exception):
    """A program that was to be measured ended with an error, or printed something else."""


class Run(NamedTuple):
    """Seconds, seconds until the first output, bytes printed, and peak bytes of memory."""

    seconds: float
    first_output: float
    output_size: int
    memory: int


def run(command: Sequence[str], folder: Path) -> Run:
    """Run a program in a folder and read all that it prints."""
    launch = [sys.executable, "-I", "-S", str(LAUNCHER), *command]
    environment = {"PATH": os.environ["PATH"], "PYETCDCTL_DISCOVERY": "off"}
    done = subprocess.run(
        launch, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise RunFailed(f"{' '.join(command)} ended with {done.returncode}")
    seconds, first, output, memory = done.stdout.split()
    return Run(float(seconds), float(first), int(output), int(memory))
