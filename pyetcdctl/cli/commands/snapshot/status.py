"""``snapshot status``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.progress import reading_progress
from pyetcdctl.cli.session.session import Session
from pyetcdctl.file_results import SnapshotStatus
from pyetcdctl.storage.status import snapshot_status

_EXAMPLE = "  pyetcdctl snapshot status backup.db -w table"

app = new_app()


@command(app, "status", _EXAMPLE, needs_server=False, file_flags=(), prints=(SnapshotStatus,))
def status(session: Session, paths: Annotated[list[str], words("FILE")]) -> None:
    """Show hash, revision, keys and size of a snapshot, without a server.

    The whole file is verified, its SHA-256 first. The hash is a CRC of the contents: files with the
    same keys have the same hash, whatever their layout on the disk. It is not the SHA-256.
    """
    check_count(1, paths, "snapshot status requires exactly one argument")
    session.check_format()  # a wrong output format is reported before the file is read
    with reading_progress(paths[0], session.streams.err) as on_bytes:
        figures = snapshot_status(paths[0], on_bytes)
    if not figures.has_digest:
        session.streams.err.line(
            f"Warning: {paths[0]} has no SHA-256 at its end: it is a copy of a member's own"
            " database, not a saved snapshot; restoring it takes --skip-hash-check"
        )
    session.print(figures)
