"""A range of any size through an etcd pod, in pages at one revision.

A run of etcdctl holds its whole response in the memory of the pod before it prints the first byte,
five times the size of the values, and etcd holds it a second time: so only keys are read in one
run; values are read in runs of a bounded size. Where the member cannot respond within the command
timeout, shorter runs are made. A later run begins with the last key of the one before, which is
then dropped: the key that follows it, which ends in a NUL, cannot be an argument of a program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyetcdctl.errors import CallFailed, ResponseMakesNoSense
from pyetcdctl.kubectl.etcdctl_words import has_revision_filters
from pyetcdctl.kubectl.failures import is_too_large, is_too_slow
from pyetcdctl.kubectl.revision_filter import RevisionFilter
from pyetcdctl.rpc.kv import BY_KEY, NO_ORDER, RangeRequest, ResponseHeader
from pyetcdctl.rpc.range_page import RangePage
from pyetcdctl.rpc.wire import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyetcdctl.kubectl.streamed_range import StreamedRange

FIRST_RUN_KEYS = 2_000
RUN_BYTES = 64 << 20
MOST_RUN_KEYS = 1_000_000
SHRINKING = 8


class PodRange:
    """The response to a RangeRequest; see PagedRange of keyspace/source.py.

    ``run`` starts one etcdctl and returns its response. Making a range waits for the first page, so
    that errors of the request are raised here.
    """

    def __init__(self, request: RangeRequest, run: Callable[[RangeRequest], StreamedRange]) -> None:
        self.request = request
        self.header = ResponseHeader()
        self.count = 0
        self.more = False
        self._run = run
        self._source = self._checked()
        self._first = next(self._source, None)

    def pages(self) -> Iterator[RangePage]:
        """Yield every page once; none is empty."""
        if self._first is not None:
            page, self._first = self._first, None
            yield page
            del page
        yield from self._source

    def _checked(self) -> Iterator[RangePage]:
        try:
            if self.request.count_only:
                yield from self._in_one_run(self.request)
            elif has_revision_filters(self.request):
                yield from self._filtered()
            elif not self._is_pageable():
                yield from self._in_one_run(self.request)
            elif self.request.keys_only:
                yield from self._keys()
            else:
                yield from self._in_runs(_Rest(self.request))
        except WireError as error:
            raise ResponseMakesNoSense(error) from error

    def _is_pageable(self) -> bool:
        asked = self.request
        in_key_order = asked.sort_order == NO_ORDER and asked.sort_target == BY_KEY
        is_short = not asked.range_end or 0 < asked.limit <= FIRST_RUN_KEYS
        return in_key_order and not is_short

    def _keys(self) -> Iterator[RangePage]:
        """Yield the keys of one run, or of shorter ones where the member is too slow for that."""
        began = False
        try:
            for page in self._in_one_run(self.request):
                began = True
                yield page
        except CallFailed as error:
            if began or not (is_too_slow(error) or is_too_large(error)):
                raise
            yield from self._in_runs(_Rest(self.request, MOST_RUN_KEYS // SHRINKING))

    def _in_one_run(self, request: RangeRequest) -> Iterator[RangePage]:
        response = self._run(request)
        read = 0
        for page in response.pages():
            self.header = response.header
            read += len(page)
            if not request.count_only:
                yield page
        self.header, self.count = response.header, response.count
        self.more = response.more and not request.count_only
        if not request.count_only:
            _check_whole(read, response.count, request.limit)

    def _in_runs(self, rest: _Rest) -> Iterator[RangePage]:
        while not rest.is_done:
            response = self._run(rest.next_request())
            try:
                for page in rest.pages_of(response):
                    self.header = rest.header
                    yield page
            except CallFailed as error:
                if not (
                    (is_too_large(error) and rest.shrink())
                    or (is_too_slow(error) and rest.slow_down())
                ):
                    raise
        self.header, self.count, self.more = rest.header, rest.count, rest.more

    def _filtered(self) -> Iterator[RangePage]:
        """Leave out the keys that the request's revisions exclude, before the limit, as the server
        does.
        """
        wanted = RevisionFilter(self.request)
        whole = PodRange(wanted.unfiltered_request(), self._run)
        for page in whole.pages():
            self.header = whole.header
            part = wanted.part_of(page)
            if len(part):
                yield part
        self.header, self.count, self.more = whole.header, whole.count, wanted.more


class _Rest:
    """The rest of a range, and how much of it the next run requests."""

    def __init__(self, request: RangeRequest, most_keys: int = MOST_RUN_KEYS) -> None:
        self._asked = request
        self._most_keys = most_keys
        self._limit = max(0, request.limit)
        self._run_keys = FIRST_RUN_KEYS
        self._last_key: bytes | None = None
        self._read = self._bytes = 0
        self.header = ResponseHeader()
        self.count = 0
        self.is_done = False

    @property
    def more(self) -> bool:
        """Whether the limit left keys out."""
        return bool(self._limit) and self._read < self.count

    def next_request(self) -> RangeRequest:
        """Return the request of the next run: at the first run's revision, from the last key on."""
        overlap = self._last_key is not None
        keys = self._run_keys
        if self._limit:
            keys = min(keys, self._limit - self._read)
        changes = {
            "key": self._last_key if overlap else self._asked.key,
            "limit": keys + overlap,
            "revision": self._asked.revision or self.header.revision,
        }
        return RangeRequest(**{**self._asked.__dict__, **changes})

    def pages_of(self, response: StreamedRange) -> Iterator[RangePage]:
        """Yield the pages of a run without the key that the run before returned."""
        is_first = self._last_key is None
        before, overlap = self._read, self._last_key
        for page in response.pages():
            if is_first:
                self.header = response.header
            new = page if overlap is None else _without_first(page, overlap)
            overlap = None
            self._bytes += new.size
            self._read += len(new)
            if len(new):
                self._last_key = new.last_key
                yield new
        if is_first:
            self.header, self.count = response.header, response.count
        self._finish_run(response.more, self._read - before)

    def shrink(self) -> bool:
        """Request fewer keys in the next run; False when it was one already."""
        can = self._run_keys > 1
        self._run_keys = max(1, self._run_keys // SHRINKING)
        return can

    def slow_down(self) -> bool:
        """Request fewer keys from now on; False when they were few already."""
        can = self._run_keys > FIRST_RUN_KEYS
        self._most_keys = self._run_keys = max(FIRST_RUN_KEYS, self._run_keys // SHRINKING)
        return can

    def _finish_run(self, more: bool, brought: int) -> None:
        if self._limit and self._read >= self._limit:
            self.is_done = True
        elif not more or not brought:
            _check_whole(self._read, self.count, self._limit)
            self.is_done = True
        else:
            size = max(1, self._bytes // self._read)
            self._run_keys = max(1, min(RUN_BYTES // size, self._most_keys))


def _without_first(page: RangePage, key: bytes) -> RangePage:
    """Return a page without its first entry if that has this key."""
    if page.key(0) != key:
        return page
    first = next(page.parts(1))
    return RangePage(page.encoded_entries[first.size :])


def _check_whole(read: int, count: int, limit: int) -> None:
    """Raise if the response ended, or was cut off, before its end."""
    wanted = min(limit, count) if limit > 0 else count
    if read != wanted:
        raise CallFailed(
            f"the response is not whole: {read} keys of {wanted} came", code="DATA_LOSS"
        )
