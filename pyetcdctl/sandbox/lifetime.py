"""The parent's side of the guardian: start it, request servers from it, and let it clean up."""

from __future__ import annotations

import marshal
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pyetcdctl.errors import SandboxFailed
from pyetcdctl.sandbox import guardian

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType


class Lifetime:
    """A private folder and servers in it, which end with this object or with this process."""

    def __init__(self) -> None:
        self.folder = _new_folder()
        self._running: set[int] = set()
        self._guardian = subprocess.Popen(
            # Isolated and without site-packages: nothing in the user's environment can break it.
            [sys.executable, "-I", "-S", guardian.__file__, str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
            # The terminal's SIGINT and SIGHUP are for the command, not for the servers.
            start_new_session=True,
        )
        problem = self._reply()
        if problem is not None:
            self.end()
            raise SandboxFailed(f"the sandbox's folder could not be made: {problem}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> int:
        """Start a server writing to ``log``; return its process id."""
        server = self._ask("start", tuple(arguments), dict(environment), str(log))
        if not isinstance(server, int):
            raise SandboxFailed(f"{arguments[0]} could not be started: {server}")
        self._running.add(server)
        return server

    def exit_code(self, server: int) -> int | None:
        """Return the exit code of a server that has ended, None while it runs.

        The process id stays reserved until this has returned.
        """
        code: int | None = self._ask("state", server)
        if code is not None:
            self._running.discard(server)
        return code

    def adopt(self, command: int) -> None:
        """Let the guardian send SIGHUP to this process id if this process dies; 0: to none."""
        self._ask("adopt", command)

    def end(self) -> None:
        """End all servers and remove the folder."""
        pipe = self._guardian.stdin
        assert pipe is not None
        with suppress(BrokenPipeError):
            pipe.close()
        if self._guardian.wait() != 0:
            self._end_without_guardian()
        if self._guardian.stdout is not None:
            self._guardian.stdout.close()

    def _end_without_guardian(self) -> None:
        for server in self._running:
            with suppress(ProcessLookupError):
                os.kill(server, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ask(self, *request: Any) -> Any:
        assert self._guardian.stdin is not None
        try:
            self._guardian.stdin.write(marshal.dumps(request))
            self._guardian.stdin.flush()
        except (BrokenPipeError, ValueError) as error:
            raise SandboxFailed("the sandbox has ended already") from error
        return self._reply()

    def _reply(self) -> Any:
        assert self._guardian.stdout is not None
        try:
            return marshal.load(self._guardian.stdout)
        except EOFError as error:
            raise SandboxFailed("the process that keeps the sandbox's servers was ended") from error


def _new_folder() -> Path:
    try:
        parent = tempfile.gettempdir()
    except FileNotFoundError as error:
        raise SandboxFailed(
            "no folder for temporary files can be written to", "Set TMPDIR to a folder that can."
        ) from error
    return Path(parent).resolve() / f"pyetcdctl-{secrets.token_hex(6)}"
