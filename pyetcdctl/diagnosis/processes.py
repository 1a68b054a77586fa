"""The process and its machine: file descriptors and the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.diagnosis.readings import CLUSTER, Reading, exact
from pyetcdctl.diagnosis.wording import seconds_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyetcdctl.diagnosis.facts import ClockOffset, ClusterFacts, MemberFacts

# etcd's own gauges are taken every few seconds, the process's at each scrape.
_OPEN, _MOST = "process_open_fds", "process_max_fds"


def process_readings(cluster: ClusterFacts) -> Iterator[Reading]:
    """Yield the readings of processes and clocks."""
    for member in cluster.members:
        yield from _descriptors(member)
    yield from _clocks(cluster)


def _descriptors(member: MemberFacts) -> Iterator[Reading]:
    if member.window is None:
        return
    scrape = member.window.after
    used, most = scrape.total(_OPEN), scrape.total(_MOST)
    if used is not None and most:
        text = f"{used:,.0f} of {most:,.0f} file descriptors are in use"
        yield exact("descriptors-used", member.label, used / most, text=text)


def _clocks(cluster: ClusterFacts) -> Iterator[Reading]:
    """Compare each member's clock with this machine's; if all differ equally, this one is wrong."""
    known = [(member.label, member.clock) for member in cluster.members if member.clock]
    if known and all(_distance(clock)[0] > 1 for _, clock in known) and _is_alike(known):
        clock = known[0][1]
        text = f"this machine's clock is {_offset(clock, 'behind', 'ahead of')} all members'"
        yield Reading("clock", CLUSTER, *_distance(clock), text)
        return
    for label, clock in known:
        text = f"{label}'s clock is {_offset(clock, 'ahead of', 'behind')} this machine's"
        yield Reading("clock", label, *_distance(clock), text)


def _is_alike(known: list[tuple[str, ClockOffset]]) -> bool:
    lows = [clock.low for _, clock in known]
    highs = [clock.high for _, clock in known]
    return max(lows) <= min(highs)


def _distance(clock: ClockOffset) -> tuple[float, float]:
    nearest = 0.0 if clock.low <= 0 <= clock.high else min(abs(clock.low), abs(clock.high))
    return nearest, max(abs(clock.low), abs(clock.high), nearest) if nearest else 0.0


def _offset(clock: ClockOffset, positive: str, negative: str) -> str:
    middle = (clock.low + clock.high) / 2
    return f"{seconds_words(abs(middle))} {positive if middle > 0 else negative}"
