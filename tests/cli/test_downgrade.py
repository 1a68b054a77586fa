"""A downgrade is examined, begun and called off; servers too old for that are named."""

import re

import pytest

from tests.runner import run_here
from tests.server import every_programs

WITH_DOWNGRADES = [programs for programs in every_programs() if programs.release >= (3, 5)]
IN_PROGRESS = "Error: etcdserver: cluster has a downgrade job in progress\n"
UNANSWERED = re.compile(
    r"Error: (context deadline exceeded|etcdserver: request timed out)\n  The write may have"
)


def test_a_server_without_downgrades_is_named_with_its_version(every_etcd):
    major, minor = every_etcd.release
    result = run_here("downgrade", "validate", f"{major}.{minor - 1}", env=every_etcd.environment)
    if every_etcd.release >= (3, 5):
        reported = f"Downgrade validate success, cluster version {major}.{minor}"
        assert result.stdout.decode().startswith(reported)
        return
    first, second = result.stderr.splitlines()
    assert result.exit_code == 1
    assert first.startswith("Error: rpc error: code = Unimplemented desc = ")
    endpoint, version = every_etcd.endpoint, every_etcd.version
    assert second == f"  downgrade needs etcd 3.5 or later; {endpoint} runs {version}."


def change(etcd, *words):
    """Begin or end a downgrade; early releases of etcd 3.5 do so without a response."""
    result = run_here("downgrade", *words, "--command-timeout", "2s", env=etcd.environment)
    if etcd.release >= (3, 6):
        assert result.stdout.decode().startswith(f"Downgrade {words[0]} success, cluster version ")
        assert (result.stderr, result.exit_code) == ("", 0)
    else:
        assert UNANSWERED.match(result.stderr), result.stderr
        assert result.exit_code == 1


@pytest.mark.parametrize("programs", WITH_DOWNGRADES, ids=lambda programs: programs.version)
def test_there_is_one_downgrade_at_a_time(programs, own_etcd):
    etcd = own_etcd(programs)
    major, minor = etcd.release
    target = f"{major}.{minor - 1}"
    change(etcd, "enable", target)
    for action in ("validate", "enable"):
        result = run_here("downgrade", action, target, env=etcd.environment)
        assert (result.stdout, result.stderr, result.exit_code) == (b"", IN_PROGRESS, 1)
    change(etcd, "cancel")
    result = run_here("downgrade", "validate", target, env=etcd.environment)
    assert result.stdout.decode().startswith("Downgrade validate success, cluster version ")


def test_a_downgrade_without_an_action_shows_the_help():
    result = run_here("downgrade")
    assert result.exit_code == 0
    assert result.stdout.startswith(b"Usage: pyetcdctl downgrade COMMAND")
