"""README is true: every example in it runs and prints what it says, every command is in its table.

A block ``console`` holds commands behind ``$`` and what they print; ``...`` stands for anything,
within a line and as a line of its own. The word behind ``console`` says where it runs: nothing for
a plain server with the sample cluster, ``terminal`` for the same on a terminal without colours,
else the sandbox's layout of that name.
"""

import os
import re
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from typing import NamedTuple

import pexpect
import pytest

from pyetcdctl.cli.registry import COMMANDS
from tests.runner import PROJECT, clean_environment, run_here

README = (PROJECT / "README.md").read_text()
BLOCK = re.compile(r"^```console ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """One command of a block, and its output."""

    place: str
    command: str
    output: str


def examples():
    found = []
    for place, body in BLOCK.findall(README):
        for chunk in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
            command, _, output = chunk.partition("\n")
            while command.endswith("\\"):
                more, _, output = output.partition("\n")
                command = f"{command}\n{more}"
            found.append(Example(place, command, output))
    return found


def pattern_of(output):
    lines = []
    for line in output.rstrip("\n").split("\n"):
        if line == "...":
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append(r".*".join(map(re.escape, line.split("..."))) + r"[ ]*\n")
    return re.compile("".join(lines))


def test_the_python_client_of_readme_runs(etcd):
    [program] = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=clean_environment(etcd.environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.stdout, run.stderr) == ("b'hello'\n", "")


def with_scripts(environment):
    """Return the environment with the installed program on PATH."""
    scripts = Path(sys.executable).parent
    return {**environment, "PATH": f"{scripts}{os.pathsep}{environment['PATH']}"}


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory):
    """The folder that the examples share: what one saves another reads."""
    with chdir(tmp_path_factory.mktemp("readme")):
        yield


def run_example(command, environment, prefix=(), seconds=60):
    run = subprocess.run(
        [*prefix, "bash", "-c", command],
        env=with_scripts(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    return run.stdout


def test_readme_has_examples():
    assert len(examples()) >= 8
    assert {each.place for each in examples()} == {"", "terminal", "kubeadm"}


def examples_in(*places):
    return pytest.mark.parametrize(
        "example", [e for e in examples() if e.place in places], ids=lambda e: e.command
    )


@examples_in("")
def test_an_example_prints_what_readme_says(example, sample_etcd):
    printed = run_example(example.command, clean_environment(sample_etcd.environment))
    assert pattern_of(example.output).fullmatch(printed), printed


@examples_in("terminal")
def test_an_example_on_a_terminal_shows_what_readme_says(example, sample_etcd):
    environment = {**sample_etcd.environment, "TERM": "xterm", "NO_COLOR": "1"}
    shown = pexpect.run(
        example.command,
        env=with_scripts(clean_environment(environment)),
        encoding="utf-8",
        dimensions=(24, 80),
    ).replace("\r\n", "\n")
    assert pattern_of(example.output).fullmatch(shown), shown


@examples_in("kubeadm")
def test_an_example_on_a_node_prints_what_readme_says(example):
    sandbox = ["pyetcdctl", "sandbox", "--layout", example.place, "--"]
    printed = run_example(example.command, clean_environment(), sandbox)
    assert pattern_of(example.output).fullmatch(printed), printed


FIRST_TABLE = README[: README.index("## ")]
IN_FIRST_TABLE = re.findall(r"`(pyetcdctl [^`]*)`", FIRST_TABLE)


@pytest.mark.parametrize("line", IN_FIRST_TABLE)
def test_a_line_for_kubectls_users_runs(line, sample_etcd, tmp_path):
    if "backup.db" in line:
        run_here("snapshot", "save", "backup.db", env=sample_etcd.environment, cwd=tmp_path)
    done = run_here(*line.split()[1:], env=sample_etcd.environment, cwd=tmp_path)
    assert len(done.stdout.splitlines()) > 2
    assert done.exit_code == 0


def test_the_first_table_is_there():
    assert len(IN_FIRST_TABLE) >= 5


@pytest.mark.parametrize("name", [name for name, entry in COMMANDS.items() if entry.panel])
def test_a_command_is_in_readmes_table_with_its_summary(name):
    row = f"| `{name}` | {COMMANDS[name].summary.rstrip('.')}"
    assert row in README


def test_the_version_is_named_in_one_place():
    source = (PROJECT / "pyetcdctl/__init__.py").read_text()
    assert re.search(r'^__version__ = "\d+\.\d+\.\d+"$', source, re.MULTILINE)


def test_the_recipes_print_the_same_one_after_the_other_in_the_sandbox_that_readme_names():
    recipes = README[README.index("## Recipes") :]
    found = [each for each in examples() if not each.place and each.command in recipes]
    assert len(found) > 20
    mark = "end of this recipe"
    script = "\n".join(f"( {each.command}\n) </dev/null; echo {mark}" for each in found)
    sandbox = ["pyetcdctl", "sandbox", "--layout", "kubeadm", "--"]
    printed = run_example(script, clean_environment(), sandbox, seconds=240)
    shown = printed.split(f"{mark}\n")
    assert len(shown) == len(found) + 1
    for each, text in zip(found, shown, strict=False):
        assert pattern_of(each.output).fullmatch(text), (each.command, text)
