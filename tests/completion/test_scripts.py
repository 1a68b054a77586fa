"""The scripts: generated from the command tree, quiet, and quick where no server is asked."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyetcdctl.cli.command_tree import command_tree
from pyetcdctl.completion.shapes import offer_of
from pyetcdctl.completion.tables import described_commands, described_flags
from tests.architecture.test_startup import HEAVY, modules_loaded_by
from tests.completion.shells import FILES, PATIENT, SHELLS
from tests.runner import PROJECT, clean_environment, run_here

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.server import Etcd

FOLDER = PROJECT / "completions"
PROGRAMS = Path(sys.executable).parent


def bash(script: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a script in a bash that has read the completion."""
    program = shutil.which("bash")
    assert program
    environment = clean_environment(PATIENT) | ({} if path is None else {"PATH": path})
    return subprocess.run(
        [program, "--noprofile", "--norc", "-uc", f"source completions/pyetcdctl.bash; {script}"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def bash_offers(words: Sequence[str], path: str | None = None) -> list[str]:
    """Return what the function offers for the last of the words, as other programs call it."""
    quoted = " ".join(f"'{word}'" for word in words)
    call = f"COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _pyetcdctl"
    result = bash(f"{call}; printf '%s\\n' ${{COMPREPLY[@]+\"${{COMPREPLY[@]}}\"}}", path)
    assert not result.stderr
    return result.stdout.split()


@pytest.mark.parametrize("shell", SHELLS)
def test_the_file_is_what_the_program_prints(shell: str) -> None:
    printed = run_here("completion", shell)
    assert printed.stdout == (FOLDER / FILES[shell]).read_bytes(), (
        f"python -m pyetcdctl completion {shell} > completions/{FILES[shell]}"
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_has_every_command_and_flag_with_its_summary(shell: str) -> None:
    script = (FOLDER / FILES[shell]).read_text()
    for command in command_tree().walk():
        names = [*command.path, *(f"--{flag.name}" for flag in command.flags)]
        assert not [name for name in names if name not in script]
        summaries = [command.summary] if command.path else []
        summaries += [flag.summary for flag in command.flags]
        texts = [text.rstrip(".") for text in summaries if "'" not in text]
        assert not [text for text in texts if text not in script]


def test_descriptions_are_of_one_style() -> None:
    root = command_tree()
    tables = (*described_commands(root).values(), *described_flags(root).values())
    texts = [row.summary for rows in tables for row in rows]
    assert len(texts) > 300
    assert not [text for text in texts if not text[0].isupper()]
    assert not [text for text in texts if text.endswith(".") and not text.endswith("...")]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_read_without_a_word(shell: str) -> None:
    no_rc = {"bash": ["-u"], "zsh": ["-fu"], "fish": ["--no-config"]}[shell]
    source = f"source completions/{FILES[shell]}"
    done = subprocess.run(
        [shell, *no_rc, "-c", source],
        cwd=PROJECT,
        env=clean_environment(),
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_bash_knows_the_completion_and_lends_it_to_an_alias() -> None:
    shown = bash("complete -F _pyetcdctl etcdctl; complete -p pyetcdctl etcdctl")
    assert shown.stdout.splitlines() == [
        "complete -F _pyetcdctl pyetcdctl",
        "complete -F _pyetcdctl etcdctl",
    ]


@pytest.mark.parametrize(
    ("words", "offers"),
    [
        (["pyetcdctl", "vers"], ["version"]),
        (["pyetcdctl", "get", "--ord"], ["--order"]),
        (["pyetcdctl", "get", "--order", ""], ["ASCEND", "DESCEND"]),
        (["pyetcdctl", "-w", "="], []),
        (["pyetcdctl", "--write-out", "=", "js"], ["json", "jsonl"]),
        (["etcdctl", "completion", ""], ["bash", "zsh", "fish"]),
        (["pyetcdctl", "nonsense", ""], []),
    ],
)
def test_names_are_offered_without_starting_the_program(
    words: list[str], offers: list[str]
) -> None:
    nothing_to_start = "/nonexistent"
    found = bash_offers(words, nothing_to_start)
    assert [each.removeprefix("--write-out=") for each in found] == offers


def test_keys_are_offered_to_programs_too(every_etcd: Etcd, prefix: str) -> None:
    every_etcd.etcdctl("put", f"{prefix}a/b", "v", check=True)
    words = ["pyetcdctl", "--endpoints", every_etcd.endpoint, "get", prefix]
    assert bash_offers(words, f"{PROGRAMS}:{clean_environment()['PATH']}") == [f"{prefix}a/"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "accepts 1 arg(s), received 0"),
        (["bash", "zsh"], "accepts 1 arg(s), received 2"),
        (["x"], 'invalid argument "x" for "pyetcdctl completion"'),
        (["powershell"], 'invalid argument "powershell" for "pyetcdctl completion"'),
    ],
)
def test_a_shell_that_is_not_one_is_refused(words: list[str], message: str) -> None:
    refused = run_here("completion", *words)
    assert refused.stderr.startswith(f"Error: {message}\n")
    assert (refused.stdout, refused.exit_code) == (b"", 1)


def test_writing_a_script_loads_the_commands_and_nothing_to_show_results_with() -> None:
    with_commands = {"grpc", "google.protobuf"}
    assert not modules_loaded_by("completion", "bash") & (HEAVY - with_commands)


def test_help_keeps_silent_about_the_hidden_command() -> None:
    assert b"__complete" not in run_here("--help").stdout
    assert "__complete" not in run_here("complete").stderr


@pytest.mark.parametrize(
    ("metavar", "offer"),
    [
        ("KEY", "keys"),
        ("[RANGE_END]", "keys"),
        ("[PREFIX|-]", "keys"),
        ("FILE", "file"),
        ("DIR", "folder"),
        ("FILE.tar.gz", "file"),
        ("USER", "users"),
        ("[NAMESPACE]", "namespaces"),
        ("USER[:PASSWORD]", "anything"),
        ("JSONPATH", "anything"),
        ("l|s", "choices l s"),
        ("3.6|3.7", "choices 3.6 3.7"),
        ("CREATE|KEY|VALUE", "choices CREATE KEY VALUE"),
        ("mixin|openshift|FILE", "file mixin openshift"),
        ("CONTEXT|ENDPOINTS", "contexts"),
        ("DURATION|TIME", "anything"),
        ("READ|WRITE|READWRITE", "choices READ WRITE READWRITE"),
        (
            "yaml|jsonpath=TEMPLATE|custom-columns=TITLE:PATH,...",
            "choices yaml jsonpath= custom-columns=",
        ),
        ("int", "anything"),
        ("", "anything"),
    ],
)
def test_a_metavar_determines_what_is_offered(metavar: str, offer: str) -> None:
    assert offer_of(metavar) == offer
