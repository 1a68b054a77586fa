"""Open a path, recognised as a snapshot, a member's database or a member's data directory."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.errors import DamagedSnapshot, PyetcdctlError
from pyetcdctl.rpc.kv import ResponseHeader
from pyetcdctl.storage.accounting import Sizing
from pyetcdctl.storage.bolt.pages import invalid_metas
from pyetcdctl.storage.database import Database
from pyetcdctl.storage.files import ReadOnlyFile
from pyetcdctl.storage.live_copy import copy_of, is_written
from pyetcdctl.storage.mvcc.model import Model
from pyetcdctl.storage.replay.tail import replay
from pyetcdctl.storage.salvage.salvaging import salvaged
from pyetcdctl.storage.trailer import DIGEST_BYTES, DigestCheck, has_digest
from pyetcdctl.storage.wal.log import Log
from pyetcdctl.storage.wal.segments import has_log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.errors import DamagedLog
    from pyetcdctl.settings import FileReading
    from pyetcdctl.storage.mvcc.model import Progress
    from pyetcdctl.storage.replay.tail import Tail
    from pyetcdctl.storage.salvage.losses import Losses

_IN_MEMBER = os.path.join("snap", "db")
_FOLDERS = ("", "member")


class Identity(NamedTuple):
    """The IDs of member and cluster; 0 where a file does not have them."""

    cluster_id: int = 0
    member_id: int = 0


class OpenedFile:
    """An open file or folder. ``note`` prints lines about data that may be missing."""

    def __init__(
        self,
        path: str,
        reading: FileReading,
        *,
        progress: Progress,
        note: Callable[[str], None],
    ) -> None:
        self.path = path
        self.identity = Identity()
        self._digest: DigestCheck | None = None
        self._losses: Losses | None = None
        self._file = ReadOnlyFile(database_path(path))
        try:
            is_folder = reading.use_log and os.path.isdir(path)
            if reading.salvage:
                size = self._take_salvaged(note)
            else:
                check = not reading.skip_hash_check
                size = self._content_size(check, _no_note if is_folder else note)
                if self._digest is None and is_written(self._file.path):
                    size = self._take_copy(note, is_folder)
            self.database = Database(self._file, size, path)
            if not (is_folder or reading.salvage):
                self._note_invalid_metas(note)
            self.model = Model(self.database, progress)
            if is_folder and self._may_take_log(note):
                self._take_log(note, passes_damage=reading.salvage)
        except BaseException:
            self.close()
            raise

    @property
    def header(self) -> ResponseHeader:
        """The header of every response; fields that the file does not have are 0."""
        return ResponseHeader(
            cluster_id=self.identity.cluster_id,
            member_id=self.identity.member_id,
            revision=self.model.revision,
            raft_term=self.model.term,
        )

    def check_digest(self) -> None:
        """Raise DamagedSnapshot if the file changed since a server sent it."""
        try:
            if self._digest is not None:
                self._digest.result()
        except DamagedSnapshot as error:
            advice = (*error.advice[:1], "Try:  --skip-hash-check to read it nevertheless")
            raise error.with_advice(*advice) from error.__cause__

    def sizing(self) -> Sizing:
        """Return the pass that finds the sizes of values, and the use of the file's bytes."""
        return Sizing(self.database, self._file.size)

    @contextmanager
    def trusted(self) -> Iterator[None]:
        """Raise after a reading that cannot be trusted, in place of the error that it caused."""
        try:
            yield
        except DamagedSnapshot:
            self.check_unchanged()
            raise
        self.check_unchanged()

    def check_unchanged(self) -> None:
        """Raise if a server has written to the file meanwhile: its pages have been reused."""
        if self._digest is None and not self.database.pages.is_current():
            raise PyetcdctlError(
                f"{self._file.path} was written to while it was read",
                "Try:  this command again, or on the running server without --from",
            )

    def close(self) -> None:
        """Close the file."""
        if self._digest is not None:
            self._digest.stop()
        self._file.close()

    def _may_take_log(self, note: Callable[[str], None]) -> bool:
        """Whether there is a log, and the entry is known from which on to apply it."""
        if not has_log(self.path):
            note(f"Warning: {self.path} has no log in it: writes that only a log has are missing")
        elif not self._may_be_applied_to:
            note(
                "Warning: the log is not applied: the database does not have the index of the last"
                " entry that is in it"
            )
        else:
            return True
        return False

    @property
    def _may_be_applied_to(self) -> bool:
        """Whether it is certain which entries of the log the database has."""
        is_sound = self._losses is None or self._losses.has_index or not self._losses.faults
        return is_sound and self.model.knows_last_entry

    def _take_log(self, note: Callable[[str], None], *, passes_damage: bool) -> None:
        """Apply the entries of the log that the database does not have yet."""

        def pass_damage(error: DamagedLog) -> None:
            if not passes_damage:
                raise error
            note(f"Warning: {error.message}")
            note("# lost: the entries of the log from there on")

        with Log(self.path) as log:
            tail = replay(self.model, log, pass_damage)
        self.identity = Identity(log.metadata.ClusterID, log.metadata.NodeID)
        self.model.term = log.state.term or self.model.term
        note(_about(tail, self.path))
        if tail.log_end < tail.last_index:
            note(
                f"Warning: the log ends at entry {tail.log_end:,}, and the database has entry"
                f" {tail.last_index:,}: writes may be missing"
            )
        if log.torn:
            note(f"Warning: the last record of the log was not written whole: {log.torn}")

    def _take_salvaged(self, note: Callable[[str], None]) -> int:
        """Read a salvaged copy, and report its losses; return its size."""
        file = self._file
        if is_written(file.path):
            raise PyetcdctlError(
                f"a server is writing to {file.path}: --salvage reads what no server uses",
                "Try:  the same without --salvage",
            )
        digest = DigestCheck(file) if has_digest(file.size) else None
        try:
            copy, self._losses = salvaged(file, file.size - (DIGEST_BYTES if digest else 0))
            for line in self._losses.lines(file.path):
                note(line)
            if digest and not digest.is_right():
                note(f"Warning: the hash at the end of {file.path} is wrong: values may be, too")
        finally:
            if digest:
                digest.stop()
        file.close()
        self._file = copy
        return copy.size

    def _take_copy(self, note: Callable[[str], None], is_folder: bool) -> int:
        """Read a consistent copy of a file that a server is writing to; return its size."""
        copy = copy_of(self._file)
        self._file.close()
        self._file = copy
        missing = "what it writes from now on"
        if not is_folder:
            missing = "what it has not committed to the file, the last 100 ms or so,"
        note(f"Warning: a server is writing to {copy.path}: {missing} is missing")
        return copy.size

    def _note_invalid_metas(self, note: Callable[[str], None]) -> None:
        """Warn where the newest transaction may not be what is read; a log would make up for it."""
        for where, what in invalid_metas(self._file, self.database.pages.page_size):
            note(f"Warning: {self._file.path}: {where}: {what}")

    def _content_size(self, check: bool, note: Callable[[str], None]) -> int:
        """Return the size without the digest; start to compute the digest if it is checked."""
        file = self._file
        if not file.size:
            raise DamagedSnapshot("invalid database", f"{file.path} is empty.")
        if not has_digest(file.size):
            note(
                f"Warning: {file.path} has no SHA-256 at its end: it is a member's own file, and"
                " writes that only the log beside it has are missing"
            )
            return file.size
        if check:
            self._digest = DigestCheck(file)
        return file.size - DIGEST_BYTES


def _no_note(line: str) -> None:
    """Print nothing: the log that the note is about is read."""


def _about(tail: Tail, path: str) -> str:
    """Return the line about the entries from the log."""
    entries = "1 entry" if tail.entries == 1 else f"{tail.entries:,} entries"
    line = f"{path}: {entries} came from the log, {tail.uncommitted:,} not known to be committed"
    if tail.unreadable:
        line += f", {tail.unreadable:,} of a kind that is not known here, and passed over"
    return line


def database_path(path: str) -> str:
    """Return the file to read: the path itself, or the database in a member's folder."""
    if not os.path.isdir(path):
        return path
    candidates = [os.path.join(path, folder, _IN_MEMBER) for folder in _FOLDERS]
    return next(filter(os.path.exists, candidates), candidates[-1])
