"""Start-up loads only what the command needs."""

import subprocess
import sys

import pytest

from pyetcdctl.cli.registry import COMMANDS
from tests.runner import clean_environment

HEAVY = {
    *("grpc", "etcd3", "google.protobuf", "yaml", "rich", "cryptography", "dns", "nacl", "pydantic")
}
PROBE = """
import sys
from pyetcdctl.cli import main
sys.stdout.flush()
code = main.main(sys.argv[1:], {"PYETCDCTL_DISCOVERY": "off"})
sys.stderr.write("\\n".join(["loaded", *sys.modules]))
"""


def modules_loaded_by(*arguments):
    run = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, timeout=30
    )
    before, _, loaded = run.stderr.partition("loaded\n")
    assert loaded, before
    return set(loaded.split("\n"))


def commands_in(modules):
    return {name for name in modules if name.startswith("pyetcdctl.cli.commands.")}


@pytest.mark.parametrize("arguments", [["--help"], [], ["help"]], ids=["--help", "none", "help"])
def test_the_list_of_commands_loads_no_command_and_nothing_heavy(arguments):
    loaded = modules_loaded_by(*arguments)
    assert not loaded & HEAVY
    assert commands_in(loaded) <= {"pyetcdctl.cli.commands.help"}


@pytest.mark.parametrize("command", ["version", "options"])
def test_a_command_without_a_server_loads_no_grpc(command):
    loaded = modules_loaded_by(command)
    assert not loaded & HEAVY
    assert commands_in(loaded) == {f"pyetcdctl.cli.commands.{command}"}


WORDS = [["help", "make-mirror"], ["completion", "bash"], ["kubernetes", "--help"]]


@pytest.mark.parametrize("arguments", WORDS, ids=" ".join)
def test_help_and_completions_load_commands_and_nothing_heavy(arguments):
    loaded = modules_loaded_by(*arguments)
    assert len(commands_in(loaded)) >= 1
    assert not loaded & HEAVY


def test_no_commands_module_loads_anything_heavy():
    imports = "".join(f"import {row.module}\n" for row in COMMANDS.values())
    probe = f"{imports}import sys\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=30, check=True
    )
    assert not set(run.stdout.split()) & HEAVY


def test_a_get_loads_grpc_and_neither_protobuf_nor_etcd3():
    closed_port = "127.0.0.1:1"
    loaded = modules_loaded_by("get", "k", "--endpoints", closed_port, "--command-timeout", "10ms")
    assert "grpc" in loaded
    assert not loaded & (HEAVY - {"grpc", "cryptography"})
    assert "asyncio" in loaded
    assert "asyncio.events" not in loaded


def test_what_grpc_loads_late_is_there_once_it_is_used():
    program = (
        "from pyetcdctl.cli.session.grpc_loading import GrpcLoading\n"
        "GrpcLoading().install()\n"
        "import sys, os, grpc\n"
        "assert 'asyncio.events' not in sys.modules\n"
        "assert grpc.aio.Channel\n"
        "import asyncio, grpc.aio\n"
        "assert asyncio.run(asyncio.sleep(0, 'slept')) == 'slept'\n"
        "assert 'GrpcLoading' not in str(sys.meta_path)\n"
        "assert not [name for name in os.environ if name.startswith('GRPC_')]\n"
    )
    subprocess.run([sys.executable, "-c", program], env=clean_environment(), timeout=30, check=True)


def test_importing_the_client_changes_nothing_for_the_host_program():
    program = (
        "import os, signal, sys, logging, warnings, pyetcdctl\n"
        "def state():\n"
        "    handlers = [signal.getsignal(number) for number in signal.valid_signals()]\n"
        "    lists = (sys.meta_path, sys.path, warnings.filters, logging.root.handlers)\n"
        "    return dict(os.environ), handlers, *map(list, lists), sys.excepthook\n"
        "before = state()\n"
        "import pyetcdctl.client\n"
        "from pyetcdctl.client.connection import Connection\n"
        "from pyetcdctl.settings import ConnectionSettings\n"
        "Connection(ConnectionSettings(endpoints=('127.0.0.1:1',))).close()\n"
        "after = state()\n"
        "assert before == after, [pair for pair in zip(before, after) if pair[0] != pair[1]]\n"
    )
    subprocess.run([sys.executable, "-c", program], timeout=30, check=True)
