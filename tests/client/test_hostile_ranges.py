"""Ranges from servers that lie: what is false is an error, never data."""

from __future__ import annotations

import pytest

from pyetcdctl.client.live_source import LiveSource
from pyetcdctl.errors import CallFailed
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.rpc.kv import KeyValue, RangeRequest, RangeResponse, ResponseHeader
from tests.stand_in import serving

HEADER = ResponseHeader(cluster_id=7, member_id=7, revision=5)
KEYS = [b"/k/%03d" % number for number in range(400)]


def response(keys, count=None, *, more=False):
    kvs = [KeyValue(key=key, mod_revision=1, value=b"v") for key in keys]
    count = len(keys) if count is None else count
    return RangeResponse(header=HEADER, kvs=kvs, count=count, more=more).encode()


def server(page):
    """Return methods that respond to a count honestly, and to a range with ``page(request)``."""

    def reply(data, context):
        request = RangeRequest.decode(data)
        return response([], len(KEYS)) if request.count_only else page(request)

    return {"/etcdserverpb.KV/Range": reply}


def honest(request):
    end = request.range_end
    found = [key for key in KEYS if key >= request.key and (end == b"\0" or key < end)]
    shown = found[: request.limit] if request.limit else found
    return response(shown, len(found), more=len(shown) < len(found))


def first_page_again(request):
    return response(KEYS[:8], len(KEYS), more=True)


def backwards(request):
    page = RangeResponse.decode(honest(request))
    return response([pair.key for pair in page.kvs][::-1], page.count, more=page.more)


def doubled(request):
    page = RangeResponse.decode(honest(request))
    keys = [pair.key for pair in page.kvs]
    return response([*keys[:1], *keys[: request.limit - 1]], page.count, more=page.more)


def outside(request):
    return response([*KEYS[:3], b"/other/secret"])


def surplus(request):
    return response([b"/k/%04d" % number for number in range(2 * request.limit)])


def more_without_keys(request):
    return response([], 0, more=True)


def read(endpoint, open_connection, limit):
    key, range_end = prefix_range(b"/k/")
    request = RangeRequest(key=key, range_end=range_end, limit=limit)
    reading = LiveSource(open_connection(endpoint)).range(request)
    return [key for page in reading.pages() for key in page.keys()]  # noqa: SIM118


@pytest.mark.parametrize("limit", [0, 5, 100])
@pytest.mark.parametrize(
    "page", [first_page_again, backwards, doubled, outside, surplus, more_without_keys]
)
def test_pages_that_cannot_be_are_an_error(open_connection, page, limit):
    if page is first_page_again and limit:
        limit = 100  # a smaller one is read with one call
    with serving(server(page)) as endpoint, pytest.raises(CallFailed, match="makes no sense"):
        read(endpoint, open_connection, limit)


def test_the_honest_server_of_these_tests_is_read(open_connection):
    with serving(server(honest)) as endpoint:
        assert read(endpoint, open_connection, 0) == KEYS
        assert read(endpoint, open_connection, 5) == KEYS[:5]


@pytest.mark.parametrize("key", [b"/other", b""], ids=["another key", "no key"])
def test_another_key_than_the_one_asked_for_is_an_error(open_connection, key):
    with serving({}, lambda data, context: response([key])) as endpoint:
        source = LiveSource(open_connection(endpoint))
        with pytest.raises(CallFailed, match="makes no sense"):
            source.range(RangeRequest(key=b"/k/001"))
