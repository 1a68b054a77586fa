"""Own a sandbox's folder and servers, in a process that outlives its parent.

Standard input is a pipe whose other end only the parent holds. However the parent dies, the kernel
closes that end, and at end of file this process stops the servers and removes the folder: so
SIGKILL leaves nothing behind. The script is run by its path in an isolated interpreter and imports
next to nothing, so that it is ready in milliseconds. Requests and responses are marshalled values.
"""

from __future__ import annotations

import marshal
import os
import signal
import sys
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

Arguments = tuple[str, ...]


class Custody:
    """The processes to end and the folder to remove."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.servers: set[int] = set()
        self.command = 0

    def start(self, arguments: Arguments, environment: dict[str, str], log: str) -> int:
        """Start a server that writes to the file ``log``; return its process id."""
        output = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        server = os.posix_spawn(
            arguments[0],
            arguments,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, log, output, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
        )
        self.servers.add(server)
        return server

    def state(self, server: int) -> int | None:
        """Return the exit code of a server that has ended, None while it runs."""
        ended, status = os.waitpid(server, os.WNOHANG)
        if not ended:
            return None
        self.servers.discard(server)
        return os.waitstatus_to_exitcode(status)

    def adopt(self, command: int) -> int:
        """Send SIGHUP to the user's command, too, if its parent dies; 0 when it has ended."""
        self.command = command
        return command

    def end(self) -> None:
        """End all processes and remove the folder."""
        if self.command:
            # The command's parent is gone, as after a terminal was closed.
            send(family(self.command), signal.SIGHUP, signal.SIGCONT)
        for server in self.servers:
            os.kill(server, signal.SIGKILL)
        for server in self.servers:
            os.waitpid(server, 0)
        remove(self.folder)


def family(process: int) -> list[int]:
    """Return a process and all its descendants, as far as ``/proc`` shows them."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else ():
        with (
            suppress(OSError, ValueError, IndexError),
            open(f"/proc/{int(entry)}/stat", "rb") as stat,
        ):
            # The name, in parentheses, may hold anything; state and parent follow it.
            parent = int(stat.read().rpartition(b")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry))
    found = [process]
    for each in found:
        found += children.get(each, [])
    return found


def send(processes: list[int], *signals: int) -> None:
    """Send signals to processes, some of which may have ended."""
    for signal_number in signals:
        for process in processes:
            with suppress(OSError):
                os.kill(process, signal_number)


def remove(folder: str) -> None:
    """Remove a folder, also while a dying command still writes into it."""
    import shutil  # late: importing it costs as much as the whole start

    for _ in range(10):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            return


def reply(value: int | str | None) -> None:
    """Send one response to the parent."""
    sys.stdout.buffer.write(marshal.dumps(value))
    sys.stdout.buffer.flush()


def serve(custody: Custody) -> None:
    """Serve the parent's requests until it closes its end."""
    requests: dict[str, Callable[..., int | None]] = {
        "start": custody.start,
        "state": custody.state,
        "adopt": custody.adopt,
    }
    while True:
        try:
            name, *arguments = marshal.load(sys.stdin.buffer)
        except (EOFError, ValueError, TypeError):
            return
        try:
            reply(requests[name](*arguments))
        except BrokenPipeError:
            return
        except OSError as error:
            reply(str(error))


def leave(signal_number: int, _frame: object) -> NoReturn:
    """End the process by an exception, so that it cleans up."""
    sys.exit(128 + signal_number)


def main(folder: str) -> None:
    """Make the folder, serve, and clean up."""
    for signal_number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signal_number, leave)
    os.umask(0o077)
    try:
        os.mkdir(folder, 0o700)
        # etcd makes the sockets of unix:// URLs where it is started.
        os.chdir(folder)
    except OSError as error:
        reply(str(error))
        return
    custody = Custody(folder)
    try:
        reply(None)
        serve(custody)
    finally:
        custody.end()


if __name__ == "__main__":
    main(sys.argv[1])
