"""What a run asks for and checks before its first call."""

import pexpect
import pytest

from pyetcdctl.cli.session.session import UNVERIFIED
from tests.runner import PROJECT, clean_environment, command, run_here


@pytest.mark.parametrize("line", [b"rootpw", b"rootpw\n", b"rootpw\r\n", b"rootpw\nmore\n"])
def test_a_password_is_a_line_of_standard_input_however_it_ends(auth_etcd, line):
    done = run_here("get", "k", "--user", "root", "--endpoints", auth_etcd.endpoint, input=line)
    assert (done.stderr, done.exit_code) == ("", 0)


@pytest.mark.parametrize("command", [("get", "k"), ("discover",)], ids=" ".join)
def test_an_unknown_format_is_reported_first_also_where_assertions_are_off(command):
    environment = {"PYTHONOPTIMIZE": "2", "PYETCDCTL_DISCOVERY": ""}
    done = run_here(*command, "-w", "\x1b[nonsense", env=environment)
    assert done.stderr.splitlines() == [
        "Error: unsupported output format",
        r'  "\x1b[nonsense" is none of: fields, folded, json, jsonl, protobuf, simple, table, yaml',
    ]
    assert done.exit_code == 4


@pytest.mark.parametrize(("terminal", "warns"), [("xterm", True), ("", False)])
def test_only_a_program_that_simulates_a_terminal_gets_no_warning(secure_etcd, terminal, warns):
    """etcd's own tests read every line of an unnamed terminal as a field of the result."""
    env = {"ETCDCTL_CERT": secure_etcd.cert, "ETCDCTL_KEY": secure_etcd.key, "TERM": terminal}
    words = command("get", "k", "--insecure-skip-tls-verify", "--endpoints", secure_etcd.endpoint)
    environment = clean_environment({name: value for name, value in env.items() if value})
    seen = pexpect.run(" ".join(words), env=environment, cwd=str(PROJECT), timeout=60)
    assert (b"certificate is not verified" in seen) is warns


def test_an_unverified_certificate_is_reported_beside_a_pipe(secure_etcd):
    words = ("get", "k", "--insecure-skip-tls-verify", "--endpoints", secure_etcd.endpoint)
    done = run_here(*words, env={"ETCDCTL_CERT": secure_etcd.cert, "ETCDCTL_KEY": secure_etcd.key})
    assert (done.stderr, done.exit_code) == (f"{UNVERIFIED}\n", 0)
