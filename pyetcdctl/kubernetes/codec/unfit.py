"""The error for an object that cannot be encoded, with the path of the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.escaping import printable
from pyetcdctl.kubernetes.objects import Literal

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Plain

LONGEST_SHOWN = 40
_SORTS = {str: "a string", int: "a number", Literal: "a number", bool: "a bool"}


class Unfit(ValueError):
    """A value does not fit its field; ``path`` grows while the error rises through the object."""

    def __init__(self, why: str, *path: str | int, quiet: str = "") -> None:
        """``quiet`` is the same text without the value."""
        super().__init__(why)
        self.why = why
        self.path: list[str | int] = list(path)
        self._quiet = quiet

    def without_value(self) -> Unfit:
        """Remove the value from the text; return the error itself."""
        self.why = self._quiet or self.why
        return self

    def within(self, *steps: str | int) -> Unfit:
        """Add the steps that lead to the value; return the error itself."""
        self.path[:0] = steps
        return self

    @property
    def place(self) -> str:
        """The path as kubectl writes it: ``spec.containers[0].image``; empty at the top."""
        steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return printable("".join(steps).lstrip("."))

    def __str__(self) -> str:
        return f"{self.place}: {self.why}" if self.path else self.why


def needs(what: str, value: Plain) -> Unfit:
    """Return the error of a value that is not of the expected type."""
    quiet = f"{what} is needed here, not {_SORTS.get(type(value)) or described(value)}"
    return Unfit(f"{what} is needed here, not {described(value)}", quiet=quiet)


def described(value: Plain) -> str:
    """Describe a value in a few words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"the bool {str(value).lower()}"
    if isinstance(value, int):
        return f"the number {value}"
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, Literal):
        return f"the number {value.text[:LONGEST_SHOWN]}"
    if not isinstance(value, str):
        return f"{type(value).__name__}"
    shown = value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"
    return f"the string {ascii(shown) if not shown.isprintable() else repr(shown)}"
