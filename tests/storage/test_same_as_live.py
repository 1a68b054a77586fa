"""A file is read as the server is that it came from: the same bytes, the same exit code."""

import json
import re
from base64 import b64decode

import pytest

from pyetcdctl.rpc.range_page import RangePage
from tests.runner import run_here
from tests.server import running
from tests.storage.invocations import get_lines, tree_lines, write_data

IN_JSON = rb'"(?:cluster_id|member_id|raft_term)":"?\w+"?,?'
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
    return re.sub(IN_FIELDS, rb"\1 0", re.sub(IN_JSON, b"", stdout))


@pytest.mark.parametrize("words", get_lines() + tree_lines(), ids=" ".join)
def test_a_snapshot_is_read_as_its_server(words, server, snapshot):
    live = run_here(*words, env=server.environment)
    file = run_here(*words, env={"PYETCDCTL_FROM": str(snapshot)})
    assert without_ids(words, file.stdout) == without_ids(words, live.stdout)
    assert file.exit_code == live.exit_code
    assert file.stderr == live.stderr


def test_what_a_snapshot_cannot_know_is_zero(snapshot):
    answer = run_here("get", "a/1", "-w", "fields", env={"PYETCDCTL_FROM": str(snapshot)})
    assert answer.stdout.startswith(b'"ClusterID" : 0\n"MemberID" : 0\n"Revision" : ')


@pytest.mark.parametrize("target", ["VERSION", "CREATE", "MODIFY", "VALUE"])
def test_equal_keys_stay_in_their_order(target, snapshot):
    words = ("get", "", "--prefix", "-w", "json", "--sort-by", target)
    answer = run_here(*words, env={"PYETCDCTL_FROM": str(snapshot)})
    entries = json.loads(answer.stdout)["kvs"]
    name = {"CREATE": "create_revision", "MODIFY": "mod_revision"}.get(target, target.lower())

    def order(entry):
        field = entry.get(name, "")
        key = b64decode(entry["key"])
        return (b64decode(field) if target == "VALUE" else field), key

    assert len(entries) > 30
    assert entries == sorted(entries, key=order)
