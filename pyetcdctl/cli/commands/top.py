"""``top``: which keys are written most."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pyetcdctl.cli.flags.parameters import WHAT_FITS, EtcdPrefix, number, words
from pyetcdctl.cli.flags.struct import Flags
from pyetcdctl.cli.flags.values import duration, raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.progress import countdown
from pyetcdctl.cli.session.session import Session
from pyetcdctl.errors import BadArguments, Interrupted, UnsupportedFormat, UsageError
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.output.write_rates import sentences
from pyetcdctl.results import WriteRates
from pyetcdctl.rpc.watch import WatchCreateRequest
from pyetcdctl.signals import interruptible
from pyetcdctl.traffic.grouping import GROUPS
from pyetcdctl.traffic.tally import ORDERS, Grouping, rates

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyetcdctl.cli.write_counting import WriteCounter
    from pyetcdctl.errors import PyetcdctlError

_EXAMPLE = """\
  pyetcdctl top --once --for 1s
  pyetcdctl top /registry/leases/ --by key --once --for 1s -w json
  pyetcdctl top --from /var/lib/etcd --by key"""
_LONGEST_SECONDS = 86_400.0
_SHORTEST_SECONDS = 0.1
_LINES_AROUND = 7
"""Lines of the screen for the titles, the sums and the prompt."""
_FOR_SECONDS, _EVERY_SECONDS = 10.0, 2.0

app = new_app()


class TopFlags(Flags):
    """The flags of ``top``."""

    by: Annotated[str, typer.Option("--by", metavar="|".join(GROUPS), help="What to group by.")] = (
        "resource"
    )
    etcd_prefix: EtcdPrefix = ""
    window: Annotated[
        float,
        typer.Option(
            "--for",
            parser=duration,
            metavar="duration",
            help="With --once: how long to count (default 10s).",
            show_default=False,
        ),
    ] = 0.0
    interval: Annotated[
        float,
        typer.Option(
            "--interval",
            parser=duration,
            metavar="duration",
            help="How often to redraw (default 2s).",
            show_default=False,
        ),
    ] = 0.0
    once: Annotated[bool, typer.Option("--once", help="Count, print, and end.")] = False
    prev: Annotated[
        bool,
        typer.Option(
            "--prev", help="Also count puts that change nothing: the server sends twice as much."
        ),
    ] = False
    rows: Annotated[
        int, number("-n", "Rows on a terminal (default what fits); 0 for all.", show_default=False)
    ] = WHAT_FITS
    sort: Annotated[str, typer.Option("--sort", metavar="|".join(ORDERS), help="The order.")] = (
        "writes"
    )


@command(app, "top", _EXAMPLE, needs_server=False, file_flags=("salvage",), prints=(WriteRates,))
def top(session: Session, prefix: Annotated[list[str], words("[PREFIX]")], flags: TopFlags) -> None:
    """Show which keys are written most.

    On a terminal a table of the last 10 seconds is redrawn until q or Ctrl-C; the keys r, n, k
    and m change the groups, s the order. A pipe gets lines of time, group, writes and bytes a
    second, keys and share, with tabs between, every --interval; with --once it gets them once, and
    no time. Deletions are writes. Reads, lost comparisons and renewals of leases are not seen by a
    watch.

    --from DIR counts the write-ahead log of a data directory to its end: the last hours or more,
    with the comparisons that lost, by key and by the member that proposed them. A pipe gets lines
    of group, writes, bytes, keys, share and lost comparisons, then of (lost), key, member and
    number. The renewals of Lease objects in the log show how much time it covers.

    --by manager reads metadata.managedFields of the values. Ctrl-C ends --once with what was
    counted, exit 5.
    """
    _check(session, prefix, flags)
    session.check_format()
    run = _Run(session, raw(prefix[0]) if prefix else b"", flags)
    if session.file_path:
        run.of_log()
    elif flags.once:
        run.once()
    else:
        run.go_on()


def _check(session: Session, prefix: list[str], flags: TopFlags) -> None:
    if len(prefix) > 1:
        raise UsageError("top takes one PREFIX")
    if flags.by not in GROUPS:
        raise BadArguments(f"--by is one of: {', '.join(GROUPS)}")
    if flags.sort not in ORDERS:
        raise BadArguments(f"--sort is one of: {', '.join(ORDERS)}")
    if flags.rows < WHAT_FITS:
        raise BadArguments("-n is a number from 0 on")
    _check_times(flags, is_log=bool(session.file_path))
    goes_on = not (flags.once or session.file_path)
    if goes_on and session.output.format not in ("simple", "jsonl"):
        raise UnsupportedFormat(
            f"{session.output.format} not supported as output format",
            "Try:  --once, or -w jsonl",
        )


def _check_times(flags: TopFlags, *, is_log: bool) -> None:
    for name, seconds in (("--for", flags.window), ("--interval", flags.interval)):
        if seconds and not _SHORTEST_SECONDS <= seconds <= _LONGEST_SECONDS:
            raise BadArguments(f"{name} is a duration from 100ms to 24h")
    if is_log and (flags.window or flags.interval):
        raise BadArguments("--from reads a log to its end: --for and --interval are for a server")
    if flags.once and flags.interval:
        raise BadArguments("--interval is for a table that is redrawn, --for is for --once")
    if flags.window and not flags.once:
        raise BadArguments("--for needs --once")


class _Run:
    """Counts writes, and shows the rates."""

    def __init__(self, session: Session, prefix: bytes, flags: TopFlags) -> None:
        from pyetcdctl.kubernetes.stored_value import Reader

        self._session = session
        self._flags = flags
        self._prefix = prefix
        self._noted: set[str] = set()
        self._reader = Reader(session.decrypter, session.release)
        self._registry = session.registry_of(flags.etcd_prefix)
        self._groupings = {by: Grouping(by, self._registry, self._reader) for by in GROUPS}

    def of_log(self) -> None:
        """Count the writes of a log, and print them."""
        from pyetcdctl.cli.log_counting import LogCounting

        flags = self._flags
        counting = LogCounting(self._session, self._groupings[flags.by], self._reader)
        found = counting.run(
            self._prefix,
            self._registry,
            flags.sort,
            compares=flags.prev,
            most_rows=self._most_rows,
        )
        self._show(found)
        self._report_partial(found.is_partial)

    def once(self) -> None:
        """Count for a while, and print."""
        counter, is_partial = self._counter(), False
        try:
            with interruptible():
                counter.begin()
                self._show_progress(counter, self._flags.window or _FOR_SECONDS)
        except KeyboardInterrupt:
            is_partial = True
        self._print(counter, is_partial=is_partial, most_rows=self._most_rows)
        counter.stop()
        self._report_partial(is_partial)

    @property
    def _most_rows(self) -> int:
        if self._flags.rows >= 0:
            return self._flags.rows
        return max(self._session.streams.out.height - _LINES_AROUND, 5)

    def _report_partial(self, is_partial: bool) -> None:
        if is_partial:
            raise Interrupted("interrupted: what was counted so far is shown")

    def go_on(self) -> None:
        """Show the rates until the user ends it."""
        self._session.check_may_go_on("top", "--once")
        streams, interval = self._session.streams, self._flags.interval or _EVERY_SECONDS
        is_table = self._session.output.format == "simple"
        if is_table and streams.out.is_terminal and streams.takes_escapes:
            from pyetcdctl.cli.live_rates import LiveOptions, LiveRates

            flags = self._flags
            options = LiveOptions(flags.by, flags.sort, flags.prev, max(flags.rows, 0), interval)
            view = LiveRates(self._session, self._groupings, options)
            view.run(self._counter(view.report))
            return
        counter = self._counter()
        counter.begin()
        while True:
            counter.wait(interval)
            self._print(counter, is_series=True)

    def _counter(
        self, report: Callable[[PyetcdctlError | None], None] | None = None
    ) -> WriteCounter:
        from pyetcdctl.cli.write_counting import WriteCounter

        key, end = prefix_range(self._prefix)
        request = WatchCreateRequest(
            key=key, range_end=end, prev_kv=self._flags.prev, fragment=True
        )
        report = report or self._session.report_outage
        grouping = self._groupings[self._flags.by]
        connection, is_late = self._session.connection, self._session.runs_in_pods
        return WriteCounter(connection, request, grouping, report, begins_late=is_late)

    def _show_progress(self, counter: WriteCounter, seconds: float) -> None:
        """Wait; on a terminal show the seconds left."""
        countdown(self._session.streams.err, "Counting writes", seconds, counter.wait)

    def _print(self, counter: WriteCounter, **more: Any) -> None:
        done, flags = counter.cut(), self._flags
        gaps = tuple(counter.gaps)
        seconds = done.end - done.begin
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        more |= {"compares": flags.prev, "gaps": gaps, "time": time}
        self._show(rates([done.tally], seconds, flags.sort, **more))

    def _show(self, found: WriteRates) -> None:
        """Print the rates; their limits go to standard error where the format has no place for
        them.
        """
        output = self._session.output
        has_place = output.format == "json" or output.terminal
        for sentence in () if has_place else sentences(found):
            if sentence not in self._noted:
                self._noted.add(sentence)
                self._session.note(f"# {sentence}")
        self._session.print(found)
