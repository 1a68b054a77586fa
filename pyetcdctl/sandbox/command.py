"""Runs the user's command in the sandbox, and sees to it that signals end it in order."""

from __future__ import annotations

import shutil
import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from pyetcdctl.errors import CommandNotFound
from pyetcdctl.sandbox import guardian

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyetcdctl.sandbox.lifetime import Lifetime

    Handler = Callable[[int, object], None]

PATIENCE_SECONDS = 2.0
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_FROM_THE_TERMINAL = (signal.SIGINT, signal.SIGQUIT)


class Ended(BaseException):
    """A signal wants the sandbox to end; like KeyboardInterrupt no ordinary error."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Raise Ended on every signal that ends a program, so that what was started is taken down."""

    def end(number: int, _frame: object) -> NoReturn:
        # One is enough: the next must not interrupt the cleaning up.
        for each in (*_ENDING, *_FROM_THE_TERMINAL):
            signal.signal(each, signal.SIG_IGN)
        raise Ended(number)

    with _handling((*_ENDING, *_FROM_THE_TERMINAL), end):
        yield


def find_command(words: Sequence[str], search_path: str) -> list[str]:
    """Return the command with the path of its program. Raises CommandNotFound."""
    program = shutil.which(words[0], path=search_path)
    if not program:
        raise CommandNotFound(f"{words[0]}: command not found")
    return [program, *words[1:]]


def run_command(lifetime: Lifetime, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end; return its exit code as a shell would give it.

    What is typed on the terminal (Ctrl-C, Ctrl-\\) reaches the command by itself and is its own
    affair.
    """
    # A handler that does nothing, since an ignored signal would stay ignored in the command.
    with _handling(_FROM_THE_TERMINAL, _leave_it):
        child = _start(command, environment)
        try:
            lifetime.adopt(child.pid)
            code = child.wait()
        finally:
            _end(child)
            lifetime.adopt(0)
    return 128 - code if code < 0 else code


@contextmanager
def _handling(numbers: Sequence[signal.Signals], handler: Handler) -> Iterator[None]:
    """Handle signals for a while, except those that are ignored (by nohup) and have to stay so."""
    heeded = [each for each in numbers if signal.getsignal(each) is not signal.SIG_IGN]
    earlier = {each: signal.signal(each, handler) for each in heeded}
    try:
        yield
    finally:
        for number, before in earlier.items():
            signal.signal(number, before)


def _start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, env=environment)
    except OSError as error:
        raise CommandNotFound(f"{command[0]}: {(error.strerror or str(error)).lower()}") from error


def _leave_it(_number: int, _frame: object) -> None:
    return


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a command that still runs after the sandbox got its signal to end."""
    if child.poll() is not None:
        return
    # Interactive shells ignore SIGTERM; a stopped command has to go on to see the signal.
    guardian.send(guardian.family(child.pid), signal.SIGHUP, signal.SIGTERM, signal.SIGCONT)
    try:
        child.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
