"""A killed member's folder is read as the server was: its log has what the database lacks."""

import random
import re
from contextlib import closing, contextmanager, nullcontext

import pytest

from pyetcdctl.client.live_source import LiveSource
from pyetcdctl.rpc.kv import PUT, KeyValue, PutRequest, RangeRequest
from pyetcdctl.rpc.lease import LeaseGrantRequest
from pyetcdctl.rpc.raft_internal import ClusterVersionSetRequest
from pyetcdctl.settings import FileReading
from pyetcdctl.storage.bolt.building import Builder
from pyetcdctl.storage.file_source import FileSource
from pyetcdctl.storage.opening import OpenedFile
from tests.runner import run_here
from tests.server import every_programs, running
from tests.storage.invocations import get_lines, tree_lines, write_data
from tests.storage.test_check import record
from tests.storage.wal.writes import call, dial, random_request

NEVER_COMMITTED = ("--backend-batch-interval=1h", "--backend-batch-limit=1000000")
"""With these flags a database is written when it is compacted, and not else."""


def folder_of(etcd):
    return str(etcd.members[0].site.data_folder)


def results(lines, env):
    return [(words, run_here(*words, env=env)) for words in lines]


def outcome(result):
    return result.stdout, result.exit_code


@pytest.fixture(scope="module", params=every_programs(), ids=lambda programs: programs.version)
def killed(request):
    """Return what a server said to every line, and the folder that it left when it was killed."""
    with running(request.param, flags=NEVER_COMMITTED) as etcd:
        write_data(etcd)
        said = results(get_lines() + tree_lines(), etcd.environment)
        etcd.members[0].kill()
        yield said, folder_of(etcd)


def test_every_line_has_the_output_of_the_server(killed):
    said, folder = killed
    for words, live in said:
        read = run_here(*words, env={"PYETCDCTL_FROM": folder})
        assert outcome(read) == outcome(live), words


def test_without_the_log_all_since_the_compaction_is_missing(killed):
    _, folder = killed
    response = run_here("get", "many/", "--prefix", "--no-wal", env={"PYETCDCTL_FROM": folder})
    assert (response.stdout, response.exit_code) == (b"", 0)
    assert "only the log beside it has" in response.stderr


def test_how_much_came_from_the_log_is_one_line(killed):
    _, folder = killed
    response = run_here("get", "a/1", env={"PYETCDCTL_FROM": folder})
    line = r"/\S+: \d+ entries came from the log, 0 not known to be committed\n"
    assert re.fullmatch(line, response.stderr)


@pytest.mark.parametrize("seed", range(3))
def test_random_writes_come_out_as_on_the_server(own_etcd, programs, seed):
    etcd, dice = own_etcd(programs, flags=NEVER_COMMITTED), random.Random(seed)
    everything = RangeRequest(key=b"\0", range_end=b"\0")
    with dial(etcd) as connection:
        for _ in range(400):
            call(connection, *random_request(dice))
        live = LiveSource(connection)
        last = live.ranges([everything])[0].header.revision
        asked = [RangeRequest(**vars(everything), revision=each) for each in range(1, last + 1)]
        said = [page.entries for page in live.ranges(asked)]
    etcd.members[0].kill()
    with opened(folder_of(etcd)) as source:
        assert source.opened.model.revision == last > 100
        read = [page.entries for page in source.ranges(asked)]
    assert read == said


@contextmanager
def opened(folder, use_log=True):
    """Open a data directory as a source of keys; the notes about it are the source's ``notes``."""
    notes = []
    source = FileSource(
        OpenedFile(
            folder,
            FileReading(use_log=use_log),
            progress=lambda: nullcontext(lambda size: None),
            note=notes.append,
        )
    )
    source.notes = notes
    with closing(source):
        yield source


@pytest.mark.parametrize("count", [1, 99])
def test_acknowledged_puts_are_read_from_a_killed_members_folder(own_etcd, programs, count):
    etcd = own_etcd(programs)
    with dial(etcd) as connection:
        for number in range(count):
            call(connection, PUT, PutRequest(key=b"k%d" % number, value=b"v%d" % number))
    etcd.members[0].kill()
    with opened(folder_of(etcd)) as source:
        page = source.ranges([RangeRequest(key=b"\0", range_end=b"\0")])[0]
    pairs = [(kv.key, kv.value) for kv in map(KeyValue.decode, page.entries)]
    assert pairs == sorted((b"k%d" % number, b"v%d" % number) for number in range(count))


def test_users_and_roles_come_out_as_on_the_server(own_etcd, programs):
    """etcd keeps some ranges of a role twice, in an order of its own."""
    etcd = own_etcd(programs, flags=NEVER_COMMITTED)
    grants = ["read a", "readwrite b", "readwrite b c", "write b", "read b d", "read b c", "read c"]
    done = [["role", "add", "r"], ["user", "add", "ann:secret"], ["user", "grant-role", "ann", "r"]]
    done += [["role", "grant-permission", "r", *grant.split()] for grant in grants]
    for words in (*done, ["role", "revoke-permission", "r", "b", "d"]):
        assert run_here(*words, env=etcd.environment).exit_code == 0
    shown = [("role", "get", "r", "-w", "json"), ("user", "get", "ann", "-w", "json")]
    live = results(shown, etcd.environment)
    etcd.members[0].kill()
    read = results(shown, {"PYETCDCTL_FROM": folder_of(etcd)})
    assert [outcome(result) for _, result in read] == [outcome(result) for _, result in live]


@pytest.mark.parametrize(("version", "lease"), [("3.6.0", 7), ("3.7.0", 0)])
def test_keys_alone_have_the_lease_that_the_logged_version_of_the_cluster_sends(
    tmp_path, writer, version, lease
):
    writer.found()
    writer.request(lease_grant=LeaseGrantRequest(ID=7, TTL=60))
    writer.request(put=PutRequest(key=b"k", value=b"v", lease=7))
    writer.request(cluster_version_set=ClusterVersionSetRequest(ver=version))
    writer.commit()
    writer.save()
    write_database(tmp_path, 0, {})
    shown = run_here("get", "k", "--keys-only", "-w", "fields", "--from", str(tmp_path))
    assert f'"Lease" : {lease}\n'.encode() in shown.stdout, shown.stderr


def write_database(folder, count, meta):
    """Write the database of a member that has so many of the puts of ``write_puts``."""
    path = folder / "member/snap/db"
    path.parent.mkdir(parents=True)
    with path.open("w+b") as out:
        builder = Builder(out, 4096)
        records = [record(b"k%d" % number, 2 + number) for number in range(count)]
        roots = {b"key": builder.bucket(records), b"meta": builder.bucket(sorted(meta.items()))}
        roots[b"cluster"] = builder.bucket([(b"clusterVersion", b"3.0.0")])
        builder.finish(roots)


@pytest.mark.parametrize("stored", [2, 3], ids=["not applied", "applied"])
@pytest.mark.parametrize("release", ["3.4", "3.5", "3.6"])
def test_an_entry_that_35_counted_before_it_applied_it_is_applied(
    tmp_path, writer, release, stored
):
    writer.found()
    for number in range(3):
        writer.put(b"k%d" % number, b"v")
    writer.commit()
    writer.save()
    since = {"3.4": {}, "3.5": {b"term": b"\0" * 7 + b"\2"}}
    since["3.6"] = {**since["3.5"], b"storageVersion": b"3.6.0"}
    index = {b"consistent_index": writer.index.to_bytes(8, "big")}
    write_database(tmp_path, stored, {**index, **since[release]})
    with opened(str(tmp_path)) as source:
        page = source.ranges([RangeRequest(key=b"\0", range_end=b"\0")])[0]
    found = [(kv.key, kv.mod_revision, kv.version) for kv in map(KeyValue.decode, page.entries)]
    count = 3 if release == "3.5" else stored
    assert found == [(b"k%d" % number, 2 + number, 1) for number in range(count)]


@pytest.mark.parametrize("behind", [0, 1])
def test_a_log_that_ends_before_its_database_is_warned_about(tmp_path, writer, behind):
    writer.found()
    for number in range(3):
        writer.put(b"k%d" % number, b"v")
    writer.commit()
    writer.save()
    index = writer.index + behind
    write_database(tmp_path, 3, {b"consistent_index": index.to_bytes(8, "big")})
    with opened(str(tmp_path)) as source:
        warning = (
            f"Warning: the log ends at entry {writer.index}, and the database has entry {index}:"
            " writes may be missing"
        )
        assert (warning in source.notes) == bool(behind)
