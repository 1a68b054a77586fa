"""A page of a listing in each format, and responses to put, del, get and txn in plain lines.

A listing may have millions of lines: the loops over pages are hot.
"""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING

from pyetcdctl.rpc.kv import DeleteRangeResponse, PutResponse, RangeResponse
from pyetcdctl.rpc.txn import TxnResponse
from pyetcdctl.rpc.wire import read_varint, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyetcdctl.output import Sink
    from pyetcdctl.results import Listing
    from pyetcdctl.rpc.key_values import Record
    from pyetcdctl.rpc.kv import KeyValue
    from pyetcdctl.rpc.range_page import RangePage
    from pyetcdctl.rpc.wire import Message

_JSON_ENTRY = b'{"key":"%b","create_revision":%b,"mod_revision":%b,"version":%b,"value":"%b"}'
_SHORT_NUMBERS = {bytes([number]): b"%d" % number for number in range(1, 0x80)}


def plain_lines(page: RangePage, result: Listing, shown: Callable[[bytes], bytes] | None) -> bytes:
    """Return what the simple format prints for a page; ``shown`` makes keys and values safe."""
    if result.keys_only:
        words = page.keys()
    elif result.values_only:
        words = page.keys_and_values()[1::2]
    else:
        words = page.keys_and_values()
    if shown is not None:
        words = [shown(word) for word in words]
    words.append(b"")
    # etcdctl prints the empty values of a listing of keys.
    return (b"\n\n" if result.keys_only else b"\n").join(words)


def json_entries(records: Iterable[Record]) -> list[bytes]:
    """Return KeyValues as JSON objects."""
    entries: list[bytes] = []
    append = entries.append
    for key, create, mod, version, value, lease in records:
        if not (create and mod and version and value) or lease:
            append(_unusual_entry(key, create, mod, version, value, lease))
            continue
        created = _decimal(create)
        append(
            _JSON_ENTRY
            % (
                b2a_base64(key, newline=False),
                created,
                created if mod == create else _decimal(mod),
                _SHORT_NUMBERS.get(version) or _decimal(version),
                b2a_base64(value, newline=False),
            )
        )
    return entries


def _unusual_entry(
    key: bytes,
    create: bytes | None,
    mod: bytes | None,
    version: bytes | None,
    value: bytes,
    lease: bytes | None,
) -> bytes:
    """Return an entry that lacks fields, which are left out, or that has a lease."""
    numbers = ((b"create_revision", create), (b"mod_revision", mod), (b"version", version))
    members = [b'"key":"%b"' % b2a_base64(key, newline=False)] if key else []
    members += [b'"%b":%b' % (name, _decimal(number)) for name, number in numbers if number]
    if value:
        members.append(b'"value":"%b"' % b2a_base64(value, newline=False))
    if lease:
        members.append(b'"lease":%b' % _decimal(lease))
    return b"{%b}" % b",".join(members)


def _decimal(varint: bytes) -> bytes:
    if len(varint) == 3:  # the revisions of most clusters
        return b"%d" % (varint[0] & 0x7F | (varint[1] & 0x7F) << 7 | varint[2] << 14)
    return b"%d" % signed(read_varint(varint, 0)[0])


def write_response(response: Message | None, out: Sink, pair: Callable[[KeyValue], None]) -> None:
    """Write a response; ``pair`` writes each key with its value."""
    match response:
        case PutResponse():
            out.write(b"OK\n")
            if response.prev_kv is not None:
                pair(response.prev_kv)
        case DeleteRangeResponse():
            out.write(b"%d\n" % response.deleted)
            for kv in response.prev_kvs:
                pair(kv)
        case RangeResponse():
            for kv in response.kvs:
                pair(kv)
        case TxnResponse():
            out.write(b"SUCCESS\n" if response.succeeded else b"FAILURE\n")
            for each in response.responses:
                out.write(b"\n")
                write_response(each.response, out, pair)
