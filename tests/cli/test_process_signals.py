"""Signals as the process inherits them: process 1 of a container, a background job."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runner import PROJECT, clean_environment, command
from tests.waiting import until

SECONDS = 60
SILENT = "get of a silent server"
CONTAINER = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"]
WAITING = {
    "watch": ("watch", "k"),
    "put without a value": ("put", "k"),
    "interactive watch": ("watch", "-i"),
    "lock": ("lock", "of-process-1"),
    SILENT: ("get", "k", "--command-timeout", "1h", "--endpoints", "{silent}"),
}


def can_be_process_1():
    with contextlib.suppress(OSError):
        return (
            subprocess.run([*CONTAINER, "true"], capture_output=True, check=False).returncode == 0
        )
    return False


def child_of(process_id):
    """Return the process that another has started; 0 while there is none."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == process_id:
                return int(path.parent.name)
    return 0


def has_loaded_grpc(process_id):
    return b"grpc" in Path(f"/proc/{process_id}/maps").read_bytes()


def handled_signals(process_id):
    """Return the bit mask of signals that a process handles."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return int(line.split()[1], 16)
    return 0


@pytest.fixture(scope="module")
def silent_server():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield "{}:{}".format(*listener.getsockname())


@contextlib.contextmanager
def started(words, environment, **options):
    process = subprocess.Popen(
        words,
        env=clean_environment(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        **options,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(not can_be_process_1(), reason="no namespace of processes can be made here")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("words", WAITING.values(), ids=list(WAITING))
def test_a_signal_ends_every_command_that_is_process_1_of_a_container(
    etcd, silent_server, words, number
):
    words = [word.format(silent=silent_server) for word in words]
    with started([*CONTAINER, *command(*words)], etcd.environment) as parent:
        inside = until(lambda: child_of(parent.pid))
        until(lambda: has_loaded_grpc(inside) or "put" in words or "-i" in words)
        until(lambda: handled_signals(inside) & 1 << (number - 1))
        os.kill(inside, number)
        parent.wait(SECONDS)


@pytest.mark.parametrize("words", [WAITING["watch"], WAITING["lock"], WAITING[SILENT]])
def test_a_background_job_keeps_ignoring_an_interrupt(etcd, silent_server, words):
    words = [word.format(silent=silent_server) for word in words]

    def ignore():
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    with started(command(*words), etcd.environment, preexec_fn=ignore) as process:
        until(lambda: has_loaded_grpc(process.pid))
        os.kill(process.pid, signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        os.kill(process.pid, signal.SIGTERM)
        process.wait(SECONDS)


def test_a_child_process_does_not_inherit_grpcs_variable(etcd, prefix):
    put = etcd.etcdctl("put", f"{prefix}k", "v", "-w", "json", check=True)
    revision = str(json.loads(put.stdout)["header"]["revision"])
    show = "import os; print(sorted(name for name in os.environ if 'GRPC' in name))"
    words = ("watch", f"{prefix}k", "--rev", revision, "--", sys.executable, "-c", show)
    for extra, expected in (({}, "[]"), ({"GRPC_VERBOSITY": "INFO"}, "['GRPC_VERBOSITY']")):
        with started(command(*words), {**etcd.environment, **extra}) as process:
            lines = [process.stdout.readline().decode().strip() for _ in range(4)]
        assert lines[3] == expected
