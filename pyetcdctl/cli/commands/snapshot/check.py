"""``snapshot check``."""

from __future__ import annotations

from typing import Annotated

from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.progress import reading_progress
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.session.value_check import ValueCheck
from pyetcdctl.errors import Reported
from pyetcdctl.file_results import SnapshotCheck
from pyetcdctl.storage.checking.snapshot import check_snapshot

app = new_app()


@command(
    app,
    "check",
    "  pyetcdctl snapshot check backup.db",
    needs_server=False,
    file_flags=(),
    prints=(SnapshotCheck,),
)
def check(session: Session, paths: Annotated[list[str], words("FILE")]) -> None:
    """Find what is wrong in a snapshot or a member's database, and where.

    Checked are the SHA-256 at the end, every page, every record with its revision and version, the
    leases of keys, members, users and roles, and that each value of Kubernetes can be decoded.
    Encrypted values are decrypted first where the keys are known. Exit code 1 if anything is wrong.
    """
    check_count(1, paths, "snapshot check requires exactly one argument")
    session.check_format()
    values = ValueCheck(session)
    with reading_progress(paths[0], session.streams.err) as on_bytes:
        result = check_snapshot(paths[0], values.problem, on_bytes)
    session.print(result)
    if not result.has_digest:
        session.note(
            f"Warning: {paths[0]} has no SHA-256 at its end: bytes that changed within a value"
            " cannot be found"
        )
    if values.not_decrypted:
        session.report_count_not_decrypted(values.not_decrypted, values.first_not_decrypted)
    if result.faults:
        raise Reported
