"""A damaged database is refused by page and offset: no other error, and always an end."""

import random
import re
import struct
from contextlib import suppress

import pytest

from pyetcdctl.errors import DamagedSnapshot
from pyetcdctl.storage.bolt.audit import Audit
from pyetcdctl.storage.bolt.cursor import Cursor, buckets
from pyetcdctl.storage.bolt.pages import Pages, fnv_1a
from pyetcdctl.storage.status import snapshot_status
from tests.storage.memory import InMemory

PAGE = 4096


def pages_of(data):
    return Pages(InMemory(data), len(data))


def meta_of(data):
    return pages_of(data).meta


def damaged(data, at, value):
    copy = bytearray(data)
    copy[at : at + len(value)] = value
    return bytes(copy)


def refusal(data, tmp_path):
    path = tmp_path / "damaged.db"
    path.write_bytes(data)
    with pytest.raises(DamagedSnapshot) as refused:
        snapshot_status(str(path))
    return refused.value.message


def in_use(data):
    """Offsets of the leaves that hold the keys."""
    pages = pages_of(data)
    return [leaf.page.offset for leaf in Cursor(pages, buckets(pages)[b"key"]).leaves()]


def first_branch(data):
    """Offset of the page that leads to the keys."""
    return buckets(pages_of(data))[b"key"].root * PAGE


def with_freelist(data):
    """Add the page with the list of free pages, which etcd leaves away."""
    meta, audit = meta_of(data), Audit(pages_of(data))
    for bucket in audit.buckets():
        for _ in audit.leaves(bucket):
            pass
    number = meta.high_water
    free = audit.free_pages()
    assert 0 < len(free) < (PAGE - 16) // 8
    page = struct.pack(f"<QHHI{len(free)}Q", number, 0x10, len(free), 0, *free).ljust(PAGE, b"\0")
    fields = meta._replace(freelist=number, high_water=number + 1)[:-1]
    head = struct.pack("<IIIIQQQQQ", *fields)
    at = PAGE * (meta.transaction % 2) + 16
    return damaged(data, at, head + struct.pack("<Q", fnv_1a(head))) + page


def test_a_page_that_says_it_is_another_is_refused(sample_database, tmp_path):
    at = in_use(sample_database)[-1]
    data = damaged(sample_database, at, struct.pack("<Q", 1))
    assert refusal(data, tmp_path) == (
        f"the database is damaged: page {at // PAGE} at offset {at}: its header names page 1"
    )


@pytest.mark.parametrize(
    ("offset", "value", "what"),
    [
        (8, struct.pack("<H", 4), "a page of type 0x4 is not expected here"),
        (10, struct.pack("<H", 0xFFFF), "65535 elements do not fit in it"),
        (12, struct.pack("<I", 0xFFFFFFFF), "it overlaps another page or the end of the file"),
        (20, struct.pack("<I", 0xFFFFFFFF), "a key is not where it should be"),
        (24, struct.pack("<I", 0xFFFFFF00), "a key is not where it should be"),
        (28, struct.pack("<I", 0xFFFFFF00), "a key is not where it should be"),
    ],
)
def test_a_leaf_with_an_impossible_number_is_refused(
    offset, value, what, sample_database, tmp_path
):
    at = in_use(sample_database)[-1]
    message = refusal(damaged(sample_database, at + offset, value), tmp_path)
    page, offset = map(int, re.findall(r"page (\d+) at offset (\d+)", message)[0])
    assert page == at // PAGE
    assert at <= offset < at + PAGE
    assert message.endswith(what)


def test_pages_that_lead_in_a_circle_are_refused(sample_database, tmp_path):
    at = first_branch(sample_database)
    number = struct.pack("<Q", at // PAGE)
    message = refusal(damaged(sample_database, at + 16 + 8, number), tmp_path)
    assert "it overlaps another page" in message


def test_keys_out_of_order_are_refused(sample_database, tmp_path):
    at = in_use(sample_database)[-1]
    position = struct.unpack_from("<I", sample_database, at + 20)[0]
    message = refusal(damaged(sample_database, at + 16 + position, b"\xff"), tmp_path)
    assert "out of order" in message


def test_free_pages_are_counted_where_they_are_listed(sample_database, tmp_path):
    path = tmp_path / "listed.db"
    path.write_bytes(with_freelist(sample_database))
    assert snapshot_status(str(path)).keys == 1175


def test_an_unreferenced_page_is_refused_where_free_ones_are_listed(sample_database, tmp_path):
    data = with_freelist(sample_database)
    at = len(data) - PAGE
    count = struct.unpack_from("<H", data, at + 10)[0]
    message = refusal(damaged(data, at + 10, struct.pack("<H", count - 1)), tmp_path)
    assert "neither in use nor free" in message


def test_a_page_in_use_that_is_listed_as_free_is_refused(sample_database, tmp_path):
    data = with_freelist(sample_database)
    number = in_use(sample_database)[3] // PAGE
    message = refusal(damaged(data, len(data) - PAGE + 16, struct.pack("<Q", number)), tmp_path)
    assert f"page {number} is free and in use" in message


def test_the_older_meta_page_serves_where_the_newer_is_damaged(sample_database):
    newer = meta_of(sample_database)
    at = PAGE * (newer.transaction % 2)
    older = meta_of(damaged(sample_database, at + 20, b"\xff"))
    assert older.transaction == newer.transaction - 1


def test_no_valid_meta_page_is_no_database(sample_database, tmp_path):
    data = damaged(damaged(sample_database, 16, b"\0"), PAGE + 16, b"\0")
    assert refusal(data, tmp_path) == "invalid database"


@pytest.mark.parametrize("size", [1, 15, 80, 4096, 8191, 8192, 100_000, 6_897_663])
def test_a_database_that_was_cut_is_refused(size, sample_database, tmp_path):
    message = refusal(sample_database[:size], tmp_path)
    assert message == "invalid database" or f"ends at offset {size} within page" in message


@pytest.mark.parametrize("content", [b"", b"x", bytes(8192), b"\xff" * 20_001])
def test_what_is_no_database_is_refused(content, tmp_path):
    assert refusal(content, tmp_path) == "invalid database"


@pytest.mark.parametrize("seed", range(40))
def test_any_damage_is_refused_or_harmless(seed, sample_database, tmp_path):
    chance = random.Random(seed)
    data = bytearray(sample_database)
    pages = [*in_use(sample_database), first_branch(sample_database), 0, PAGE]
    for _ in range(chance.randrange(1, 6)):
        at = chance.choice(pages) + chance.randrange(200)
        data[at] = chance.randrange(256)
    path = tmp_path / "any.db"
    path.write_bytes(data)
    # Only a refusal that names the place is met; harmless damage is none.
    with suppress(DamagedSnapshot):
        assert snapshot_status(str(path)).size <= len(data)
