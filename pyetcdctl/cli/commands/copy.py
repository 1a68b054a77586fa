"""``copy``: keys from one cluster, or a file, to another cluster."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.destinations import context_connection, destination_connection, is_context
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import comma_separated, raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.configuration import user_credentials
from pyetcdctl.cli.session.session import Session
from pyetcdctl.cli.transfers import Consent, carried_out, confirmed, shown
from pyetcdctl.errors import BadArguments, ReadOnlyContext, UsageError
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.results import TransferRows
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.settings import TlsFiles
from pyetcdctl.transfer.comparison import Comparison
from pyetcdctl.transfer.copying import Copying
from pyetcdctl.transfer.entries import entries_of

if TYPE_CHECKING:
    from pyetcdctl.client.connection import Connection
    from pyetcdctl.rpc.kv import ResponseHeader
    from pyetcdctl.transfer.copying import Values

_EXAMPLE = """\
  pyetcdctl copy --to $ETCDCTL_ENDPOINTS --dest-prefix /backup/ /registry/configmaps/ --dry-run
  pyetcdctl copy --from backup.db --to https://10.0.0.5:2379 /registry/configmaps/ --dry-run"""

app = new_app()


def _text(name: str, text: str, metavar: str = "string") -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, metavar=metavar, help=text)
    return option


class CopyFlags(Flags):
    """The flags of ``copy``."""

    all_: Annotated[bool, typer.Option("--all", help="Also print unchanged keys.")] = False
    dest_cacert: Annotated[str, _text("--dest-cacert", "CA of the destination (PEM).", "FILE")] = ""
    dest_cert: Annotated[str, _text("--dest-cert", "Client certificate for it.", "FILE")] = ""
    dest_encryption_config: Annotated[
        str,
        _text(
            "--dest-encryption-config",
            "Encrypt values as the API server with this configuration would.",
            "FILE",
        ),
    ] = ""
    dest_insecure_transport: Annotated[
        bool,
        typer.Option(
            "--dest-insecure-transport", help="Plain HTTP where no scheme is given; =false for TLS."
        ),
    ] = True
    dest_key: Annotated[str, _text("--dest-key", "Private key of --dest-cert.", "FILE")] = ""
    dest_password: Annotated[
        str,
        _text(
            "--dest-password", "Password of --dest-user; `ps` shows it to all users of this host."
        ),
    ] = ""
    dest_prefix: Annotated[
        str, _text("--dest-prefix", "Prefix of the keys there, in place of PREFIX.")
    ] = ""
    dest_user: Annotated[
        str, _text("--dest-user", "User there, as name[:password]; asks for a password not given.")
    ] = ""
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change.")] = False
    follow: Annotated[
        bool, typer.Option("--follow", help="Then copy every later change, until interrupted.")
    ] = False
    prune: Annotated[
        bool, typer.Option("--prune", help="Delete the keys there that the source lacks.")
    ] = False
    to: Annotated[
        str,
        _text("--to", "The cluster to copy to, by its context or address.", "CONTEXT|ENDPOINTS"),
    ] = ""


@command(app, "copy", _EXAMPLE, needs_server=False, prints=(TransferRows,))
def copy(
    session: Session, prefix: Annotated[list[str], words("[PREFIX]")], flags: CopyFlags
) -> None:
    """Copy keys to another cluster, where they are new or different.

    \b
    + new  ~ different  = the same  - deleted (--prune)  ! changed meanwhile

    Each key is written only if it still is what was compared; one that another client changes
    meanwhile is a row with ! and ends the command with 1. Keys are copied without their leases.
    The source may also be a file (--from) or another cluster's pods (--via). --to takes the name of
    a context first, whatever ETCDCTL_* variables say about the source.
    """
    from pyetcdctl.client.live_source import LiveSource

    _check(prefix, flags)
    if flags.follow:
        session.check_may_go_on("copy --follow")
    start = raw(prefix[0]) if prefix else b""
    target = raw(flags.dest_prefix) if flags.dest_prefix else start
    destination, where = _destination(session, flags)
    reading = session.source.range(_all_with(start))
    revision = reading.header.revision
    there = LiveSource(destination).range(_all_with(target))
    if _is_one_cluster(session, destination, reading.header, there.header):
        _check_copy_within(session, start, target, flags)
    copying = Copying(start, target, _values(session, flags, start, target))
    comparison = Comparison(
        copying.renamed(entries_of(reading)),
        entries_of(there),
        is_same=copying.is_same,
        prune=flags.prune,
    )
    consent = Consent(flags.dry_run, session.configuration.values["yes"])
    shown(session, comparison, consent, unchanged=flags.all_)
    if confirmed(session, comparison, consent, where):
        again = entries_of(session.source.range(_all_with(start, revision)))
        entries = copying.renamed(again)
        carried_out(session, destination, comparison, entries, copying.write_of)
    if flags.follow:
        _follow(session, destination, copying, revision + 1)


def _follow(session: Session, destination: Connection, copying: Copying, revision: int) -> None:
    from pyetcdctl.cli.following import follow
    from pyetcdctl.concurrency.mirroring import MirrorPlan

    plan = MirrorPlan(copying.prefix, copying.target_prefix, revision, value_for=copying.value_for)
    follow(session, session.connection, destination, plan)


def _all_with(prefix: bytes, revision: int = 0) -> RangeRequest:
    key, end = prefix_range(prefix)
    return RangeRequest(key=key, range_end=end, revision=revision)


def _check(prefix: list[str], flags: CopyFlags) -> None:
    if len(prefix) > 1:
        raise UsageError("copy takes one PREFIX")
    if not flags.to:
        raise BadArguments(
            "copy needs a cluster to copy to", "Try:  --to CONTEXT, or --to ENDPOINTS"
        )
    if flags.follow and flags.dry_run:
        raise BadArguments("`--dry-run` and `--follow` cannot be set at the same time, choose one")


def _destination(session: Session, flags: CopyFlags) -> tuple[Connection, str]:
    """Return the connection to write to, and its name in prompts."""
    # An endpoint has a port: without one it is a context, if an unknown one.
    if ":" not in flags.to or is_context(session, flags.to):
        given = (flags.dest_cacert, flags.dest_cert, flags.dest_key, flags.dest_user)
        if any(given) or not flags.dest_insecure_transport:
            raise BadArguments(
                f"{flags.to} is a context, which has its own files and user",
                "Try:  the same without --dest-cacert, --dest-cert, --dest-key and --dest-user",
            )
        connection = context_connection(session, flags.to)
        return connection, f"{connection.endpoint} (context {flags.to})"
    files = TlsFiles(flags.dest_cacert, flags.dest_cert, flags.dest_key)
    user = user_credentials(
        flags.dest_user,
        flags.dest_password,
        lambda: session.ask_password("Destination Password: "),
    )
    connection = destination_connection(
        session, comma_separated(flags.to), files, user, flags.dest_insecure_transport
    )
    return connection, connection.endpoint


def _is_one_cluster(
    session: Session, destination: Connection, source: ResponseHeader, target: ResponseHeader
) -> bool:
    """Return whether source and destination are one cluster, as far as names and headers show."""
    if session.file_path or session.through or source.cluster_id != target.cluster_id:
        return False
    # Clusters with the same flags have the same ID: the ID alone is not enough.
    ours, theirs = session.settings.endpoints, destination.settings.endpoints
    shared = {_address(each) for each in ours} & {_address(each) for each in theirs}
    return bool(shared) or source == target


def _address(endpoint: str) -> str:
    return endpoint.rpartition("://")[2].rstrip("/").replace("localhost:", "127.0.0.1:")


def _check_copy_within(session: Session, start: bytes, target: bytes, flags: CopyFlags) -> None:
    """Refuse a copy of keys to themselves, or into a read-only context."""
    if session.is_read_only:
        name = session.configuration.read_only_context
        raise ReadOnlyContext(f"context {name} is read-only, and --to is the same cluster")
    if start == target:
        raise BadArguments(
            f"source and destination are the same cluster, {session.target}, and the same keys",
            "Try:  --to with another cluster, or --dest-prefix",
        )
    if flags.follow and target.startswith(start):
        raise BadArguments("copies below the prefix would be followed, and copied again")


def _values(session: Session, flags: CopyFlags, start: bytes, target: bytes) -> Values:
    from pyetcdctl.transfer.copying import Reencryption, Unchanged, registry_after

    if not flags.dest_encryption_config:
        return Unchanged()
    from pyetcdctl.cli.session.keyring import file_keyring

    registry = os.fsdecode(registry_after(start, target))
    keyring = file_keyring(flags.dest_encryption_config, session.process.at_end, registry)
    return Reencryption(session.decrypter, keyring)
