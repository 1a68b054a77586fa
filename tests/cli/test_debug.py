"""``--debug`` prints the client's settings, and no secret."""

import re

from tests.runner import run, run_here

CORE_LOG = re.compile(r"\w+\.cc:\d+\]")


def test_debug_shows_every_flag_and_hides_passwords(etcd):
    env = {"ETCDCTL_PASSWORD": "hunter2", "ETCDCTL_ENDPOINTS": etcd.endpoint}
    result = run_here("get", "k", "--debug", "--user", "alice", env=env)
    assert f"ETCDCTL_ENDPOINTS={etcd.endpoint}" in result.stderr
    assert "ETCDCTL_USER=alice" in result.stderr
    assert "ETCDCTL_PASSWORD=(hidden)" in result.stderr
    assert "hunter2" not in result.stderr


def test_a_password_behind_the_users_name_is_hidden_too(etcd):
    result = run_here(
        "get", "k", "--debug", "--user", "alice:hunter2", "--endpoints", etcd.endpoint
    )
    assert "ETCDCTL_USER=alice\n" in result.stderr
    assert "hunter2" not in result.stderr


def test_debug_lets_grpc_log(etcd):
    result = run("get", "k", "--debug", "--endpoints", etcd.endpoint)
    assert CORE_LOG.search(result.stderr)
    assert not CORE_LOG.search(run("get", "k", "--endpoints", etcd.endpoint).stderr)


def test_a_failed_handshake_is_not_logged_by_grpc(secure_etcd):
    words = ("get", "k", "--endpoints", secure_etcd.endpoint, "--cacert", secure_etcd.cert)
    result = run(*words)
    assert "context deadline exceeded" in result.stderr
    assert not CORE_LOG.search(result.stderr)
    assert CORE_LOG.search(run(*words, env={"GRPC_VERBOSITY": "INFO"}).stderr)
