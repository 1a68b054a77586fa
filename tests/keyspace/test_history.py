"""The history of keys: the same from a server and from its file."""

from __future__ import annotations

from contextlib import closing

import pytest

from pyetcdctl.client.connection import Connection
from pyetcdctl.client.live_source import LiveSource
from pyetcdctl.keyspace.history import begin_history
from pyetcdctl.keyspace.ranges import prefix_range
from pyetcdctl.settings import ConnectionSettings
from tests.runner import run_here
from tests.server import every_programs, running


@pytest.fixture(scope="module", params=every_programs(), ids=lambda programs: programs.version)
def etcd(request, tmp_path_factory):
    """A key that was created, updated three times, deleted and created again, beside others."""
    with running(request.param) as server:
        lines = ["put k 1", "put k 2", "put other x", "put k 3", "put k 4", "del k", "put k 5"]
        done = run_here("batch", "--txn-ops", "1", env=server.environment, input="\n".join(lines))
        assert done.exit_code == 0
        yield server


def live(etcd):
    return closing(LiveSource(Connection(ConnectionSettings(endpoints=etcd.client_urls))))


def shown(history):
    return [
        (each.revision, b"deleted" if each.is_deletion else each.entry.value)
        for each in history.revisions
    ]


ALL = [(2, b"1"), (3, b"2"), (5, b"3"), (6, b"4"), (7, b"deleted"), (8, b"5")]


def test_every_revision_is_there_once_and_in_order(etcd):
    with live(etcd) as source:
        found = source.history(b"k")
    assert (shown(found), found.compacted, found.revision) == (ALL, 0, 8)


def test_a_range_has_the_revisions_of_all_its_keys(etcd):
    with live(etcd) as source:
        found = source.history(*prefix_range(b""))
    assert shown(found) == sorted([*ALL, (4, b"x")])


def test_a_key_that_never_was_has_no_history(etcd):
    with live(etcd) as source:
        assert shown(source.history(b"none")) == []


def test_a_file_has_the_same_history(etcd, tmp_path):
    path = str(tmp_path / "s.db")
    etcd.etcdctl("snapshot", "save", path, check=True)
    from contextlib import nullcontext

    from pyetcdctl.settings import FileReading
    from pyetcdctl.storage.file_source import FileSource
    from pyetcdctl.storage.opening import OpenedFile

    opened = OpenedFile(
        path,
        FileReading(),
        progress=lambda: nullcontext(lambda size: None),
        note=lambda line: None,
    )
    with closing(FileSource(opened)) as source:
        assert shown(source.history(b"k")) == ALL
        assert shown(source.history(*prefix_range(b"k"))) == ALL


def until_last_living(etcd, prefix):
    with live(etcd) as source:
        reading = begin_history(source, *prefix_range(prefix), until_last_living=True)
        with closing(reading):
            return shown(reading.result())


def test_a_history_until_the_last_living_key_leaves_out_what_was_deleted_after_it(etcd):
    lines = ["put l/a 1", "put l/gone 1", "put l/a 2", "del l/gone", "put m/gone 1", "del m/gone"]
    done = run_here("batch", "--txn-ops", "1", env=etcd.environment, input="\n".join(lines))
    assert done.exit_code == 0
    assert until_last_living(etcd, b"l/") == [(9, b"1"), (10, b"1"), (11, b"2")]
    assert until_last_living(etcd, b"m/") == []


def test_a_compaction_leaves_what_was_live_and_what_came_after(etcd):
    etcd.etcdctl("compact", "5", check=True)
    with live(etcd) as source:
        found = source.history(b"k")
        assert (shown(found), found.compacted) == (ALL[2:], 5)
        etcd.etcdctl("compact", "7", check=True)
        assert shown(source.history(b"k")) == ALL[5:]
    assert until_last_living(etcd, b"o") == [(4, b"x")]
