"""What a run asks for and checks before its first call."""

import pytest

from tests.runner import run


@pytest.mark.parametrize("line", [b"rootpw", b"rootpw\n", b"rootpw\r\n", b"rootpw\nmore\n"])
def test_a_password_is_a_line_of_standard_input_however_it_ends(auth_etcd, line):
    done = run("get", "k", "--user", "root", "--endpoints", auth_etcd.endpoint, input=line)
    assert (done.stderr, done.exit_code) == ("", 0)


@pytest.mark.parametrize("command", [("get", "k"), ("discover",)], ids=" ".join)
def test_an_unknown_format_is_told_first_also_where_assertions_are_off(command):
    environment = {"PYTHONOPTIMIZE": "2", "PYETCDCTL_DISCOVERY": ""}
    done = run(*command, "-w", "\x1b[nonsense", env=environment)
    assert done.stderr.splitlines() == [
        "Error: unsupported output format",
        r'  "\x1b[nonsense" is none of: fields, json, jsonl, protobuf, simple, table, yaml',
    ]
    assert done.exit_code == 4
