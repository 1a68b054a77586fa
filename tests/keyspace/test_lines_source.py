"""Keys from a text are a source like any other."""

import pytest

from pyetcdctl.errors import BadArguments
from pyetcdctl.keyspace.ranges import FIRST_KEY, NO_END, prefix_range
from pyetcdctl.keyspace.source import counts
from pyetcdctl.rpc.kv import RangeRequest
from pyetcdctl.tree.lines import PAGE_KEYS, LinesSource

LINES = [b"/b\n", b"\n", b"/a/2\r\n", b"/a/1", b"/a/2\n"]


def asking(key, end=b"", **others):
    return RangeRequest(key=key, range_end=end, keys_only=True, **others)


def keys_of(found):
    return [key for page in found.pages() for key in list(page.keys())]


def test_each_key_comes_once_and_in_order():
    assert keys_of(LinesSource(LINES).range(asking(FIRST_KEY, NO_END))) == [b"/a/1", b"/a/2", b"/b"]


def test_a_limit_cuts_and_the_count_is_that_of_the_whole_range():
    found = LinesSource(LINES).range(asking(*prefix_range(b"/a/"), limit=1))
    assert (keys_of(found), found.count, found.more) == ([b"/a/1"], 2, True)


def test_a_long_text_comes_in_pages():
    source = LinesSource(b"%08d" % number for number in range(PAGE_KEYS + 1))
    pages = list(source.range(asking(FIRST_KEY, NO_END)).pages())
    assert [len(page) for page in pages] == [PAGE_KEYS, 1]
    assert pages[1].keys() == [b"%08d" % PAGE_KEYS]


def test_many_ranges_are_counted_at_once():
    requests = [asking(*prefix_range(b"/a/")), asking(b"/b"), asking(b"/c")]
    assert counts(LinesSource(LINES), requests) == [2, 1, 0]


def test_values_and_revisions_are_refused():
    for request in (RangeRequest(key=b"/b"), asking(b"/b", revision=3)):
        with pytest.raises(BadArguments, match="keys alone"):
            LinesSource(LINES).range(request)
