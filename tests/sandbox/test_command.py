"""``pyetcdctl sandbox``: what a user gets."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pexpect
import pytest

from pyetcdctl.sandbox.sample import KEYS
from tests.runner import clean_environment, command, run
from tests.server import every_programs

if TYPE_CHECKING:
    from pathlib import Path

    from pyetcdctl.sandbox.programs import Programs

LISTING = ["pyetcdctl", "get", "", "--prefix", "--keys-only"]


@pytest.fixture
def discovering() -> dict[str, str]:
    """An environment in which discovery is on."""
    return {"PYETCDCTL_DISCOVERY": ""}


@pytest.mark.parametrize("programs", every_programs(), ids=lambda programs: programs.version)
def test_the_sample_is_listed_with_every_etcd(programs: Programs) -> None:
    done = run("sandbox", "--etcd", str(programs.etcd), "--", *LISTING)
    keys = done.stdout.split()
    assert len(keys) == KEYS
    assert b"/registry/apiregistration.k8s.io/apiservices/v1.apps" in keys
    assert (done.stderr, done.exit_code) == ("", 0)


@pytest.mark.parametrize("layout", ["kubeadm", "scratch"])
@pytest.mark.parametrize("members", ["1", "3"])
def test_discovery_finds_a_layout_without_a_flag(
    layout: str, members: str, discovering: dict[str, str]
) -> None:
    done = run("sandbox", "--layout", layout, "--members", members, "--", *LISTING, env=discovering)
    assert (len(done.stdout.split()), done.stderr, done.exit_code) == (KEYS, "", 0)


def test_an_empty_sandbox_has_no_key() -> None:
    assert run("sandbox", "--empty", "--", *LISTING).stdout == b""


def test_the_exit_code_is_the_commands() -> None:
    assert run("sandbox", "--empty", "--", "sh", "-c", "exit 7").exit_code == 7


def test_a_command_ended_by_a_signal_has_the_shells_exit_code() -> None:
    assert run("sandbox", "--empty", "--", "sh", "-c", "kill -KILL $$").exit_code == 137


def test_input_and_output_are_the_commands() -> None:
    done = run("sandbox", "--empty", "--", "sh", "-c", "cat; echo words >&2", input=b"\xff\x00")
    assert (done.stdout, done.stderr) == (b"\xff\x00", "words\n")


def test_a_commands_own_flags_and_dashes_are_left_to_it() -> None:
    done = run("sandbox", "--empty", "--", "printf", "%s|", "--empty", "--", "-n")
    assert done.stdout == b"--empty|--|-n|"


def test_a_command_that_does_not_exist_is_named() -> None:
    done = run("sandbox", "--", "no-such-command")
    assert (done.exit_code, done.stderr) == (127, "Error: no-such-command: command not found\n")


def test_a_program_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    done = run("sandbox", "--empty", "--", str(broken))
    assert done.exit_code == 127
    assert "no such file" in done.stderr


def test_without_a_terminal_a_command_is_wanted() -> None:
    done = run("sandbox", input=b"pyetcdctl get a\n")
    assert done.exit_code == 128
    assert "needs a terminal" in done.stderr
    assert "sandbox -- COMMAND" in done.stderr


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["ls"], "follows --"),
        (["ls", "--", "-l"], "follows --"),
        (["--layout", "k3d", "--", "true"], '"k3d" for "--layout"'),
        (["--members", "0", "--", "true"], '"0" for "--members"'),
        (["--members", "many", "--", "true"], '"many" for "--members"'),
        (["--etcd", "/no/such/etcd", "--", "true"], "/no/such/etcd is not a program"),
    ],
)
def test_a_wrong_word_gets_one_clear_message(words: list[str], complaint: str) -> None:
    done = run("sandbox", *words)
    assert done.exit_code in (1, 128)
    assert complaint in done.stderr.splitlines()[0]


def test_a_temporary_folder_that_does_not_exist_is_passed_over(tmp_path: Path) -> None:
    done = run("sandbox", "--empty", "--", "true", env={"TMPDIR": str(tmp_path / "none")})
    assert done.exit_code == 0


def test_a_full_disk_is_reported_and_nothing_remains(tmp_path: Path) -> None:
    limited = ["sh", "-c", 'ulimit -f 1000; exec "$@"', "sh", *command("sandbox", "--", "true")]
    environment = clean_environment({"TMPDIR": str(tmp_path)})
    done = subprocess.run(limited, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: the sandbox cannot be written to {tmp_path}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["bash", "zsh", "fish", "sh"])
def test_a_shells_prompt_is_marked_and_its_exit_code_kept(tmp_path: Path, name: str) -> None:
    shell = shutil.which(name)
    assert shell, f"{name} is needed for this test"
    (tmp_path / ".bashrc").write_text("PS1='mine> '\n")
    (tmp_path / ".zshrc").write_text("PROMPT='mine> '\n")
    # Without it fish begins by reading every manual page of the machine.
    (tmp_path / ".local/share/fish/generated_completions").mkdir(parents=True)
    environment = clean_environment(
        {"SHELL": shell, "HOME": str(tmp_path), "TERM": "dumb", "TMPDIR": str(tmp_path)}
    )
    program, *arguments = [str(word) for word in command("sandbox")]
    terminal = pexpect.spawn(
        program, arguments, env=environment, encoding="utf-8", timeout=60, dimensions=(40, 200)
    )
    terminal.expect("etcd 3.* on 127.0.0.1:[0-9]* with a sample kubeadm cluster .1,175 keys.")
    terminal.expect("nothing is kept")
    terminal.expect(r"\(sandbox\) .*[>$#] ")
    if name != "sh":
        terminal.send("pyetcdctl vers\t")
        terminal.expect("pyetcdctl version ")
        terminal.send("\x15")
    terminal.sendline("pyetcdctl get /registry/namespaces/default --keys-only; exit 6")
    terminal.expect("/registry/namespaces/default\r\n")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 6
    assert not list(tmp_path.glob("pyetcdctl-*"))


def test_the_program_is_found_although_its_environment_is_not_active() -> None:
    done = run(
        "sandbox", "--empty", "--", "sh", "-c", "command -v pyetcdctl", env={"PATH": os.defpath}
    )
    assert done.stdout.rstrip().endswith(b"/pyetcdctl")
