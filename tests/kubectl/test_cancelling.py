"""A command that is ended, or reads no further, leaves no process: not here, not in the pod."""

import os
import signal
import subprocess

import pytest

from tests.runner import SECONDS, clean_environment, command
from tests.waiting import until

VIA = ("--via", "kubectl")


def is_gone(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
def large(pod_of, etcd, prefix):
    """A pod, and the prefix of more than any pipe holds."""
    value = b"x" * 500_000
    for number in range(12):
        etcd.etcdctl("put", f"{prefix}{number}", input=value, check=True)
    return pod_of(etcd), prefix


def started(standin, prefix, **options):
    return subprocess.Popen(
        command("get", prefix, "--prefix", *VIA),
        env=clean_environment(standin.environment),
        stderr=subprocess.PIPE,
        **options,
    )


def processes_of(standin):
    return [*standin.processes, *(call["pid"] for call in standin.calls)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_process(large, number):
    standin, prefix = large
    reader, writer = os.pipe()  # without a reader: the command waits in the middle
    with started(standin, prefix, stdout=writer) as process:
        os.read(reader, 1)
        process.send_signal(number)
        process.wait(SECONDS)

    assert process.returncode == -number
    assert len(standin.processes) == 1
    until(lambda: all(map(is_gone, processes_of(standin))))
    os.close(reader)
    os.close(writer)


def test_a_reader_that_leaves_early_leaves_no_process(large):
    standin, prefix = large
    with started(standin, prefix, stdout=subprocess.PIPE) as process:
        process.stdout.read(10)
        process.stdout.close()
        process.wait(SECONDS)

    assert process.returncode == -signal.SIGPIPE
    assert len(standin.processes) == 1
    until(lambda: all(map(is_gone, processes_of(standin))))


def test_a_kubectl_that_is_killed_would_leave_one(large):
    """What the above is about: the stand-in is as bad as a container runtime can be."""
    standin, prefix = large
    words = ["kubectl", "exec", "-n", "kube-system", "etcd-m1", "-c", "etcd", "--"]
    endpoint = (
        f"--endpoints={standin.pods[0]['spec']['containers'][0]['command'][1].partition('=')[2]}"
    )
    with subprocess.Popen(
        [*words, "etcdctl", endpoint, "get", prefix, "--prefix"],
        env=standin.environment,
        stdout=subprocess.PIPE,
    ) as process:
        process.stdout.read(10)
        process.kill()
        process.stdout.close()

    (left,) = standin.processes
    assert not is_gone(left)
    os.kill(left, signal.SIGKILL)
    until(lambda: is_gone(left))
