"""Convert watch events to changes of keys: each value decoded, beside the key's previous one."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.changes.history import CREATED, DELETED, UPDATED, writer_of
from pyetcdctl.changes.sides import Side
from pyetcdctl.rpc.event_batch import DELETE
from pyetcdctl.rpc.key_values import number_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from pyetcdctl.kubernetes.stored_value import StoredValue
    from pyetcdctl.rpc.key_values import Record
    from pyetcdctl.rpc.watch import WatchResponse

    Read = Callable[[bytes, bytes], StoredValue]

_MOST_VALUES, _MOST_BYTES = 2_000, 8 << 20


class KeyChange(NamedTuple):
    """A change of a key; None stands for an absent or unknown value."""

    revision: int
    event: str
    key: bytes
    before: Side | None
    after: Side | None
    before_revision: int = 0
    """0 where the key was absent before, or its revision was compacted."""
    is_before_known: bool = True
    is_same: bool = False
    """Whether the value is byte for byte what it was before."""
    size_bytes: int = 0
    received: datetime | None = None
    """The time of receipt, for a change that was watched live."""

    @property
    def writer(self) -> str:
        """Manager and operation of those metadata.managedFields that are new or changed."""
        return writer_of(self.before, self.after)


class LastValues:
    """Reads values and keeps the newest of each key, which is the previous one of its next
    change.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._known: OrderedDict[bytes, tuple[int, int, Side]] = OrderedDict()
        self._bytes = 0

    def before(self, key: bytes, revision: int, value: bytes) -> Side:
        """Read the value that a key had at a revision."""
        known = self._known.get(key)
        return known[2] if known and known[0] == revision else Side(self._read, key, value)

    def after(self, key: bytes, revision: int, value: bytes) -> Side:
        """Read the value that a key has from a revision on."""
        self.forget(key)
        side = Side(self._read, key, value)
        self._known[key] = revision, len(value), side
        self._bytes += len(value)
        while len(self._known) > _MOST_VALUES or self._bytes > _MOST_BYTES:
            self._bytes -= self._known.popitem(last=False)[1][1]
        return side

    def forget(self, key: bytes) -> None:
        """Drop the value of a key."""
        _, size, _ = self._known.pop(key, (0, 0, None))
        self._bytes -= size


def changes_in(
    response: WatchResponse, values: LastValues, received: datetime | None = None
) -> Iterator[KeyChange]:
    """Yield the changes in a response of a watch, which has previous values."""
    for batch in response.batches:
        events = zip(batch.kinds, batch.previous(), batch.records(), strict=True)
        for kind, previous, record in events:
            yield _change(kind, previous, record, values, received)


def _change(
    kind: int,
    previous: Record | None,
    record: Record,
    values: LastValues,
    received: datetime | None,
) -> KeyChange:
    key, created, modified, _, value, _ = record
    revision, before_revision, before = number_of(modified), 0, None
    if previous is not None:
        before_revision = number_of(previous[2])
        before = values.before(key, before_revision, previous[4])
    if kind == DELETE:
        values.forget(key)
        event, after = DELETED, None
    else:
        event = CREATED if created == modified else UPDATED  # kine has no versions
        after = values.after(key, revision, value)
    return KeyChange(
        revision,
        event,
        key,
        before,
        after,
        before_revision,
        is_before_known=previous is not None or event == CREATED,
        is_same=previous is not None and kind != DELETE and previous[4] == value,
        size_bytes=len(value),
        received=received,
    )
