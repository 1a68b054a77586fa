"""Upper levels are found by probing, and what is found is what reading everything would show."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from pyetcdctl.client.live_source import LiveSource
from pyetcdctl.kubernetes.registry_keys import branches
from pyetcdctl.tree.reading import TreeReading
from pyetcdctl.tree.root import REGISTRY, Root
from pyetcdctl.tree.seeking import seek
from pyetcdctl.tree.walk import TreeEntry, walk

ODD_KEYS = [
    b"/", b"//", b"//x", b"/a", b"/a/", b"/a//", b"/a//b", b"/a-b", b"/a/b", b"/a/b/c",
    b"a", b"a/b",
    b"\x00", b"\x01/x", b"\xff", b"\xff\xff/\xff", b"/registry", b"/registryfoo/x",
    b"/registry/pods/ns/p", b"/registry/services/specs/ns/s", b"zz//",
    b"/registry/services/endpoints/ns/s", b"/registry/services/other",
]  # fmt: skip


class CountingReading(TreeReading):
    """Remembers how much was asked."""

    windows = keys = 0

    def probe(self, windows):
        pages = super().probe(windows)
        self.windows += len(windows)
        self.keys += sum(len(page) for page in pages)
        return pages


def reading(connection):
    return CountingReading(LiveSource(connection))


def in_display_order(keys):
    return sorted(set(keys), key=lambda key: (not key.startswith(REGISTRY), key))


def counted(keys, root, depth):
    nodes = Counter(root.cut(key, depth) for key in in_display_order(keys))
    return [TreeEntry(path, is_branch, count) for (path, is_branch), count in nodes.items()]


def random_keys(seed, size):
    draw = random.Random(seed)
    segments = [b"", b"a", b"ab", b"a-b", b"a.b", b"b", b"\xff", b"\x00", b"0", b"x" * 40]
    segments += [b"team-%03d" % number for number in range(20)]
    heads = [b"/registry/pods/", b"/registry/", b"/", b"", b"/registry/services/specs/"]
    keys = set(ODD_KEYS)
    while len(keys) < size:
        path = b"/".join(draw.choice(segments) for _ in range(draw.randint(1, 4)))
        keys.add(draw.choice(heads) + path + b"-%d" % draw.randrange(size) * draw.randint(0, 1))
    keys.discard(b"")
    return keys


@pytest.mark.parametrize("seed", range(3))
def test_seeking_finds_the_nodes_and_counts_of_any_keys(connection, only_keys, seed):
    keys = random_keys(seed, 6000)
    only_keys(keys)
    for depth in (1, 2, 3):
        assert list(seek(reading(connection), Root(), depth)) == counted(keys, Root(), depth)
    for prefix in (b"/registry", b"/registry/", b"/", b"/a", b"/registry/pods", b"/regi"):
        root = Root.named(prefix)
        within = [key for key in keys if key == root.key or key.startswith(root.path)]
        found = list(seek(reading(connection), root, 1))
        assert sorted(found) == sorted(counted(within, root, 1)), prefix


@pytest.mark.parametrize("seed", range(3, 6))
def test_reading_everything_shows_each_key_once_and_counts_it_in_each_branch(
    connection, only_keys, seed
):
    keys = random_keys(seed, 3000)
    only_keys(keys)
    visits = list(walk(reading(connection).entries(Root(), with_sizes=True), Root(), 1 << 60))
    leaves = [visit for visit in visits if visit.step.name == "LEAF"]
    assert [leaf.path for leaf in leaves] == in_display_order(keys)
    for visit in visits:
        if visit.step.name == "LEAVE":
            below = sum(key.startswith(visit.path) for key in keys)
            assert (visit.keys, visit.size) == (below, 10 * below), visit.path


def test_a_level_of_a_large_tree_is_found_without_reading_it(connection, only_keys):
    keys = [b"/registry/%s/ns-%d/o-%d" % (kind, n % 7, n) for kind in (b"pods", b"events", b"x.io")
            for n in range(8000)]  # fmt: skip
    only_keys(keys)
    counting = reading(connection)
    root = Root.named(b"/registry")._replace(likely=branches())
    assert [(entry.path, entry.keys) for entry in seek(counting, root, 1)] == [
        (b"/registry/events/", 8000),
        (b"/registry/pods/", 8000),
        (b"/registry/x.io/", 8000),
    ]
    assert counting.keys < 100
    assert counting.windows < 500


def test_all_calls_read_the_revision_of_the_first(connection, only_keys, tree_etcd):
    only_keys(b"/r/%d" % n for n in range(10))
    pinned = reading(connection)
    entries = seek(pinned, Root.named(b"/"), 2)
    first = next(entries)
    tree_etcd.etcdctl("put", "/r/9", "changed", check=True)
    tree_etcd.etcdctl("del", "/r/5", check=True)
    assert [first, *entries] == [TreeEntry(b"/r/%d" % n) for n in range(10)]
    assert len(list(pinned.read((b"/r/", b"/r0")))) == 10
