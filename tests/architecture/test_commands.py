"""The table of commands tells the truth about each of them."""

from importlib import import_module

import pytest
import typer.main

from pyetcdctl.cli.registry import COMMANDS


@pytest.fixture(params=COMMANDS)
def entry(request):
    return request.param, COMMANDS[request.param]


def real_command(module):
    return typer.main.get_command(import_module(module).app)


def test_a_summary_is_the_first_line_of_the_real_help(entry):
    _, row = entry
    assert real_command(row.module).help.split("\n")[0] == row.summary


def test_a_command_ends_its_help_with_an_example(entry):
    name, row = entry
    assert f"pyetcdctl {name}" in real_command(row.module).epilog


def test_every_flag_of_a_command_is_explained(entry):
    _, row = entry
    for param in real_command(row.module).params:
        if param.param_type_name == "option" and not param.hidden:
            assert param.help, param.name
