"""Where each live key's KeyValue is, with a fingerprint of it, to compare two files by.

KeyValues with the same fingerprint are equal; those with different ones may differ only in their
revisions. A place and a fingerprint are one number: a key takes some 230 bytes of memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.rpc.key_values import key_of
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.bolt.pages import damage
from pyetcdctl.storage.mvcc.key_index import SIZE_BITS, offset_and_size, place, usual_keys
from pyetcdctl.storage.mvcc.revisions import REVISION_BYTES, key_in, parse_revision

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.storage.bolt.leaves import LeafColumns
    from pyetcdctl.storage.mvcc.model import Model

_PLACE_BITS = 96
_PLACE = (1 << _PLACE_BITS) - 1
_FINGERPRINT = (1 << 60) - 1


class Fingerprints:
    """The live keys of a model; a number below zero is that of a change that the log has."""

    def __init__(self, model: Model, on_bytes: Callable[[int], None]) -> None:
        self._model = model
        self._found: dict[bytes, int] = {}
        for leaf in model.leaves():
            try:
                self._take(leaf)
            except (WireError, IndexError) as error:
                raise damage(leaf.number, leaf.offset, str(error)) from error
            on_bytes(sum(leaf.value_sizes))
        for number, change in enumerate(model.changes, 1):
            key = key_of(change.entry)
            if change.revision.is_deletion:
                self._found.pop(key, None)
            else:
                self._found[key] = -number

    def unlike(self, other: Fingerprints) -> list[bytes]:
        """Return the keys that are in only one of the two, or may differ, in order."""
        mine, others = self._found, other._found
        if mine is others:
            return []
        nowhere = -len(self._model.changes) - 1
        found = [
            key for key, number in mine.items() if _may_differ(number, others.get(key, nowhere))
        ]
        found += [key for key in others if key not in mine]
        return sorted(found)

    def has(self, key: bytes) -> bool:
        """Whether a key is live."""
        return key in self._found

    def read(self, key: bytes) -> bytes:
        """Return the serialized KeyValue of a live key."""
        number = self._found[key]
        if number < 0:
            return self._model.read(number)
        return self._model.database.read(*offset_and_size(number & _PLACE))

    def _take(self, leaf: LeafColumns) -> None:
        usual = max(leaf.key_sizes) == min(leaf.key_sizes) == REVISION_BYTES and usual_keys(leaf)
        if not usual:
            self._take_singly(leaf)
            return
        values, keys = usual
        data, base, sizes = leaf.data, leaf.base, leaf.value_sizes
        hashes = [hash(data[at : at + size]) for at, size in zip(values, sizes, strict=True)]
        numbers = [
            (each & _FINGERPRINT) << _PLACE_BITS | base + at << SIZE_BITS | size
            for each, at, size in zip(hashes, values, sizes, strict=True)
        ]
        self._found.update(zip(keys, numbers, strict=True))

    def _take_singly(self, leaf: LeafColumns) -> None:
        data = leaf.data
        for start, value, end in leaf.spans():
            key = key_in(data, value, end)
            if parse_revision(data[start:value]).is_deletion:
                self._found.pop(key, None)
            else:
                fingerprint = hash(data[value:end]) & _FINGERPRINT
                number = fingerprint << _PLACE_BITS | place(leaf.base + value, end - value)
                self._found[key] = number


def _may_differ(number: int, other: int) -> bool:
    return number < 0 or other < 0 or (number ^ other) >> _PLACE_BITS != 0
