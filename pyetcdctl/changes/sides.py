"""The values that a key had before and after a change, decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.kubernetes.managed_fields import entries_of_object, entries_of_protobuf

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pyetcdctl.kubernetes.managed_fields import ManagerEntry
    from pyetcdctl.kubernetes.objects import Object, Plain
    from pyetcdctl.kubernetes.stored_value import StoredValue

    Read = Callable[[bytes, bytes], StoredValue]


class Side:
    """The value of a key before or after a change; it is the same object in the next change.

    It is decoded on first use.
    """

    __slots__ = ("_key", "_managers", "_read", "_stored", "_value", "sections")

    def __init__(self, read: Read, key: bytes, value: bytes) -> None:
        self._read = read
        self._key = key
        self._value = value
        self._stored: StoredValue | None = None
        self._managers: Sequence[ManagerEntry] | None = None
        self.sections: dict[str, tuple[Plain, list[str]]] = {}
        """A printer's cache: the lines of each field of the object, most of which are the same in
        the next change.
        """

    @property
    def stored(self) -> StoredValue:
        """The value, decrypted and decoded."""
        if self._stored is None:
            self._stored = self._read(self._key, self._value)
        return self._stored

    @property
    def object(self) -> Object | None:
        """The API object in the value; None without one."""
        return self.stored.decoded.object

    @property
    def managers(self) -> Sequence[ManagerEntry]:
        """The entries of the object's managedFields."""
        if self._managers is None:
            found = entries_of_protobuf(self._value)
            self._managers = entries_of_object(self.object) if found is None else found
        return self._managers
