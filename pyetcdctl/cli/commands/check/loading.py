"""Put a load on a cluster, and remove its keys however the check ends."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pyetcdctl.cli.session.progress import shown_steps
from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.each import call_one
from pyetcdctl.client.kv import compact, delete
from pyetcdctl.client.workload import Workload, open_connections
from pyetcdctl.ending import ENDING, end_by, let_signals_end
from pyetcdctl.errors import InvalidInput, PyetcdctlError
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.output.quoting import go_quoted
from pyetcdctl.rpc.kv import DeleteRangeRequest
from pyetcdctl.rpc.txn import CompactionRequest
from pyetcdctl.signals import handled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from pyetcdctl.cli.commands.check.loads import LoadFlags
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.client.workload import Figures, Load

_CLEAN_UP_SECONDS = 30.0


class Loading:
    """Writes below an empty prefix, which is empty again afterwards."""

    def __init__(self, session: Session, prefix: bytes, remedy: str) -> None:
        """Raise InvalidInput if the prefix has keys; ``remedy`` is the command to delete them."""
        self._session = session
        self._prefix = prefix
        self._signal = 0
        self._connections, has_keys = open_connections(session.connection, prefix, session.deadline)
        if has_keys:
            shown = go_quoted(prefix)
            raise InvalidInput(f"prefix {shown} has keys. Delete with {remedy} first")

    def run(self, load: Load, total: int, unit: str, done: Callable[[Workload], int]) -> Figures:
        """Write until the load is complete or a signal arrives, and wait for pending responses."""
        workload = Workload(self._connections, load, self._session.deadline)
        err = self._session.streams.err
        with (
            self._stopped_by_signals(workload),
            shown_steps(total, unit, lambda: done(workload), err) as on_write,
        ):
            return workload.run(on_write)

    @contextmanager
    def removed_at_end(self, flags: LoadFlags, *, must_succeed: bool = False) -> Iterator[None]:
        """Delete the keys after the block, even if it fails; compact and defragment if wanted."""
        try:
            yield
        except BaseException:
            with suppress(PyetcdctlError):
                self._delete()
            raise
        self._clean_up(flags, must_succeed)

    def end_by_signal(self, *, but: int = 0) -> None:
        """End the process by the signal that stopped the load, if there was one other than
        ``but``.
        """
        if self._signal not in (0, but):
            self._session.streams.out.flush()
            end_by(self._signal)

    @contextmanager
    def _stopped_by_signals(self, workload: Workload) -> Iterator[None]:
        """Stop the load at the first signal; a second one ends the process."""

        def stop(number: int, frame: FrameType | None) -> None:
            let_signals_end(ENDING)
            self._signal = number
            workload.stopped.set()

        with handled(dict.fromkeys(ENDING, stop)):
            yield

    def _clean_up(self, flags: LoadFlags, must_succeed: bool) -> None:
        try:
            revision = self._delete()
        except PyetcdctlError as error:
            if must_succeed:
                raise
            self._print(f"FAIL: Cleanup failed during key deletion: ERROR({error.message})")
        else:
            if flags.auto_compact:
                self._compact(revision)
        if flags.auto_defrag:
            for endpoint in self._session.connection.endpoints:
                self._defragment(endpoint)

    def _delete(self) -> int:
        """Delete the keys and return the revision."""
        key, end = prefix_range(self._prefix)
        request = DeleteRangeRequest(key=key, range_end=end)
        deadline = Deadline.after(_CLEAN_UP_SECONDS)
        return delete(self._session.connection, request, deadline).header.revision

    def _compact(self, revision: int) -> None:
        self._print(f"Compacting with revision {revision}")
        request = CompactionRequest(revision=revision, physical=True)
        compact(self._session.connection, request, Deadline.after(_CLEAN_UP_SECONDS))
        self._print(f"Compacted with revision {revision}")

    def _defragment(self, endpoint: str) -> None:
        from pyetcdctl.client.maintenance import MaintenanceService

        shown = go_quoted(endpoint.encode())
        self._print(f"Defragmenting {shown}")
        outcome = call_one(
            self._session.connection,
            endpoint,
            lambda own: MaintenanceService(own).defragment(Deadline.after(_CLEAN_UP_SECONDS)),
        )
        if outcome.failure is not None:
            raise outcome.failure
        self._print(f"Defragmented {shown}")

    def _print(self, text: str) -> None:
        self._session.streams.out.text(f"{text}\n")
        self._session.streams.out.flush()


def error_lines(figures: Figures) -> list[str]:
    """Return etcdctl's lines about the writes that failed, if any did."""
    if not figures.errors:
        return []
    counts = (f"FAIL: ERROR({text}) -> {count}" for text, count in figures.errors.items())
    return ["FAIL: too many errors", *counts]
