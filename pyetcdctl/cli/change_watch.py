"""Watches with ``--diff``: each change of a key as the difference from its previous value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from pyetcdctl.changes.events import LastValues, changes_in
from pyetcdctl.client.status import COMPACTED
from pyetcdctl.concurrency.watching import Watching
from pyetcdctl.errors import PyetcdctlError, WatchCanceled
from pyetcdctl.kubernetes.stored_value import Reader
from pyetcdctl.output import printer_for
from pyetcdctl.output.tree import escaped
from pyetcdctl.results import KeyChanges
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.rpc.watch import WatchCreateRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.changes.events import KeyChange
    from pyetcdctl.cli.session.session import Session
    from pyetcdctl.rpc.watch import WatchResponse

_MOST_NAMED, _MOST_COUNTED = 3, 1_000


class ChangeView(NamedTuple):
    """Which changes are shown, and how."""

    format: str
    shows_noise: bool = False
    shows_secrets: bool = False
    is_meant: Callable[[KeyChange], bool] = lambda change: True
    title: Callable[[bytes], str] = escaped


class ChangeWatch:
    """One watch whose events are shown as differences, also after a compaction."""

    def __init__(self, session: Session, request: WatchCreateRequest, view: ChangeView) -> None:
        request.prev_kv = True
        self._session = session
        self._request = request
        self._view = view
        self._printer = printer_for(view.format)
        self._read = Reader(session.decrypter, session.release)
        self._values = LastValues(self._read)
        self._next_revision = request.start_revision
        self._past: int | None = None if request.start_revision else 0
        """The revision at which the watch started."""
        self._not_decrypted = 0

    def responses(self) -> Iterator[WatchResponse]:
        """Show and yield the responses. Raises WatchCanceled where the server cancels the watch."""
        watching = Watching(self._session.connection, self._session.report_outage)
        watching.add(self._request)
        for received in watching.received():
            if received.reason == COMPACTED and received.response.compact_revision:
                self._pass_over(received.response.compact_revision)
                watching.add(self._resumed())
            elif received.reason:
                self._session.streams.err.line(f"watch was canceled ({received.reason})")
                raise WatchCanceled("watch is canceled by the server")
            else:
                self._show(received.response)
                yield received.response

    def _show(self, response: WatchResponse) -> None:
        out = self._session.streams.out
        if response.is_progress and self._view.format == "simple":
            out.text(f"progress notify: {response.header.revision}\n")
        if response.batches:
            last = response.batches[-1].revisions[1]
            if self._past is None:
                self._past = response.header.revision
            time = datetime.now(UTC) if last > self._past else None
            self._print(changes_in(response, self._values, time))
            self._next_revision = last + 1
            self._report_not_decrypted()
        out.flush()

    def _print(self, changes: Iterator[KeyChange]) -> None:
        view = self._view
        meant = filter(view.is_meant, changes)
        shown = KeyChanges(meant, view.shows_noise, view.shows_secrets, view.title)
        self._printer.render(shown, self._session.streams.out, self._session.output)

    def _report_not_decrypted(self) -> None:
        """Report the first value that cannot be decrypted, and what may help."""
        if self._read.not_decrypted and not self._not_decrypted:
            first = self._read.first_not_decrypted
            self._session.report_count_not_decrypted(self._read.not_decrypted, first)
        self._not_decrypted = self._read.not_decrypted

    def _pass_over(self, compacted: int) -> None:
        """Report the revisions that were compacted before they were shown."""
        start = self._next_revision
        first = f"Revisions {start:,} to {compacted:,}" if start else f"Revisions to {compacted:,}"
        self._session.streams.out.flush()
        err = self._session.streams.err
        err.line(f"# {first} were compacted away: what changed in them is not shown.")
        for line in self._changed_between(start, compacted):
            err.line(f"# {line}")
        err.line(f"# The watch resumes at revision {compacted + 1:,}.")
        self._next_revision = compacted + 1

    def _changed_between(self, start: int, compacted: int) -> Iterator[str]:
        """Yield lines with the keys that changed in compacted revisions and still exist."""
        if not start:
            return
        request = RangeRequest(
            key=self._request.key,
            range_end=self._request.range_end,
            revision=compacted,
            min_mod_revision=start,
            keys_only=True,
            limit=_MOST_COUNTED,
        )
        try:
            pages = self._session.source.range(request).pages()
            keys = [record[0] for page in pages for record in page.records()]
        except PyetcdctlError:  # the gap is reported without them
            return
        count = f"{len(keys):,}" if len(keys) < _MOST_COUNTED else f"{_MOST_COUNTED:,} or more"
        names = ", ".join(map(escaped, keys[:_MOST_NAMED]))
        more = ", ..." if len(keys) > _MOST_NAMED else ""
        if keys:
            yield f"Keys that were changed in them and not deleted: {count} ({names}{more})."
        else:
            yield "No key that was there at their end was changed in them."

    def _resumed(self) -> WatchCreateRequest:
        request = WatchCreateRequest(**self._request.__dict__)
        request.start_revision = self._next_revision
        return request
