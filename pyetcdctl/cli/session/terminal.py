"""The user's terminal: prompts, replies and passwords."""

from __future__ import annotations

import os
import termios
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pyetcdctl.errors import BadArguments
from pyetcdctl.escaping import terminal_safe
from pyetcdctl.signals import cleaned_up_when_ended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.cli.session.streams import Streams


_STDIN, _STDERR = 0, 2


def show(text: bytes) -> None:
    """Write to the user's terminal, even if the output is redirected."""
    try:
        terminal = os.open(os.ttyname(_STDIN), os.O_WRONLY | os.O_NOCTTY)
    except OSError:  # it may have no name here, as in some containers
        terminal = os.dup(_STDERR)
    try:
        os.write(terminal, text)
    finally:
        os.close(terminal)


def choose(streams: Streams, question: str) -> str:
    """Prompt, and return the first letter of the reply in lower case; empty at the input's end."""
    in_one_line = question.replace("\n", "\\n")
    show(terminal_safe(f"{in_one_line} ".encode("utf-8", "surrogateescape")))
    line = b""
    try:
        line = streams.input.readline()
    finally:
        if not line.endswith(b"\n"):
            show(b"\n")
    return line.decode("utf-8", "replace").strip()[:1].lower()


_STDIN = 0


def ask(streams: Streams, prompt: str) -> str:
    """Return the typed line without the blanks around it; empty at the input's end.

    The prompt is shown only on a terminal.
    """
    if not streams.input_is_terminal:
        return _line(streams)
    with cleaned_up_when_ended(), _unseen(prompt):
        return _line(streams)


def ask_twice(streams: Streams, name: str) -> str:
    """Return a user's new password, which is typed twice. Raises BadArguments."""
    try:
        password = ask(streams, f"Password of {name}: ")
        if not password:
            raise BadArguments("empty password")
        again = ask(streams, f"Type password of {name} again for confirmation: ")
    except OSError as error:
        reason = os.strerror(error.errno or 0).lower()
        raise BadArguments(
            f"failed to ask password: failed during password entry: read /dev/stdin: {reason}"
        ) from error
    if again != password:
        raise BadArguments("given passwords are different")
    return password


def first_word(streams: Streams) -> str:
    """Return the first word of the first line of standard input; it may be missing."""
    words = streams.input.readline().decode("utf-8", "replace").split(maxsplit=1)
    return words[0] if words else ""


def _line(streams: Streams) -> str:
    return streams.input.readline().decode("utf-8", "surrogateescape").strip()


@contextmanager
def _unseen(prompt: str) -> Iterator[None]:
    """Show the prompt on the terminal, and turn its echo off."""
    before = termios.tcgetattr(_STDIN)
    silent = before.copy()
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(_STDIN, termios.TCSADRAIN, silent)
    try:
        show(terminal_safe(prompt.encode("utf-8", "surrogateescape")))
        yield
    finally:
        termios.tcsetattr(_STDIN, termios.TCSADRAIN, before)
        show(b"\n")
