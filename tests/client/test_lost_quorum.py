"""A member that has lost the others gives up before the command does: etcdctl's line, and ours."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest

from pyetcdctl.client.status import PERHAPS_APPLIED
from tests.runner import run_here
from tests.server import every_programs, running

LONG = "--command-timeout=10s"
WRITES = ("put k v", "del k", "compaction 1", "auth enable")
WITHOUT_A_TIMEOUT = ("txn", "user add a:b", "role add r")
"""These etcdctl repeats for ever where the server calls its end a deadline: from 3.6 on."""
OTHERS = ("lease grant 10", "lease revoke 12", "alarm list", "lease keep-alive --once 12")


@pytest.fixture(scope="module", params=every_programs(), ids=lambda programs: programs.version)
def alone(request):
    """The last of three members."""
    with running(request.param, size=3) as cluster:
        for member in cluster.members[1:]:
            member.kill()
        until_nobody_leads(cluster)
        yield cluster


def until_nobody_leads(cluster):
    env = {"ETCDCTL_ENDPOINTS": cluster.address}
    deadline = monotonic() + 60
    while b"no leader" not in run_here("endpoint", "status", env=env).stdout:
        assert monotonic() < deadline, "the last member still follows a leader"


def both(cluster, line):
    """Return how etcdctl and we end, and our advice."""
    env = {"ETCDCTL_ENDPOINTS": cluster.address}
    script = "\n\nput a b\n\n" if line == "txn" else ""
    theirs = cluster.etcdctl(*line.split(), LONG, env=env, input=script.encode())
    ours = run_here(*line.split(), LONG, env=env, input=script)
    their_errors = theirs.stderr.decode().splitlines()
    error, *advice = ours.stderr.splitlines()
    return (their_errors[-1], theirs.returncode), (error, ours.exit_code), advice


def test_a_member_that_gives_up_is_quoted_as_etcdctl_does(alone):
    writes = WRITES if alone.release >= (3, 6) else (*WRITES, *WITHOUT_A_TIMEOUT)
    lines = (*writes, *OTHERS)
    with ThreadPoolExecutor(len(lines)) as pool:
        ends = dict(zip(lines, pool.map(lambda line: both(alone, line), lines), strict=True))
    assert {line: end[1] for line, end in ends.items()} == {
        line: end[0] for line, end in ends.items()
    }
    doubted = {line for line, end in ends.items() if f"  {PERHAPS_APPLIED}" in end[2]}
    assert doubted == set(writes)


@pytest.mark.parametrize("words", [("get", "k"), ("put", "k", "v"), ("lease", "grant", "9")])
def test_members_that_do_not_respond_are_named(alone, words):
    env = {"ETCDCTL_ENDPOINTS": alone.address}
    failed = run_here(*words, "--command-timeout=1s", env=env)
    lines = failed.stderr.splitlines()
    missing = "  2 of 3 members do not respond: no quorum (etcd-2, etcd-3)."
    assert (failed.exit_code, lines.count(missing)) == (1, 1)
    one_member = "  Try:  --consistency=s to read what one member has"
    assert (one_member in lines) == (words[0] == "get")


def test_the_advised_reading_works_without_a_quorum(alone):
    env = {"ETCDCTL_ENDPOINTS": alone.address}
    for words in (("get", "k"), ("kubernetes", "get", "pods"), ("tree", "/registry")):
        assert run_here(*words, "--consistency=s", env=env).exit_code == 0, words
