"""The values that a key had before and after a change, decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.stored_value import StoredValue


class Side:
    """The value of a key before or after a change; it is the same object in the next change."""

    __slots__ = ("sections", "stored")

    def __init__(self, stored: StoredValue) -> None:
        self.stored = stored
        self.sections: dict[str, tuple[Plain, list[str]]] = {}
        """The fields of the object that a printer showed, with the lines that it made of each: most
        are the same in the next change."""

    @property
    def object(self) -> Object | None:
        """The API object that it is."""
        return self.stored.decoded.object
