"""The user's terminal: questions that are shown there, and the replies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pyetcdctl.output.quoting import terminal_safe

if TYPE_CHECKING:
    from pyetcdctl.cli.session.streams import Streams

_STDIN, _STDERR = 0, 2


def show(text: bytes) -> None:
    """Write to the user's terminal, wherever the output goes."""
    try:
        terminal = os.open(os.ttyname(_STDIN), os.O_WRONLY | os.O_NOCTTY)
    except OSError:  # it may have no name here, as in some containers
        terminal = os.dup(_STDERR)
    try:
        os.write(terminal, text)
    finally:
        os.close(terminal)


def choose(streams: Streams, question: str) -> str:
    """Ask, and return the first letter of the reply in lower case; nothing at the input's end."""
    in_one_line = question.replace("\n", "\\n")
    show(terminal_safe(f"{in_one_line} ".encode("utf-8", "surrogateescape")))
    line = b""
    try:
        line = streams.input.readline()
    finally:
        if not line.endswith(b"\n"):
            show(b"\n")
    return line.decode("utf-8", "replace").strip()[:1].lower()
