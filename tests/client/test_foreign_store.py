"""Ranges of stores that serve etcd's API and are not etcd: each is what etcd would return."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from pyetcdctl.client.live_source import LiveSource
from pyetcdctl.completion.values import key_candidates
from pyetcdctl.errors import CallFailed
from pyetcdctl.keyspace.ranges import NO_END, prefix_range
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.tree.reading import TreeReading
from pyetcdctl.tree.root import Root
from pyetcdctl.tree.seeking import seek
from tests.client.kine import Kine, NewKine, OldKine
from tests.stand_in import serving

KEYS = sorted(
    [
        *(b"/registry/apps/%03d" % number for number in range(90)),
        *(
            b"/registry/pods/%s/%03d" % (space, number)
            for space in (b"a", b"b")
            for number in range(70)
        ),
        *(b"/registry/podsecuritypolicy/%d" % number for number in range(3)),
        b"/registry/health",
        b"/other/key",
        b"/registry/pods/a",
    ]
)
RANGES = (
    prefix_range(b"/registry/"),
    prefix_range(b"/registry"),
    prefix_range(b"/registry/pods"),
    prefix_range(b"/registry/pods/a/0"),
    prefix_range(b""),
    (b"/registry/pods/a/003", NO_END),
    (b"/registry/apps/003", b"/registry/apps/005"),
    (b"/registry/apps/0031", b"/registry/pods/b/1"),
    (b"/registry/health", b""),
    (b"/registry/pods/", b""),
    prefix_range(b"/nothing/"),
)


@pytest.fixture(scope="module", params=[OldKine, NewKine])
def endpoint(request):
    with serving(request.param(KEYS).methods()) as address:
        yield address


@pytest.fixture
def source(endpoint, open_connection):
    return LiveSource(open_connection(endpoint))


def wanted(key, range_end):
    if not range_end:
        return [each for each in KEYS if each == key]
    return [each for each in KEYS if each >= key and (range_end == NO_END or each < range_end)]


@pytest.mark.parametrize(("key", "range_end"), RANGES)
@pytest.mark.parametrize("limit", [0, 3, 100])
@pytest.mark.parametrize("keys_only", [False, True])
def test_a_range_is_what_etcd_would_return(source, key, range_end, limit, keys_only):
    request = RangeRequest(key=key, range_end=range_end, limit=limit, keys_only=keys_only)

    reading = source.range(request)
    read = [word for page in reading.pages() for word in page.keys_and_values()]

    expected = wanted(key, range_end)
    shown = expected[:limit] if limit else expected
    assert read[::2] == shown
    assert read[1::2] == [b"" if keys_only else b"value of " + each for each in shown]
    assert (reading.count, reading.more) == (len(expected), len(shown) < len(expected))


def test_many_small_questions_have_the_responses_of_etcd(source):
    chance = random.Random(3)
    cuts = sorted(key[: chance.randint(1, len(key))] for key in chance.sample(KEYS, 40))
    asked = [(start, end) for start, end in pairwise(cuts) if start < end]
    requests = [RangeRequest(key=k, range_end=e, limit=2, keys_only=True) for k, e in asked]

    pages = source.ranges(requests)

    assert [page.keys() for page in pages] == [wanted(*each)[:2] for each in asked]
    assert [page.count for page in pages] == [len(wanted(*each)) for each in asked]


def test_a_tree_and_a_completion_see_all_keys(source):
    reading = TreeReading(source, serializable=True)
    nodes = {each.path: each.keys for each in seek(reading, Root.named(b"/registry"), 1)}

    assert nodes == {
        b"/registry/apps/": 90,
        b"/registry/health": 1,
        b"/registry/pods/": 141,
        b"/registry/podsecuritypolicy/": 3,
    }
    assert key_candidates(source, b"/registry/po", 5.0) == [
        "/registry/pods/",
        "/registry/podsecuritypolicy/",
    ]


class Empty(Kine):
    """Counts keys and sends none."""

    def found(self, request):
        return list(self.keys)

    def range(self, request, context):
        response = super().range(request, context)
        del response.kvs[:]
        return response


@pytest.mark.parametrize("limit", [0, 5])
def test_a_page_without_keys_that_counts_some_is_an_error(open_connection, limit):
    with serving(Empty(KEYS).methods()) as endpoint:
        source = LiveSource(open_connection(endpoint))
        key, range_end = prefix_range(b"/registry/")

        with pytest.raises(CallFailed, match="makes no sense"):
            list(source.range(RangeRequest(key=key, range_end=range_end, limit=limit)).pages())
