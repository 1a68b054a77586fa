"""The writes in a member's write-ahead log, counted to its end."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from pyetcdctl.cli.logs import beside
from pyetcdctl.cli.session.progress import reading_progress
from pyetcdctl.signals import interruptible
from pyetcdctl.storage.replay.lines import log_lines
from pyetcdctl.storage.wal.log import Log
from pyetcdctl.traffic.log_tally import LogTally
from pyetcdctl.traffic.tally import rates

if TYPE_CHECKING:
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.kubernetes.stored_value import Reader
    from pyetcdctl.results import WriteRates
    from pyetcdctl.traffic.tally import Grouping


class LogCounting:
    """Counts the entries of one log."""

    def __init__(self, session: Session, grouping: Grouping, read: Reader) -> None:
        self._session = session
        self._grouping = grouping
        self._read = read

    def run(
        self, prefix: bytes, registry: str, order: str, *, compares: bool, most_rows: int
    ) -> WriteRates:
        """Return the counts; partial ones after an interrupt."""
        path, err = self._session.file_path, self._session.streams.err
        leases = os.fsencode(f"{registry}/leases/")
        counted = LogTally(self._grouping, prefix, leases, self._read, compares=compares)
        more: dict[str, Any] = {"compares": compares, "most_rows": most_rows}
        salvage = self._session.configuration.values["salvage"]
        with (
            reading_progress(path, err) as on_bytes,
            Log(path, on_bytes, passes_damage=salvage) as log,
        ):
            try:
                with interruptible(), ExitStack() as opened:
                    for line in log_lines(log, lambda: beside(path, opened)):
                        counted.take(line)
            except KeyboardInterrupt:
                more["is_partial"] = True
        if counted.unknown:
            more["gaps"] = (
                "The log begins later than the cluster; entries whose outcome is not known, and"
                f" which are not counted: {counted.unknown:,}.",
            )
        more["gaps"] = (*more.get("gaps", ()), *(f"Passed over: {each}" for each in log.damages))
        more |= {"is_log": True, "lost": counted.lost()}
        return rates([counted.tally], counted.seconds, order, **more)
