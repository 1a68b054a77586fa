"""``make-mirror``: keep a copy of a prefix in another cluster."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.destinations import destination_connection, logged_in
from pyetcdctl.cli.flags.parameters import number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw, unsigned
from pyetcdctl.cli.following import outage_reporter
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import user_credentials
from pyetcdctl.cli.session.progress import CopyProgress
from pyetcdctl.cli.session.session import Session
from pyetcdctl.concurrency.mirroring import Mirror, MirrorPlan
from pyetcdctl.concurrency.stopping import WorkThread
from pyetcdctl.errors import UsageError
from pyetcdctl.settings import TlsFiles

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection

_EXAMPLE = "  pyetcdctl make-mirror --prefix /registry/ --dest-prefix /copy/ $ETCDCTL_ENDPOINTS"
EVERY_SECONDS = 30.0
_PROGRESS_SECONDS = 0.2


def _text(name: str, text: str, metavar: str = "string") -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, metavar=metavar, help=text)
    return option


_Cacert = Annotated[str, _text("--dest-cacert", "CA bundle (PEM) of the destination.", "FILE")]
_Cert = Annotated[str, _text("--dest-cert", "Client certificate (PEM) for it.", "FILE")]
_InsecureTransport = Annotated[
    bool,
    typer.Option(
        "--dest-insecure-transport", help="Plain HTTP where no scheme is given; =false for TLS."
    ),
]
_Key = Annotated[str, _text("--dest-key", "That certificate's private key (PEM).", "FILE")]
_Password = Annotated[
    str,
    _text("--dest-password", "Password of --dest-user; `ps` shows it to all users of this host."),
]
_DestPrefix = Annotated[
    str, _text("--dest-prefix", "Prefix of the keys there, in place of --prefix.")
]
_User = Annotated[
    str, _text("--dest-user", "User there, as name[:password]; asks for a password not given.")
]
_MaxTxnOps = Annotated[
    int,
    typer.Option(
        "--max-txn-ops",
        parser=unsigned,
        metavar="uint",
        help="Operations that one transaction may have there; 0 for any number.",
    ),
]
_NoDestPrefix = Annotated[
    bool, typer.Option("--no-dest-prefix", help="Remove --prefix from the keys there.")
]
_Prefix = Annotated[str, _text("--prefix", "Prefix of the keys to mirror; all keys by default.")]
_Rev = Annotated[int, number("--rev", "Copy nothing; begin with the events of this revision.")]

app = new_app()


class MirrorFlags(Flags):
    """The flags of ``make-mirror``."""

    dest_cacert: _Cacert = ""
    dest_cert: _Cert = ""
    dest_insecure_transport: _InsecureTransport = True
    dest_key: _Key = ""
    dest_password: _Password = ""
    dest_prefix: _DestPrefix = ""
    dest_user: _User = ""
    max_txn_ops: _MaxTxnOps = 128
    no_dest_prefix: _NoDestPrefix = False
    prefix: _Prefix = ""
    rev: _Rev = 0


@command(app, "make-mirror", _EXAMPLE)
def make_mirror(
    session: Session, destinations: Annotated[list[str], words("DESTINATION")], flags: MirrorFlags
) -> None:
    """Keep a copy of all keys with a prefix in another cluster.

    It copies the keys of this moment, then follows: writes and deletions, each source revision in
    one transaction. Keys that only the destination has stay there. It runs until it is interrupted
    and waits for either cluster while it is away; every 30 seconds it prints how many operations it
    has done. Leases are not copied.
    """
    if len(destinations) != 1:
        raise UsageError("make-mirror takes one destination argument")
    destination = _destination(session, destinations, flags)
    source = logged_in(session.connection)
    if flags.no_dest_prefix and flags.dest_prefix:
        raise UsageError(
            "`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one"
        )
    new_prefix = "" if flags.no_dest_prefix else flags.dest_prefix or flags.prefix
    plan = MirrorPlan(raw(flags.prefix), raw(new_prefix), flags.rev, flags.max_txn_ops)
    mirror = Mirror(
        source,
        destination,
        plan,
        outage_reporter(session.streams.err, "The mirror resumes when it is back."),
    )
    _run(mirror, session)


def _destination(session: Session, endpoints: list[str], flags: MirrorFlags) -> Connection:
    files = TlsFiles(flags.dest_cacert, flags.dest_cert, flags.dest_key)
    user = user_credentials(
        flags.dest_user,
        flags.dest_password,
        lambda: session.ask_password("Destination Password: "),
    )
    return destination_connection(session, endpoints, files, user, flags.dest_insecure_transport)


def _run(mirror: Mirror, session: Session) -> None:
    """Run a mirror until it fails; report its progress meanwhile."""
    work = WorkThread("mirror", mirror.run)
    progress = CopyProgress(session.streams.err)
    work.start()
    due = monotonic() + EVERY_SECONDS
    while not work.has_ended.is_set():
        if mirror.is_copying:
            progress.show(mirror.total, mirror.to_copy)
            work.has_ended.wait(_PROGRESS_SECONDS)
        else:
            progress.end()
            work.has_ended.wait(max(0.0, due - monotonic()))
        if monotonic() >= due:
            due += EVERY_SECONDS
            session.streams.out.text(f"{mirror.total}\n")
            session.streams.out.flush()
    progress.end()
    work.raise_failure()
