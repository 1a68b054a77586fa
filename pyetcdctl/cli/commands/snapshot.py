"""``snapshot``: a member's whole database as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import duration, unsigned
from pyetcdctl.cli.lazy import command, new_group
from pyetcdctl.cli.restore_plan import RestoreFlags, restore_plan
from pyetcdctl.cli.session.configuration import discovery_root
from pyetcdctl.cli.session.progress import reading_progress, shown_bytes
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.session.signals import cleaned_up_when_ended
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.snapshots import snapshot_pieces
from pyetcdctl.discovery import Discovery, discover
from pyetcdctl.errors import (
    BadArguments,
    ConnectionFailed,
    DeadlineExceeded,
    PyetcdctlError,
    SnapshotFailed,
)
from pyetcdctl.results import SnapshotStatus
from pyetcdctl.rpc.snapshot import SnapshotResponse
from pyetcdctl.storage.saving import save as save_file
from pyetcdctl.storage.status import ends_with_digest, snapshot_status

_HELP = """\
Save a member's whole database, and look into such a file.

A snapshot holds every key with its history, and users, roles and leases; it is as secret as the
cluster itself. One member's is enough for a whole cluster.
"""
_EXAMPLE = "  pyetcdctl snapshot save backup.db"
_RESTORE_EXAMPLE = "  pyetcdctl snapshot restore backup.db --data-dir /var/lib/etcd-new"
_STALL_SECONDS = 30.0


def _text(name: str, text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, metavar="string", help=text)
    return option


def _count(name: str, text: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, parser=unsigned, metavar="uint", help=text)
    return option


BumpRevision = Annotated[
    int, _count("--bump-revision", "Let revisions go on so far above the snapshot's.")
]
DataDir = Annotated[str, _text("--data-dir", "Where to restore to.")]
InitialCluster = Annotated[str, _text("--initial-cluster", "All members: NAME=PEER_URL,...")]
MarkCompacted = Annotated[
    bool, typer.Option("--mark-compacted", help="End watches from before; with --bump-revision.")
]
MemoryMapSize = Annotated[int, _count("--initial-memory-map-size", "Bytes to map at first.")]
Name = Annotated[str, _text("--name", "This member's name.")]
PeerUrls = Annotated[str, _text("--initial-advertise-peer-urls", "This member's peer URLs.")]
SkipHashCheck = Annotated[
    bool, typer.Option("--skip-hash-check", help="For a copy of a member's own database.")
]
Token = Annotated[str, _text("--initial-cluster-token", "Keeps clusters apart.")]
WalDir = Annotated[str, _text("--wal-dir", "Where the log goes, if not into --data-dir.")]

app = new_group(_HELP, _EXAMPLE)


@command(app, "save", _EXAMPLE)
def save(
    ctx: typer.Context,
    paths: Annotated[list[str], words("FILE")] = [],  # noqa: B006 - Typer copies it
    stall_timeout: Annotated[
        float,
        typer.Option(
            "--stall-timeout",
            parser=duration,
            metavar="duration",
            help="Give up when no byte has come for so long.",
        ),
    ] = _STALL_SECONDS,
) -> None:
    """Save a snapshot of one member's database.

    FILE is there when it is whole, on the disk and its SHA-256 is right; before that an older FILE
    stays as it is. Exactly one endpoint must be given. --command-timeout, where it is given, bounds
    the whole.
    """
    if len(paths) != 1:
        raise BadArguments("snapshot save expects one argument <filename>")
    session: Session = ctx.obj
    _check_endpoints(session)
    saving = _Saving(session, stall_timeout)
    with cleaned_up_when_ended():
        saving.run(paths[0])
    session.streams.out.text(f"Snapshot saved at {paths[0]}\n")
    if saving.version:
        session.streams.out.text(f"Server version {saving.version}\n")


@command(
    app,
    "status",
    "  pyetcdctl snapshot status backup.db -w table",
    needs_server=False,
    prints=(SnapshotStatus,),
)
def status(
    ctx: typer.Context,
    paths: Annotated[list[str], words("FILE")] = [],  # noqa: B006 - Typer copies it
) -> None:
    """Show hash, revision, keys and size of a snapshot, without a server.

    The whole file is checked on the way, its SHA-256 first. The hash is a CRC of the contents: it
    is the same for files with the same keys, however they lie on the disk, but not the SHA-256.
    """
    session: Session = ctx.obj
    if len(paths) != 1:
        raise BadArguments("snapshot status requires exactly one argument")
    session.check_format()  # a wrong output format is told before the reading
    with reading_progress(paths[0], session.streams.err) as on_bytes:
        figures = snapshot_status(paths[0], on_bytes)
    if not figures.has_digest:
        session.streams.err.line(
            f"Warning: {paths[0]} has no SHA-256 at its end: it is a member's own file, not a"
            " snapshot that was saved; restoring it takes --skip-hash-check"
        )
    session.print(figures)


@command(
    app,
    "restore",
    "  pyetcdctl snapshot restore backup.db --data-dir /var/lib/etcd-new",
    needs_server=False,
)
def restore(
    ctx: typer.Context,
    paths: Annotated[list[str], words("FILE")] = [],  # noqa: B006 - Typer copies it
    bump_revision: BumpRevision = 0,
    data_dir: DataDir = "",
    initial_advertise_peer_urls: PeerUrls = "",
    initial_cluster: InitialCluster = "",
    initial_cluster_token: Token = "",
    initial_memory_map_size: MemoryMapSize = 0,
    mark_compacted: MarkCompacted = False,
    name: Name = "",
    skip_hash_check: SkipHashCheck = False,
    wal_dir: WalDir = "",
) -> None:
    """Print how to restore a snapshot with etcdutl; nothing is restored, and the exit code is 1.

    Only etcdutl, which belongs to the server, writes data directories. The steps are those for the
    etcd that is found on this node (see `discover`), with these flags put in.
    """
    if len(paths) != 1:
        raise BadArguments("snapshot restore requires exactly one argument")
    if bool(bump_revision) != mark_compacted:
        raise BadArguments("--mark-compacted required if --revision-bump > 0")
    flags = RestoreFlags(
        data_dir=data_dir,
        wal_dir=wal_dir,
        name=name,
        initial_cluster=initial_cluster,
        initial_cluster_token=initial_cluster_token,
        initial_advertise_peer_urls=initial_advertise_peer_urls,
        bump_revision=bump_revision,
        mark_compacted=mark_compacted,
        skip_hash_check=skip_hash_check,
        initial_memory_map_size=initial_memory_map_size,
    )
    session: Session = ctx.obj
    plan = restore_plan(
        paths[0], flags, _discovered(session), has_digest=ends_with_digest(paths[0])
    )
    session.streams.out.text(plan)
    raise PyetcdctlError(
        "nothing was restored: that is etcdutl's work",
        "The steps for this node are on standard output; read them before you run them.",
    )


def _discovered(session: Session) -> Discovery:
    root = discovery_root(session.streams.environment)
    return Discovery("/") if root is None else discover(root)


def _check_endpoints(session: Session) -> None:
    endpoints = session.settings.endpoints
    if len(endpoints) != 1:
        listed = " ".join(endpoints)
        raise SnapshotFailed(
            f"snapshot must be requested to one selected node, not multiple [{listed}]"
        )


class _Saving:
    """One snapshot on its way into a file; ``version`` is the server's, if it says so."""

    def __init__(self, session: Session, stall_timeout: float) -> None:
        self._session = session
        self._stall_timeout = stall_timeout
        self.version = ""

    def run(self, path: str) -> None:
        """Save it. Every failure but unusable settings is a SnapshotFailed."""
        try:
            saved = save_file(self._blobs(), path)
        except ConnectionFailed as error:
            raise SnapshotFailed(error.message, *error.advice) from error
        except SnapshotFailed as error:
            if isinstance(error.__cause__, DeadlineExceeded):
                error.advice += self._session.local_advice()
            raise
        if saved.doubt:
            self._session.note(f"Warning: {saved.doubt}")
            self._session.note(f"  {path} is complete and verified; after a power failure the name")
            self._session.note("  may be missing: copy it to another disk.")

    def _blobs(self) -> Iterator[bytes]:
        for piece in shown_bytes(self._pieces(), self._session.streams.err):
            self.version = piece.version or self.version
            yield piece.blob

    def _pieces(self) -> Iterator[SnapshotResponse]:
        session = self._session
        start = session.deadline()
        is_limited = "command-timeout" in session.configuration.given
        end = start if is_limited else Deadline.never()
        return snapshot_pieces(session.connection, start, self._stall_timeout, end)
