"""``del`` of a range: etcdctl's two seconds to think better of it."""

from __future__ import annotations

import signal
import subprocess
from time import monotonic

from tests.runner import clean_environment, command, run_here


def test_a_second_word_is_warned_of_and_deleted_up_to(etcd, prefix):
    keys = [f"{prefix}{letter}" for letter in "abc"]
    for key in keys:
        etcd.etcdctl("put", key, "v", check=True)
    since = monotonic()
    done = run_here("del", keys[0], keys[2], env=etcd.environment)
    assert monotonic() - since >= 2
    assert (done.stdout, done.exit_code) == (b"2\n", 0)
    assert done.stderr == (
        f'Warning: Keys between "{keys[0]}" and "{keys[2]}" will be deleted. Please interrupt the '
        "command within next 2 seconds to cancel. You can provide `--range` flag to avoid the "
        "delay.\n"
    )
    assert run_here("del", keys[2], f"{prefix}d", "--range", env=etcd.environment).stderr == ""


def test_an_interrupt_in_time_keeps_the_keys(etcd, prefix):
    etcd.etcdctl("put", f"{prefix}a", "v", check=True)
    words, env = command("del", f"{prefix}a", f"{prefix}b"), clean_environment(etcd.environment)
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as done:
        assert done.stderr.readline().startswith(b"Warning: Keys between ")
        done.send_signal(signal.SIGINT)
        assert done.communicate(timeout=30) == (b"", b"")
    assert done.returncode == -signal.SIGINT
    assert etcd.etcdctl("get", f"{prefix}a", "--print-value-only").stdout == b"v\n"
