"""A running etcd as a source of keys. Owns its connection, and closes it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from pyetcdctl.client.deadline import Deadline
from pyetcdctl.client.foreign_store import (
    Folder,
    folder_around,
    is_etcd,
    single_key,
)
from pyetcdctl.client.range_checks import check_page
from pyetcdctl.client.ranges import RangeReading, range_page
from pyetcdctl.errors import CallFailed, ResponseMakesNoSense
from pyetcdctl.rpc.kv import RangeRequest, ResponseHeader
from pyetcdctl.rpc.range_batch import TXN, encode_ranges, parse_ranges
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyetcdctl.client.connection import Connection
    from pyetcdctl.client.history import HistoryReading
    from pyetcdctl.client.responses import PendingResponse
    from pyetcdctl.keyspace.history import History
    from pyetcdctl.rpc.range_page import RangePage

RANGES_PER_CALL = 64
FEW_RANGES = 8
"""For servers that take fewer operations in one transaction."""
TOO_MANY_OPERATIONS = "etcdserver: too many operations in txn request"


class LiveSource:
    """The keys of a cluster, read through one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._ranges_per_call = RANGES_PER_CALL
        self._folder: Folder | None = None
        self._begun: list[HistoryReading] = []

    @property
    def name(self) -> str:
        """The endpoint in use."""
        return self.connection.endpoint

    def range(self, request: RangeRequest, *, stream: bool = False) -> RangeReading:
        """Read a range of any size; the command timeout bounds each wait for a page."""
        timeout = self.connection.settings.command_timeout
        return RangeReading(self.connection, request, timeout, stream=stream)

    def ranges(
        self, requests: Sequence[RangeRequest], *, timeout_seconds: float | None = None
    ) -> list[RangePage]:
        """Return the responses to many small requests; a few calls are made at the same time.

        ``timeout_seconds`` bounds all of them together; without it the command timeout does.
        """
        if timeout_seconds is None:
            timeout_seconds = self.connection.settings.command_timeout
        deadline = Deadline.after(timeout_seconds)
        try:
            if len(requests) == 1:
                return [self._single(requests[0], deadline)]
            return self._batched(requests, deadline)
        except WireError as error:
            raise ResponseMakesNoSense(error) from error
        except NotEtcd as error:
            return [self._from_folder(each, requests, error.header) for each in requests]

    def history(
        self, key: bytes, range_end: bytes = b"", *, deletions_only: bool = False
    ) -> History:
        """Return every revision that the server has not compacted, by one watch."""
        with closing(self.begin_history(key, range_end, deletions_only=deletions_only)) as reading:
            return reading.result()

    def begin_history(
        self,
        key: bytes,
        range_end: bytes = b"",
        *,
        deletions_only: bool = False,
        until_last_living: bool = False,
    ) -> HistoryReading:
        """Start the watch that ``history`` reads."""
        from pyetcdctl.client.history import HistoryReading

        deadline = Deadline.after(self.connection.settings.command_timeout)
        return HistoryReading(
            self.connection,
            key,
            range_end,
            deadline,
            deletions_only=deletions_only,
            until_last_living=until_last_living,
            begun=self._begun,
        )

    def close(self) -> None:
        """Close the connection's channels."""
        self.connection.close()

    def _batched(self, requests: Sequence[RangeRequest], deadline: Deadline) -> list[RangePage]:
        parts = [
            requests[at : at + self._ranges_per_call]
            for at in range(0, len(requests), self._ranges_per_call)
        ]
        pending = [self._start(part, deadline) for part in parts]
        pages: list[RangePage] = []
        for part, each in zip(parts, pending, strict=True):
            pages += self._pages(part, each, deadline)
        return pages

    def _start(self, part: Sequence[RangeRequest], deadline: Deadline) -> PendingResponse:
        return self.connection.future(TXN, encode_ranges(part), deadline=deadline)

    def _pages(
        self, part: Sequence[RangeRequest], pending: PendingResponse, deadline: Deadline
    ) -> list[RangePage]:
        """Return the responses. Where one call for all fails, smaller ones are made: a server may
        accept few operations in one call, or be lost.
        """
        try:
            pages = parse_ranges(pending.result(), len(part))
        except CallFailed as error:
            if error.code not in ("UNAVAILABLE", "INVALID_ARGUMENT"):
                raise
            return self._in_smaller_steps(part, error, deadline)
        for request, page in zip(part, pages, strict=True):
            check_page(page, request)
        return pages

    def _in_smaller_steps(
        self, part: Sequence[RangeRequest], error: CallFailed, deadline: Deadline
    ) -> list[RangePage]:
        if error.details == TOO_MANY_OPERATIONS and len(part) > FEW_RANGES:
            self._ranges_per_call = FEW_RANGES
            return self._batched(part, deadline)
        return [self._single(request, deadline) for request in part]

    def _single(self, request: RangeRequest, deadline: Deadline) -> RangePage:
        page = range_page(self.connection, request, deadline)
        if not is_etcd(page.header):
            if request.range_end:
                raise NotEtcd(page.header)
            page = single_key(request, page)
        check_page(page, request)
        return page

    def _from_folder(
        self, request: RangeRequest, requests: Sequence[RangeRequest], header: ResponseHeader
    ) -> RangePage:
        """Serve any range from the folder that contains it."""
        if not request.range_end:
            return self._single(request, Deadline.after(self.connection.settings.command_timeout))
        revision = request.revision or header.revision
        folder = self._folder
        if folder is None or folder.header.revision != revision or not folder.holds(request):
            folder = self._folder = self._read_folder(requests, revision)
        return folder.page(request)

    def _read_folder(self, requests: Sequence[RangeRequest], revision: int) -> Folder:
        ranges = [request for request in requests if request.range_end]
        key, end = folder_around(ranges)
        keys_only = all(request.keys_only or request.count_only for request in ranges)
        asked = RangeRequest(key=key, range_end=end, revision=revision, keys_only=keys_only)
        folder = Folder(key, end, ResponseHeader(revision=revision))
        folder.add(self.range(asked).pages())
        return folder


class NotEtcd(Exception):
    """The server is not etcd and does not support every range."""

    def __init__(self, header: ResponseHeader | None) -> None:
        super().__init__()
        self.header = header or ResponseHeader()
