"""The load is what etcd's check puts on a cluster; its keys are gone afterwards."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from urllib.request import urlopen

import pexpect
import pytest

from pyetcdctl.client import metrics
from pyetcdctl.client.connection import Connection, Deadline
from pyetcdctl.client.workload import Load, Workload
from pyetcdctl.settings import ConnectionSettings
from tests.runner import PROJECT, clean_environment, command, run_here
from tests.server import Etcd, enable_authentication, running_with_tls

SECONDS = 60
PERF = b"/etcdctl-check-perf/"
VERDICT = re.compile(
    r"(?:PASS: Throughput is|FAIL: Throughput too low:) \d+ writes/s\n"
    r"(?:PASS: Slowest request took|Slowest request took too long:) \d+\.\d{6}s\n"
    r"(?:PASS: Stddev is|Stddev too high:) \d+\.\d{6}s\n"
    r"(PASS|FAIL)\n"
)


def count(etcd, prefix):
    result = run_here(
        "get", prefix, "--prefix", "--count-only", "-w", "fields", env=etcd.environment
    )
    return int(result.stdout.split(b'"Count" : ')[1])


def start(etcd, *words):
    env = clean_environment(etcd.environment)
    return subprocess.Popen(
        command("check", *words),
        env=env,
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def wait_for_keys(etcd, prefix):
    end = time.monotonic() + SECONDS
    while not count(etcd, prefix):
        assert time.monotonic() < end, "no key was written"


@pytest.mark.parametrize("per_second", [150, 1000])
def test_the_pace_of_small_and_medium_loads_is_kept(per_second, etcd, prefix):
    connection = Connection(ConnectionSettings(endpoints=(etcd.endpoint,)))
    load = Load(prefix.encode(), 256, 1024, 200, per_second, 3)
    figures = Workload([connection], load, lambda: Deadline.after(5)).run()
    connection.close()
    assert figures.errors == {}
    assert figures.per_second / per_second <= 1.05
    assert 0 < figures.deviation <= figures.slowest


def test_keys_and_values_have_their_sizes(etcd, prefix):
    connection = Connection(ConnectionSettings(endpoints=(etcd.endpoint,)))
    load = Load(prefix.encode(), 512, 500, 10, total=20)
    assert len(Workload([connection], load, lambda: Deadline.after(5)).run().latencies) == 20
    connection.close()
    out = run_here("get", prefix, "--prefix", env=etcd.environment).stdout
    assert len(out) == 20 * (len(prefix) + 512 + 1 + 500 + 1)


def test_an_interrupt_ends_perf_with_a_verdict_and_no_keys(own_etcd):
    server = own_etcd()
    checking = start(server, "perf", "--auto-compact", "--auto-defrag")
    wait_for_keys(server, PERF)
    checking.send_signal(signal.SIGINT)
    out, errors = checking.communicate(timeout=SECONDS)
    first, *rest = out.decode().splitlines(keepends=True)
    revision = re.fullmatch(r"Compacting with revision (\d+)\n", first)[1]
    assert rest[:3] == [
        f"Compacted with revision {revision}\n",
        f'Defragmenting "{server.endpoint}"\n',
        f'Defragmented "{server.endpoint}"\n',
    ]
    verdict = VERDICT.fullmatch("".join(rest[3:]))[1]
    assert (errors, checking.returncode) == (b"", 0 if verdict == "PASS" else 1)
    assert count(server, PERF) == 0


def test_a_load_on_three_members_goes_on_without_one(three_members):
    env = {"ETCDCTL_ENDPOINTS": f"127.0.0.1:1,{three_members.endpoints}"}
    result = run_here("check", "datascale", env={"ETCDCTL_ENDPOINTS": three_members.endpoints})
    assert result.exit_code == 0, result.stdout
    checking = subprocess.Popen(
        command("check", "perf"), env=clean_environment(env), cwd=PROJECT, stdout=subprocess.PIPE
    )
    wait_for_keys(three_members, PERF)
    checking.send_signal(signal.SIGINT)
    out, _ = checking.communicate(timeout=SECONDS)
    assert VERDICT.fullmatch(out.decode())


def test_a_server_that_dies_is_reported_and_does_not_hold_the_load(own_etcd, prefix):
    server = own_etcd()
    connection = Connection(ConnectionSettings(endpoints=(server.endpoint,)))
    load = Load(prefix.encode(), 256, 1024, 50, per_second=200, seconds=3)
    workload = Workload([connection], load, lambda: Deadline.after(1))

    def kill_in_the_middle():
        if workload.done > 100:
            server.members[0].kill()

    figures = workload.run(kill_in_the_middle)
    connection.close()
    assert figures.errors
    assert len(figures.latencies) > 100
    assert figures.seconds < 10


def refused_writes(etcd):
    refused = rb'handled_total{grpc_code="PermissionDenied",grpc_method="Put".* (.*)'
    with urlopen(f"{etcd.endpoint}/metrics") as response:
        found = re.search(refused, response.read())
    return float(found[1]) if found else 0


def test_errors_of_writes_are_counted_and_fail(own_etcd):
    etcd = own_etcd()
    etcd.etcdctl("user", "add", "reader:pw", check=True)
    etcd.etcdctl("role", "add", "reader", check=True)
    etcd.etcdctl("role", "grant-permission", "reader", "read", PERF, "--prefix", check=True)
    etcd.etcdctl("user", "grant-role", "reader", "reader", check=True)
    enable_authentication(etcd)
    checking = start(Etcd(etcd.cluster, user="reader:pw"), "perf")
    end = time.monotonic() + SECONDS
    while refused_writes(etcd) < 10:
        assert time.monotonic() < end, "no write was refused"
    checking.send_signal(signal.SIGINT)
    reported = checking.communicate(timeout=SECONDS)[0].decode()
    denied = r"ERROR\(etcdserver: permission denied\)"
    assert re.search(rf"^FAIL: too many errors\nFAIL: {denied} -> \d+$", reported, re.M)
    assert re.search(rf"^FAIL: Cleanup failed during key deletion: {denied}$", reported, re.M)
    assert reported.endswith("FAIL\n")
    assert checking.returncode == 1


def test_datascale_reports_the_memory_over_tls_and_with_a_password(tmp_path):
    with running_with_tls(tmp_path) as server:
        secure = enable_authentication(server)
        result = run_here(
            "check", "datascale", "--auto-compact", "--auto-defrag", env=secure.environment
        )
    start_line, *upkeep, verdict = result.stdout.decode().splitlines()
    assert start_line == (
        "Start data scale check for work load [10000 key-value pairs, 1024 bytes per key-value,"
        " 50 concurrent clients]."
    )
    assert [line.split()[0] for line in upkeep] == [
        *("Compacting", "Compacted", "Defragmenting", "Defragmented")
    ]
    assert re.fullmatch(r"PASS: Approximate system memory used : -?\d+\.\d\d MB\.", verdict)
    assert (result.stderr, result.exit_code) == ("", 0)


def test_memory_that_cannot_be_read_fails_datascale_before_it_writes(etcd):
    endpoints = f"127.0.0.1:1,{etcd.address}"
    result = run_here("check", "datascale", env={"ETCDCTL_ENDPOINTS": endpoints})
    text = b"FAIL: Could not read process_resident_memory_bytes before the put operations.\n"
    assert (result.stdout, result.exit_code) == (text, 1)
    assert count(etcd, "/etcdctl-check-datascale/") == 0


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("perf", "'etcdctl del --prefix /etcdctl-check-perf/'"),
        ("datascale", "etcdctl del --prefix /etcdctl-check-datascale/"),
    ],
)
def test_a_prefix_with_keys_is_refused(name, remedy, own_etcd):
    server = own_etcd()
    run_here("put", f"/etcdctl-check-{name}/x", "y", env=server.environment)
    result = run_here("check", name, env=server.environment)
    expected = f'Error: prefix "/etcdctl-check-{name}/" has keys. Delete with {remedy} first\n'
    assert (result.stderr, result.exit_code) == (expected, 3)
    other = start(server, name, "--prefix", "/other/")
    wait_for_keys(server, "/other/")
    other.kill()
    other.communicate()


@pytest.mark.parametrize("name", ["perf", "datascale"])
def test_an_unknown_load_is_refused(name):
    result = run_here("check", name, "--load", "bad")
    assert (result.stderr, result.exit_code) == ("Error: unknown load option bad\n", 4)


def test_a_terminal_shows_a_bar(etcd):
    words = command("check", "perf", "--prefix", "/bar/")
    env = clean_environment({"TERM": "xterm", **etcd.environment})
    terminal = pexpect.spawn(words[0], words[1:], env=env, timeout=SECONDS, encoding="utf-8")
    terminal.expect(r"━─+  1 of 60 s|─+  [1-9] of 60 s")
    terminal.sendintr()
    terminal.expect("(PASS|FAIL)\r\n$")
    terminal.expect(pexpect.EOF)


@pytest.mark.parametrize(
    ("name", "number"), [("perf", signal.SIGTERM), ("datascale", signal.SIGINT)]
)
def test_a_signal_ends_a_check_and_no_key_is_left(name, number, etcd, prefix):
    # The medium load of datascale takes longer than the signal needs to arrive.
    checking = start(etcd, name, "--load", "m", "--prefix", prefix)
    wait_for_keys(etcd, prefix)
    checking.send_signal(number)
    assert checking.wait(timeout=SECONDS) == -number
    assert count(etcd, prefix) == 0
    checking.communicate()


def test_no_key_is_left_when_the_memory_cannot_be_read_at_the_end(etcd, prefix, monkeypatch):
    responses = iter([1.0, None])
    monkeypatch.setattr(metrics, "resident_memory", lambda *_: next(responses))
    failed = run_here("check", "datascale", "--prefix", prefix, env=etcd.environment)
    assert failed.stdout.endswith(b"after the put operations.\n")
    assert (failed.exit_code, count(etcd, prefix)) == (1, 0)
