"""``snapshot restore``."""

from __future__ import annotations

from typing import Annotated

import typer

from pyetcdctl.cli.commands.snapshot.restore_plan import Restoring, restore_plan
from pyetcdctl.cli.flags.parameters import check_count, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import unsigned
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import discovery_root
from pyetcdctl.cli.session.session import Session
from pyetcdctl.discovery import Discovery, discover
from pyetcdctl.errors import PyetcdctlError, UsageError
from pyetcdctl.storage.status import ends_with_digest

_EXAMPLE = "  pyetcdctl snapshot restore backup.db --data-dir /var/lib/etcd-new"

app = new_app()


def _text(name: str, text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, metavar="string", help=text)
    return option


def _count(name: str, text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, parser=unsigned, metavar="uint", help=text)
    return option


class SnapshotRestoreFlags(Flags):
    """The flags of ``snapshot restore``; all but the plan's own are etcdutl's."""

    bump_revision: Annotated[
        int, _count("--bump-revision", "Continue revisions this far above the snapshot's.")
    ] = 0
    data_dir: Annotated[str, _text("--data-dir", "The data directory to write.")] = ""
    initial_advertise_peer_urls: Annotated[
        str, _text("--initial-advertise-peer-urls", "This member's peer URLs.")
    ] = ""
    initial_cluster: Annotated[
        str, _text("--initial-cluster", "All members: NAME=PEER_URL,...")
    ] = ""
    initial_cluster_token: Annotated[
        str, _text("--initial-cluster-token", "Keeps clusters apart.")
    ] = ""
    initial_memory_map_size: Annotated[
        int, _count("--initial-memory-map-size", "Bytes to map at first.")
    ] = 0
    mark_compacted: Annotated[
        bool,
        typer.Option("--mark-compacted", help="End earlier watches; with --bump-revision."),
    ] = False
    name: Annotated[str, _text("--name", "This member's name.")] = ""
    skip_hash_check: Annotated[
        bool, typer.Option("--skip-hash-check", help="For a copy of a member's own database.")
    ] = False
    wal_dir: Annotated[
        str, _text("--wal-dir", "Where the write-ahead log goes, if not into --data-dir.")
    ] = ""


@command(app, "restore", _EXAMPLE, needs_server=False, file_flags=())
def restore(
    session: Session, paths: Annotated[list[str], words("FILE")], flags: SnapshotRestoreFlags
) -> None:
    """Print how to restore a snapshot with etcdutl; nothing is restored, and the exit code is 1.

    Only etcdutl, which belongs to the server, writes data directories. The steps are those for the
    etcd that is found on this node (see `discover`), with these flags filled in.
    """
    check_count(1, paths, "snapshot restore requires exactly one argument")
    if bool(flags.bump_revision) != flags.mark_compacted:
        raise UsageError("--mark-compacted required if --revision-bump > 0")
    given = Restoring(*(getattr(flags, name) for name in Restoring._fields))
    plan = restore_plan(
        paths[0], given, _discovered(session), has_digest=ends_with_digest(paths[0])
    )
    session.streams.out.text(plan)
    raise PyetcdctlError(
        "nothing was restored: use etcdutl",
        "The steps for this node are on standard output; read them before you run them.",
    )


def _discovered(session: Session) -> Discovery:
    root = discovery_root(session.streams.environment)
    return Discovery("/") if root is None else discover(root)
