"""One command line with its standard input, and the short way to write many."""

from __future__ import annotations

from typing import NamedTuple


class Invocation(NamedTuple):
    """One command line; ``args`` may hold bytes that are not UTF-8."""

    args: tuple[str | bytes, ...]
    input: bytes = b""
    env: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        shown = " ".join(repr(arg) if not str(arg).isprintable() else str(arg) for arg in self.args)
        variables = "".join(f"{name}={value} " for name, value in self.env)
        given = repr(self.input) if len(self.input) < 100 else f"{len(self.input)} bytes"
        return f"{variables}{shown} < {given}" if self.input else f"{variables}{shown}"


def lines(text: str) -> list[Invocation]:
    """Return one invocation a line; ``''`` is the empty argument."""
    return [
        Invocation(tuple("" if word == "''" else word for word in line.split()))
        for line in text.strip().splitlines()
    ]
