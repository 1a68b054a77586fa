"""``history``: what happened to a key."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.cli.flags.parameters import EtcdPrefix, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, PyetcdctlError
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.keyspace.source import Source
from pyetcdctl.results import KeyHistory

if TYPE_CHECKING:
    from pyetcdctl.keyspace.history import KeyRevision
    from pyetcdctl.kubernetes.objects import Object

_EXAMPLE = """\
  pyetcdctl history deployments coredns -n kube-system
  pyetcdctl history /registry/configmaps/kube-system/coredns -p
  pyetcdctl history pods web-1 -n shop --from yesterday.db --live"""

app = new_app()


class HistoryFlags(Flags):
    """The flags of ``history``."""

    all_: Annotated[
        bool, typer.Option("--all", help="With -p: also heartbeats, renewals and generations.")
    ] = False
    etcd_prefix: EtcdPrefix = ""
    live: Annotated[
        bool, typer.Option("--live", help="Also the server, beside the files of --from.")
    ] = False
    namespace: Annotated[
        str, typer.Option("--namespace", "-n", metavar="NAMESPACE", help="Else default.")
    ] = "default"
    patch: Annotated[
        bool, typer.Option("--patch", "-p", help="What each revision changed, as YAML.")
    ] = False
    show_secrets: Annotated[
        bool, typer.Option("--show-secrets", help="With -p: the values of Secrets.")
    ] = False


@command(app, "history", _EXAMPLE, needs_server=False, prints=(KeyHistory,))
def history(
    session: Session,
    what: Annotated[list[str], words("KEY | RESOURCE NAME | RESOURCE/NAME")],
    flags: HistoryFlags,
) -> None:
    """Show what happened to a key.

    Every revision that is still stored, newest first: when it was written, what happened, which
    manager wrote it (metadata.managedFields) and how large the value is. etcd keeps no times: they
    are bounded by the renewals of Lease objects. What was before the last compaction is only in
    older files: --from may be repeated, and --live adds the server.
    """
    session.check_format()
    key = _key(session, what, flags)
    sources = _sources(session, flags)
    from pyetcdctl.changes.history import merged, steps
    from pyetcdctl.changes.times import Times, renewals_in

    read = _reader(session)
    histories = [source.history(key) for source in sources]
    leases = (
        [_leases(source, session.registry_of(flags.etcd_prefix)) for source in sources]
        if any(each.revisions for each in histories)
        else []
    )
    times = Times(renewals_in((each for found in leases for each in found), read))
    session.print(
        KeyHistory(
            key=key,
            steps=tuple(steps(merged(histories), times, read)),
            begins_after=min(each.compacted for each in histories),
            patch=flags.patch,
            shows_noise=flags.all_,
            shows_secrets=flags.show_secrets,
            names_sources=len(sources) > 1,
        )
    )


def _sources(session: Session, flags: HistoryFlags) -> Sequence[Source]:
    files = [session.open_file(path) for path in session.file_paths]
    if not files:
        return [session.source]
    return [*files, session.live_source] if flags.live else files


def _key(session: Session, what: list[str], flags: HistoryFlags) -> bytes:
    if len(what) == 1 and (what[0].startswith("/") or "/" not in what[0]):
        return raw(what[0])
    parts = what[0].split("/") if len(what) == 1 else what
    if len(parts) != 2 or not all(parts):
        raise BadArguments("history takes KEY, RESOURCE NAME or RESOURCE/NAME")
    from pyetcdctl.kubernetes.registry_keys import key_of
    from pyetcdctl.kubernetes.resources import find

    resource = find(parts[0])
    if resource is None:
        raise BadArguments(
            f'"{parts[0]}" is not a built-in resource',
            "Try:  the key of the object, /registry/GROUP/PLURAL/NAMESPACE/NAME",
        )
    prefix = session.registry_of(flags.etcd_prefix)
    return os.fsencode(key_of(resource, flags.namespace, parts[1], prefix))


def _leases(source: Source, registry: str) -> Sequence[KeyRevision]:
    """Return the revisions of all Lease objects; times are not worth an error."""
    key, end = prefix_range(os.fsencode(f"{registry}/leases/"))
    with suppress(PyetcdctlError):
        return source.history(key, end).revisions
    return ()


def _reader(session: Session) -> Callable[[bytes, bytes], Object | None]:
    from pyetcdctl.kubernetes.stored_value import Reader

    read = Reader(session.decrypter, session.release)
    return lambda key, value: read(key, value).decoded.object
