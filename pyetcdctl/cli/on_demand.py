"""A dictionary whose names are known and whose values are made when they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class OnDemand(dict[str, Any]):
    """Makes each value once."""

    def __init__(self, names: Iterable[str], make: Callable[[str], Any]) -> None:
        super().__init__((name, None) for name in names)
        self._missing = set(self)
        self._make = make

    def __getitem__(self, name: str) -> Any:
        if name in self._missing:
            self._missing.discard(name)
            self[name] = self._make(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of a name."""
        try:
            return self[name]
        except KeyError:
            return default

    def values(self) -> Any:
        """Return all values."""
        return [self[name] for name in self]

    def items(self) -> Any:
        """Return all names with their values."""
        return [(name, self[name]) for name in self]
