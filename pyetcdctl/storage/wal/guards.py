"""Guarded writes: the transactions of API servers, parsed by one pattern because a log has
millions.

A guarded write is a transaction with one condition, that a figure of a key has a value, and one
step for when it holds: to put or to delete the same key. When it does not hold, the key is read.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pyetcdctl.rpc.wire import read_varint
from pyetcdctl.storage.wal.transactions import length_at

_VARINT = rb"[\x80-\xff]{0,9}[\x00-\x7f]"
_BEFORE_VALUE = re.compile(
    # the transaction, its condition: target, key and its size, the expected figure
    rb"\x32%b\x0a%b(?:\x10([\x01\x02]))?\x1a(%b)(.+?)([\x20\x28\x30])(%b)"
    # a step: put or delete the same key
    rb"\x12%b([\x12\x1a])%b\x0a\2\3" % ((_VARINT,) * 6),
    re.DOTALL,
)
_BEHIND_VALUE = re.compile(rb"(?:\x18(%b))?(\x1a%b\x0a%b\x0a%b)?" % ((_VARINT,) * 4))
_PUT, _VALUE, _HEADER = b"\x12", 0x12, b"\xa2\x06"
_TARGETS = {(None, b"\x20"): 0, (b"\x01", b"\x28"): 1, (b"\x02", b"\x30"): 2}
"""The numbers of version, create_revision and mod_revision."""


class Guard(NamedTuple):
    """A guarded write, and where in the request's bytes its value and its header are."""

    key: bytes
    target: int
    expected: int
    is_put: bool
    value_start: int
    value_end: int
    lease: int
    header_start: int


def guard_of(data: bytes) -> Guard | None:
    """Parse a guarded write; None for other requests, and for one in another form than etcd's.

    The sizes of the parts are not checked, but that the parts cover all bytes.
    """
    match = _BEFORE_VALUE.match(data)
    if match is None:
        return None
    chosen, key_size, key, tag, figure, kind = match.groups()
    target = _TARGETS.get((chosen, tag))
    if target is None or (key_size[0] != len(key) and read_varint(key_size, 0)[0] != len(key)):
        return None
    start = end = match.end()
    try:
        if kind == _PUT and data[start] == _VALUE:
            size, start = length_at(data, start + 1)
            end = start + size
        behind = _BEHIND_VALUE.match(data, end)
        assert behind  # it may be empty
        lease, read = behind.groups()
        at = behind.end()
        if read:
            if not data.startswith(key, at):
                return None
            at += len(key)
        if data[at : at + 2] != _HEADER or at + 3 + data[at + 2] != len(data):
            return None
    except IndexError:
        return None
    expected = figure[0] if len(figure) == 1 else read_varint(figure, 0)[0]
    lease_id = read_varint(lease, 0)[0] if lease else 0
    if (expected | lease_id) >> 63 or (lease and kind != _PUT):
        return None
    return Guard(key, target, expected, kind == _PUT, start, end, lease_id, at + 3)
