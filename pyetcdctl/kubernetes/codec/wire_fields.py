"""The results of one decoding besides the object: unknown fields, damage, exceeded limits."""

from __future__ import annotations

from typing import NamedTuple

from pyetcdctl.escaping import printable
from pyetcdctl.rpc.wire import FIXED32, FIXED64, LENGTH, VARINT, WireError, read_varint

MAX_MESSAGES = 100_000
MAX_UNKNOWN = 1000
MAX_PATH = 200

Place = tuple["Place | None", str, int, int]
"""A message's place: its parent's place, the field's name, the index in a list or -1, depth."""
TOP: Place = (None, "", -1, 0)


class UnknownField(NamedTuple):
    """A field that the table does not have, as it is on the wire."""

    path: str
    number: int
    wire_type: int
    value: int | bytes


class WireReading:
    """The results of one decoding; ``problem`` is the first damage, in one line."""

    __slots__ = ("messages", "problem", "unknown")

    def __init__(self) -> None:
        self.messages = 0
        self.problem: str | None = None
        self.unknown: list[UnknownField] = []

    def damage(self, place: Place, why: object) -> None:
        """Record that a part could not be decoded; the first finding is kept."""
        if self.problem is None:
            shown = printable(path_of(place)[-MAX_PATH:])
            self.problem = f"{shown}: {why}" if shown else str(why)

    def keep(self, data: bytes, tag: int, at: int, place: Place) -> int:
        """Keep the unknown field after a tag, and return the offset after it."""
        value, after = read_value(data, tag, at)
        if len(self.unknown) < MAX_UNKNOWN:
            self.unknown.append(UnknownField(path_of(place), tag >> 3, tag & 7, value))
        else:
            self.damage(place, f"more than {MAX_UNKNOWN} unknown fields")
        return after

    def admits(self, place: Place, max_depth: int) -> bool:
        """Count a message, and return whether it is nested too deeply to be read.

        Raises WireError when there are so many that damage or malice would fill the memory.
        """
        self.messages += 1
        if self.messages > MAX_MESSAGES:
            raise WireError(f"more than {MAX_MESSAGES} messages in one value")
        if place[3] > max_depth:
            self.damage(place, f"messages are nested deeper than {max_depth} levels")
            return False
        return True


def read_value(data: bytes, tag: int, at: int) -> tuple[int | bytes, int]:
    """Read the value after any tag; raises WireError."""
    wire_type = tag & 7
    if tag < 8:
        raise WireError("a field has the number 0")
    if wire_type == VARINT:
        number, at = read_varint(data, at)
        return number & 0xFFFFFFFFFFFFFFFF, at
    if wire_type == LENGTH:
        size, at = read_varint(data, at)
    elif wire_type in (FIXED64, FIXED32):
        size = 8 if wire_type == FIXED64 else 4
    else:
        raise WireError(f"field {tag >> 3} has the unknown wire type {wire_type}")
    if at + size > len(data):
        raise WireError(f"field {tag >> 3} is cut off: {at + size - len(data)} bytes are missing")
    return data[at : at + size], at + size


def path_of(place: Place) -> str:
    """Format a place as kubectl does: ``spec.containers[0]``; empty at the top."""
    steps: list[str] = []
    here: Place | None = place
    while here is not None and here[0] is not None:
        _, name, index, _ = here
        if name or index >= 0:
            steps.append(name if index < 0 else f"{name}[{index}]")
        here = here[0]
    return ".".join(reversed(steps))
