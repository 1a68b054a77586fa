"""Passwords typed on a terminal, or read from a pipe; never shown."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

import pexpect
import pytest

from tests.runner import PROJECT, clean_environment, run_here

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server import Etcd

PROGRAM = f"{shlex.quote(sys.executable)} -m pyetcdctl"
SECONDS = 20


@pytest.fixture
def user(auth_etcd: Etcd, prefix: str) -> Iterator[str]:
    """A name that no user has yet."""
    name = prefix.strip("/")
    yield name
    run_here("user", "delete", name, env=auth_etcd.environment)


def on_terminal(etcd: Etcd, script: str) -> pexpect.spawn:
    """Run a shell script on a terminal of its own."""
    return pexpect.spawn(
        "/bin/sh",
        ["-c", script],
        env=clean_environment(etcd.environment),
        cwd=str(PROJECT),
        encoding="utf-8",
        timeout=SECONDS,
    )


def type_twice(terminal: pexpect.spawn, user: str, first: str, second: str) -> str:
    """Answer both prompts; return what the terminal showed otherwise."""
    shown = ""
    prompts = (f"Password of {user}: ", f"Type password of {user} again for confirmation: ")
    for prompt, password in zip(prompts, (first, second), strict=True):
        terminal.expect_exact(prompt)
        shown += terminal.before
        terminal.sendline(password)
    shown += terminal.read()
    terminal.wait()
    return shown


def logs_in(etcd: Etcd, user: str, password: str) -> bool:
    login = {"ETCDCTL_ENDPOINTS": etcd.endpoint, "ETCDCTL_USER": f"{user}:{password}"}
    return run_here("user", "get", user, env=login).exit_code == 0


def test_a_password_is_typed_twice_and_not_seen(auth_etcd, user):
    terminal = on_terminal(auth_etcd, f"{PROGRAM} user add {user}")

    shown = type_twice(terminal, user, "s3cret", "s3cret")

    assert shown.split("\r\n") == ["", "", f"User {user} created", ""]
    assert terminal.exitstatus == 0
    assert logs_in(auth_etcd, user, "s3cret")


def test_two_different_passwords_are_refused(auth_etcd, user):
    terminal = on_terminal(auth_etcd, f"{PROGRAM} user add {user}")

    shown = type_twice(terminal, user, "s3cret", "s3kret")

    assert shown.split("\r\n") == ["", "", "Error: given passwords are different", ""]
    assert terminal.exitstatus == 128


def test_an_empty_password_is_refused_at_once(auth_etcd, user):
    terminal = on_terminal(auth_etcd, f"{PROGRAM} user passwd {user}")
    terminal.expect_exact(f"Password of {user}: ")
    terminal.sendline("")
    assert terminal.read().split("\r\n") == ["", "Error: empty password", ""]
    terminal.wait()
    assert terminal.exitstatus == 128


def test_prompts_go_to_the_terminal_wherever_the_output_goes(auth_etcd, user, tmp_path):
    out, err = tmp_path / "out", tmp_path / "err"
    terminal = on_terminal(auth_etcd, f"{PROGRAM} user add {user} >{out} 2>{err}")

    assert type_twice(terminal, user, "s3cret", "s3cret").split() == []

    assert out.read_text() == f"User {user} created\n"
    assert err.read_text() == ""


def test_a_password_typed_ahead_of_its_prompt_counts(auth_etcd, user):
    terminal = on_terminal(auth_etcd, f"{PROGRAM} user add {user}")
    terminal.sendline("s3cret")
    terminal.sendline("s3cret")
    terminal.expect_exact(f"User {user} created")
    assert logs_in(auth_etcd, user, "s3cret")


def test_the_users_own_password_is_asked_for(auth_etcd):
    terminal = on_terminal(auth_etcd, f"{PROGRAM} user get root --user root")
    terminal.expect_exact("Password: ")
    terminal.sendline(" rootpw ")
    assert terminal.read().split("\r\n") == ["", "User: root", "Roles: root", ""]


@pytest.mark.parametrize(("key", "status"), [("\x03", 130), ("\x1c", 131)])
def test_a_terminal_shows_what_is_typed_again_after_an_interrupt(auth_etcd, user, key, status):
    script = f"trap : INT QUIT; {PROGRAM} user passwd {user}; echo status $?; stty -a"
    terminal = on_terminal(auth_etcd, script)
    terminal.expect_exact(f"Password of {user}: ")
    terminal.send(key)
    terminal.expect_exact(f"status {status}")
    assert " echo " in terminal.read().replace(";", " ")


def test_a_pipe_is_read_instead_of_a_terminal_and_shown_no_prompt(auth_etcd, user):
    created = run_here("user", "add", user, env=auth_etcd.environment, input=" s3cret \ns3cret\n")

    assert created.stdout == f"User {user} created\n".encode()
    assert created.stderr == ""
    assert logs_in(auth_etcd, user, "s3cret")


def test_the_first_word_of_the_input_is_the_password(auth_etcd, user):
    env = auth_etcd.environment
    run_here("user", "add", user, "--interactive=false", env=env, input="  s3cret rest\nmore\n")
    assert logs_in(auth_etcd, user, "s3cret")
    run_here("user", "passwd", user, "--interactive=false", env=env, input="other\r\n")
    assert logs_in(auth_etcd, user, "other")


def test_an_input_that_cannot_be_read_is_reported(auth_etcd, user, tmp_path):
    terminal = on_terminal(auth_etcd, f"{PROGRAM} user add {user} 0>{tmp_path}/written")

    assert terminal.read() == (
        "Error: failed to ask password: failed during password entry: "
        "read /dev/stdin: bad file descriptor\r\n"
    )
    terminal.wait()
    assert terminal.exitstatus == 128


def test_no_password_is_in_an_error_or_among_the_debugging_lines(auth_etcd, user):
    secret = "s3cret-of-nobody"
    env = auth_etcd.environment
    runs = [
        run_here("user", "add", "root", "--new-user-password", secret, "--debug", env=env),
        run_here("user", "add", f"root:{secret}", env=env),
        run_here("user", "passwd", user, "--interactive=false", env=env, input=secret),
        run_here("user", "list", "--user", f"root:{secret}", env=env),
        run_here("user", "list", "--user", "root", "--password", secret, "--debug", env=env),
    ]
    for each in runs:
        assert each.exit_code in (1, 2)
        assert secret not in each.stderr
