"""``check``: what a cluster can do."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isnan
from time import monotonic
from typing import Annotated, NamedTuple

import typer

from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_group
from pyetcdctl.cli.session.progress import shown_steps
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.each import ask_one
from pyetcdctl.client.kv import compact, delete
from pyetcdctl.client.workload import Figures, Load, Workload, open_connections
from pyetcdctl.errors import BadFeature, InvalidInput, PyetcdctlError, Reported
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.rpc.kv import DeleteRangeRequest
from pyetcdctl.rpc.txn import CompactionRequest

_HELP = """\
Measure what a cluster can do, with a load of its own.

The load is real: it competes with everybody else's work, and what it writes counts against the
quota until it is compacted and defragmented (--auto-compact, --auto-defrag).
"""
_CLEAN_UP_SECONDS = 30.0
_MEBIBYTE = 1 << 20
_ALIASES = {"small": "s", "medium": "m", "large": "l", "xLarge": "xl"}


class _Size(NamedTuple):
    clients: int
    per_second: int
    pairs: int


_SIZES = {
    "s": _Size(50, 150, 10_000),
    "m": _Size(200, 1_000, 100_000),
    "l": _Size(500, 8_000, 1_000_000),
    "xl": _Size(1_000, 15_000, 3_000_000),
}
_PERF_SECONDS = 60

LoadName = Annotated[
    str,
    typer.Option("--load", metavar="s|m|l|xl", help="How much: small, medium, large or xLarge."),
]
AutoCompact = Annotated[
    bool, typer.Option("--auto-compact", help="Compact to the last revision afterwards.")
]
AutoDefrag = Annotated[
    bool, typer.Option("--auto-defrag", help="Defragment every endpoint afterwards.")
]
Surplus = Annotated[list[str], words("")]

app = new_group(_HELP, "  pyetcdctl check perf --load s --auto-compact")


def _prefix() -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "--prefix", metavar="string", help="Below what to write."
    )
    return option


@command(app, "perf", "  pyetcdctl check perf --load s --auto-compact")
def perf(
    ctx: typer.Context,
    surplus: Surplus = [],  # noqa: B006 - Typer copies it
    auto_compact: AutoCompact = False,
    auto_defrag: AutoDefrag = False,
    load: LoadName = "s",
    prefix: Annotated[str, _prefix()] = "/etcdctl-check-perf/",
) -> None:
    """Check for a minute whether the cluster keeps up with a pace of writes.

    s is 150 writes a second, m 1,000, l 8,000, xl 15,000. This program itself makes about 7,000 a
    second with two processors to share with the server, so that l is at its edge and xl beyond it:
    they may fail whatever the cluster can do. Ctrl-C ends the check early; its keys are deleted in
    any case.
    """
    session: Session = ctx.obj
    size = _size(load)
    check = _Check(session, raw(prefix), f"'etcdctl del --prefix {prefix}'")
    figures = check.perf(size)
    check.clean_up(auto_compact, auto_defrag)
    _judge(session, figures, size.per_second)


@command(app, "datascale", "  pyetcdctl check datascale --load s --auto-compact --auto-defrag")
def datascale(
    ctx: typer.Context,
    surplus: Surplus = [],  # noqa: B006 - Typer copies it
    auto_compact: AutoCompact = False,
    auto_defrag: AutoDefrag = False,
    load: LoadName = "s",
    prefix: Annotated[str, _prefix()] = "/etcdctl-check-datascale/",
) -> None:
    """Check how much memory a member needs for a number of keys.

    s is 10,000 pairs of 1 KiB, m 100,000, l 1,000,000, xl 3,000,000. The memory is that of the
    first endpoint, which must publish its metrics.
    """
    session: Session = ctx.obj
    size = _size(load)
    check = _Check(session, raw(prefix), f"etcdctl del --prefix {prefix}")
    before = check.memory("before")
    out = session.streams.out
    out.text(
        f"Start data scale check for work load [{size.pairs} key-value pairs, 1024 bytes per"
        f" key-value, {size.clients} concurrent clients].\n"
    )
    out.flush()
    figures = check.datascale(size)
    after = check.memory("after")
    check.clean_up(auto_compact, auto_defrag, must_succeed=True)
    if figures.errors:
        _tell_errors(session, figures)
        raise Reported
    used = (after - before) / _MEBIBYTE
    out.text(f"PASS: Approximate system memory used : {used:.2f} MB.\n")


def _size(name: str) -> _Size:
    size = _SIZES.get(_ALIASES.get(name, name))
    if size is None:
        raise BadFeature(f"unknown load option {name}")
    return size


class _Check:
    """A load below a prefix that was empty before, and is again afterwards."""

    def __init__(self, session: Session, prefix: bytes, remedy: str) -> None:
        self._session = session
        self._prefix = prefix
        self._connections, has_keys = open_connections(session.connection, prefix, session.deadline)
        if has_keys:
            shown = go_quoted(prefix)
            raise InvalidInput(f"prefix {shown} has keys. Delete with {remedy} first")

    def perf(self, size: _Size) -> Figures:
        """Write at a pace for a minute, or until SIGINT."""
        load = Load(self._prefix, 256, 1024, size.clients, size.per_second, _PERF_SECONDS)
        workload = Workload(self._connections, load, self._session.deadline)
        began = monotonic()
        with _stopped_by_interrupt(workload):
            return self._run(workload, _PERF_SECONDS, lambda: int(monotonic() - began), "s")

    def datascale(self, size: _Size) -> Figures:
        """Write a number of pairs as fast as it goes."""
        load = Load(self._prefix, 512, 512, size.clients, total=size.pairs)
        workload = Workload(self._connections, load, self._session.deadline)
        return self._run(workload, size.pairs, lambda: workload.done, "pairs")

    def _run(self, workload: Workload, total: int, done: Callable[[], int], unit: str) -> Figures:
        with shown_steps(total, unit, done, self._session.streams.err) as on_write:
            return workload.run(on_write)

    def memory(self, when: str) -> float:
        """Return the memory of the first endpoint's member."""
        from pyetcdctl.client.metrics import RESIDENT_MEMORY, resident_memory

        session = self._session
        used = resident_memory(session.connection.endpoints[0], session.settings)
        if not used:
            out = session.streams.out
            out.text(f"FAIL: Could not read {RESIDENT_MEMORY} {when} the put operations.\n")
            raise Reported
        return used

    def clean_up(
        self, auto_compact: bool, auto_defrag: bool, *, must_succeed: bool = False
    ) -> None:
        """Delete the keys; then compact and defragment, if that is wanted."""
        key, end = prefix_range(self._prefix)
        request = DeleteRangeRequest(key=key, range_end=end)
        try:
            answer = delete(self._session.connection, request, Deadline.after(_CLEAN_UP_SECONDS))
        except PyetcdctlError as error:
            if must_succeed:
                raise
            self._say(f"FAIL: Cleanup failed during key deletion: ERROR({error.message})")
        else:
            if auto_compact:
                self._compact(answer.header.revision)
        if auto_defrag:
            for endpoint in self._session.connection.endpoints:
                self._defragment(endpoint)

    def _compact(self, revision: int) -> None:
        self._say(f"Compacting with revision {revision}")
        request = CompactionRequest(revision=revision, physical=True)
        compact(self._session.connection, request, Deadline.after(_CLEAN_UP_SECONDS))
        self._say(f"Compacted with revision {revision}")

    def _defragment(self, endpoint: str) -> None:
        from pyetcdctl.client.maintenance import MaintenanceService

        shown = go_quoted(endpoint.encode())
        self._say(f"Defragmenting {shown}")
        outcome = ask_one(
            self._session.connection,
            endpoint,
            lambda own: MaintenanceService(own).defragment(Deadline.after(_CLEAN_UP_SECONDS)),
        )
        if outcome.failure is not None:
            raise outcome.failure
        self._say(f"Defragmented {shown}")

    def _say(self, text: str) -> None:
        self._session.streams.out.text(f"{text}\n")
        self._session.streams.out.flush()


@contextmanager
def _stopped_by_interrupt(workload: Workload) -> Iterator[None]:
    before = signal.signal(signal.SIGINT, lambda number, frame: workload.stopped.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _judge(session: Session, figures: Figures, wanted: int) -> None:
    """Print the verdict on each figure and on all; raise Reported where one fails."""
    if figures.errors:
        _tell_errors(session, figures)
    rate, slowest, deviation = figures.per_second, figures.slowest, figures.deviation
    is_fast, is_steady = rate / wanted > 0.9, not deviation > 0.1
    shown = "NaN" if isnan(deviation) else f"{deviation:f}"
    lines = [
        f"PASS: Throughput is {int(rate) + 1} writes/s"
        if is_fast
        else f"FAIL: Throughput too low: {int(rate) + 1} writes/s",
        f"Slowest request took too long: {slowest:f}s"
        if slowest > 0.5
        else f"PASS: Slowest request took {slowest:f}s",
        f"PASS: Stddev is {shown}s" if is_steady else f"Stddev too high: {shown}s",
    ]
    passed = not figures.errors and is_fast and slowest <= 0.5 and is_steady
    lines.append("PASS" if passed else "FAIL")
    session.streams.out.text("".join(f"{line}\n" for line in lines))
    if not passed:
        raise Reported


def _tell_errors(session: Session, figures: Figures) -> None:
    lines = ["FAIL: too many errors"]
    lines += [f"FAIL: ERROR({text}) -> {count}" for text, count in figures.errors.items()]
    session.streams.out.text("".join(f"{line}\n" for line in lines))
