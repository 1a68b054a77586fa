"""``diff``: the differences between two files, revisions or clusters."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from pyetcdctl.changes.comparing import KeyDifference, compare
from pyetcdctl.cli.flags.parameters import EtcdPrefix, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import (
    BadArguments,
    NotChecked,
    OutputClosed,
    PyetcdctlError,
    Reported,
    UsageError,
)
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.keyspace.source import PagedRange, Source
from pyetcdctl.results import Differences
from pyetcdctl.rpc.kv import RangeRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.storage.file_source import FileSource

_EXAMPLE = """\
  pyetcdctl diff @2000
  pyetcdctl diff yesterday.db -p --resource deployments
  pyetcdctl diff yesterday.db today.db --stat"""

app = new_app()


class DiffFlags(Flags):
    """The flags of ``diff``."""

    all_: Annotated[
        bool, typer.Option("--all", help="With -p: also heartbeats, renewals and generations.")
    ] = False
    etcd_prefix: EtcdPrefix = ""
    name_only: Annotated[bool, typer.Option("--name-only", help="Only the keys.")] = False
    patch: Annotated[
        bool, typer.Option("--patch", "-p", help="The differences of the objects' YAML.")
    ] = False
    prefix: Annotated[
        str, typer.Option("--prefix", metavar="string", help="Only keys that start with this.")
    ] = ""
    resource: Annotated[
        str, typer.Option("--resource", metavar="RESOURCE", help="Only objects of this resource.")
    ] = ""
    stat: Annotated[
        bool, typer.Option("--stat", help="Only how many keys differ, by resource.")
    ] = False


@command(app, "diff", _EXAMPLE, needs_server=False, prints=(Differences,))
def diff(session: Session, sides: Annotated[list[str], words("A [B]")], flags: DiffFlags) -> None:
    """Show what differs between two files, revisions or clusters.

    A and B are snapshots, database files, data directories, or @REVISION of the cluster. Without B,
    A is compared with the cluster as it is now. Values are compared, not revisions. + was added,
    - removed, ~ changed. Secrets are shown as changed, never their content.

    The exit code is 0 if nothing differs, 1 if something does, and 2 if that could not be found
    out.
    """
    _check(sides, flags)
    session.check_format()
    try:
        before, after = _sides(session, sides, flags)
        found = _Counted(compare(before.pages(), after.pages()))
        session.print(_differences(session, found, flags))
        session.streams.out.flush()
    except OutputClosed:
        raise
    except PyetcdctlError as error:
        raise NotChecked(error.message, *error.advice) from error
    except OSError as error:  # without a path the error is one of standard output
        if error.filename:
            raise
        reason = (error.strerror or str(error)).lower()
        raise NotChecked(f"write to standard output: {reason}") from error
    if found.count:
        raise Reported


def _check(sides: list[str], flags: DiffFlags) -> None:
    if not 1 <= len(sides) <= 2:
        raise UsageError("diff takes A [B]: files, directories or @REVISION")
    if flags.prefix and flags.resource:
        raise BadArguments("--prefix and --resource cannot be set at the same time, choose one")
    if sum((flags.patch, flags.name_only, flags.stat)) > 1:
        raise BadArguments("of --patch, --name-only and --stat one is enough")


class _Counted:
    """The changes, counted while they are printed."""

    def __init__(self, changes: Iterator[KeyDifference]) -> None:
        self._changes = changes
        self.count = 0

    def __iter__(self) -> Iterator[KeyDifference]:
        for change in self._changes:
            self.count += 1
            yield change


def _sides(session: Session, sides: list[str], flags: DiffFlags) -> tuple[PagedRange, PagedRange]:
    sources = [_source(session, side) for side in (*sides, "")[:2]]
    key, end = prefix_range(_start(session, flags, sources))
    if files := _two_files(sources):
        return files[0].unlike(files[1], RangeRequest(key=key, range_end=end))
    before, after = (
        source.range(RangeRequest(key=key, range_end=end, revision=revision))
        for source, revision in sources
    )
    return before, after


def _two_files(sources: Sequence[tuple[Source, int]]) -> list[FileSource]:
    """Return the sides, if both are whole files, which can be compared faster."""
    from pyetcdctl.storage.file_source import FileSource

    files = [each for each, revision in sources if isinstance(each, FileSource) and not revision]
    return files if len(files) == len(sources) else []


def _source(session: Session, side: str) -> tuple[Source, int]:
    """Return the source of an argument, and the revision, 0 for the newest."""
    if not side:
        return session.source, 0
    if side.startswith("@"):
        if not side[1:].isdecimal():
            raise BadArguments(f"{side} is not a revision: @2000 is one")
        return session.source, int(side[1:])
    if not os.path.exists(side):
        raise BadArguments(f"{side}: there is no such file or directory")
    return session.open_file(side), 0


def _start(session: Session, flags: DiffFlags, sources: Sequence[tuple[Source, int]]) -> bytes:
    """Return the prefix of the keys; a custom resource may be defined on one side alone."""
    if not flags.resource:
        return raw(flags.prefix)
    from pyetcdctl.cli.session.registry import store_in
    from pyetcdctl.registry.store import View
    from pyetcdctl.registry.wanted import in_first, preferred

    stores = (
        store_in(session, source, flags.etcd_prefix, View(revision))
        for source, revision in reversed(sources)
    )
    note = session.streams.err.line
    store, resource = in_first(stores, lambda store: preferred(store, flags.resource, note))
    return os.fsencode(store.key_of(resource))


def _differences(session: Session, changes: _Counted, flags: DiffFlags) -> Differences:
    from pyetcdctl.kubernetes.stored_value import Reader
    from pyetcdctl.usage.names import by_resource

    names = by_resource(session.registry_of(flags.etcd_prefix))
    return Differences(
        changes=changes,
        resource=lambda key: names(key)[0],
        name_only=flags.name_only,
        stat=flags.stat,
        read=Reader(session.decrypter, session.release) if flags.patch else None,
        shows_noise=flags.all_,
    )
