"""The table of commands tells the truth about each of them."""

from importlib import import_module

import pytest
import typer.main

from pyetcdctl.cli.registry import COMMANDS


def real_command(module):
    return typer.main.get_command(import_module(module).app)


def with_those_below(path, real):
    yield path, real
    for name, each in getattr(real, "commands", {}).items():
        yield f"{path} {name}", each


ALL = {
    path: real
    for name, row in COMMANDS.items()
    for path, real in with_those_below(name, real_command(row.module))
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_summary_is_the_first_line_of_the_real_help(name):
    row = COMMANDS[name]
    assert real_command(row.module).help.split("\n")[0] == row.summary


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
