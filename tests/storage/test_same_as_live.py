"""A file is read as the server is that it came from: the same bytes, the same exit code."""

import json
import re
from base64 import b64decode

import pytest

from pyetcdctl.rpc.range_page import RangePage
from tests.runner import run_here
from tests.server import every_programs, running
from tests.storage import fuzz
from tests.storage.invocations import cluster_lines, get_lines, tree_lines, write_data

IN_JSON = rb'"(?:cluster_id|member_id|raft_term)":"?\w+"?,?'
OF_A_SERVER = re.compile(r"^  The oldest revision that is kept is \d+\.\n", re.MULTILINE)
IN_FIELDS = rb'("(?:ClusterID|MemberID|RaftTerm)" :) \w+'


@pytest.fixture(scope="module")
def server():
    with running() as etcd:
        write_data(etcd)
        yield etcd


@pytest.fixture(scope="module")
def snapshot(server, tmp_path_factory):
    path = tmp_path_factory.mktemp("snapshot") / "saved.db"
    assert run_here("snapshot", "save", str(path), env=server.environment).exit_code == 0
    return path


def without_ids(words, stdout):
    """A snapshot does not know of which member of which cluster it is."""
    if "protobuf" in words and stdout:
        page = RangePage.parse(stdout)
        return page.header.revision, page.entries, page.count, page.more
    return re.sub(IN_FIELDS, rb"\1 0", re.sub(IN_JSON, b"", stdout)).replace(b",}", b"}")


LINES = get_lines() + tree_lines() + cluster_lines()
OF_A_MEMBER = [("member", "list"), ("member", "list", "-w", "json")]
"""What a file alone does not know."""


SINCE_35 = [("auth", "status"), ("auth", "status", "-w", "json"), ("alarm", "list", "-w", "json")]
"""etcd 3.4 has no AuthStatus, and its list of alarms no header; its files are read as others."""


@pytest.fixture(scope="module", params=every_programs(), ids=lambda programs: programs.version)
def release(request):
    return request.param


def responses_to(lines, etcd):
    """Fill a server, and return what it responds to each line."""
    write_data(etcd)
    return {words: run_here(*words, env=etcd.environment) for words in lines}


@pytest.fixture(scope="module")
def saved(release, tmp_path_factory):
    """What a server responds to all lines, and a snapshot of it."""
    path = tmp_path_factory.mktemp("snapshot") / "saved.db"
    with running(release) as etcd:
        found = responses_to(LINES, etcd)
        assert run_here("snapshot", "save", str(path), env=etcd.environment).exit_code == 0
        yield found, path


@pytest.fixture(scope="module", params=["stopped", "killed"])
def ended(release, request):
    """What a server responded to all lines, and its data directory after its end."""
    with running(release) as etcd:
        found, member = responses_to(LINES + OF_A_MEMBER, etcd), etcd.members[0]
        member.stop() if request.param == "stopped" else member.kill()
        yield found, member.site.data_folder


def read_beside(release, words, live, path):
    """Read a file, and return the result; None where the server's release lacks what files have."""
    file = run_here(*words, "--from", str(path))
    if release.release >= (3, 5) or words not in SINCE_35:
        return file
    assert live.exit_code == 1 or live.stdout == b"{}\n"
    assert file.exit_code == 0
    return None


def check_same_but_ids(words, file, live):
    assert without_ids(words, file.stdout) == without_ids(words, live.stdout)
    assert file.exit_code == live.exit_code


@pytest.mark.parametrize("words", LINES + OF_A_MEMBER, ids=" ".join)
def test_a_data_directory_is_read_as_its_server(words, release, ended):
    found, folder = ended
    live = found[words]
    if file := read_beside(release, words, live, folder):
        assert (file.stdout, file.exit_code) == (live.stdout, live.exit_code)


@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_a_snapshot_of_each_release_is_read_as_its_server(words, release, saved):
    found, path = saved
    live = found[words]
    if file := read_beside(release, words, live, path):
        check_same_but_ids(words, file, live)
        assert file.stderr == OF_A_SERVER.sub("", live.stderr)


@pytest.fixture(scope="module")
def stopped(release):
    """What a server responded to all lines, and its database after a clean stop."""
    with running(release) as etcd:
        found, member = responses_to(LINES, etcd), etcd.members[0]
        member.stop()
        yield found, member.site.data_folder / "member" / "snap" / "db"


@pytest.mark.parametrize("words", LINES, ids=" ".join)
def test_a_members_database_is_read_as_its_server(words, release, stopped):
    found, path = stopped
    live = found[words]
    if file := read_beside(release, words, live, path):
        check_same_but_ids(words, file, live)


def test_what_a_snapshot_cannot_know_is_zero(snapshot):
    response = run_here("get", "a/1", "-w", "fields", env={"PYETCDCTL_FROM": str(snapshot)})
    assert response.stdout.startswith(b'"ClusterID" : 0\n"MemberID" : 0\n"Revision" : ')


@pytest.mark.parametrize("target", ["VERSION", "CREATE", "MODIFY", "VALUE"])
def test_equal_keys_stay_in_their_order(target, snapshot):
    words = ("get", "", "--prefix", "-w", "json", "--sort-by", target)
    response = run_here(*words, env={"PYETCDCTL_FROM": str(snapshot)})
    entries = json.loads(response.stdout)["kvs"]
    name = {"CREATE": "create_revision", "MODIFY": "mod_revision"}.get(target, target.lower())

    def order(entry):
        field = entry.get(name, "")
        key = b64decode(entry["key"])
        return (b64decode(field) if target == "VALUE" else field), key

    assert len(entries) > 30
    assert entries == sorted(entries, key=order)


@pytest.mark.parametrize("revision", [0, 12, 30])
def test_the_hash_of_the_keys_is_the_servers(revision, server, snapshot):
    words = ("endpoint", "hashkv", "--rev", str(revision), "-w", "json")
    live = json.loads(run_here(*words, env=server.environment).stdout)[0]["HashKV"]
    file = json.loads(run_here(*words, "--from", str(snapshot)).stdout)[0]["HashKV"]
    assert (file["hash"], file["compact_revision"]) == (live["hash"], live["compact_revision"])


@pytest.mark.parametrize("revision", ["1", "8", "100000"])
def test_a_hash_that_a_server_refuses_is_refused(revision, server, snapshot):
    words = ("endpoint", "hashkv", "--rev", revision)
    live = run_here(*words, env=server.environment)
    file = run_here(*words, "--from", str(snapshot))
    assert (file.stdout, file.exit_code, live.exit_code) == (b"", 1, 1)
    assert file.stderr in live.stderr


def test_the_members_are_those_that_the_server_has(server, snapshot):
    live = run_here("member", "list", env=server.environment).stdout.split(b", ")
    file = run_here("member", "list", "--from", str(snapshot)).stdout.split(b", ")
    # The release of the tests stores no client URLs in its database.
    assert [*file[:4], *file[5:]] == [*live[:4], *live[5:]]


def test_a_lease_has_the_time_and_keys_that_are_stored(server, snapshot):
    lease = run_here("lease", "list", env=server.environment).stdout.split()[-1].decode()
    words = ("lease", "timetolive", lease, "--keys")
    live = run_here(*words, env=server.environment).stdout
    file = run_here(*words, "--from", str(snapshot)).stdout
    assert b"granted with TTL(9000s), remaining(9000s)" in file
    assert b"attached keys([leased/1])" in file
    assert file.split(b"remaining")[0] == live.split(b"remaining")[0]


def test_sizes_and_indexes_are_shown_as_far_as_the_file_has_them(server, snapshot):
    words = ("endpoint", "status", "-w", "json")
    live = json.loads(run_here(*words, env=server.environment).stdout)[0]["Status"]
    file = json.loads(run_here(*words, "--from", str(snapshot)).stdout)[0]["Status"]
    assert 0 < file["dbSizeInUse"] <= file["dbSize"] == snapshot.stat().st_size - 32
    assert file["raftTerm"] == live["raftTerm"]
    assert file["raftAppliedIndex"] <= live["raftAppliedIndex"]
    assert "leader" not in file
    table = run_here("endpoint", "status", "--from", str(snapshot)).stdout.decode()
    assert table.startswith(f"{snapshot}, 0, ")
    assert ", true," not in table


def test_mutated_files_are_refused_or_read_but_never_crash_or_hang(snapshot, tmp_path):
    """More of them: python -m tests.storage.fuzz --kind database."""
    assert fuzz.run(fuzz.KINDS["database"], snapshot.read_bytes()[:-32], range(60), tmp_path)
