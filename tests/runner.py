"""Runs the program as a user would: a process with nothing of the tester's environment."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import chdir
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from pyetcdctl.cli.main import invoke
from pyetcdctl.cli.session.process import Process
from pyetcdctl.cli.session.streams import Buffer, Streams

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).resolve().parent.parent
SECONDS = 60.0


@dataclass(frozen=True)
class Result:
    """What a run left: the bytes of stdout, the text of stderr, the exit code."""

    stdout: bytes
    stderr: str
    exit_code: int


class Screen(Buffer):
    """A buffer that is a terminal."""

    is_terminal = True

    def __init__(self, width: int = 80) -> None:
        super().__init__()
        self.width = width


def clean_environment(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment without HOME, locale, terminal or etcd's variables, plus ``env``.

    Discovery is off, so that a test never meets an etcd of the tester's machine.
    """
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return {**kept, "PYETCDCTL_DISCOVERY": "off", **(env or {})}


def command(*args: str | bytes) -> list[str | bytes]:
    """Return the command line that runs the program with these arguments."""
    return [sys.executable, "-m", "pyetcdctl", *args]


def run(
    *args: str | bytes,
    env: Mapping[str, str] | None = None,
    input: bytes | str | None = None,
    seconds: float = SECONDS,
    cwd: Path = PROJECT,
) -> Result:
    """Run ``pyetcdctl ARGS``; a run that takes longer than ``seconds`` fails the test."""
    done = subprocess.run(
        command(*args),
        env=clean_environment(env),
        input=input.encode() if isinstance(input, str) else input or b"",
        capture_output=True,
        timeout=seconds,
        cwd=cwd,
        check=False,
    )
    return Result(done.stdout, done.stderr.decode("utf-8", "backslashreplace"), done.returncode)


def run_here(
    *args: str | bytes,
    env: Mapping[str, str] | None = None,
    input: bytes | str | None = None,
    seconds: float = SECONDS,
    cwd: Path = PROJECT,
    out: Buffer | None = None,
    err: Buffer | None = None,
) -> Result:
    """Run ``pyetcdctl ARGS`` in this process, with buffers for streams: fast, for what is not about
    the process itself (signals, closed pipes, start-up). ``out`` or ``err`` may be a Screen.
    """
    began = monotonic()
    out, err = out or Buffer(), err or Buffer()
    given = input.encode() if isinstance(input, str) else input or b""
    streams = Streams(clean_environment(env), out=out, err=err, input=BytesIO(given))
    process = Process(streams)
    try:
        with chdir(cwd):
            code = invoke([os.fsdecode(arg) for arg in args], process)
        streams.out.flush()
    finally:
        process.close()
    assert monotonic() - began < seconds
    return Result(bytes(out.data), err.data.decode("utf-8", "backslashreplace"), int(code))
