"""A snapshot is there whole, or it is not there, whatever happens on the way."""

from __future__ import annotations

import hashlib
import os
import re
import resource
import signal
import stat
import subprocess
from contextlib import closing

import pexpect
import pytest

from tests.cli.narrow_way import NarrowWay
from tests.cli.refused_call import refuse_fsync
from tests.runner import PROJECT, clean_environment, command, run_here
from tests.server import (
    enable_authentication,
    every_programs,
    freeze,
    running,
    running_with_tls,
    thaw,
)

HALF_WAY = 8_000_000
SECONDS = 60


@pytest.fixture(scope="module")
def large_etcd():
    """A server with a database that does not fit into any buffer on the way."""
    with running() as server:
        fill(server)
        yield server


def fill(server):
    for number in range(24):
        server.etcdctl("put", f"large{number}", input=b"z" * 1_000_000, check=True)


@pytest.fixture
def half_way(large_etcd):
    with closing(NarrowWay(large_etcd.address, HALF_WAY)) as way:
        yield way


def save(path, *flags, **options):
    return run_here("snapshot", "save", str(path), *flags, **options)


def start(path, *flags, endpoint, **options):
    words = command("snapshot", "save", str(path), *flags)
    env = clean_environment({"ETCDCTL_ENDPOINTS": endpoint})
    return subprocess.Popen(
        words, env=env, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )


def left_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_snapshot_is_private_and_ends_with_its_digest(every_etcd, tmp_path):
    path = tmp_path / "a.db"
    result = save(path, env=every_etcd.environment)
    first, *rest = result.stdout.decode().splitlines()
    assert (first, result.stderr, result.exit_code) == (f"Snapshot saved at {path}", "", 0)
    assert bool(rest) == (every_etcd.release >= (3, 6))
    data = path.read_bytes()
    assert len(data) % 512 == 32
    assert hashlib.sha256(data[:-32]).digest() == data[-32:]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert left_in(tmp_path) == ["a.db"]


def test_the_real_etcdutl_restores_it(large_etcd, tmp_path):
    path, folder = tmp_path / "a.db", tmp_path / "restored"
    assert save(path, env=large_etcd.environment).exit_code == 0
    program = large_etcd.cluster.programs.beside("etcdutl")
    words = [program, "snapshot", "restore", path, "--data-dir", folder]
    subprocess.run(words, check=True, capture_output=True, timeout=SECONDS)
    assert (folder / "member" / "snap" / "db").stat().st_size > 24_000_000


def test_an_older_file_is_replaced(etcd, tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(b"old")
    assert save(path, env=etcd.environment).exit_code == 0
    assert path.stat().st_size > 3


def test_a_bare_name_is_saved_in_the_working_folder(etcd, tmp_path):
    env = {**etcd.environment, "PYTHONPATH": str(PROJECT)}
    assert save("a.db", env=env, cwd=tmp_path).exit_code == 0
    assert left_in(tmp_path) == ["a.db"]


def test_two_runs_at_once_do_not_meet(large_etcd, tmp_path):
    path = tmp_path / "a.db"
    runs = [start(path, endpoint=large_etcd.address) for _ in range(2)]
    outcomes = [(each.communicate(timeout=SECONDS), each.returncode) for each in runs]
    assert [code for _, code in outcomes] == [0, 0], outcomes
    assert left_in(tmp_path) == ["a.db"]
    assert run_here("snapshot", "status", str(path)).exit_code == 0


def test_it_is_saved_over_tls_and_with_a_password(tmp_path):
    folder = tmp_path / "pki"
    folder.mkdir()
    with running_with_tls(folder) as server:
        secure = enable_authentication(server)
        assert save(tmp_path / "a.db", env=secure.environment).exit_code == 0
        refused = save(tmp_path / "b.db", env={**secure.environment, "ETCDCTL_USER": "root:no"})
    assert refused.exit_code == 5
    assert refused.stderr.startswith("Error: etcdserver: authentication failed")
    assert left_in(tmp_path) == ["a.db", "pki"]


@pytest.mark.parametrize("programs", every_programs(), ids=lambda programs: programs.version)
def test_without_a_user_it_is_refused_with_the_whole_status(programs, own_etcd, tmp_path):
    server = enable_authentication(own_etcd(programs))
    refused = save(tmp_path / "a.db", env={"ETCDCTL_ENDPOINTS": server.address})
    code = (
        "InvalidArgument desc = etcdserver" if server.release >= (3, 6) else "Unknown desc = auth"
    )
    assert refused.stderr == f"Error: rpc error: code = {code}: user name is empty\n"
    assert (refused.exit_code, left_in(tmp_path)) == (5, [])


def test_any_member_of_three_is_saved(three_members, tmp_path):
    for number, url in enumerate(three_members.client_urls):
        path = tmp_path / f"{number}.db"
        assert save(path, env={"ETCDCTL_ENDPOINTS": url}).exit_code == 0
    refused = save(tmp_path / "all.db", env=three_members.environment)
    listed = " ".join(three_members.client_urls)
    assert refused.stderr == (
        f"Error: snapshot must be requested to one selected node, not multiple [{listed}]\n"
    )
    assert refused.exit_code == 5


def test_a_dead_server_is_reported_in_time(tmp_path):
    result = save(tmp_path / "a.db", env={"ETCDCTL_ENDPOINTS": "127.0.0.1:1"}, seconds=15)
    assert result.exit_code == 5
    assert result.stderr.startswith("Error: context deadline exceeded\n  127.0.0.1:1 refused")
    assert left_in(tmp_path) == []


def test_a_server_that_falls_silent_ends_it(half_way, tmp_path):
    path = tmp_path / "a.db"
    env = {"ETCDCTL_ENDPOINTS": half_way.endpoint}
    result = save(path, "--stall-timeout", "1s", env=env, seconds=20)
    assert result.exit_code == 5
    assert result.stderr.startswith("Error: could not write snapshot: no data for 1 s\n")
    assert f"{half_way.endpoint} sent nothing more after " in result.stderr
    assert left_in(tmp_path) == []


def test_a_frozen_server_ends_it(large_etcd, half_way, tmp_path):
    saving = start(tmp_path / "a.db", "--stall-timeout=1s", endpoint=half_way.endpoint)
    assert half_way.reached.wait(SECONDS)
    member = large_etcd.members[0]
    freeze(member)
    try:
        half_way.release()
        _, errors = saving.communicate(timeout=SECONDS)
    finally:
        thaw(member)
    assert saving.returncode == 5
    assert b"no data for 1 s" in errors
    assert left_in(tmp_path) == []


def test_a_command_timeout_that_is_given_bounds_the_whole(half_way, tmp_path):
    env = {"ETCDCTL_ENDPOINTS": half_way.endpoint}
    result = save(tmp_path / "a.db", "--command-timeout", "2s", env=env, seconds=10)
    assert result.exit_code == 5
    assert "context deadline exceeded" in result.stderr
    assert left_in(tmp_path) == []


def test_a_server_that_is_killed_half_way_leaves_nothing(own_etcd, tmp_path):
    server = own_etcd()
    fill(server)
    with closing(NarrowWay(server.address, HALF_WAY)) as way:
        saving = start(tmp_path / "a.db", endpoint=way.endpoint)
        assert way.reached.wait(SECONDS)
        server.members[0].kill()
        way.release()
        _, errors = saving.communicate(timeout=SECONDS)
    assert saving.returncode == 5
    assert errors.startswith(b"Error: could not write snapshot: rpc error: code = Unavailable")
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_at_once_and_leaves_nothing(number, half_way, tmp_path):
    saving = start(tmp_path / "a.db", endpoint=half_way.endpoint)
    assert half_way.reached.wait(SECONDS)
    assert [name[:5] for name in left_in(tmp_path)] == ["a.db."]
    saving.send_signal(number)
    assert saving.communicate(timeout=SECONDS) == (b"", b"")
    assert saving.returncode == -number
    assert left_in(tmp_path) == []


def test_a_full_disk_keeps_the_older_file(large_etcd, tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(b"old")

    def leave_little_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    saving = start(path, endpoint=large_etcd.address, preexec_fn=leave_little_room)
    _, errors = saving.communicate(timeout=SECONDS)
    assert saving.returncode == 5
    assert errors.startswith(b"Error: could not write snapshot: write ")
    assert errors.endswith(b": file too large\n")
    assert path.read_bytes() == b"old"
    assert left_in(tmp_path) == ["a.db"]


def test_a_disk_that_does_not_take_it_keeps_the_older_file(etcd, tmp_path):
    path = tmp_path / "a.db"
    path.write_bytes(b"old")
    saving = start(path, endpoint=etcd.address, preexec_fn=refuse_fsync)
    printed, errors = saving.communicate(timeout=SECONDS)
    assert (printed, saving.returncode) == (b"", 5)
    expected = (
        rf"Error: could not fsync snapshot: sync {path}\.[0-9a-f]+\.part: input/output error\n"
    )
    assert re.fullmatch(expected, errors.decode())
    assert path.read_bytes() == b"old"
    assert left_in(tmp_path) == ["a.db"]


def test_a_missing_folder_is_reported_before_the_call(etcd, tmp_path):
    result = save(tmp_path / "none" / "a.db", env=etcd.environment)
    assert result.exit_code == 5
    assert result.stderr.startswith(f"Error: could not open {tmp_path}/none/a.db.")
    assert result.stderr.endswith(": no such file or directory)\n")


@pytest.mark.parametrize("name", ["pipe", "folder"])
def test_what_is_no_file_is_not_replaced(name, etcd, tmp_path):
    """Root would replace /dev/null for the whole machine."""
    target = tmp_path / name
    os.mkfifo(target) if name == "pipe" else target.mkdir()
    result = save(target, env=etcd.environment)
    assert result.exit_code == 5
    assert result.stderr == f"Error: could not write snapshot: {target} is not a regular file\n"


def peak_kilobytes(path, server):
    saving = start(path, endpoint=server.address)
    with saving.stdout, saving.stderr:
        saving.stdout.read()
        _, status, usage = os.wait4(saving.pid, 0)
    saving.returncode = os.waitstatus_to_exitcode(status)
    assert saving.returncode == 0
    return usage.ru_maxrss


def test_memory_does_not_grow_with_the_database(large_etcd, etcd, tmp_path):
    small = peak_kilobytes(tmp_path / "small.db", etcd)
    assert peak_kilobytes(tmp_path / "large.db", large_etcd) < small + 16_000


def test_a_terminal_shows_how_far_it_is(half_way, tmp_path):
    words = command("snapshot", "save", str(tmp_path / "a.db"))
    env = clean_environment({"TERM": "xterm", "ETCDCTL_ENDPOINTS": half_way.endpoint})
    terminal = pexpect.spawn(words[0], words[1:], env=env, timeout=SECONDS, encoding="utf-8")
    assert half_way.reached.wait(SECONDS)
    with pytest.raises(pexpect.TIMEOUT):
        terminal.expect("saved", timeout=1)
    half_way.release()
    terminal.expect(r"Saving  \d+ of \d+ MB  \d+ MB/s  about \d+ s left")
    terminal.expect("Snapshot saved at")
    terminal.expect(pexpect.EOF)


def test_a_snapshot_is_checked_before_it_has_its_name(sample_etcd, etcd, prefix, tmp_path):
    path = tmp_path / "a.db"
    sound = run_here("snapshot", "save", str(path), "--verify", env=sample_etcd.environment)
    assert sound.exit_code == 0, sound.stderr
    kept = path.read_bytes()
    key = "/registry/pods/default/no-pod"
    etcd.etcdctl("put", key, "nonsense", check=True)
    faulty = run_here("snapshot", "save", str(path), "--verify", env=etcd.environment)
    etcd.etcdctl("del", key, check=True)
    assert (faulty.exit_code, faulty.stdout) == (5, b"")
    assert faulty.stderr == (
        "Error: the snapshot has 1 fault; nothing was saved\n"
        f"  key {key}: its value is not an object of Kubernetes\n"
    )
    assert path.read_bytes() == kept
    assert list(tmp_path.iterdir()) == [path]
