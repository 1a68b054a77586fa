"""``du``: what uses the space."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, TypeGuard

import typer

from pyetcdctl.cli.flags.parameters import WHAT_FITS, EtcdPrefix, number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.preview import Preview
from pyetcdctl.cli.session.progress import ReadingProgress
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import (
    BadArguments,
    CallFailed,
    Interrupted,
    PyetcdctlError,
    Reported,
    UsageError,
)
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.keyspace.source import counts
from pyetcdctl.results import DatabaseSizes, SpaceUse, Sum
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.signals import interruptible

if TYPE_CHECKING:
    from pyetcdctl.registry.counting import Counted
    from pyetcdctl.rpc.range_page import RangePage
    from pyetcdctl.usage.tally import KeyTally, ValueTally

_EXAMPLE = """\
  pyetcdctl du
  pyetcdctl du --by namespace
  pyetcdctl du --by field /registry/pods
  pyetcdctl du --top 5
  pyetcdctl du --larger-than 1MiB"""
_GROUPS = ("resource", "namespace", "kind", "owner", "field", "prefix")
_SORTS = ("size", "keys", "name")
_UNITS = {"": 1, "k": 1000, "M": 1000**2, "G": 1000**3, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}
_SIZE = re.compile(r"(\d+)(|k|M|G|Ki|Mi|Gi)B?", re.ASCII)
_ROWS_AROUND = 8
"""Lines of the screen for the title, the sums and the prompt."""

app = new_app()


class DuFlags(Flags):
    """The flags of ``du``."""

    by: Annotated[
        str,
        typer.Option("--by", metavar="|".join(_GROUPS), help="What to group by."),
    ] = "resource"
    depth: Annotated[int, number("--depth", "With --by prefix: names of a key below PREFIX.")] = 1
    etcd_prefix: EtcdPrefix = ""
    larger_than: Annotated[
        str,
        typer.Option(
            "--larger-than",
            metavar="SIZE",
            help="Only the keys with values above SIZE (1MiB, 500kB); exit 1 if there are any.",
        ),
    ] = ""
    rows: Annotated[
        int, number("-n", "Rows on a terminal (default what fits); 0 for all.", show_default=False)
    ] = WHAT_FITS
    sort: Annotated[str, typer.Option("--sort", metavar="|".join(_SORTS), help="The order.")] = (
        "size"
    )
    top: Annotated[int, number("--top", "Also show this many of the largest values.")] = 0


@command(app, "du", _EXAMPLE, needs_server=False, prints=(SpaceUse,))
def du(session: Session, prefix: Annotated[list[str], words("[PREFIX]")], flags: DuFlags) -> None:
    """Show what uses the space.

    Sizes are those of the values. Below each resource are the namespaces that have 5 % of all or
    more; -w json has them all. --by field sums parts of all objects: managedFields, last-applied
    annotations, status, data. With --from, every byte of the file is accounted for; a live server
    adds the size of its database. On a terminal the numbers of keys are shown while the values are
    read. Ctrl-C shows what is known so far, and ends with 5.

    A pipe gets group, group within it, keys and bytes with tabs between; -w folded is for flame
    graphs.
    """
    least = _least(flags)
    _check(prefix, flags)
    session.check_format()
    reading = _Reading(session, raw(prefix[0]) if prefix else b"", flags, least)
    use = reading.run()
    session.print(use)
    if use.is_partial:
        raise Interrupted("interrupted: what was read so far is shown")
    if least and use.largest:
        raise Reported


def _least(flags: DuFlags) -> int:
    if not flags.larger_than:
        return 0
    found = _SIZE.fullmatch(flags.larger_than)
    if found is None:
        raise BadArguments(f"--larger-than {flags.larger_than}: a size is 1048576, 500kB or 1MiB")
    return int(found.group(1)) * _UNITS[found.group(2)]


def _check(prefix: list[str], flags: DuFlags) -> None:
    if len(prefix) > 1:
        raise UsageError("du takes one PREFIX")
    if flags.by not in _GROUPS:
        raise BadArguments(f"--by is one of: {', '.join(_GROUPS)}")
    if flags.sort not in _SORTS:
        raise BadArguments(f"--sort is one of: {', '.join(_SORTS)}")
    if flags.depth < 1 or flags.top < 0 or flags.rows < WHAT_FITS:
        raise BadArguments("--depth is a number from 1 on, --top and -n from 0 on")


class _Reading:
    """One pass over the keys."""

    def __init__(self, session: Session, prefix: bytes, flags: DuFlags, least: int) -> None:
        from pyetcdctl.usage.tally import Largest

        self._session = session
        self._prefix = prefix
        self._flags = flags
        self._least = least
        self._largest = Largest(flags.top, least + 1 if least else 0)
        self._revision = 0
        self._counted: Sequence[Counted] = ()

    def run(self) -> SpaceUse:
        """Read all values and return the sums; the partial ones after an interrupt."""
        tally, is_partial = self._tally(), False
        preview = Preview(self._session)
        try:
            with interruptible():
                self._read(tally, preview)
        except KeyboardInterrupt:
            is_partial = True
        if self._is_of_sizes(tally):
            tally.take_sizes(self._session.file.sizes(*prefix_range(self._prefix)))
        preview.clear()
        return self._found(tally, is_partial=is_partial)

    def _found(self, tally: KeyTally | ValueTally, *, is_partial: bool) -> SpaceUse:
        flags, sums = self._flags, tally.sums()
        counted = self._counted if is_partial else ()
        if counted:
            sums = _with_counts(sums, counted)
        return SpaceUse(
            by=flags.by,
            sums=_sorted(sums, flags.sort),
            keys=sum(each.keys for each in counted) if counted else tally.keys,
            size_bytes=tally.size,
            revision=self._revision,
            is_partial=is_partial,
            measured_keys=tally.keys,
            largest=tuple(self._largest.found()),
            lists_largest=bool(self._least),
            file=None if is_partial or self._least else self._file(),
            database=None if is_partial or self._least else self._database(),
            most_rows=self._most_rows(),
        )

    def _read(self, tally: KeyTally | ValueTally, preview: Preview) -> None:
        if self._is_of_sizes(tally):
            source = self._session.file
            source.measure()
            self._revision = source.opened.header.revision
            return
        for page in self._pages(preview):
            tally.take(page)

    def _is_of_sizes(self, tally: KeyTally | ValueTally) -> TypeGuard[KeyTally]:
        """Whether only sizes are needed, which a file has without reading values."""
        from pyetcdctl.usage.tally import KeyTally

        return bool(self._session.file_path) and isinstance(tally, KeyTally)

    def _pages(self, preview: Preview) -> Iterator[RangePage]:
        total = 0
        with suppress(CallFailed):  # the sizes do not need it
            total = self._total(preview)
        source, (key, end) = self._session.source, prefix_range(self._prefix)
        found = source.range(RangeRequest(key=key, range_end=end))
        self._revision = found.header.revision
        with ReadingProgress(total, self._session.streams.err) as progress:
            for page in found.pages():
                yield page
                progress.add(len(page), page.size)

    def _total(self, preview: Preview) -> int:
        """Return the number of keys, for a terminal; show how many each group has."""
        session = self._session
        if not session.streams.err.is_terminal:
            return 0
        if preview.is_possible and not (self._least or session.file_path or session.runs_in_pods):
            self._counted = self._counts()
        if not self._counted:
            key, end = prefix_range(self._prefix)
            request = RangeRequest(key=key, range_end=end, count_only=True)
            return counts(session.source, [request])[0]
        total = sum(each.keys for each in self._counted)
        sums = tuple(Sum(each.name, each.keys, 0) for each in self._counted)
        preview.show(SpaceUse(self._flags.by, sums, total, 0, 0, most_rows=self._most_rows()))
        return total

    def _counts(self) -> Sequence[Counted]:
        """Return how many keys each group has, where the keys alone show it."""
        from pyetcdctl.registry.counting import Counting

        counting = Counting(self._session.source, self._prefix)
        by, registry = self._flags.by, self._session.registry_of(self._flags.etcd_prefix)
        if by == "resource":
            return counting.by_resource(registry)
        if by == "namespace":
            return counting.by_namespace(registry)
        return counting.by_folder(self._flags.depth) if by == "prefix" else ()

    def _tally(self) -> KeyTally | ValueTally:
        from pyetcdctl.usage import names
        from pyetcdctl.usage.tally import KeyTally, ValueTally

        flags = self._flags
        if flags.by in ("kind", "owner", "field"):
            from pyetcdctl.kubernetes.stored_value import Reader
            from pyetcdctl.usage import contents

            reader = Reader(self._session.decrypter, self._session.release)
            return ValueTally(contents.parts_by(flags.by, reader), self._largest)
        registry = self._session.registry_of(flags.etcd_prefix)
        if flags.by == "resource":
            return KeyTally(names.by_resource(registry), self._largest)
        if flags.by == "namespace":
            return KeyTally(names.by_namespace(registry), self._largest)
        return KeyTally(names.by_prefix(self._prefix, flags.depth), self._largest)

    def _file(self) -> dict[str, int] | None:
        return self._session.file.accounting() if self._session.file_path else None

    def _database(self) -> DatabaseSizes | None:
        """Return the sizes that the server reports of its database; None if it does not."""
        if self._session.file_path:
            return None
        from pyetcdctl.client.maintenance import MaintenanceService

        connection = self._session.connection
        try:
            status = MaintenanceService(connection).status(self._session.deadline())
        except PyetcdctlError as error:
            self._session.note(f"# the size of the database is not known: {error.message}")
            return None
        return DatabaseSizes(
            connection.endpoint,
            status.dbSize,
            status.dbSizeInUse,
            getattr(status, "dbSizeQuota", 0),
        )

    def _most_rows(self) -> int:
        if self._flags.rows >= 0:
            return self._flags.rows
        return max(self._session.streams.out.height - _ROWS_AROUND - self._flags.top, 5)


def _sorted(sums: tuple[Sum, ...], order: str) -> tuple[Sum, ...]:
    if order == "keys":
        return tuple(sorted(sums, key=lambda each: (-each.keys, each.name)))
    return tuple(sorted(sums, key=lambda each: each.name)) if order == "name" else sums


def _with_counts(sums: Iterable[Sum], counted: Sequence[Counted]) -> tuple[Sum, ...]:
    """Return the partial sums with the counts of all keys, and the groups that are not read yet."""
    read = {each.name: each for each in sums}
    found = (
        read.get(name, Sum(name, 0, 0))._replace(keys=keys, within=()) for name, keys in counted
    )
    return tuple(sorted(found, key=lambda each: (-each.size_bytes, -each.keys, each.name)))
