"""The table of commands tells the truth about each of them."""

import inspect
import re

import pytest

from pyetcdctl.cli.registry import COMMANDS
from pyetcdctl.cli.word_commands import WordGroup


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
