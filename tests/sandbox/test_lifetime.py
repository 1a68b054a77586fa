"""However a sandbox ends, no process and no folder of it remain."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
from typing import TYPE_CHECKING

import pexpect
import pytest

from pyetcdctl.errors import SandboxFailed
from pyetcdctl.sandbox.lifetime import Lifetime
from tests.runner import clean_environment, command
from tests.sandbox.traces import processes, traces
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder for temporary files of the sandboxes in a test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def never_written(temporary: Path) -> Path:
    """Make a file beside the folder, its name beginning alike, that makes readers wait."""
    never = temporary.with_name("temporary-never-written")
    os.mkfifo(never)
    return never


@pytest.fixture
def waiting(temporary: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A sandbox whose command waits for ever, in a process of its own."""
    never = never_written(temporary)
    started = subprocess.Popen(
        command("sandbox", "--", "sh", "-c", f"cat {never}; exit 9"),
        env=clean_environment({"TMPDIR": str(temporary)}),
    )
    until(lambda: processes(never, "cat"))
    yield started
    started.kill()
    started.wait()


def test_a_folder_is_private_and_goes_with_its_owner() -> None:
    with Lifetime() as lifetime:
        folder = lifetime.folder
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "file").write_text("something")
    assert not folder.exists()


def test_an_ended_process_is_reported_once_with_its_exit_code() -> None:
    with Lifetime() as lifetime:
        log = lifetime.folder / "log"
        process = lifetime.start(["/bin/sh", "-c", "echo words; exit 3"], {}, log)
        until(lambda: log.exists() and log.read_text() == "words\n")
        codes: list[int] = []
        until(lambda: codes or codes.extend(filter(None, [lifetime.exit_code(process)])))
        assert codes == [3]


def test_a_program_that_cannot_be_started_is_named() -> None:
    with Lifetime() as lifetime, pytest.raises(SandboxFailed, match="/no/such/program"):
        lifetime.start(["/no/such/program"], {}, lifetime.folder / "log")


def test_nothing_can_be_started_after_the_end() -> None:
    with Lifetime() as lifetime:
        pass
    with pytest.raises(SandboxFailed, match="ended"):
        lifetime.start(["/bin/true"], {}, lifetime.folder / "log")


def test_servers_end_although_the_guardian_was_killed() -> None:
    with Lifetime() as lifetime:
        lifetime.start(["/bin/sleep", "600"], {}, lifetime.folder / "log")
        (guardian,) = processes(lifetime.folder, "python")
        os.kill(guardian, signal.SIGKILL)
    assert not lifetime.folder.exists()
    until(lambda: not processes(lifetime.folder))


def test_a_killed_sandbox_leaves_nothing(waiting: subprocess.Popen[bytes], temporary: Path) -> None:
    assert processes(temporary, "etcd")
    waiting.kill()
    until(lambda: not traces(temporary), "the end of all traces")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_the_sandbox_and_its_command_ends_both(
    waiting: subprocess.Popen[bytes], temporary: Path, number: signal.Signals
) -> None:
    for process in (waiting.pid, *processes(temporary, "sh"), *processes(temporary, "cat")):
        os.kill(process, number)
    assert waiting.wait(60) == 128 + number
    until(lambda: not traces(temporary), "the end of all traces")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_sandbox_alone_ends_its_command(
    waiting: subprocess.Popen[bytes], temporary: Path, number: signal.Signals
) -> None:
    waiting.send_signal(number)
    assert waiting.wait(60) == 128 + number
    until(lambda: not traces(temporary), "the end of all traces")


def test_a_hang_up_that_nohup_ignores_is_ignored(temporary: Path) -> None:
    script = "echo ready; read line; exit 4"
    started = subprocess.Popen(
        ["nohup", *command("sandbox", "--empty", "--", "sh", "-c", script)],
        env=clean_environment({"TMPDIR": str(temporary)}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert started.stdout
    assert started.stdout.readline() == b"ready\n"
    started.send_signal(signal.SIGHUP)
    started.communicate(b"line\n", 60)
    assert started.returncode == 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("moment", ["pyetcdctl-*", "pyetcdctl-*/kubeadm.db", "pyetcdctl-*/*/*.log"])
def test_a_signal_in_the_middle_of_the_start_leaves_nothing(
    temporary: Path, number: signal.Signals, moment: str
) -> None:
    started = subprocess.Popen(
        command("sandbox", "--", "cat", str(never_written(temporary))),
        env=clean_environment({"TMPDIR": str(temporary)}),
    )
    until(lambda: list(temporary.glob(moment)))
    started.send_signal(number)
    assert started.wait(60) != 0
    until(lambda: not traces(temporary), "the end of all traces")


def in_a_terminal(temporary: Path, *words: str) -> pexpect.spawn[str]:
    """Start a sandbox's command in a terminal of its own."""
    program, *arguments = [str(word) for word in command("sandbox", "--", *words)]
    environment = clean_environment({"TMPDIR": str(temporary), "TERM": "dumb"})
    return pexpect.spawn(program, arguments, env=environment, encoding="utf-8", timeout=60)


def test_ctrl_c_ends_command_and_sandbox(temporary: Path) -> None:
    never = never_written(temporary)
    terminal = in_a_terminal(temporary, "cat", str(never))
    until(lambda: processes(never, "cat"))
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    until(lambda: not traces(temporary), "the end of all traces")


def test_ctrl_c_is_the_commands_own_affair(temporary: Path) -> None:
    script = "trap 'echo caught' INT; echo ready; read line; read line; echo got $line; exit 5"
    terminal = in_a_terminal(temporary, "sh", "-c", script)
    terminal.expect("ready")
    terminal.sendintr()
    terminal.expect("caught")
    assert processes(temporary, "etcd")
    terminal.sendline("one")
    terminal.sendline("two")
    terminal.expect("got (one|two)")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 5
    until(lambda: not traces(temporary), "the end of all traces")
