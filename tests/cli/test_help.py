"""Help by name: of a command, of one in a group, and of what there is not."""

from tests.runner import run


def test_help_of_a_command_is_what_its_flag_shows():
    for path in (["get"], ["member", "add"], ["kubernetes", "path"]):
        assert run("help", *path).stdout == run(*path, "--help").stdout


def test_an_unknown_topic_shows_all_commands_beside_the_message_and_is_no_failure():
    done = run("help", "gte", "k")
    assert (done.exit_code, done.stdout) == (0, b"")
    first, second, rest = done.stderr.split("\n", 2)
    assert first == "Unknown help topic [`gte` `k`]"
    assert second == "Did you mean this?  get"
    assert rest == run("--help").stdout.decode()


def test_help_shows_the_words_that_a_command_takes_and_the_defaults_that_say_something():
    perf, get = (run(*path, "--help").stdout.decode() for path in (("check", "perf"), ("get",)))
    assert perf.startswith("Usage: pyetcdctl check perf [FLAGS]\n")
    assert get.startswith("Usage: pyetcdctl get [FLAGS] KEY [RANGE_END]\n")
    assert "[default: s]" in perf
    assert "default: 0" not in get


def test_an_unknown_command_of_a_group_shows_its_help_as_etcdctl_does_and_a_guess_beside_it():
    done, group = run("lease", "gramt", "5"), run("lease", "--help")
    assert (done.exit_code, done.stdout) == (0, group.stdout)
    assert done.stderr == (
        'unknown command "gramt" for "pyetcdctl lease"\nDid you mean this?  grant\n'
    )
    assert run("member", "help").stderr == ""


def test_who_runs_a_command_with_flags_of_its_own_is_told_of_the_dashes():
    advice = "Try:  -- before the command"
    assert advice in run("lock", "name", "sh", "-c", "exit 7").stderr
    assert advice not in run("lock", "name", "--tll", "sh", "-c").stderr
    assert advice not in run("get", "name", "-c").stderr


def test_an_unknown_command_of_a_group_that_etcdctl_lacks_is_an_error():
    for word, guess in (("delete", "  Did you mean this?  del\n"), ("apply", "")):
        refused = run("kubernetes", word, "pod", "web")
        message = f'Error: unknown command "{word}" for "pyetcdctl kubernetes"\n{guess}'
        assert (refused.exit_code, refused.stdout, refused.stderr) == (1, b"", message)
    assert run("kubernetes").stdout == run("kubernetes", "help").stdout != b""
