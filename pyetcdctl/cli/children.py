"""Running other programs, with Go's words for what went wrong."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

from pyetcdctl.errors import CommandFailed, ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_GO_SIGNALS: dict[int, str] = {
    signal.SIGHUP: "hangup",
    signal.SIGINT: "interrupt",
    signal.SIGQUIT: "quit",
    signal.SIGABRT: "aborted",
    signal.SIGKILL: "killed",
    signal.SIGSEGV: "segmentation fault",
    signal.SIGPIPE: "broken pipe",
    signal.SIGTERM: "terminated",
}


def run_to_its_end(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a program that shares our output and has no input; return why it failed, or nothing."""
    try:
        run_or_fail(words, environment)
    except CommandFailed as failure:
        return failure.message
    return ""


def run_or_fail(words: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run a program likewise; its failure carries its exit status, 255 if a signal ended it."""
    try:
        done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, check=False)
    except OSError as error:
        raise CommandFailed(_start_failure(words[0], error), ExitCode.ERROR) from error
    if done.returncode:
        code = done.returncode if done.returncode > 0 else 255
        raise CommandFailed(end_in_go(done.returncode), code)


def end_in_go(returncode: int) -> str:
    """Write how a child ended as Go does: ``exit status 3``, ``signal: killed``; nothing for 0."""
    if returncode == 0:
        return ""
    if returncode > 0:
        return f"exit status {returncode}"
    name = _GO_SIGNALS.get(-returncode, f"signal {-returncode}")
    return f"signal: {name}"


def _start_failure(program: str, error: OSError) -> str:
    if not program:
        return "exec: no command"
    reason = os.strerror(error.errno or 0).lower()
    if "/" in program:
        return f"fork/exec {program}: {reason}"
    if isinstance(error, FileNotFoundError):
        reason = "executable file not found in $PATH"
    return f'exec: "{program}": {reason}'
