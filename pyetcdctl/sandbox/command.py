"""Run the user's command in the sandbox, and clean up when a signal ends the sandbox."""

from __future__ import annotations

import shutil
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from pyetcdctl.errors import CommandNotFound
from pyetcdctl.sandbox import guardian
from pyetcdctl.signals import handled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyetcdctl.sandbox.lifetime import Lifetime

PATIENCE_SECONDS = 2.0
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_FROM_THE_TERMINAL = (signal.SIGINT, signal.SIGQUIT)


class Ended(BaseException):
    """A signal ends the sandbox; not an Exception, as KeyboardInterrupt is not."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Raise Ended on each signal that ends a program, so that the servers are stopped."""

    def end(number: int, _frame: object) -> NoReturn:
        # A second signal must not interrupt the clean-up.
        for each in (*_ENDING, *_FROM_THE_TERMINAL):
            signal.signal(each, signal.SIG_IGN)
        raise Ended(number)

    with handled(dict.fromkeys((*_ENDING, *_FROM_THE_TERMINAL), end)):
        yield


def find_command(words: Sequence[str], search_path: str) -> list[str]:
    """Return the command with the path of its program. Raises CommandNotFound."""
    program = shutil.which(words[0], path=search_path)
    if not program:
        raise CommandNotFound(f"{words[0]}: command not found")
    return [program, *words[1:]]


def run_command(lifetime: Lifetime, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end; return its exit code as a shell would give it.

    The terminal sends the signals of Ctrl-C and Ctrl-\\ to the command, too, which decides what
    they do.
    """
    # A handler that does nothing: the command would inherit an ignored signal.
    with handled(dict.fromkeys(_FROM_THE_TERMINAL, _do_nothing)):
        child = _start(command, environment)
        try:
            lifetime.adopt(child.pid)
            code = child.wait()
        finally:
            _end(child)
            lifetime.adopt(0)
    return 128 - code if code < 0 else code


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, env=environment)
    except OSError as error:
        raise CommandNotFound(f"{command[0]}: {(error.strerror or str(error)).lower()}") from error


def _do_nothing(_number: int, _frame: object) -> None:
    return


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a command that still runs when a signal ends the sandbox."""
    if child.poll() is not None:
        return
    # Interactive shells ignore SIGTERM; a stopped command needs SIGCONT to receive the others.
    guardian.send(guardian.family(child.pid), signal.SIGHUP, signal.SIGTERM, signal.SIGCONT)
    try:
        child.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
