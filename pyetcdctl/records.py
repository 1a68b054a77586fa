"""Frozen values with named fields, for results that every run loads and few use.

A data class writes and compiles its methods when it is made: thirty of them take longer than a
small call. A Record needs no code generation; for type checkers it is a frozen data class.
"""

from __future__ import annotations

from inspect import get_annotations
from typing import Any, ClassVar, NoReturn, dataclass_transform


@dataclass_transform(frozen_default=True)
class Record:
    """Base of frozen values: annotated names are its fields, assigned ones have a default."""

    field_names: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        # A field that is declared again, with a narrower type, keeps its place.
        cls.field_names = tuple(dict.fromkeys((*cls.field_names, *get_annotations(cls))))

    def __init__(self, *values: Any, **named: Any) -> None:
        given = {**dict(zip(self.field_names, values, strict=False)), **named}
        defaults = (name for name in self.field_names if hasattr(type(self), name))
        missing = set(self.field_names) - set(given) - set(defaults)
        if missing or len(given) != len(values) + len(named) or given.keys() - self.field_names:
            raise TypeError(f"{type(self).__name__} takes {', '.join(self.field_names)}")
        self.__dict__.update(given)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.field_names)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        pairs = zip(self.field_names, self._values(), strict=True)
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in pairs)})"
