"""Remarks on the values that a command reads: printed one by one, or counted together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.registry.finding import Remark, RemarkKind

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session


class Remarks:
    """Takes the remarks of a Finder; those on encrypted values are counted until reported."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._not_decrypted: list[str] = []
        self.has_unread = False
        """Whether a value could not be read as an object."""

    def __call__(self, remark: Remark) -> None:
        """Take one remark."""
        self.has_unread |= remark.trouble is not RemarkKind.REMARK
        line = f"{remark.key}: {remark.text}"
        if remark.trouble is RemarkKind.NOT_DECRYPTED:
            self._not_decrypted.append(line)
        else:
            self._session.streams.err.line(f"# {line}")

    def report_not_decrypted(self) -> None:
        """Report the values that could not be decrypted since the last report."""
        if self._not_decrypted:
            count, first = len(self._not_decrypted), self._not_decrypted[0]
            self._session.report_count_not_decrypted(count, first)
            self._not_decrypted = []
