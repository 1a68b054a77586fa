"""``check perf``."""

from __future__ import annotations

import signal
from math import isnan
from time import monotonic
from typing import TYPE_CHECKING, Annotated

from pyetcdctl.cli.commands.check.loading import Loading, error_lines
from pyetcdctl.cli.commands.check.loads import LoadFlags, load_size, prefix_option
from pyetcdctl.cli.flags.parameters import words
from pyetcdctl.cli.flags.values import raw
from pyetcdctl.cli.lazy import command, new_app
from pyetcdctl.cli.session.session import Session
from pyetcdctl.client.workload import Load
from pyetcdctl.errors import Reported

if TYPE_CHECKING:
    from pyetcdctl.client.workload import Figures

_SECONDS = 60

app = new_app()


class PerfFlags(LoadFlags):
    """The flags of ``check perf``."""

    prefix: Annotated[str, prefix_option()] = "/etcdctl-check-perf/"


@command(app, "perf", "  pyetcdctl check perf --load s --auto-compact")
def perf(session: Session, surplus: Annotated[list[str], words("")], flags: PerfFlags) -> None:
    """Check for a minute whether the cluster sustains a rate of writes.

    s is 150 writes a second, m 1,000, l 8,000, xl 15,000. This program itself makes about 7,000 a
    second on two processors that it shares with the server: l is at this limit and xl beyond it, so
    that they may fail whatever the cluster can do. Ctrl-C ends the check early. Its keys are
    deleted however it ends.
    """
    size = load_size(flags.load)
    prefix = raw(flags.prefix)
    loading = Loading(session, prefix, f"'etcdctl del --prefix {flags.prefix}'")
    load = Load(prefix, 256, 1024, size.clients, size.per_second, _SECONDS)
    began = monotonic()
    with loading.removed_at_end(flags):
        figures = loading.run(load, _SECONDS, "s", lambda _: int(monotonic() - began))
    loading.end_by_signal(but=signal.SIGINT)
    _judge(session, figures, size.per_second)


def _judge(session: Session, figures: Figures, wanted: int) -> None:
    """Print the verdict on each figure and on all; raise Reported where one fails."""
    rate, slowest, deviation = figures.per_second, figures.slowest, figures.deviation
    is_fast, is_steady = rate / wanted > 0.9, not deviation > 0.1
    shown = "NaN" if isnan(deviation) else f"{deviation:f}"
    passed = not figures.errors and is_fast and slowest <= 0.5 and is_steady
    lines = [
        *error_lines(figures),
        f"PASS: Throughput is {int(rate) + 1} writes/s"
        if is_fast
        else f"FAIL: Throughput too low: {int(rate) + 1} writes/s",
        f"Slowest request took too long: {slowest:f}s"
        if slowest > 0.5
        else f"PASS: Slowest request took {slowest:f}s",
        f"PASS: Stddev is {shown}s" if is_steady else f"Stddev too high: {shown}s",
        "PASS" if passed else "FAIL",
    ]
    session.streams.out.text("".join(f"{line}\n" for line in lines))
    if not passed:
        raise Reported
