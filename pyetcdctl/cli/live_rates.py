"""``top`` on a terminal: a table of the last seconds, which is redrawn; keys change its columns."""

from __future__ import annotations

from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.cli.session.live_screen import REDRAW, LiveScreen
from pyetcdctl.escaping import terminal_safe
from pyetcdctl.output.write_rates import table_lines
from pyetcdctl.traffic.grouping import GROUPS
from pyetcdctl.traffic.tally import ORDERS, rates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.cli.write_counting import Slice, WriteCounter
    from pyetcdctl.errors import PyetcdctlError
    from pyetcdctl.traffic.tally import Grouping

_WINDOW_SECONDS = 10.0
_LINES_AROUND = 10
"""Lines of the screen besides the groups: title, sums, limits of the figures, keys."""
_LEAST_ROWS = 3
_KEYS = {by[0]: by for by in GROUPS}


class LiveOptions(NamedTuple):
    """The first settings of the table."""

    by: str
    order: str
    compares: bool
    rows: int
    """0 for as many as fit."""
    interval: float
    """Seconds from one table to the next."""


class LiveRates:
    """Shows the rates of a counter until q is typed."""

    def __init__(
        self,
        session: Session,
        groupings: Mapping[str, Grouping],
        options: LiveOptions,
    ) -> None:
        self._session = session
        self._groupings = groupings
        self._options = options
        self._order = options.order
        self._by = options.by
        self._outage = ""
        most = max(round(_WINDOW_SECONDS / options.interval), 1)
        self._slices: deque[Slice] = deque(maxlen=most)

    def report(self, failure: PyetcdctlError | None) -> None:
        """Record why the watch has no server, None when it has one again."""
        self._outage = f"No server responds: {failure.message}" if failure else ""

    def run(self, counter: WriteCounter) -> None:
        """Draw until the user ends it; raises the error that ends the counting."""
        counter.begin()
        with LiveScreen(self._session.streams) as screen:
            self._draw(screen, counter)
            due = monotonic() + self._options.interval
            while True:
                typed = screen.wait(due - monotonic())
                counter.raise_failure()
                if "q" in typed.lower():
                    break
                self._obey(typed, counter)
                if is_due := monotonic() >= due:
                    self._slices.append(counter.cut())
                    due = max(due + self._options.interval, monotonic())
                if typed or is_due:
                    self._draw(screen, counter)
        counter.stop()

    def _obey(self, typed: str, counter: WriteCounter) -> None:
        for letter in typed if typed != REDRAW else "":
            if letter == "s":
                self._order = ORDERS[(ORDERS.index(self._order) + 1) % len(ORDERS)]
            elif letter in _KEYS:
                self._by = _KEYS[letter]
                self._slices.clear()
                counter.cut(self._groupings[self._by])

    def _draw(self, screen: LiveScreen, counter: WriteCounter) -> None:
        columns, height = screen.size
        lines = [*self._body(counter, columns, height), "", self._key_line()]
        screen.draw([terminal_safe(line[: columns - 1].encode()) for line in lines])

    def _body(self, counter: WriteCounter, columns: int, height: int) -> list[str]:
        target = self._outage or f"at {self._session.target}"
        if not self._slices:
            return [f"Counting writes by {self._by} {target}"]
        seconds = sum(each.end - each.begin for each in self._slices)
        found = rates(
            [each.tally for each in self._slices],
            seconds,
            self._order,
            compares=self._options.compares,
            gaps=tuple(counter.gaps[-1:]),
            most_rows=self._options.rows or max(height - _LINES_AROUND, _LEAST_ROWS),
        )
        title = f"Writes by {self._by}, last {seconds:.0f} s, sorted by {self._order}, {target}"
        return [title, "", *table_lines(found, columns)]

    def _key_line(self) -> str:
        groups = "  ".join(f"{letter} {by}" for letter, by in _KEYS.items())
        return f"q quit  {groups}  s sort"
