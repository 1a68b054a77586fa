"""A member's write-ahead log: its entries in order, and what is known of them."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Self

from pyetcdctl.errors import DamagedLog
from pyetcdctl.rpc.raft import HardState, LogMetadata, LogSnapshot
from pyetcdctl.rpc.wire import WireError
from pyetcdctl.storage.second_process import is_worth_it
from pyetcdctl.storage.wal.entries import WalEntry
from pyetcdctl.storage.wal.records import ENTRY, METADATA, SNAPSHOT, STATE, Chain, Segment
from pyetcdctl.storage.wal.segments import missing_segments, open_segments, wal_folder
from pyetcdctl.storage.wal.verifying_process import VerifyingProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from pyetcdctl.storage.files import ReadOnlyFile
    from pyetcdctl.storage.wal.records import LogRecord

_MOST_HELD_BYTES = 64 << 20
_LARGEST_FREED_BYTES = 16 << 20
_MOST_DAMAGES = 100
"""The most damages that are skipped: each costs another pass over the records after it."""


class Log:
    """A log that is read once, from its oldest entry on.

    A term's leader may have appended entries that the others never got; those of a later term
    replace them. So an entry is yielded only when the log shows that it is committed, or at the
    log's end; a damaged log keeps at most 64 MiB back. The attributes are complete at the end.
    """

    def __init__(
        self,
        path: str,
        on_bytes: Callable[[int], None] = lambda size: None,
        *,
        passes_damage: bool = False,
    ) -> None:
        """Open the log of a data directory; ``on_bytes`` is called with the number of bytes read.

        With ``passes_damage`` a record with a wrong checksum is left out, after other damage the
        next segment is read, and a missing segment is skipped.
        """
        self.folder = wal_folder(path)
        self.damages: list[str] = []
        """Descriptions of the skipped damages."""
        self.gaps: list[int] = []
        """The index of the first entry after each skipped damage."""
        self.metadata = LogMetadata()
        self.snapshot = LogSnapshot()
        self.first_snapshot = 0
        """The index of the first snapshot of the database that the log records, 0 for none."""
        self.state = HardState()
        """The member's last term, its vote in it, and the highest index that it knew to be
        committed.
        """
        self.replaced = 0
        """The number of entries that those of a later term replaced."""
        self.torn = ""
        """The file and the offset of a last record that was not written whole, if there is one."""
        self._on_bytes = on_bytes
        self._opened = ExitStack()
        self._passes_damage = passes_damage
        self._is_behind_damage = False
        self._files = self._opened.enter_context(open_segments(self.folder))
        self._held: list[WalEntry] = []
        if not passes_damage:
            for _, error in missing_segments(self._files):
                self._opened.close()
                raise error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._opened.close()

    @property
    def size(self) -> int:
        """The bytes of all segments, with the space that is allocated ahead."""
        return sum(file.size for file in self._files)

    @property
    def committed(self) -> int:
        """The highest index that the log knows to be committed."""
        return self.state.commit

    def entries(self) -> Iterator[WalEntry]:
        """Yield the entries, oldest first. Raises DamagedLog after the last one before the
        damage.
        """
        chain = Chain()
        missing = dict(missing_segments(self._files))
        _keep_freed_memory()
        verified_to = self._verified_elsewhere()
        for number, file in enumerate(self._files):
            if file in missing:
                self._pass_over(missing[file])
                chain = Chain()
            try:
                yield from self._entries_of(file, chain, partial(verified_to, number))
            except DamagedLog as error:
                if not self._passes_damage:
                    yield from self._held
                    raise
                self._pass_over(error)
                chain = Chain()
        yield from self._held

    def _verified_elsewhere(self) -> Callable[[int], int]:
        """Have a second process verify the segments that are complete, if they are large.

        The last one may be written to while it is read: what is verified may not be what was read.
        """
        complete = self._files[:-1]
        if not is_worth_it(sum(file.size for file in complete)):
            return lambda number: -1
        return self._opened.enter_context(VerifyingProcess(complete)).verified_to

    def _entries_of(
        self, file: ReadOnlyFile, chain: Chain, verified_to: Callable[[], int]
    ) -> Iterator[WalEntry]:
        segment = Segment(
            file,
            chain,
            is_last=file is self._files[-1],
            pass_over=self._pass_over if self._passes_damage else None,
            verified_to=verified_to,
        )
        for records in segment.records():
            yield from self._take(records, segment)
        if segment.torn_at >= 0:
            self.torn = f"{file.path} at offset {segment.torn_at}"

    def _pass_over(self, error: DamagedLog) -> None:
        if len(self.damages) >= _MOST_DAMAGES:
            self._passes_damage = False
            raise error
        self.damages.append(error.message)
        self._is_behind_damage = True

    def _take(self, records: list[LogRecord], segment: Segment) -> list[WalEntry]:
        """Take the next records; return the entries that cannot be replaced any more."""
        state = b""
        for record in records:
            if record.kind == ENTRY:
                self._append(record, segment)
            elif record.kind == STATE:
                state = record.data
            elif record.kind in (METADATA, SNAPSHOT):
                self._note(record, segment)
        if state:
            self._take_state(state, records[-1], segment)
        if records:
            self._on_bytes(records[-1].offset - records[0].offset)
        return self._released()

    def _append(self, record: LogRecord, segment: Segment) -> None:
        try:
            entry = WalEntry.of_record(record)
        except WireError as error:
            raise segment.damage(record.offset, f"it holds no entry: {error}") from error
        held = self._held
        while held and held[-1].index >= entry.index:
            held.pop()
            self.replaced += 1
        held.append(entry)
        if self._is_behind_damage:
            self.gaps.append(entry.index)
            self._is_behind_damage = False

    def _note(self, record: LogRecord, segment: Segment) -> None:
        try:
            if record.kind == METADATA:
                self.metadata = LogMetadata.decode(record.data)
            else:
                self.snapshot = LogSnapshot.decode(record.data)
                self.first_snapshot = self.first_snapshot or self.snapshot.index
        except WireError as error:
            raise segment.damage(record.offset, str(error)) from error

    def _take_state(self, state: bytes, last: LogRecord, segment: Segment) -> None:
        try:
            self.state = HardState.decode(state)
        except WireError as error:
            raise segment.damage(last.offset, f"a state before it: {error}") from error

    def _released(self) -> list[WalEntry]:
        held, committed = self._held, self.committed
        count = 0
        while count < len(held) and held[count].index <= committed:
            count += 1
        if sum(len(entry.data) for entry in held[count:]) > _MOST_HELD_BYTES:
            count = max(count, len(held) // 2)
        self._held = held[count:]
        return held[:count]


def _keep_freed_memory() -> None:
    """Have glibc keep freed memory for the next block instead of returning it to the system.

    It returns what exceeds twice the largest block freed so far. Each page of a block that is
    allocated anew costs about as much as reading a page of the file.
    """
    bytes(_LARGEST_FREED_BYTES)
