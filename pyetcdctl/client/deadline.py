"""Deadlines: a point on the monotonic clock, or none."""

from __future__ import annotations

from time import monotonic
from typing import NamedTuple


class Deadline(NamedTuple):
    """A point in time that all calls of one command share."""

    end: float | None

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline ``seconds`` from now; zero and less have passed already."""
        return cls(monotonic() + seconds)

    @classmethod
    def never(cls) -> Deadline:
        """Return a deadline that never expires."""
        return cls(None)

    def remaining(self) -> float | None:
        """Return the seconds left, never below zero; None when there is no limit."""
        return None if self.end is None else max(0.0, self.end - monotonic())

    @property
    def expired(self) -> bool:
        """Whether the deadline has passed."""
        return self.end is not None and monotonic() >= self.end

    def within(self, seconds: float) -> Deadline:
        """Return this deadline, or the one ``seconds`` from now if that is earlier."""
        sooner = monotonic() + seconds
        return self if self.end is not None and self.end <= sooner else Deadline(sooner)
