"""The keyspace of a cluster, read through kubectl exec in its etcd pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import CallFailed, MethodUnknown, ResponseMakesNoSense
from pyetcdctl.kubectl.etcdctl_words import (
    fits_command_line,
    has_revision_filters,
    range_words,
    reading_text,
)
from pyetcdctl.kubectl.failures import TRY_DIRECTLY
from pyetcdctl.kubectl.pod_range import PodRange
from pyetcdctl.kubectl.streamed_range import StreamedRange, unwrapped
from pyetcdctl.rpc.kv import RangeRequest, RangeResponse, ResponseHeader
from pyetcdctl.rpc.range_batch import MAX_RANGES, parse_ranges
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyetcdctl.kubectl.etcdctl import Etcdctl

NO_STREAM = "RangeStream cannot be called through kubectl exec"


class KubectlSource:
    """Reads through the etcdctl of an etcd pod; see Source of keyspace/source.py."""

    def __init__(self, etcdctl: Etcdctl) -> None:
        self._etcdctl = etcdctl

    @property
    def name(self) -> str:
        """The pod in use."""
        return f"pod {self._etcdctl.pod.full_name}"

    def range(self, request: RangeRequest, *, stream: bool = False) -> PodRange:
        """Read a range of any size."""
        if stream:
            raise MethodUnknown(NO_STREAM, TRY_DIRECTLY, code="UNIMPLEMENTED")
        return PodRange(request, self._run)

    def ranges(
        self, requests: Sequence[RangeRequest], *, timeout_seconds: float | None = None
    ) -> list[RangePage]:
        """Return the responses to many small requests; up to 128 of them share one etcdctl."""
        if len(requests) == 1 or any(map(has_revision_filters, requests)):
            return [self._page(request) for request in requests]
        pages: list[RangePage] = []
        for start in range(0, len(requests), MAX_RANGES):
            pages += self._batch(requests[start : start + MAX_RANGES])
        return pages

    def close(self) -> None:
        """End what runs, here and in the pod."""
        self._etcdctl.close()

    def _run(self, request: RangeRequest) -> StreamedRange:
        words = range_words(request)
        if fits_command_line(words):
            return StreamedRange(self._etcdctl.protobuf(words))
        return StreamedRange(unwrapped(self._etcdctl.transaction(reading_text([request]))))

    def _page(self, request: RangeRequest) -> RangePage:
        whole = PodRange(request, self._run)
        entries = b"".join(page.encoded_entries for page in whole.pages())
        return _page_of(whole.header, entries, whole.count, whole.more)

    def _batch(self, requests: Sequence[RangeRequest]) -> Iterator[RangePage]:
        try:
            data = b"".join(self._etcdctl.transaction(reading_text(requests)))
            pages = parse_ranges(data, len(requests))
        except CallFailed as error:
            if error.code != "INVALID_ARGUMENT":
                raise
            # A server may allow fewer operations in one transaction.
            pages = [self._page(request) for request in requests]
        except WireError as error:
            raise ResponseMakesNoSense(error) from error
        for request, page in zip(requests, pages, strict=True):
            if request.count_only:
                page = _page_of(page.header, b"", page.count, more=False)
            yield page


def _page_of(header: ResponseHeader | None, entries: bytes, count: int, more: bool) -> RangePage:
    head = RangeResponse(header=header).encode() if header else b""
    return RangePage(head + entries + RangeResponse(more=more, count=count).encode())
