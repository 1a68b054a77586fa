"""``history``: what happened to a key."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack, closing
from typing import Annotated

import typer

from pyetcdctl.cli.flags.parameters import EtcdPrefix, Namespace, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import UsageError
from pyetcdctl.keyspace.source import Source
from pyetcdctl.results import KeyHistory

_EXAMPLE = """\
  pyetcdctl history deployments coredns -n kube-system
  pyetcdctl history /registry/configmaps/kube-system/coredns -p
  pyetcdctl history pods finished --from yesterday.db --live"""

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
    namespace: Namespace = "default"
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
    older files: --from may be repeated, and --live adds the server. Revisions that no source has
    are named.

    -p shows what each revision changed. The first that is known, unless it created the key, has
    nothing to be compared with: --all shows it whole.
    """
    session.check_format()
    sources = _sources(session, flags)
    key, registry = _key(session, what, flags, sources)
    from pyetcdctl.cli.revision_times import LeaseTimes, object_reader
    from pyetcdctl.keyspace.history import begin_history

    with ExitStack() as begun:
        # A server serves watches that start together at once: the Leases need more questions first.
        leases = begun.enter_context(closing(LeaseTimes(sources, registry)))
        pending = [begun.enter_context(closing(begin_history(each, key))) for each in sources]
        # It takes up to 100 ms to start them: the other modules are imported meanwhile.
        from pyetcdctl.changes.history import gaps, merged, steps
        from pyetcdctl.changes.times import Times
        from pyetcdctl.kubernetes.stored_value import Reader

        histories = [each.result() for each in pending]
        is_any = any(each.revisions for each in histories)
        times = leases.result(object_reader(session)) if is_any else Times(())
    read = Reader(session.decrypter, session.release)
    session.print(
        KeyHistory(
            key=key,
            steps=tuple(steps(merged(histories), times, read)),
            begins_after=min(each.compacted for each in histories),
            gaps=tuple(gaps(histories)),
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
    if flags.live:
        return [*files, session.live_source]
    session.check_endpoints_beside_file("--live")
    return files


def _key(
    session: Session, what: list[str], flags: HistoryFlags, sources: Sequence[Source]
) -> tuple[bytes, str]:
    """Return the key of the arguments, and the prefix of the API server's objects."""
    if len(what) == 1 and (what[0].startswith("/") or "/" not in what[0]):
        return raw(what[0]), session.registry_of(flags.etcd_prefix)
    parts = what[0].split("/") if len(what) == 1 else what
    if len(parts) != 2 or not all(parts):
        raise UsageError("history takes KEY, RESOURCE NAME or RESOURCE/NAME")
    from pyetcdctl.cli.session.registry import store_in
    from pyetcdctl.registry.wanted import in_first, preferred

    stores = (store_in(session, source, flags.etcd_prefix) for source in sources)
    note = session.streams.err.line
    store, resource = in_first(stores, lambda store: preferred(store, parts[0], note))
    return os.fsencode(store.key_of(resource, flags.namespace, parts[1])), store.prefix
