"""A bucket is read from any key on, as often as wanted."""

import pytest

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.storage.bolt.cursor import Bucket, Cursor, buckets
from pyetcdctl.storage.bolt.pages import Pages
from tests.storage.memory import InMemory


@pytest.fixture(scope="module")
def pages(sample_database):
    return Pages(InMemory(sample_database), len(sample_database))


@pytest.fixture(scope="module")
def keys(pages):
    return Cursor(pages, buckets(pages)[b"key"])


def test_the_buckets_are_etcds(pages):
    assert {b"key", b"meta", b"lease", b"members", b"auth"} <= set(buckets(pages))


def test_a_seek_to_any_key_yields_the_rest(keys):
    pairs = list(keys.items())
    assert len(pairs) > 1175
    for at in range(0, len(pairs), 97):
        assert list(keys.items(pairs[at][0])) == pairs[at:]


def test_a_seek_between_two_keys_begins_at_the_next(keys):
    pairs = list(keys.items())
    assert next(keys.items(pairs[500][0] + b"\0")) == pairs[501]
    assert list(keys.items(b"\xff")) == []


def test_a_value_is_found_by_its_key(keys):
    key, value = list(keys.items())[700]
    assert keys.get(key) == value
    assert keys.get(key + b"\0") is None


def test_the_last_leaf_has_the_last_key(keys):
    assert keys.last_leaf().keys()[-1] == list(keys.items())[-1][0]


def test_inline_buckets_are_read_alike(pages):
    inline = [bucket for bucket in buckets(pages).values() if bucket.inline]
    assert any(bucket.name == b"meta" for bucket in inline)
    meta = Cursor(pages, next(bucket for bucket in inline if bucket.name == b"meta"))
    assert meta.get(b"consistent_index") == next(meta.items(b"consistent_index"))[1]


def test_pages_that_lead_in_a_circle_end_a_walk(sample_database, pages):
    root = buckets(pages)[b"key"].root
    data = bytearray(sample_database)
    at = root * pages.page_size + 16 + 8
    data[at : at + 8] = root.to_bytes(8, "little")
    circle = Pages(InMemory(bytes(data)), len(data))
    cursor = Cursor(circle, Bucket(b"key", root, None))
    with pytest.raises(DamagedSnapshot, match="lead in a circle"):
        list(cursor.leaves())
