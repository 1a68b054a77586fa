"""The table of commands agrees with each of them."""

import inspect
import re

import pytest

from pyetcdctl.cli.registry import BEYOND_ETCDCTL, COMMANDS, READING
from pyetcdctl.cli.topics import topics
from pyetcdctl.cli.word_commands import WordGroup
from pyetcdctl.output import fit_formats, printer_for


def with_those_below(path, real):
    yield path, real
    if isinstance(real, WordGroup):
        for name in real.commands:
            yield f"{path} {name}", real.load(name)


ALL = {
    path: real
    for name, row in COMMANDS.items()
    for path, real in with_those_below(name, row.load(name))
}
ROWS = {
    **COMMANDS,
    **{f"{n} {verb}": each for n, row in COMMANDS.items() for verb, each in row.entries().items()},
}

LINES = {f"{name} {verb}".strip() for name, row in COMMANDS.items() for verb in (row.verbs or [""])}
ETCDCTLS = frozenset(
    {
        *("alarm", "auth", "check", "compaction", "completion", "defrag", "del", "downgrade"),
        *("elect", "endpoint", "get", "help", "lease", "lock", "make-mirror", "member"),
        *("move-leader", "options", "put", "role", "snapshot", "txn", "user", "version", "watch"),
    }
)
CHANGES = frozenset(
    {
        *("del", "import", "put", "txn", "undelete", "make-mirror"),
        *("auth disable", "auth enable", "check datascale", "check perf", "elect", "lock"),
        *("alarm disarm", "compaction", "defrag", "downgrade cancel", "downgrade enable"),
        *("kubernetes del", "kubernetes edit", "kubernetes put", "recover nospace"),
        *("lease grant", "lease keep-alive", "lease revoke", "move-leader"),
        *("member add", "member promote", "member remove", "member update"),
        *("role add", "role delete", "role grant-permission", "role revoke-permission"),
        *("user add", "user delete", "user grant-role", "user passwd", "user revoke-role"),
    }
)


def test_a_command_that_changes_nothing_is_in_reading_and_every_other_one_is_here():
    assert LINES - READING == CHANGES
    assert READING < LINES


def test_a_command_that_etcdctl_lacks_is_in_beyond_etcdctl():
    # Else its name takes an abbreviation of etcdctl's away: ``r`` is ``role``.
    assert set(COMMANDS) - BEYOND_ETCDCTL == ETCDCTLS
    assert set(COMMANDS) > BEYOND_ETCDCTL


@pytest.mark.parametrize("path", ALL)
def test_a_result_is_registered_in_the_simple_format(path):
    for kind in getattr(ALL[path].callback, "prints", ()):
        assert printer_for("simple").can_show(kind), kind


@pytest.mark.parametrize("path", ROWS)
def test_a_summary_is_the_first_line_of_the_real_help(path):
    assert ALL[path].help.split("\n")[0] == ROWS[path].summary


@pytest.mark.parametrize("path", ALL)
def test_a_command_ends_its_help_with_an_example(path):
    assert f"pyetcdctl {path}" in ALL[path].epilog


@pytest.mark.parametrize("path", ALL)
def test_a_command_says_in_one_line_what_it_is_for(path):
    assert ALL[path].help.split("\n")[0].endswith(".")


@pytest.mark.parametrize("path", ALL)
def test_every_flag_of_a_command_is_explained(path):
    for param in ALL[path].params:
        if param.param_type_name == "option" and not param.hidden:
            assert param.help, param.name


@pytest.mark.parametrize("path", ALL)
def test_a_command_that_prints_a_result_declares_its_types(path):
    callback = ALL[path].callback
    if callback is not None:
        prints = re.search(
            r"session\.print(_values)?\(", inspect.getsource(inspect.unwrap(callback))
        )
        assert bool(prints) <= bool(getattr(callback, "prints", ()))


def test_the_topic_formats_names_the_formats_of_every_command_that_etcdctl_lacks():
    text = re.sub(r"\n {12}", " ", topics()["formats"].partition("besides simple:")[2])
    rows = re.findall(r"^  (\w+) +(\w.*)$", text, re.MULTILINE)
    named = {(path, form) for form, paths in rows for path in paths.split(", ")}
    lacking = [path for path in ALL if path in (*BEYOND_ETCDCTL, "snapshot check")]
    kinds = {path: getattr(ALL[path].callback, "prints", ()) for path in lacking}
    fit = {(path, form) for path in lacking for form in fit_formats(kinds[path])}
    other = {(path, form) for path, form in named if not kinds.get(path)}
    assert named - other == {(path, form) for path, form in fit if form != "simple"}
    own = {(path, "json") for path in ("context list", "context show", "discover")}
    assert other == {("batch", "jsonl"), *own}
