"""What belongs to the process: its streams, and the connections and files of its invocations."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from io import BytesIO
from typing import TYPE_CHECKING

from pyetcdctl.cli.session.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pyetcdctl.cli.session.streams import ByteSink
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.settings import ConnectionSettings, FileReading
    from pyetcdctl.storage.file_source import FileSource


class Process:
    """Runs one or many invocations (see session.py); ``close`` ends what they opened."""

    def __init__(
        self,
        streams: Streams,
        shared: Mapping[ConnectionSettings, Connection] | None = None,
    ) -> None:
        """``shared`` are connections of another process object, which closes them."""
        self.streams = streams
        self.at_end = ExitStack()
        """What is closed at the end besides the connections."""
        self.children = ExitStack()
        """Functions that end this program's child processes, on the main thread, without a time
        limit.
        """
        self.is_line_of_batch = False
        """Whether it runs a line of a batch, whose output is shown when it has ended."""
        self._shared = shared or {}
        self._connections: dict[ConnectionSettings, Connection] = {}
        self._files: dict[tuple[str, FileReading], FileSource] = {}

    def beside(self, out: ByteSink, err: ByteSink, input: bytes) -> Process:
        """Return a process with streams of its own, which uses this one's connections where the
        settings are the same.
        """
        streams = Streams(self.environment, out=out, err=err, input=BytesIO(input))
        return Process(streams, {**self._shared, **self._connections})

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables that the process was started with."""
        return self.streams.environment

    def connection(
        self, settings: ConnectionSettings, connect: Callable[[ConnectionSettings], Connection]
    ) -> Connection:
        """Return the connection of these settings; ``connect`` makes it at the first request."""
        found = self._shared.get(settings) or self._connections.get(settings)
        if found is None:
            found = self._connections[settings] = connect(settings)
        return found

    def file(self, path: str, reading: FileReading, note: Callable[[str], None]) -> FileSource:
        """Return a file as a source of keys; ``note`` prints notes about it."""
        found = self._files.get((path, reading))
        if found is None:
            from pyetcdctl.cli.session.progress import reading_progress
            from pyetcdctl.storage.file_source import FileSource
            from pyetcdctl.storage.opening import OpenedFile

            opened = OpenedFile(
                path,
                reading,
                progress=lambda: reading_progress(path, self.streams.err),
                note=note,
            )
            found = self._files[path, reading] = FileSource(opened)
        return found

    def close(self) -> None:
        """Close every connection and file, and the sockets of KMS plugins."""
        try:
            self.children.close()
            self.at_end.close()
        finally:
            while self._files:
                self._files.popitem()[1].close()
            while self._connections:
                self._connections.popitem()[1].close()


def with_sudo(command: str) -> str:
    """Return the line that runs a command of the program as root, with dots for its arguments.

    It has the program's full path: root's PATH has no virtual environment. The arguments are left
    out, because they may be secret.
    """
    import shlex

    return f"{shlex.join(['sudo', *_program(), *command.split()])} ..."


def _program() -> tuple[str, ...]:
    started = sys.argv[0] if sys.argv else ""
    if os.path.basename(started) in ("pyetcdctl", "kubectl-etcd"):
        import shutil

        path = shutil.which(started) or started
        return (os.path.abspath(path),)
    return (sys.executable, "-m", "pyetcdctl")
