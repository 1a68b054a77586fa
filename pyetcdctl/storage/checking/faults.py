"""The faults of a file: the first ones as text, and the number of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.file_results import Fault

if TYPE_CHECKING:
    from pyetcdctl.errors import DamagedSnapshot

MOST_FAULTS = 1000
_DATABASE = "the database is damaged: "


class Faults:
    """The faults found so far."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.omitted = 0

    def __len__(self) -> int:
        return len(self.found) + self.omitted

    def add(self, where: str, what: str) -> None:
        """Record a fault."""
        if len(self.found) < MOST_FAULTS:
            self.found.append(Fault(where, what))
        else:
            self.omitted += 1

    def take(self, error: DamagedSnapshot) -> None:
        """Record an error about a place in the file."""
        place, _, what = error.message.removeprefix(_DATABASE).partition(": ")
        if what:
            self.add(place, what)
        else:
            self.add("file", ": ".join((place, *error.advice[:1])))
