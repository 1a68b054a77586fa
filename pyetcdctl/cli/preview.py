"""A preliminary result on a terminal, until the complete one replaces it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.cli.session.streams import Output

_UP_AND_CLEAR = b"\r\x1b[%dA\x1b[J"


class Preview:
    """A result on the terminal that is erased again."""

    def __init__(self, session: Session) -> None:
        streams = session.streams
        self._session = session
        self._lines = 0
        self.is_possible = (
            streams.out.is_terminal
            and streams.err.takes_escapes
            and session.output.format == "simple"
        )
        """Whether results are for people, on a terminal that can erase lines."""

    def show(self, result: Any) -> None:
        """Print a result instead of the one before."""
        self.clear()
        lines = _CountedLines(self._session.streams.out)
        self._session.printer.render(result, lines, self._session.output)
        lines.flush()
        self._lines = lines.count

    def clear(self) -> None:
        """Erase the result."""
        if self._lines:
            self._session.streams.out.safe(_UP_AND_CLEAR % self._lines)
            self._session.streams.out.flush()
        self._lines = 0


class _CountedLines:
    """Standard output, and how many lines it has taken."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self.count = 0

    def write(self, data: bytes) -> None:
        """Take data; see Output."""
        self.count += data.count(b"\n")
        self._out.write(data)

    def safe(self, data: bytes) -> None:
        """Take data that is safe for a terminal; see Output."""
        self.count += data.count(b"\n")
        self._out.safe(data)

    def flush(self) -> None:
        """Deliver what was taken."""
        self._out.flush()
