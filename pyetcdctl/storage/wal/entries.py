"""The entries of raft in a log: the requests that the members have agreed on."""

from __future__ import annotations

import json
import re
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from pyetcdctl.rpc.raft import CONFIGURATION, ConfChange, LogEntry
from pyetcdctl.rpc.raft_internal import InternalRaftRequest, StoreRequest
from pyetcdctl.rpc.wire import Message, WireError, read_fields, read_varint

if TYPE_CHECKING:
    from pyetcdctl.storage.wal.records import LogRecord

_VARINT = rb"[\x80-\xff]{0,9}[\x00-\x7f]"
_ENTRY = re.compile(
    rb"(?:\x08([\x00-\x02]))?\x10(%b)\x18(%b)(?:\x22(%b))?" % (_VARINT, _VARINT, _VARINT)
)
AnyMessage = TypeVar("AnyMessage", bound=Message)
STORE_METHODS = (b"PUT", b"POST", b"DELETE", b"QGET", b"SYNC")


class WalEntry:
    """One entry; ``data`` is decoded on first use, which may raise WireError."""

    def __init__(self, index: int, term: int, kind: int, data: bytes, offset: int) -> None:
        self.index = index
        self.term = term
        self.kind = kind
        self.data = data
        self.offset = offset
        """Where the record begins in its segment."""

    def __repr__(self) -> str:
        return f"Entry({self.index}, {self.term}, {self.kind}, {len(self.data)} bytes)"

    @classmethod
    def of_record(cls, record: LogRecord) -> WalEntry:
        """Read the entry in a record. Raises WireError."""
        data = record.data
        match = _ENTRY.match(data)
        if match is None:
            return cls._unusual(record)
        kind, term, index, size = match.groups()
        end = match.end()
        if size is None or read_varint(size, 0)[0] != len(data) - end:
            return cls._unusual(record)
        return cls(
            read_varint(index, 0)[0],
            term[0] if term < b"\x80" else read_varint(term, 0)[0],
            kind[0] if kind else 0,
            data[end:],
            record.offset,
        )

    @classmethod
    def _unusual(cls, record: LogRecord) -> WalEntry:
        entry = LogEntry.decode(record.data)
        return cls(entry.Index, entry.Term, entry.Type, entry.Data, record.offset)

    @cached_property
    def is_store_request(self) -> bool:
        """Whether it is a request of etcd's v2 API, which is no InternalRaftRequest."""
        return self.kind == 0 and any(
            number == 2 and value in STORE_METHODS
            for number, value in islice(read_fields(self.data), 2)
        )

    @cached_property
    def request(self) -> InternalRaftRequest | None:
        """The request; None for an empty entry, a change of members, the v2 API."""
        if self.kind or not self.data or self.is_store_request:
            return None
        return _decoded(InternalRaftRequest, self.data)

    @cached_property
    def store_request(self) -> StoreRequest | None:
        """The request of the v2 API, if it is one."""
        if not self.is_store_request:
            return None
        return _decoded(StoreRequest, self.data)

    @cached_property
    def change(self) -> ConfChange | None:
        """The change of the members, if it is one."""
        if self.kind != CONFIGURATION:
            return None
        return _decoded(ConfChange, self.data)


def change_context(change: ConfChange) -> dict[str, Any]:
    """Return the context of a change of the members: the member's fields, and isPromote."""
    try:
        context = json.loads(change.Context or b"{}")
    except (ValueError, RecursionError):
        context = None
    if not isinstance(context, dict):
        raise WireError("the context of a change of the members is not a JSON object")
    return context


def _decoded(kind: type[AnyMessage], data: bytes) -> AnyMessage:
    try:
        return kind.decode(data)
    except RecursionError:
        raise WireError("messages are nested too deeply") from None
