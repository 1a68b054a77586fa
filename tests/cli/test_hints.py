"""Hints for a person at a terminal, beside the result; a script gets none of them."""

import pexpect
import pytest

from pyetcdctl.output.columns import width
from tests.runner import Buffer, Screen, clean_environment, command, run_here

ON_A_TERMINAL = {"TERM": "xterm"}
POD = "/registry/pods/kube-system/etcd-master"


def on_screen(etcd, *words, out=None, width=80):
    env = {**etcd.environment, **ON_A_TERMINAL}
    return run_here(*words, env=env, out=out or Screen(width), err=Screen())


def test_a_prefix_read_as_a_key_reports_how_many_keys_begin_with_it(sample_etcd):
    read = on_screen(sample_etcd, "get", "/registry/pods")
    assert (read.stdout, read.exit_code) == (b"", 0)
    assert read.stderr == (
        '# there is no key "/registry/pods"; 212 keys begin with it: add --prefix'
        " (and --keys-only)\n"
    )
    missing = on_screen(sample_etcd, "get", "/nothing")
    assert missing.stderr == '# there is no key "/nothing"\n'


@pytest.mark.parametrize("words", [("get", POD, "--prefix"), ("get", "/nothing", "--prefix")])
def test_a_range_gets_no_hint(sample_etcd, words):
    assert "there is no key" not in on_screen(sample_etcd, *words).stderr


def test_a_pipe_gets_no_hint(sample_etcd):
    read = run_here("get", "/registry/pods", env=sample_etcd.environment)
    assert (read.stdout, read.stderr) == (b"", "")


def test_protobuf_in_a_pipe_is_explained_on_the_terminal_beside_it(sample_etcd):
    hint = "# protobuf of Kubernetes; --decode prints it as YAML\n"
    assert on_screen(sample_etcd, "get", POD, out=Buffer()).stderr == hint
    for words in ((POD, "--no-decode"), (POD, "-w", "json"), ("/registry/ranges", "--prefix")):
        keys_only = on_screen(sample_etcd, "get", *words, "--keys-only"[: 11 * (len(words) < 3)])
        assert hint not in keys_only.stderr


def test_a_value_that_is_typed_is_announced(etcd, prefix):
    program, *words = command("put", prefix)
    env = clean_environment({**etcd.environment, **ON_A_TERMINAL})
    terminal = pexpect.spawn(program, words, env=env, encoding="utf-8", timeout=30)
    terminal.expect("# the value is read from this terminal")
    terminal.sendline("typed")
    terminal.sendeof()
    terminal.expect("OK\r\n")
    terminal.wait()
    assert run_here("get", prefix, env=etcd.environment).stdout.endswith(b"\ntyped\n\n")


@pytest.mark.parametrize("columns", [80, 140, 300])
def test_the_status_of_members_fits_the_terminal_and_names_them(three_members, columns):
    shown = on_screen(three_members, "endpoint", "status", "-w", "table", width=columns)
    lines = shown.stdout.decode().splitlines()
    assert len(lines) == 7
    assert max(map(width, lines)) <= columns
    for part in ("ENDPOINT", "NAME", "LEADER", "etcd-1", "etcd-2", "etcd-3", "true"):
        assert part in shown.stdout.decode()
    assert ("RAFT" in lines[1], "DOWNGRADE" in lines[1]) == (False, columns == 300)


def test_a_pipe_gets_etcdctls_table(three_members):
    ours = run_here("endpoint", "status", "-w", "table", env=three_members.environment)
    assert "RAFT APPLIED INDEX" in ours.stdout.decode()


def test_the_leader_is_defragmented_last_and_the_order_is_printed_before(three_members):
    status = run_here("endpoint", "status", env=three_members.environment).stdout.decode()
    (leader,) = (line.split(",")[0] for line in status.splitlines() if ", true, false," in line)
    done = run_here("defrag", "--cluster", env=three_members.environment)
    urls = [line.split("[")[1].split("]")[0] for line in done.stdout.decode().splitlines()]
    assert urls[-1] == leader
    assert done.stderr == f"# 3 endpoints, the leader last: {', '.join(urls)}\n"


def test_a_slow_member_is_named(etcd, monkeypatch):
    assert on_screen(etcd, "endpoint", "health").exit_code == 0
    monkeypatch.setattr("pyetcdctl.cli.commands.endpoint.health._SLOW_NANOSECONDS", 1)
    shown = on_screen(etcd, "endpoint", "health")
    assert f"# {etcd.endpoint} is slow: a consistent read took " in shown.stderr
    assert run_here("endpoint", "health", env=etcd.environment).stderr == ""


@pytest.mark.parametrize(("variables", "red"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_errors_are_red_where_colour_is_wanted(variables, red):
    failed = run_here("get", env={**ON_A_TERMINAL, **variables}, err=Screen())
    assert failed.stderr.startswith("\x1b[31mError:\x1b[0m get " if red else "Error: get ")
    assert run_here("get", env=ON_A_TERMINAL).stderr.startswith("Error: get ")
