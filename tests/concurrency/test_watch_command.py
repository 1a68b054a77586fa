"""``pyetcdctl watch`` as a process: what is seen when, and how it ends."""

import json
import signal
import socket
import subprocess
import sys
import threading

import pytest

from tests.concurrency.holders import program
from tests.runner import command, run
from tests.waiting import SECONDS

PROBE = """
import os, sys, threading
from pyetcdctl.cli import main
threading.Timer(2, lambda: (sys.stderr.write("\\n".join(["loaded", *sys.modules])),
                            sys.stderr.flush(), os._exit(0))).start()
main.main(sys.argv[1:], os.environ)
"""


def progress_of(running):
    """Request progress of an interactive watch; the response shows that its watches are created."""
    running.type("progress")
    line = running.line()
    assert line.startswith("progress notify: "), line


def test_an_event_is_shown_at_once(etcd, watch, prefix):
    running = watch("-i", env=etcd.environment)
    running.type(f"watch {prefix} --prefix")
    progress_of(running)
    for number in range(3):
        etcd.etcdctl("put", f"{prefix}k", f"v{number}", check=True)
        assert [running.line() for _ in range(3)] == ["PUT", f"{prefix}k", f"v{number}"]


def test_a_json_line_is_shown_as_soon_as_it_is_complete(etcd, watch, prefix):
    etcd.etcdctl("put", f"{prefix}k", "v", check=True)
    running = watch(prefix, "--prefix", "--rev", "1", "-w", "json", env=etcd.environment)
    response = running.response()
    assert [*response] == [
        *("Header", "Events", "CompactRevision", "Canceled", "Created", "CancelReason")
    ]
    etcd.etcdctl("del", f"{prefix}k", check=True)
    assert running.response()["Events"][0]["type"] == 1


def test_several_watches_run_side_by_side_with_their_own_commands(etcd, watch, prefix):
    etcd.etcdctl("put", f"{prefix}a", "1", check=True)
    running = watch("-i", env=etcd.environment)
    running.type(f"watch {prefix}a --rev 1 -- echo first")
    assert [running.line() for _ in range(4)] == ["PUT", f"{prefix}a", "1", "first"]
    running.type(f"watch {prefix}b --prev-kv")
    progress_of(running)
    assert running.line().startswith("progress notify: ")
    etcd.etcdctl("put", f"{prefix}b", "2", check=True)
    assert [running.line() for _ in range(3)] == ["PUT", f"{prefix}b", "2"]
    etcd.etcdctl("put", f"{prefix}b", "3", check=True)
    assert [running.line() for _ in range(5)] == ["PUT", f"{prefix}b", "2", f"{prefix}b", "3"]


@pytest.mark.parametrize("words", ["echo echo", "echo --rev", "echo watch"])
def test_words_behind_two_dashes_are_the_command_whatever_they_are(etcd, watch, prefix, words):
    etcd.etcdctl("put", f"{prefix}k", "v", check=True)
    line = (f"{prefix}k", "--rev", "1", "--", *words.split())
    running = watch(*line, env=etcd.environment)
    assert [running.line() for _ in range(4)] == ["PUT", f"{prefix}k", "v", words.split()[1]]


def test_a_member_that_lost_its_leader_ends_no_watch(own_etcd, start, watch):
    etcd = own_etcd(size=3)
    kept, *others = etcd.members
    etcd.etcdctl("put", "k", "0", check=True)
    environment = {"ETCDCTL_ENDPOINTS": etcd.endpoint}
    watched = ("k", "--rev", "1", "-w", "json")
    ours = watch(*watched, env=environment)
    theirs = start([*program("etcdctl", etcd), "watch", *watched], environment)
    assert ours.events_until(b"0") == theirs.events_until(b"0")
    for member in others:
        member.kill()
    assert theirs.ended()[1].startswith("watch was canceled (etcdserver: no leader)\n")
    for member in others:
        member.start()
    kept.wait_until_healthy()
    etcd.etcdctl("put", "k", "1", check=True)
    assert [value for _, value in ours.events_until(b"1")] == [b"1"]


def test_an_outage_that_lasts_is_reported_aside_and_its_end_too(own_etcd, watch):
    etcd = own_etcd()
    etcd.etcdctl("put", "k", "0", check=True)
    env = {**etcd.environment, "ETCDCTL_COMMAND_TIMEOUT": "1s"}
    running = watch("k", "--rev", "1", "-w", "json", env=env)
    assert len(running.events_until(b"0")) == 1
    etcd.members[0].restart()  # so short an outage is not worth a word
    etcd.etcdctl("put", "k", "1", check=True)
    assert len(running.events_until(b"1")) == 1
    etcd.members[0].kill()
    reported = running.process.stderr.readline().decode()
    assert reported == "Warning: no server responds: context deadline exceeded\n"
    etcd.members[0].start()
    etcd.members[0].wait_until_healthy()
    etcd.etcdctl("put", "k", "2", check=True)
    assert len(running.events_until(b"2")) == 1
    running.process.terminate()
    assert running.ended()[1].endswith("The watch resumes.\n")


def test_progress_is_notified_when_nothing_happens(own_etcd, watch):
    etcd = own_etcd(flags=("--experimental-watch-progress-notify-interval=200ms",))
    running = watch("quiet", "--progress-notify", "-w", "json", env=etcd.environment)
    assert running.line() == "progress notify: 1"
    assert json.loads(running.line())["Header"]["revision"] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("mode", [["k"], ["-i"]], ids=["plain", "interactive"])
def test_a_signal_ends_it_at_once(etcd, watch, prefix, number, mode):
    etcd.etcdctl("put", f"{prefix}k", "v", check=True)
    running = watch(
        *(["-i"] if mode == ["-i"] else [f"{prefix}k", "--rev", "1"]), env=etcd.environment
    )
    if mode == ["-i"]:
        running.type(f"watch {prefix}k --rev 1")
    assert running.line() == "PUT"
    running.process.send_signal(number)
    code, stderr = running.ended()
    assert code == -number
    assert stderr == ""


def test_a_closed_pipe_ends_it_quietly(etcd, watch, prefix):
    etcd.etcdctl("put", f"{prefix}k", "v", check=True)
    running = watch(prefix, "--prefix", "--rev", "1", env=etcd.environment)
    assert running.line() == "PUT"
    running.process.stdout.close()
    etcd.etcdctl("put", f"{prefix}k", "nobody reads this", check=True)
    assert running.process.wait(SECONDS) == -signal.SIGPIPE
    assert running.process.stderr.read() == b""


def test_a_permission_denied_ends_it_with_5(auth_etcd):
    auth_etcd.etcdctl("user", "add", "watcher:pw")
    done = run("watch", "k", env={**auth_etcd.environment, "ETCDCTL_USER": "watcher:pw"})
    assert done.exit_code == 5
    assert done.stderr == (
        "watch was canceled (rpc error: code = PermissionDenied desc = "
        "etcdserver: permission denied)\nError: watch is canceled by the server\n"
    )


def test_a_wrong_password_ends_it_with_2(auth_etcd):
    done = run("watch", "k", env={**auth_etcd.environment, "ETCDCTL_USER": "root:wrong"})
    assert done.exit_code == 2
    assert "authentication failed" in done.stderr


def test_no_server_ends_the_start_by_the_command_timeout():
    env = {"ETCDCTL_ENDPOINTS": "127.0.0.1:1", "ETCDCTL_COMMAND_TIMEOUT": "300ms"}
    done = run("watch", "k", env=env, seconds=10)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: context deadline exceeded\n")


def test_a_black_hole_ends_the_start_by_the_command_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"127.0.0.1:{silent.getsockname()[1]}"
        env = {"ETCDCTL_ENDPOINTS": endpoint, "ETCDCTL_COMMAND_TIMEOUT": "300ms"}
        done = run("watch", "k", env=env, seconds=10)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: context deadline exceeded\n")


def test_a_long_watch_outlives_its_token(own_etcd, watch):
    etcd = own_etcd(flags=("--auth-token-ttl=1",))
    for words in (
        ("user", "add", "root:rootpw"),
        ("user", "grant-role", "root", "root"),
        ("auth", "enable"),
    ):
        etcd.etcdctl(*words, check=True)
    env = {**etcd.environment, "ETCDCTL_USER": "root:rootpw"}
    etcd.etcdctl("put", "k", "0", env=env, check=True)
    running = watch("k", "--rev", "1", "-w", "json", env=env)
    assert running.events_until(b"0")
    wait_until_a_token_has_expired(etcd)
    etcd.etcdctl("put", "k", "1", env=env, check=True)
    assert len(running.events_until(b"1")) == 1
    # The next stream needs a token, and the first one is gone.
    etcd.members[0].kill()
    etcd.members[0].start()
    etcd.members[0].wait_until_healthy()
    etcd.etcdctl("put", "k", "2", env=env, check=True)
    assert len(running.events_until(b"2")) == 1


def wait_until_a_token_has_expired(etcd):
    """Use one token until the server has forgotten it."""
    from pyetcdctl.client.connection import Connection, Deadline
    from pyetcdctl.errors import CallFailed
    from pyetcdctl.rpc.kv import RANGE, RangeRequest
    from pyetcdctl.settings import ConnectionSettings, Credentials

    def connection(credentials):
        return Connection(ConnectionSettings((etcd.endpoint,), credentials=credentials))

    def read(by):
        request = RangeRequest(key=b"k").encode()
        by.unary(RANGE, request, deadline=Deadline.after(5), repeatable=True)

    first = connection(Credentials("root", "rootpw"))
    read(first)
    token = dict(first.metadata())["token"]
    second = connection(Credentials(token=token))

    def read_now_and_then():
        """Asking all the time would renew the token: etcd counts from its last use."""
        while True:
            read(second)
            threading.Event().wait(1.5)

    with pytest.raises(CallFailed, match="invalid auth token"):
        read_now_and_then()


def test_a_watch_starts_without_protobuf_and_etcd3(etcd):
    done = subprocess.run(
        [sys.executable, "-c", PROBE, "watch", "k", "--endpoints", etcd.address],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    loaded = set(done.stderr.partition("loaded\n")[2].split())
    assert "grpc" in loaded
    assert not loaded & {"google.protobuf", "etcd3", "rich", "yaml", "cryptography"}


def test_arguments_are_checked_before_a_server_is_looked_for():
    done = subprocess.run(command("watch"), capture_output=True, timeout=30, check=False)
    assert done.returncode == 128
    assert done.stderr.startswith(b"Error: bad number of arguments\n")
