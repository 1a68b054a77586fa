"""Runs the program on a terminal of its own, and types where it asks."""

from __future__ import annotations

import os
import pty
import select
import signal
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from tests.runner import SECONDS, clean_environment, command

if TYPE_CHECKING:
    from collections.abc import Mapping

QUESTION = b"[y/N] "


class Shown(NamedTuple):
    """What the terminal showed, what was typed included, and the exit code."""

    text: str
    exit_code: int


def typed(*args: str, keys: str, env: Mapping[str, str], question: bytes = QUESTION) -> Shown:
    """Run ``pyetcdctl ARGS``, and type a line at every question."""
    words, environment = command(*args), clean_environment(env)
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(words[0], words, environment)
    try:
        shown = _replied(terminal, keys, question)
        status = os.waitpid(child, 0)[1]
        child = 0
    finally:
        os.close(terminal)
        if child:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return Shown(shown.decode("utf-8", "replace"), os.waitstatus_to_exitcode(status))


def _replied(terminal: int, keys: str, question: bytes) -> bytes:
    shown, at, ends = b"", 0, monotonic() + SECONDS
    # Linux reports the end of a terminal whose programs have all ended as an I/O error.
    with suppress(OSError):
        while monotonic() < ends:
            if not select.select([terminal], [], [], 1)[0]:
                continue
            piece = os.read(terminal, 65536)
            if not piece:
                break
            shown += piece
            while (found := shown.find(question, at)) >= 0:
                at = found + len(question)
                os.write(terminal, f"{keys}\n".encode())
    assert monotonic() < ends, shown
    return shown
