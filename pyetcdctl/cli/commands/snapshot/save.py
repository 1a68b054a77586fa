"""``snapshot save``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import duration
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.progress import reading_progress, shown_bytes
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.snapshots import snapshot_pieces
from pyetcdctl.errors import ConnectionFailed, SnapshotFailed
from pyetcdctl.signals import cleaned_up_when_ended
from pyetcdctl.storage.saving import save as save_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.rpc.maintenance import SnapshotResponse

_SHOWN_FAULTS = 10

app = new_app()


class SaveFlags(Flags):
    """The flags of ``snapshot save``."""

    stall_timeout: Annotated[
        float,
        typer.Option(
            "--stall-timeout",
            parser=duration,
            metavar="duration",
            help="Fail when no data arrives for this long.",
        ),
    ] = 30.0
    verify: Annotated[
        bool, typer.Option("--verify", help="Check all of it as `snapshot check` does.")
    ] = False


@command(app, "save", "  pyetcdctl snapshot save backup.db")
def save(session: Session, paths: Annotated[list[str], words("FILE")], flags: SaveFlags) -> None:
    """Save a snapshot of one member's database to a file.

    FILE appears when it is complete, on the disk and its SHA-256 verified; until then an older
    FILE stays as it is. With --verify it must have no fault either: one would be the server's own.
    Exactly one endpoint must be given. --command-timeout, if given, limits the whole transfer.
    """
    check_count(1, paths, "snapshot save expects one argument <filename>")
    _check_endpoints(session)
    saving = _Saving(session, flags)
    with cleaned_up_when_ended():
        saving.run(paths[0])
    session.streams.out.text(f"Snapshot saved at {paths[0]}\n")
    if saving.version:
        session.streams.out.text(f"Server version {saving.version}\n")


def _check_endpoints(session: Session) -> None:
    endpoints = session.settings.endpoints
    if len(endpoints) != 1:
        listed = " ".join(endpoints)
        raise SnapshotFailed(
            f"snapshot must be requested to one selected node, not multiple [{listed}]"
        )


class _Saving:
    """A snapshot that is being saved; ``version`` is the server's, empty before 3.6."""

    def __init__(self, session: Session, flags: SaveFlags) -> None:
        self._session = session
        self._flags = flags
        self.version = ""

    def run(self, path: str) -> None:
        """Save it. Raises SnapshotFailed, or BadArguments for unusable settings."""
        try:
            if self._flags.verify:
                saved = save_file(self._blobs(), path, self._verify)
            else:
                saved = save_file(self._blobs(), path)
        except ConnectionFailed as error:
            raise SnapshotFailed(error.message, *error.advice) from error
        if saved.doubt:
            self._session.note(f"Warning: {saved.doubt}")
            self._session.note(f"  {path} is complete and verified; after a power failure the name")
            self._session.note("  may be missing: copy it to another disk.")

    def _verify(self, part: str) -> None:
        from pyetcdctl.cli.session.value_check import ValueCheck
        from pyetcdctl.storage.checking.snapshot import check_snapshot

        values = ValueCheck(self._session)
        with reading_progress(part, self._session.streams.err) as on_bytes:
            found = check_snapshot(part, values.problem, on_bytes)
        if found.faults:
            lines = [f"{where}: {what}" for where, what in found.faults[:_SHOWN_FAULTS]]
            total = len(found.faults) + found.omitted
            noun = "fault" if total == 1 else "faults"
            raise SnapshotFailed(f"the snapshot has {total:,} {noun}; nothing was saved", *lines)

    def _blobs(self) -> Iterator[bytes]:
        for piece in shown_bytes(self._pieces(), self._session.streams.err):
            self.version = piece.version or self.version
            yield piece.blob

    def _pieces(self) -> Iterator[SnapshotResponse]:
        session = self._session
        start = session.deadline()
        is_limited = "command-timeout" in session.configuration.given
        end = start if is_limited else Deadline.never()
        return snapshot_pieces(session.connection, start, self._flags.stall_timeout, end)
