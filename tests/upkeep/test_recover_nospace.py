"""A full cluster of three members takes writes again; one that cannot is left as it is."""

from __future__ import annotations

import json

import pexpect
import pytest

from pyetcdctl.errors import CallFailed
from pyetcdctl.kubernetes.codec.envelope import wrap
from tests.measuring.injuries import connected, put, statuses
from tests.runner import clean_environment, command, run_here
from tests.server import running

QUOTA = 6_000_000
FLAGS = ("--quota-backend-bytes=6000000", "--backend-batch-interval=10ms")


def lease(minute):
    return json.dumps(
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "spec": {"renewTime": f"2026-03-02T08:{minute:02d}:00.000000Z"},
        }
    ).encode()


def fill(etcd, key):
    """Write a key again and again until the server refuses."""
    with connected(etcd) as connection, pytest.raises(CallFailed, match="space exceeded"):
        write_on(connection, key)


def write_on(connection, key):
    for _ in range(1000):
        put(connection, key, b"x" * 100_000)


def recover(etcd, *args):
    return run_here("recover", "nospace", *args, env=etcd.environment)


def alarms(etcd):
    return run_here("alarm", "list", env=etcd.environment).stdout


def test_a_full_cluster_recovers_in_one_confirmed_plan(own_etcd):
    etcd = own_etcd(size=3, flags=FLAGS)
    with connected(etcd) as connection:
        put(connection, b"compact_rev_key", b"1")
    fill(etcd, b"/registry/configmaps/default/busy")
    assert b"NOSPACE" in alarms(etcd)

    shown = recover(etcd, "--dry-run")
    assert shown.exit_code == 0
    lines = shown.stdout.decode().splitlines()
    assert lines[0].startswith("Alarm NOSPACE is on, raised by etcd-")
    assert lines[1].startswith("Kubernetes' compaction has stopped")
    assert lines[2].startswith("Current keys: 100 kB in 2 keys")
    assert lines[3].split()[-1] == "configmaps"
    assert any(line.startswith("  1. compact to revision ") for line in lines)
    assert b"NOSPACE" in alarms(etcd)

    done = recover(etcd, "--yes")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.decode().splitlines()[-1] == (
        "Wrote a key and deleted it: the cluster takes writes again"
    )
    assert done.stdout.count(b"Finished defragmenting") == 3
    assert b"Disarmed NOSPACE" in done.stdout
    assert alarms(etcd) == b""
    assert all(each["dbSize"] < QUOTA / 4 for each in statuses(etcd))
    assert run_here("put", "k", "v", env=etcd.environment).exit_code == 0
    again = recover(etcd, "--yes")
    assert (again.exit_code, again.stdout) == (
        0,
        b"No alarm NOSPACE is on: there is nothing to recover from\n",
    )


def test_live_data_beyond_the_quota_is_reported_before_anything_is_touched(own_etcd, tmp_path):
    etcd = own_etcd()
    with connected(etcd) as connection:
        put(connection, b"/registry/events/default/x", wrap("v1", "Event", bytes(100_000)))
        for number in range(60):
            put(connection, b"key-%d" % number, bytes(100_000))
    member = etcd.members[0]
    member.stop()
    member.command = (*member.command, *FLAGS)
    member.start()
    member.wait_until_healthy()
    fill(etcd, b"one-more")
    before = statuses(etcd)[0]
    unit = tmp_path / "etc/systemd/system/etcd.service"
    unit.parent.mkdir(parents=True)
    unit.write_text(f"[Service]\nExecStart=/usr/bin/etcd --listen-client-urls={etcd.endpoint}\n")
    node = {"PYETCDCTL_DISCOVERY": "on", "PYETCDCTL_ROOT": str(tmp_path)}
    result = run_here("recover", "nospace", "--yes", env=etcd.environment | node)
    assert result.exit_code == 3
    assert "the current keys alone have" in result.stderr
    assert "nothing was changed" in result.stderr
    assert "pyetcdctl del /registry/events/ --prefix, which frees 100 kB in 1 key" in result.stderr
    where = "in /etc/systemd/system/etcd.service, on every member"
    assert f"--quota-backend-bytes={2 * QUOTA} {where}" in result.stderr
    after = statuses(etcd)[0]
    assert after["header"]["revision"] == before["header"]["revision"]
    assert (after["dbSize"], b"NOSPACE" in alarms(etcd)) == (before["dbSize"], True)


def test_without_a_terminal_it_takes_a_yes(etcd):
    result = recover(etcd)
    assert (result.exit_code, result.stdout) == (128, b"")
    assert "--yes" in result.stderr


def test_a_no_on_the_terminal_leaves_all_as_it_is_and_the_question_names_the_context(tmp_path):
    with running(flags=FLAGS) as etcd:
        fill(etcd, b"busy")
        environment = {"HOME": str(tmp_path), "TERM": "xterm"}
        added = ("context", "add", "lab", "--endpoints", etcd.address, "--use")
        assert run_here(*added, env=environment).exit_code == 0
        words = [str(word) for word in command("recover", "nospace")]
        child = pexpect.spawn(
            words[0], words[1:], env=clean_environment(environment), encoding="utf-8", timeout=20
        )
        where = f"{etcd.address} (context lab)"
        child.expect_exact(f"Recover the member of the cluster at {where}? [y/N]")
        child.sendline("n")
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == 0
        assert b"NOSPACE" in alarms(etcd)
