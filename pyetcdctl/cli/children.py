"""Run other programs, and describe their failures in Go's words."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from threading import Timer
from typing import TYPE_CHECKING

from pyetcdctl.errors import CommandFailed, ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyetcdctl.cli.session.streams import Streams

GRACE_SECONDS = 5.0
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


def run_to_its_end(words: Sequence[str], environment: Mapping[str, str], streams: Streams) -> str:
    """Run a program that shares our output and has no input; return why it failed, or nothing."""
    try:
        Child(words, environment, streams).wait()
    except CommandFailed as failure:
        return failure.message
    return ""


class Child:
    """A program that shares our output and has no input. Starting it may raise CommandFailed.

    Where our output is kept in a buffer, as that of a line of a batch, the program's output is
    added to it when the program has ended.
    """

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], streams: Streams
    ) -> None:
        self._kept = None if streams.are_of_process else _KeptOutput(streams)
        out, err = (self._kept.out, self._kept.err) if self._kept else (None, None)
        try:
            self._process = subprocess.Popen(
                words, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err
            )
        except OSError as error:
            if self._kept:
                self._kept.deliver()
            raise CommandFailed(_start_failure(words[0], error), ExitCode.ERROR) from error

    def wait(self) -> None:
        """Wait until it ends. Raises CommandFailed with its exit code, 255 if a signal ended it."""
        returncode = self._process.wait()
        if self._kept:
            self._kept.deliver()
        if returncode:
            code = returncode if returncode > 0 else 255
            raise CommandFailed(end_in_go(returncode), code)

    def end(self) -> None:
        """Send SIGTERM to it and its descendants; kill those that still run after some seconds."""
        processes = _with_descendants(self._process.pid)
        _signal(processes, signal.SIGTERM)
        killing = Timer(GRACE_SECONDS, _signal, (processes, signal.SIGKILL))
        killing.daemon = True
        killing.start()


class _KeptOutput:
    """Files for a program's output: its background children would hold a pipe open."""

    def __init__(self, streams: Streams) -> None:
        from tempfile import TemporaryFile

        self._streams = streams
        self.out = TemporaryFile()  # noqa: SIM115 - deliver() closes both
        self.err = TemporaryFile()  # noqa: SIM115

    def deliver(self) -> None:
        """Add the program's output to our own."""
        with self.out, self.err:
            for file, stream in ((self.out, self._streams.out), (self.err, self._streams.err)):
                file.seek(0)
                stream.safe(file.read())
        self._streams.out.flush()


def _signal(processes: Sequence[tuple[int, str]], number: signal.Signals) -> None:
    """Send a signal to the processes that are still the same ones: process ids are reused."""
    for process, born in processes:
        if _birth(process) == born:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, number)


def _with_descendants(process: int) -> list[tuple[int, str]]:
    """Return a process and its descendants, with their start times.

    Without /proc the descendants cannot be found.
    """
    parents: dict[str, list[int]] = {}
    with suppress(OSError):
        for name in filter(str.isdigit, os.listdir("/proc")):
            for parent in _stat(int(name))[1:2]:
                parents.setdefault(parent, []).append(int(name))
    found = [process]
    for each in found:
        found += parents.get(str(each), [])
    return [(each, _birth(each)) for each in found]


def _birth(process: int) -> str:
    return "".join(_stat(process)[19:20])


def _stat(process: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name; none where they cannot be read."""
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


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
