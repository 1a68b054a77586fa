"""Write-ahead logs as etcd writes them, record by record, for what no server would do on demand."""

from __future__ import annotations

from struct import pack
from typing import TYPE_CHECKING

from pyetcdctl.rpc.kv import DeleteRangeRequest, PutRequest, RangeRequest
from pyetcdctl.rpc.raft import (
    ADD_NODE,
    CONFIGURATION,
    ConfChange,
    HardState,
    LogEntry,
    LogMetadata,
    LogSnapshot,
)
from pyetcdctl.rpc.raft_internal import InternalRaftRequest, RequestHeader
from pyetcdctl.rpc.txn import MOD, Compare, RequestOp, TxnRequest
from pyetcdctl.rpc.wire import append_varint
from pyetcdctl.storage.crc32c import Crc32c
from pyetcdctl.storage.wal.records import CRC, ENTRY, METADATA, SNAPSHOT, STATE

if TYPE_CHECKING:
    from pathlib import Path

    from pyetcdctl.rpc.wire import Message

MEMBER, CLUSTER = 0x8E9E05C52164694D, 0xCDF818194E3A8C32
REQUEST_ID = (MEMBER & 0xFFFF) << 48 | 0x018F_0000_0000


class LogWriter:
    """Writes segments into ``folder``/member/wal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "member/wal"
        self.folder.mkdir(parents=True)
        self.index, self.term, self.revision = 0, 1, 1
        self.path = self.folder
        self._number = -1
        self._crc = 0
        self._records = bytearray()
        self.cut()

    @property
    def offset(self) -> int:
        """Where the next record goes."""
        return len(self._records)

    def cut(self) -> None:
        """Begin the next segment."""
        if self._number >= 0:
            self.save()
        self._number += 1
        self.path = self.folder / f"{self._number:016x}-{self.index + bool(self._number):016x}.wal"
        self._records.clear()
        self.record(CRC)
        self.record(METADATA, LogMetadata(NodeID=MEMBER, ClusterID=CLUSTER).encode())
        if self._number == 0:
            self.record(SNAPSHOT, LogSnapshot().encode())

    def save(self, *, space: int = 0) -> None:
        """Write the segment, with so many bytes of allocated space behind it."""
        self.path.write_bytes(self._records + bytes(space))

    def record(self, kind: int, data: bytes | None = None) -> None:
        """Append a record."""
        if data is not None:
            crc = Crc32c(self._crc)
            crc.update(data)
            self._crc = crc.value()
        body = bytearray([8, kind, 0x10])
        append_varint(body, self._crc)
        if data is not None:
            body.append(0x1A)
            append_varint(body, len(data))
            body += data
        padding = -len(body) % 8
        frame = len(body) | ((0x80 | padding) << 56 if padding else 0)
        self._records += pack("<Q", frame) + body + bytes(padding)

    def entry(self, data: bytes = b"", *, index: int = 0, kind: int = 0) -> None:
        """Append an entry, of the next index if none is given."""
        self.index = index or self.index + 1
        # As gogo's code writes it: zeros, too.
        message = bytearray([8, kind, 0x10])
        append_varint(message, self.term)
        message.append(0x18)
        append_varint(message, self.index)
        if data:
            message += LogEntry(Data=data).encode()
        self.record(ENTRY, bytes(message))

    def found(self) -> None:
        """Append a new cluster's first entries: its member, and that this is the leader."""
        context = b'{"id":%d,"peerURLs":["http://127.0.0.1:2380"],"name":"m1"}' % MEMBER
        change = ConfChange(Type=ADD_NODE, NodeID=MEMBER, Context=context)
        self.entry(change.encode(), kind=CONFIGURATION)
        self.term += 1
        self.entry()
        self.commit()

    def request(self, **request: Message) -> None:
        """Append a request, by the name of its field in InternalRaftRequest."""
        header = RequestHeader(ID=REQUEST_ID + self.index)
        self.entry(InternalRaftRequest(header=header, **request).encode())

    def put(self, key: bytes, value: bytes) -> None:
        """Append a put."""
        self.request(put=PutRequest(key=key, value=value))

    def delete(self, key: bytes) -> None:
        """Append a deletion."""
        self.request(delete_range=DeleteRangeRequest(key=key))

    def update(self, key: bytes, value: bytes, revision: int) -> None:
        """Append what an API server asks for: a put if the key's revision is still this one."""
        self.request(
            txn=TxnRequest(
                compare=[Compare(target=MOD, key=key, mod_revision=revision)],
                success=[RequestOp(request_put=PutRequest(key=key, value=value))],
                failure=[RequestOp(request_range=RangeRequest(key=key))],
            )
        )

    def commit(self, index: int = 0) -> None:
        """Append a state that says which entries are committed: all by default."""
        state = HardState(term=self.term, vote=MEMBER, commit=index or self.index)
        self.record(STATE, state.encode())
