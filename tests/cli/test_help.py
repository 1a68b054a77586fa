"""Help by name: of a command, of one in a group, and of what there is not."""

import re

import pytest

from pyetcdctl.cli.flags.global_flags import GLOBAL_FLAGS
from tests.runner import Screen, run_here


def test_help_of_a_command_is_what_its_flag_shows():
    for path in (["get"], ["member", "add"], ["kubernetes", "path"]):
        assert run_here("help", *path).stdout == run_here(*path, "--help").stdout


def test_an_unknown_topic_shows_all_commands_beside_the_message_and_is_no_failure():
    done = run_here("help", "gte", "k")
    assert (done.exit_code, done.stdout) == (0, b"")
    first, second, rest = done.stderr.split("\n", 2)
    assert first == "Unknown help topic [`gte` `k`]"
    assert second == "Did you mean this?  get"
    assert rest == run_here("--help").stdout.decode()


def test_help_shows_the_words_that_a_command_takes_and_the_defaults_that_say_something():
    perf, get = (
        run_here(*path, "--help").stdout.decode() for path in (("check", "perf"), ("get",))
    )
    assert perf.startswith("Usage: pyetcdctl check perf [FLAGS]\n")
    assert get.startswith("Usage: pyetcdctl get [FLAGS] KEY [RANGE_END]\n")
    assert "(default s)" in perf
    assert "default: 0" not in get


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("member lst", "Did you mean this?  list"),
        ("snapshot diff", "Did you mean this?  pyetcdctl diff"),
        ("snapshot xyzzy", "Help:  pyetcdctl snapshot --help"),
        ("lease gramt 5", "Did you mean this?  grant"),
    ],
)
def test_an_unknown_command_of_a_group_is_an_error(words, advice):
    failed = run_here(*words.split())
    group, word, *_ = words.split()
    first = f'Error: unknown command "{word}" for "pyetcdctl {group}"'
    assert failed.stderr == f"{first}\n  {advice}\n"
    assert (failed.exit_code, failed.stdout) == (1, b"")


@pytest.mark.parametrize("words", ["member", "member help"])
def test_a_group_alone_shows_its_help(words):
    shown = run_here(*words.split())
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout == run_here("member", "--help").stdout


@pytest.mark.parametrize("words", ["get --nonsense", "get", "lease grant", "put --lease"])
def test_a_usage_error_names_the_help(words):
    failed = run_here(*words.split())
    path = words.split(" -")[0]
    assert failed.stderr.splitlines()[1:] == [f"  Help:  pyetcdctl {path} --help"]


def test_advice_names_the_dashes_before_a_command_with_flags_of_its_own():
    advice = "Try:  -- before the command"
    assert advice in run_here("lock", "name", "sh", "-c", "exit 7").stderr
    assert advice not in run_here("lock", "name", "--tll", "sh", "-c").stderr
    assert advice not in run_here("get", "name", "-c").stderr


def test_an_unknown_command_of_a_group_that_etcdctl_lacks_is_an_error():
    for word, guess in (
        ("delete", "  Did you mean this?  del\n"),
        ("apply", "  Help:  pyetcdctl kubernetes --help\n"),
    ):
        refused = run_here("kubernetes", word, "pod", "web")
        message = f'Error: unknown command "{word}" for "pyetcdctl kubernetes"\n{guess}'
        assert (refused.exit_code, refused.stdout, refused.stderr) == (1, b"", message)
    assert run_here("kubernetes").stdout == run_here("kubernetes", "help").stdout != b""


@pytest.mark.parametrize("topic", ["environment", "exit-codes", "formats", "registry"])
def test_a_topic_has_a_text_that_is_named_in_the_help(topic):
    shown = run_here("help", topic)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert len(shown.stdout.splitlines()) > 8
    assert max(map(len, shown.stdout.decode().splitlines())) <= 80
    for path in ((), ("help",)):
        assert topic in run_here(*path, "--help").stdout.decode()


def test_the_lines_of_the_topic_registry_run_on_the_sample(sample_etcd):
    text = run_here("help", "registry").stdout.decode()
    lines = re.findall(r"^(?:Look:)? +pyetcdctl (.*)$", text, re.MULTILINE)
    assert len(lines) == 4
    for line in lines:
        assert run_here(*line.split(), env=sample_etcd.environment).stdout, line


def test_the_topic_environment_names_the_variable_of_every_global_flag():
    text = run_here("help", "environment").stdout.decode()
    assert all(flag.variable in text for flag in GLOBAL_FLAGS)


def test_the_flags_of_every_command_fit_a_terminal_and_have_a_line_each_in_a_pipe():
    screen = Screen()
    run_here("options", out=screen)
    piped = run_here("options").stdout.decode()
    assert (
        max(map(len, screen.data.decode().splitlines())) <= 80 < max(map(len, piped.splitlines()))
    )
    assert screen.data.split() == piped.encode().split()
    assert piped.count("\n") == len(GLOBAL_FLAGS) + 5
