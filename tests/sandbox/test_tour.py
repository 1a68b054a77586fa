"""``sandbox --tour``: ten short steps, each a command that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pexpect
import pytest

from pyetcdctl.sandbox.tour import STEPS
from tests.runner import clean_environment, command, run

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = {
    "Every object is one key": "/registry/pods/kube-system/etcd-master\n",
    "The keys as a tree": "/registry/services/specs/kube-system/\t1\n",
    "Some names are older than kubectl's": "KEY:        /registry/minions/NAME\n",
    "What a value looks like": r"k   8   s  \0",
    "The same, decoded": "kind: Namespace\n",
    "kubectl get without an API server": "kube-apiserver-master ",
    "Secrets at rest": "secretbox box-2026 (8)",
    "Changing an object past the API server": "namespaces/stuck edited\n",
    "The past is still there": "\tcreated\t",
    "A backup, read without a server": "kube-system        Active ",
}


def test_the_steps_are_ten_and_fit_a_terminal() -> None:
    assert [step.title for step in STEPS] == list(SHOWN)
    lines = "\n".join(f"{step.title}\n{step.text}\n  {step.command}" for step in STEPS)
    assert len(STEPS) == 10
    assert max(map(len, lines.splitlines())) <= 79


def test_without_a_terminal_every_step_runs_and_shows_what_it_is_about() -> None:
    done = run("sandbox", "--tour", env={"PYETCDCTL_DISCOVERY": ""})
    assert done.exit_code == 0, done.stderr
    _, *parts = done.stdout.decode().split(" of 10  ")
    assert [part.partition("\n")[0] for part in parts] == list(SHOWN)
    assert not [title for title, part in zip(SHOWN, parts, strict=True) if SHOWN[title] not in part]


def test_on_a_terminal_it_waits_and_ends_in_a_shell(tmp_path: Path) -> None:
    variables = {"SHELL": "/bin/sh", "HOME": str(tmp_path), "TERM": "dumb", "COLUMNS": "80"}
    program, *arguments = [str(word) for word in command("sandbox", "--tour")]
    terminal = pexpect.spawn(
        program,
        arguments,
        env=clean_environment({**variables, "PYETCDCTL_DISCOVERY": ""}),
        encoding="utf-8",
        timeout=60,
        dimensions=(40, 80),
    )
    terminal.expect("1 of 10  Every object is one key")
    terminal.expect("q ends the tour")
    assert "/registry/pods/kube-system/etcd-master" not in terminal.before
    terminal.sendline("")
    terminal.expect("/registry/pods/kube-system/etcd-master")
    terminal.expect("2 of 10  The keys as a tree")
    terminal.expect("q ends the tour")
    terminal.sendline("q")
    terminal.expect("here is a shell on it")
    terminal.expect(r"\(sandbox\) \$ ")
    terminal.sendline("pyetcdctl get /registry/minions/master --keys-only; exit 6")
    terminal.expect("/registry/minions/master\r\n")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 6


@pytest.mark.parametrize("words", [["--empty"], ["--layout", "scratch"], ["--", "ls"]])
def test_the_tour_goes_with_nothing_else(words: list[str]) -> None:
    done = run("sandbox", "--tour", *words)
    assert "--tour goes with neither" in done.stderr
    assert (done.stdout, done.exit_code) == (b"", 128)
