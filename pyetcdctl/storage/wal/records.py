"""The records of one segment of a write-ahead log: frames, and the checksums that chain them.

A frame is a little-endian length, a record and padding to eight bytes; a length of zero is the
space after the last record, which etcd allocates ahead. Each record holds the CRC-32C of all data
so far. Computing each of them takes longer than all else, and the checksum of the last of many
records covers those before it; so that one is computed, and the others only where it is wrong.
"""

from __future__ import annotations

import re
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import DamagedLog
from pyetcdctl.rpc.wire import WireError, append_varint, read_fields, read_varint
from pyetcdctl.storage.crc32c import Crc32c

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.storage.files import ReadOnlyFile

METADATA, ENTRY, STATE, CRC, SNAPSHOT = 1, 2, 3, 4, 5

_FRAME = Struct("<Q")
_SIZE, _PADDED = (1 << 56) - 1, 1 << 63
_VARINT = rb"[\x80-\xff]{0,9}[\x00-\x7f]"
_RECORD = re.compile(rb"\x08([\x01-\x05])\x10(%b)(?:\x1a(%b))?" % (_VARINT, _VARINT))
_HEAD_BYTES = 8 + 2 + 11 + 11
_SECTOR_BYTES = 512
_BLOCK_BYTES = 512 << 10
_LARGEST_RECORD = 256 << 20


class LogRecord(NamedTuple):
    """One record: its type, its data, and the offset of its frame in the segment."""

    kind: int
    data: bytes
    crc: bytes
    """The checksum as a varint, as it is stored."""
    offset: int


class Chain:
    """The checksum that runs through a log; ``value`` is None before the first record."""

    value: int | None = None


class Segment:
    """One segment; ``torn_at`` is the offset of a record that was not written whole, or -1."""

    def __init__(
        self,
        file: ReadOnlyFile,
        chain: Chain,
        *,
        is_last: bool,
        pass_over: Callable[[DamagedLog], None] | None = None,
        verified_to: Callable[[], int] = lambda: -1,
    ) -> None:
        """``pass_over`` takes the error of each record with a wrong checksum, which is then left
        out; without it such a record is raised. ``verified_to`` returns the offset of the last
        record that another process has verified, or -1.
        """
        self.torn_at = -1
        self._file = file
        self._chain = chain
        self._is_last = is_last
        self._pass_over = pass_over
        self._verified_to = verified_to

    def records(self) -> Iterator[list[LogRecord]]:
        """Yield the records in lists, their checksums verified.

        Raises DamagedLog after the last record before the damage.
        """
        held: list[LogRecord] = []
        for batch in self._batches():
            records = held + batch
            good = self._count_verified(records)
            held = records[good:]
            while len(held) > 1:
                yield records[:good]
                self._leave_out(held[0])
                records = held[1:]
                good = self._count_verified(records)
                held = records[good:]
            yield records[:good]
        if held:
            self._end_at(held[0].offset, "its checksum is wrong")

    def damage(self, offset: int, reason: str) -> DamagedLog:
        """Return the error that names the file and the offset."""
        return DamagedLog(
            f"the log is damaged: {self._file.path}: record at offset {offset}: {reason}"
        )

    def _leave_out(self, record: LogRecord) -> None:
        """Continue after a record with a wrong checksum: the next one continues the stored
        checksum.
        """
        error = self.damage(record.offset, "its checksum is wrong")
        if self._pass_over is None:
            raise error
        self._pass_over(error)
        self._chain.value = _number(record.crc)

    def _end_at(self, offset: int, reason: str) -> None:
        """End the log before a record that was not written whole; raise for other damage."""
        if not (self._is_last and self._is_torn(offset)):
            raise self.damage(offset, reason)
        self.torn_at = offset

    def _batches(self) -> Iterator[list[LogRecord]]:
        """Yield the records of one block after the other, not verified."""
        block, start, wanted = b"", 0, _BLOCK_BYTES
        while True:
            more = self._file.read_most(start + len(block), wanted)
            block += more
            records, end = _records_in(block, start)
            yield records
            block, start = block[end:], start + end
            missing = self._missing(block, start)
            if missing <= 0:
                return
            if not more:
                if block.strip(b"\0"):
                    self._end_at(start, "it goes beyond the end of the file")
                return
            wanted = max(_BLOCK_BYTES, missing)

    def _missing(self, block: bytes, offset: int) -> int:
        """Return how many bytes the last record of a block lacks; 0 where the log ends."""
        if len(block) < _FRAME.size:
            return _FRAME.size - len(block)
        frame, size = _frame_at(block, 0)
        if not frame:
            self._end_in_zeros(block, offset)
            return 0
        missing = _FRAME.size + size - len(block)
        if missing <= 0:  # it is whole, and no record
            self._end_at(offset, "it is not a record")
            return 0
        if size > _LARGEST_RECORD:
            raise self.damage(offset, f"its size field is {size} bytes")
        return missing

    def _end_in_zeros(self, block: bytes, offset: int) -> None:
        """End the log before zeros; what is behind them was written by the same, torn, write."""
        if block.strip(b"\0"):
            if not self._is_last:
                raise self.damage(offset, "there are zeros in its place")
            self.torn_at = offset

    def _count_verified(self, records: list[LogRecord]) -> int:
        """Return how many of the records have the right checksum, by their own or by a later
        one.
        """
        if records and records[-1].offset <= self._verified_to():
            self._chain.value = _number(records[-1].crc)
            return len(records)
        done = 0
        for end, record in enumerate(records):
            if record.kind == CRC:
                good = self._verify(records[done:end])
                if done + good < end:
                    return done + good
                self._take_start(record)
                done = end + 1
        return done + self._verify(records[done:])

    def _take_start(self, record: LogRecord) -> None:
        """Take the checksum at the start of a segment: the last one of the segment before."""
        crc = _number(record.crc)
        if self._chain.value not in (None, 0, crc):
            raise self.damage(record.offset, "it does not continue the segment before it")
        self._chain.value = crc

    def _verify(self, records: list[LogRecord]) -> int:
        if not records:
            return 0
        start = self._chain.value or 0
        crc = Crc32c(start)
        crc.update(b"".join([record.data for record in records]))
        if (value := crc.value()) == _number(records[-1].crc):
            self._chain.value = value
            return len(records)
        return self._verify_each(records, start)

    def _verify_each(self, records: list[LogRecord], crc: int) -> int:
        """Count the records up to the last with the right checksum: it covers all before it."""
        good = 0
        for count, record in enumerate(records, 1):
            step = Crc32c(crc)
            step.update(record.data)
            crc = step.value()
            if crc == _number(record.crc):
                self._chain.value, good = crc, count
        return good

    def _is_torn(self, offset: int) -> bool:
        """Whether a part of a record that fills a sector has only zeros.

        The disk writes sectors whole; one that was allocated and never written is zero.
        """
        head = self._file.read_most(offset, _HEAD_BYTES)
        if len(head) < _FRAME.size:
            return True
        _, size = _frame_at(head, 0)
        start = offset + _FRAME.size
        end = min(start + size, self._file.size)
        if start + size > end:
            return _is_consistent(head, size)
        data = self._file.read_most(start, end - start)
        at = 0
        while at < len(data):
            sector = data[at : at + _SECTOR_BYTES - (start + at) % _SECTOR_BYTES]
            if not sector.strip(b"\0"):
                return True
            at += len(sector)
        return False


def _frame_at(block: bytes, at: int) -> tuple[int, int]:
    """Return a frame's length field, and the size of record and padding."""
    (frame,) = _FRAME.unpack_from(block, at)
    return frame, (frame & _SIZE) + (frame >> 56 & 7 if frame & _PADDED else 0)


def _records_in(block: bytes, start: int) -> tuple[list[LogRecord], int]:
    """Return the complete records in a block, and the offset after the last of them."""
    records: list[LogRecord] = []
    append, unpack, parse = records.append, _FRAME.unpack_from, _RECORD.match
    at, last = 0, len(block) - _FRAME.size
    while at <= last:
        (frame,) = unpack(block, at)
        body = at + 8
        end = body + (frame & _SIZE)
        behind = end + (frame >> 56 & 7) if frame & _PADDED else end
        if not frame or behind > len(block):
            break
        match = parse(block, body, end)
        if match and (match.group(3) is None) == (match.end() == end):
            kind, crc, _ = match.groups()
            append(LogRecord(kind[0], block[match.end() : end], crc, start + at))
        elif record := _unusual_record(block[body:end], start + at):
            append(record)
        else:
            break
        at = behind
    return records, at


def _unusual_record(body: bytes, offset: int) -> LogRecord | None:
    """Read a record whose fields are not in the order in which etcd writes them."""
    try:
        fields = dict(read_fields(body))
        kind, crc, data = fields.get(1, 0), fields.get(2, 0), fields.get(3, b"")
        if isinstance(kind, int) and isinstance(crc, int) and isinstance(data, bytes):
            varint = bytearray()
            append_varint(varint, crc)
            known = METADATA <= kind <= SNAPSHOT
            return LogRecord(kind, data, bytes(varint), offset) if known else None
    except WireError:
        pass
    return None


def _is_consistent(head: bytes, size: int) -> bool:
    """Whether a frame's length is that of the record that begins in it."""
    match = _RECORD.match(head, _FRAME.size)
    if not match:
        return len(head) < _HEAD_BYTES
    length = _number(match.group(3)) if match.group(3) else 0
    return 0 <= size - (match.end() - _FRAME.size) - length < 8


def _number(varint: bytes) -> int:
    return read_varint(varint, 0)[0]
